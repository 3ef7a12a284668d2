"""Parties of layouts that are seen for the first time: wrapped names, towns of many countries, names without a home."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractors.fields.addresses import is_postal_line
from extractors.fields.name_lines import addressee, is_tail, split_company
from extractors.fields.roles import choose
from extractors.fields.sheet import prepare
from models.document import Page

PageMaker = Callable[..., Page]


def names_of(page: Page) -> tuple[str | None, str | None]:
    """The seller's and the buyer's names on a page."""
    sheet = prepare(page)
    chosen = choose(sheet.parties, [sheet.lines])
    seller, buyer = (chosen[side].party.name if side in chosen else None for side in ("seller", "buyer"))
    return seller, buyer


@pytest.mark.parametrize(
    "line",
    [
        "3100 Tulln", "9000 St. Gallen", "Kerkstraat 7, 2000 Antwerpen", "28013 - Madrid", "Geelong VIC 3220",
        "Singapore 238823", "Mumbai - 400 001", "9101 't Zandt",
    ],
)  # fmt: skip
def test_a_town_with_its_postal_code_is_known_in_many_countries(line: str) -> None:
    assert is_postal_line(line)


@pytest.mark.parametrize("line", ["1200 Main Street", "August 1, 2026 Invoice", "Total 1250.00", "Invoice 123456"])
def test_house_numbers_dates_and_numbers_of_documents_are_no_postal_codes(line: str) -> None:
    assert not is_postal_line(line)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Hill, Lake &", "Partner"), ("Hill & Lake UG", "(haftungsbeschränkt)"), ("Hill Tools", "GmbH & Co. KG")],
)
def test_a_name_that_is_wrapped_is_read_whole(page_of: PageMaker, first: str, second: str) -> None:
    text = f"""

  Bill to:
  {first}
  {second}
  Am Ring 5
  50667 Köln
"""
    assert names_of(page_of(text))[1] == f"{first} {second}"


def test_a_person_or_a_department_between_name_and_street_is_not_the_buyer(page_of: PageMaker) -> None:
    text = """

  Bill to:
  Hill Tools
  Attn: Jane Roe
  Accounts Payable
  Am Ring 5
  50667 Köln
"""
    assert names_of(page_of(text))[1] == "Hill Tools"


def test_a_heading_in_two_languages_opens_a_party(page_of: PageMaker) -> None:
    text = """

  Rechnung an / Invoice to:
  Hill Tools
  Am Ring 5
  50667 Köln
"""
    assert names_of(page_of(text))[1] == "Hill Tools"


def test_a_buyer_whose_address_nobody_knows_is_read_under_its_heading(page_of: PageMaker) -> None:
    text = """

  Bill to:
  Hill Tools
  Plot 5 Umuganda Lane
  Kigali
"""
    assert names_of(page_of(text))[1] == "Hill Tools"


def test_the_block_without_a_heading_is_the_buyers_where_the_foot_names_the_seller(page_of: PageMaker) -> None:
    text = "\n".join([
        "", "  Hill Tools Ltd", "  5 High Street", "  London N1 9GU", *[""] * 52,
        "  Acme Works Ltd   7 Low Road   Leeds LS1 4AP",
    ])  # fmt: skip
    assert names_of(page_of(text)) == ("Acme Works Ltd", "Hill Tools Ltd")


def test_a_foot_without_marks_between_name_and_address_is_parted() -> None:
    assert split_company("Acme Works GmbH Am Ring 5 50667 Köln Tel. 0221 555") == (
        "Acme Works GmbH",
        "Am Ring 5 50667 Köln",
    )
    assert split_company("50667 Köln") is None


def test_a_legal_form_alone_is_the_end_of_a_name() -> None:
    assert is_tail("Sp. z o.o.")
    assert not is_tail("Hill Ltd")


def test_only_what_stands_behind_the_label_is_the_addressee() -> None:
    assert addressee("z. Hd. Jane Roe") == "Jane Roe"
    assert addressee("Attica Tools") is None
