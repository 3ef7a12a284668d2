"""The head of an item table: which row it is, and what stands in which column.

>>> NUMERIC >= {"quantity", "unit_price", "net_amount"}
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.layout import Row
from extractors.fields.lexicon import load_lexicon
from models.document import Box

NUMERIC = frozenset({"quantity", "unit_price", "vat_rate", "discount", "net_amount", "gross_amount", "tax_amount"})
NAMED = frozenset({"item_name", "quantity"})  # a table without one of these is a VAT recapitulation
NAMED_STRENGTH = 0.35  # headings close to each other look like running text
REACH = 2.2  # heights beside a heading within which a number is in its column


@dataclass(frozen=True)
class Column:
    """A column: what it holds, and where its heading stands."""

    term: str
    x0: float
    x1: float


@dataclass(frozen=True)
class Header:
    """The head of a table: its rows (first to last number) and columns, left to right."""

    page: int
    first: int
    last: int
    columns: tuple[Column, ...]
    height: float

    def numeric_column(self, box: Box) -> Column | None:
        """The column of a number: the one that it overlaps most, or ends with, or is nearest to."""
        best: tuple[float, Column] | None = None
        for column in self.columns:
            if column.term not in NUMERIC and column.term not in ("line_id", "other"):
                continue
            cost = self.misfit(column, box)
            if cost is not None and (best is None or cost < best[0]):
                best = (cost, column)
        return best[1] if best else None

    def misfit(self, column: Column, box: Box) -> float | None:
        """How badly a number stands under a heading, in points; None where it is out of reach."""
        gap = max(column.x0 - box.x1, box.x0 - column.x1)
        if gap > REACH * self.height:
            return None
        aligned = min(abs(column.x1 - box.x1), abs(column.x0 - box.x0))
        if gap > 0:
            return aligned + gap
        return aligned if aligned < self.height else aligned * 0.5

    def text_column(self, x0: float) -> Column | None:
        """The column of a text that begins at x0: the last text column that begins left of it."""
        left = [
            c for c in self.columns if c.term not in NUMERIC and c.term != "other" and c.x0 <= x0 + 1.6 * self.height
        ]
        return max(left, key=lambda c: c.x0) if left else None

    @property
    def terms(self) -> frozenset[str]:
        """What the columns hold."""
        return frozenset(column.term for column in self.columns)


def find_header(
    rows: Sequence[Row], candidates: Mapping[tuple[int, int], Sequence[Candidate]], start: int
) -> Header | None:
    """The next row from `start` that names at least three columns, or two where one is a name or a quantity."""
    for row in rows[start:]:
        if any(c.kind == "money" and c.decimals == 2 for c in candidates[row.page, row.number]):
            continue
        columns = _columns(row)
        terms = {column.term for column in columns}
        enough = len(terms) >= 3 or (len(terms) == 2 and len(row.tokens) <= 6)
        if (
            enough
            and terms & NAMED
            and terms & {"net_amount", "unit_price", "gross_amount"}
            and len(columns) * 4 >= len(row.tokens)
        ):
            return _widen(rows, row, columns)
    return None


def _columns(row: Row) -> list[Column]:
    anchors = find_anchors(row, load_lexicon().columns)
    columns = [
        Column(a.term, a.box.x0, row.tokens[_last_word(row, at, anchors)].box.x1)
        for at, a in enumerate(anchors)
        if a.strength >= NAMED_STRENGTH or row.breaks[a.first]
    ]
    amounts = [c for c in columns if c.term == "net_amount"]
    names = [c for c in columns if c.term == "item_name"]
    counted = any(c.term == "quantity" for c in columns)
    if len(amounts) < 2:
        return columns
    # Two columns of amounts: the last is the line's; one left of the name is a quantity ("Amount", "Menge").
    first = "quantity" if names and amounts[0].x1 <= names[0].x0 and not counted else "other"
    renamed = {
        amount: Column(first if i == 0 else "other", amount.x0, amount.x1) for i, amount in enumerate(amounts[:-1])
    }
    return [renamed.get(c, c) for c in columns]


def _last_word(row: Row, at: int, anchors: Sequence[Anchor]) -> int:
    """The last word of a heading: what follows it without a gap and names no column belongs to it."""
    limit = anchors[at + 1].first if at + 1 < len(anchors) else len(row.tokens)
    last = anchors[at].last
    while last + 1 < limit and not row.breaks[last + 1]:
        last += 1
    return last


def _widen(rows: Sequence[Row], row: Row, columns: list[Column]) -> Header:
    """Take in a second row of headings: `Unit` above `price`, or columns that stand a little higher or lower."""
    first = last = row.number
    for other in (*rows[max(0, row.number - 2) : row.number], *rows[row.number + 1 : row.number + 3]):
        near = abs(other.box.middle - row.box.middle) < 1.9 * row.height
        if not near or any(map(str.isdigit, other.text)):
            continue
        extra = [c for c in _columns(other) if all(c.x0 > k.x1 or c.x1 < k.x0 for k in columns)]
        plain = all(
            any(t.box.x0 < k.x1 and t.box.x1 > k.x0 for k in columns) or t.text.startswith("(") for t in other.tokens
        )
        if extra or plain:
            columns = columns + extra
            first, last = min(first, other.number), max(last, other.number)
    if not any(c.term == "net_amount" for c in columns):
        columns = [Column("net_amount", c.x0, c.x1) if c.term == "gross_amount" else c for c in columns]
    return Header(row.page, first, last, tuple(sorted(columns, key=lambda c: c.x0)), row.height)
