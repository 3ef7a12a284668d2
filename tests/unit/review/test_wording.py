"""What comparisons show is said in the reader's words; what is not known stands as it is."""

from __future__ import annotations

import pytest

from review.language import TONGUES
from review.wording import said, said_tolerance


@pytest.mark.parametrize(
    ("name", "stored", "french", "english"),
    [
        ("amount", "1425.00", "1425,00", "1425.00"),
        ("amount", "0.00 open of 960.00", "reste 0,00 sur 960,00", "0.00 left of 960.00"),
        ("lines", "1 lines", "1 ligne", "1 line"),
        ("lines", "2 found among 3", "2 retrouvées sur 3", "2 found among 3"),
        ("status", "open", "ouverte", "open"),
        ("order_date", "2026-09-14", "14/09/2026", "2026-09-14"),
        ("alias", "confirmed before: 3 times", "3 fois", "3 times"),
        ("alias", "confirmed as another item", "comme un autre article", "as another item"),
        ("rivals", "PO-7", "à côté de PO-7", "beside PO-7"),
        ("order_number", "1.50", "1.50", "1.50"),  # a number of an order is no amount
    ],
)
def test_a_value_is_said_in_the_readers_language(name: str, stored: str, french: str, english: str) -> None:
    assert said(TONGUES["fr"], name, stored) == french
    assert said(TONGUES["en"], name, stored) == english


@pytest.mark.parametrize("text", ["", "open of", "None", "<b>1 open of 2</b>", "१ lines"])
@pytest.mark.parametrize("name", ["amount", "lines", "status", "order_date", "alias", "a_comparison_of_tomorrow"])
def test_what_is_not_known_stands_as_it_is(name: str, text: str) -> None:
    assert said(TONGUES["fr"], name, text) == text


def test_a_tolerance_is_said_with_the_readers_decimal_point() -> None:
    assert said_tolerance(TONGUES["fr"], "0.5 %") == "0,5 %"
    assert said_tolerance(TONGUES["fr"], "1 % or 0.01") == "1 % ou 0,01"
    assert said_tolerance(TONGUES["en"], None) == ""
