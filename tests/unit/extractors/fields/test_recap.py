"""Headings over the amounts of several tax rates speak for their sum, not for the first rate."""

from __future__ import annotations

from collections.abc import Callable

from models.document import Page
from models.extraction import Extraction

Reader = Callable[..., Extraction]
PageMaker = Callable[..., Page]
HEAD = """
Bistro am Markt
Marktplatz 4
04109 Leipzig

Rechnung Nr. 4711
Datum 26.07.2023

Getränke                    8,80
Speisen                    40,70
Summe EUR                  49,50

USt %        Netto      USt    Brutto
"""
RATES = """A 7%         38,04     2,66     40,70
B 19%         7,39     1,41      8,80
"""


def totals(found: Extraction) -> tuple[str | None, ...]:
    values = (found.invoice.net_total, found.invoice.tax_total, found.invoice.gross_total)
    return tuple(None if value is None else str(value) for value in values)


def test_the_sum_row_gives_the_totals(read_one: Reader) -> None:
    found = read_one(HEAD + RATES + "Gesamt       45,43     4,07     49,50\n")
    assert totals(found) == ("45.43", "4.07", "49.50")


def test_without_a_sum_row_no_single_rate_is_the_total(read_one: Reader) -> None:
    _, _, gross = totals(read_one(HEAD + RATES))
    assert gross == "49.50"
