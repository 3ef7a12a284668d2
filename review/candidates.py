"""Candidate orders side by side: what each comparison gives or takes, in points that a clerk can add up.

A point doubles the odds that the order is the invoice's; the points of a column add up to its last row.

>>> from models.match import Comparison, OrderCandidate
>>> rows = (Comparison(name="prior", invoice_value="", order_value="", weight=-5.0),
...         Comparison(name="status", invoice_value="", order_value="open", weight=6.5))
>>> table = side_by_side((OrderCandidate(order="PO-7", probability=0.74, waterfall=rows),))
>>> [row.name for row in table.rows], table.totals[0].weight
(['prior', 'status'], 1.5)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.match import Comparison, OrderCandidate

SHOWN = 3  # orders beside each other; more do not fit
LEAST = 0.05  # points; a row that gives none of them as much says nothing
_HALF = 40  # width of half a bar in its own units
_LONGEST = 10.0  # points of the longest bar


@dataclass(frozen=True, slots=True)
class Cell:
    """What one comparison says of one order: the order's side, the word for the difference, points and their bar."""

    value: str
    word: str
    weight: float

    @property
    def length(self) -> int:
        """Length of the bar in its own units."""
        return max(1, round(min(abs(self.weight), _LONGEST) / _LONGEST * _HALF))

    @property
    def start(self) -> int:
        """Where the bar begins: points against an order go to the left."""
        return _HALF if self.weight >= 0 else _HALF - self.length


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: its name, the invoice's side, and a cell for each order, None where it was not made."""

    name: str
    invoice: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The likeliest orders, best first, and their comparisons, the most telling first."""

    orders: tuple[OrderCandidate, ...]
    rows: tuple[Row, ...]
    totals: tuple[Cell, ...]


def side_by_side(candidates: Sequence[OrderCandidate]) -> Table:
    """The likeliest candidates as a table; without rows where no candidate tells its comparisons."""
    orders = tuple(each for each in candidates[:SHOWN] if each.waterfall)
    told = [{row.name: row for row in each.waterfall} for each in orders]
    names = list(dict.fromkeys(name for rows in told for name in rows))
    rows = [_row(name, [each.get(name) for each in told]) for name in names]
    rows = [row for row in rows if row.name == "prior" or _most(row) >= LEAST]
    rows.sort(key=lambda row: (row.name != "prior", -_most(row)))
    sums = [sum(row.weight for row in each.waterfall) for each in orders]
    return Table(orders, tuple(rows), tuple(Cell("", "", round(each, 3)) for each in sums))


def telling(candidate: OrderCandidate) -> tuple[Comparison, ...]:
    """The comparisons that say most of a candidate that has no column of its own, the most telling first."""
    told = [row for row in candidate.waterfall if row.name != "prior" and abs(row.weight) >= LEAST]
    return tuple(sorted(told, key=lambda row: -abs(row.weight))[:SHOWN])


def _row(name: str, found: Sequence[Comparison | None]) -> Row:
    invoice = next((each.invoice_value for each in found if each is not None), "")
    cells = (None if each is None else Cell(each.order_value, each.word, each.weight) for each in found)
    return Row(name, invoice, tuple(cells))


def _most(row: Row) -> float:
    return max((abs(cell.weight) for cell in row.cells if cell is not None), default=0.0)
