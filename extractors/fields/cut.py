"""A table read by columns that a person drew: the words between two edges are a column, whatever its heading says.

A row with a number in one of the columns of numbers begins an item; rows of words alone go on with the name above.
Points from the top left.

>>> page = Page(1, 595, 842, (Word("Bolt", Box(50, 100, 80, 110)), Word("3", Box(300, 100, 306, 110))))
>>> read_columns(page, [Cut("item_name", 40, 200), Cut("quantity", 280, 320)])
[{'item_name': 'Bolt', 'quantity': Decimal('3')}]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractors.fields.layout import Row, Token, read_rows
from extractors.fields.numbers import decimal_marks, find_numbers
from models.document import Box, Page, Word

__all__ = ["Box", "Cut", "Word", "read_columns"]
NUMBERS = frozenset({"quantity", "unit_price", "vat_rate", "net_amount"})
STARTS = frozenset({"quantity", "unit_price", "net_amount"})  # a number here begins an item
Cell = str | Decimal


@dataclass(frozen=True, slots=True)
class Cut:
    """A column: what it holds, and its edges."""

    term: str
    x0: float
    x1: float


def read_columns(
    page: Page, cuts: Sequence[Cut], top: float = 0.0, bottom: float = float("inf")
) -> list[dict[str, Cell]]:
    """The items of a table between two heights, each by column; what cannot be read as a number is left out."""
    rows = [row for row in read_rows(page) if top <= row.box.middle <= bottom]
    mark = decimal_marks(row.text for row in rows)[0]
    items: list[dict[str, Cell]] = []
    for row in rows:
        cells = {cut.term: value for cut in cuts if (value := _cell(row, cut, mark)) not in (None, "")}
        if cells.keys() & STARTS:
            items.append({term: value for term, value in cells.items() if value is not None})
        elif items and "item_name" in cells:
            items[-1]["item_name"] = f"{items[-1].get('item_name', '')} {cells['item_name']}".strip()
    return items


def _cell(row: Row, cut: Cut, mark: str) -> Cell | None:
    text = " ".join(token.text for token in row.tokens if _is_inside(token, cut))
    if cut.term not in NUMBERS:
        return text
    return next((number.value for number in find_numbers(text, mark)), None)


def _is_inside(token: Token, cut: Cut) -> bool:
    return cut.x0 <= (token.box.x0 + token.box.x1) / 2 < cut.x1
