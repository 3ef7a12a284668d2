from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.einvoice.values import parse_date, parse_number, parse_paragraph, parse_text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_every_decimal_is_read_without_loss(number: Decimal) -> None:
    assert parse_number(f" {number:f}\n") == number


def test_trailing_zeros_are_kept_because_they_say_how_exact_the_figure_is() -> None:
    assert str(parse_number("1.5000")) == "1.5000"


@pytest.mark.parametrize("text", ["1,234.50", "12,50", "1e5", "NaN", "Infinity", "19.00e", "--1", "", "1" * 29, "."])
def test_what_is_no_xml_decimal_is_not_guessed(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("20260305", "102"),
        ("20260305", None),
        ("260305", "101"),
        ("202603051430", "203"),
        ("20260305143059", "204"),
        ("050326", "2"),
        ("030526", "3"),
        ("05032026", "4"),
        ("2026-03-05", None),
        ("2026-03-05", "102"),
        ("2026-03-05Z", None),
        ("2026-03-05+01:00", None),
        ("2026-03-05T10:00:00", None),
        (" 20260305 ", "102"),
        ("20260305", "1021"),
    ],
)
def test_the_same_day_is_read_in_every_format(text: str, code: str | None) -> None:
    assert parse_date(text, code) == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["20261301", "2026-02-30", "morgen", "", "2026"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_date(text, "102") is None


def test_text_has_single_spaces_and_paragraphs_keep_their_lines() -> None:
    assert parse_text(" a \n  b ") == "a b"
    assert parse_paragraph(" a  b\n c ") == "a b\nc"
    assert parse_text(" \n ") is None
