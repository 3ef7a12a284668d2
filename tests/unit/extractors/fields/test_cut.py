"""A table read by columns that a person drew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.fields.cut import Cut, read_columns
from models.document import Box, Page, Word

CUTS = (Cut("item_name", 40, 200), Cut("quantity", 280, 330), Cut("net_amount", 460, 540))


def page(*rows: tuple[float, tuple[tuple[float, str], ...]]) -> Page:
    """A page of rows: height, and words each with where it begins."""
    words = (Word(text, Box(x, y, x + 6 * len(text), y + 10)) for y, row in rows for x, text in row)
    return Page(1, 595, 842, tuple(words))


def test_each_row_with_a_number_is_an_item_and_words_alone_go_on_with_its_name() -> None:
    sheet = page((100, ((50, "Paper"), (90, "A4"), (300, "10"), (480, "100,00"))), (114, ((50, "white"),)),
                 (128, ((50, "Pens"), (300, "4"), (480, "20,00"))))  # fmt: skip
    assert read_columns(sheet, CUTS) == [
        {"item_name": "Paper A4 white", "quantity": Decimal(10), "net_amount": Decimal("100.00")},
        {"item_name": "Pens", "quantity": Decimal(4), "net_amount": Decimal("20.00")},
    ]


def test_only_what_lies_between_the_two_heights_is_read() -> None:
    sheet = page((60, ((300, "77"),)), (100, ((50, "Paper"), (300, "10"))), (400, ((480, "100,00"),)))
    assert read_columns(sheet, CUTS, 90, 120) == [{"item_name": "Paper", "quantity": Decimal(10)}]


def test_a_word_belongs_to_the_column_that_its_middle_is_in() -> None:
    sheet = page((100, ((190, "wide"), (300, "3"))))  # from 190 to 214, its middle beyond the edge
    assert read_columns(sheet, CUTS) == [{"quantity": Decimal(3)}]


@pytest.mark.parametrize(("printed", "read"), [("1.250,50", "1250.50"), ("1,250.50", "1250.50"), ("-3,00", "-3.00")])
def test_numbers_are_read_as_the_page_writes_them(printed: str, read: str) -> None:
    sheet = page((100, ((50, "Paper"), (462, printed))))
    assert read_columns(sheet, CUTS) == [{"item_name": "Paper", "net_amount": Decimal(read)}]


def test_what_is_no_number_is_left_out_and_begins_no_item() -> None:
    sheet = page((100, ((50, "Description"), (290, "Qty"))), (114, ((50, "Paper"), (300, "2"), (480, "free"))))
    assert read_columns(sheet, CUTS) == [{"item_name": "Paper", "quantity": Decimal(2)}]


def test_nothing_drawn_or_nothing_printed_reads_nothing() -> None:
    assert read_columns(page((100, ((50, "Paper"),))), ()) == []
    assert read_columns(page(), CUTS) == []
