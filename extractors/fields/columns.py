"""The head of an item table: which rows it is, and what stands in which column.

A head takes one to three rows: words above each other are one heading (`Unit` over `price`). A heading that no label
file knows still is a column, of kind "other": its numbers wait there until arithmetic tells what they are.

>>> NUMERIC >= {"quantity", "unit_price", "net_amount"}
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.layout import Row, Segment, segments_of
from extractors.fields.lexicon import load_lexicon
from models.document import Box

NUMERIC = frozenset({"quantity", "unit_price", "vat_rate", "discount", "net_amount", "gross_amount", "tax_amount"})
AMOUNTS = frozenset({"net_amount", "unit_price", "gross_amount"})
NAMED = frozenset({"item_name", "quantity"})  # a table without one of these is a VAT recapitulation
NAMED_STRENGTH = 0.35  # headings close to each other look like running text
REACH = 2.2  # heights beside a heading within which a number is in its column
LEADING = 1.9  # heights from one row of a head to the next


@dataclass(frozen=True)
class Column:
    """A column: what it holds, and where its heading stands."""

    term: str
    x0: float
    x1: float

    @property
    def is_text(self) -> bool:
        """Whether it holds words."""
        return self.term not in NUMERIC and self.term != "other"


@dataclass(frozen=True)
class Header:
    """The head of a table: its rows (first to last number) and columns, left to right."""

    page: int
    first: int
    last: int
    columns: tuple[Column, ...]
    height: float

    def numeric_column(self, box: Box, kind: str = "number") -> Column | None:
        """The column of a number: the one that it overlaps most, or ends with, or is nearest to."""
        best: tuple[float, Column] | None = None
        for column in self.columns:
            if column.is_text and column.term != "line_id":
                continue
            if kind == "percent" and column.term not in ("vat_rate", "discount", "other"):
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
        left = [c for c in self.columns if c.is_text and c.x0 <= x0 + 1.6 * self.height]
        return max(left, key=lambda c: c.x0) if left else None

    @cached_property
    def terms(self) -> frozenset[str]:
        """What the columns hold."""
        return frozenset(column.term for column in self.columns)

    @cached_property
    def name_end(self) -> float:
        """Where the names' column ends: the left edge of the first column of numbers right of it."""
        names = [c.x1 for c in self.columns if c.term == "item_name"]
        right = [c.x0 for c in self.columns if names and not c.is_text and c.x0 >= names[0]]
        return min(right, default=float("inf")) - self.height

    @cached_property
    def price_first(self) -> bool:
        """Whether the price stands left of the quantity."""
        prices = [c.x0 for c in self.columns if c.term == "unit_price"]
        counts = [c.x0 for c in self.columns if c.term == "quantity"]
        return bool(prices and counts and prices[0] < counts[0])

    def named(self, column: Column, term: str) -> Header:
        """The same head where a column means something else; a column that meant it is "other" then."""
        columns = tuple(
            replace(c, term=term) if c == column else replace(c, term="other") if c.term == term else c
            for c in self.columns
        )
        return replace(self, columns=columns)


def find_header(
    rows: Sequence[Row], candidates: Mapping[tuple[int, int], Sequence[Candidate]], start: int
) -> Header | None:
    """The next head from `start`: at least three known columns, or two where one is a name or a quantity."""
    for at, row in enumerate(rows[start:], start):
        if any(c.kind == "money" and c.decimals == 2 for c in candidates[row.page, row.number]):
            continue
        columns = _columns(row)
        if _is_head(columns, [row]):
            return _widen(rows, at, columns)
        if columns and len(row.tokens) > 1 and not any(map(str.isdigit, row.text)):
            block = list(_block(rows, at, after_only=True))
            stacked = _stack(block) if len(block) > 1 else []
            if _is_head(stacked, block) and len({c.term for c in stacked} - {"other"}) >= 3:
                return _header(block, stacked)
    return None


def _is_head(columns: Sequence[Column], rows: Sequence[Row]) -> bool:
    terms = {column.term for column in columns} - {"other"}
    words = sum(len(row.tokens) for row in rows)
    few = len(terms) == 2 and words <= 6 and not any(map(str.isdigit, "".join(row.text for row in rows)))
    enough = len(terms) >= 3 or few
    named = terms & NAMED or terms >= {"unit_price", "net_amount"}
    return bool(enough and named and terms & AMOUNTS and len(columns) * 4 >= words)


def _columns(row: Row) -> list[Column]:
    anchors = find_anchors(row, load_lexicon().columns)
    columns = [
        Column(a.term, a.box.x0, row.tokens[_last_word(row, at, anchors)].box.x1)
        for at, a in enumerate(anchors)
        if a.strength >= NAMED_STRENGTH or row.breaks[a.first]
    ]
    return _one_amount(columns)


def _one_amount(columns: list[Column]) -> list[Column]:
    """Of two columns of amounts the last is the line's; one left of the name is a quantity (Amount, Menge)."""
    amounts = [c for c in columns if c.term == "net_amount"]
    if len(amounts) < 2:
        return columns
    names = [c for c in columns if c.term == "item_name"]
    counted = any(c.term == "quantity" for c in columns)
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


def _block(rows: Sequence[Row], at: int, *, after_only: bool = False) -> Iterator[Row]:
    """The rows of a head around one of them: near, and without a digit."""
    base = rows[at]
    for other in rows[at if after_only else max(0, at - 2) : at + 3]:
        near = abs(other.box.middle - base.box.middle) < LEADING * base.height
        if other is base or (near and not any(map(str.isdigit, other.text))):
            yield other


def _stack(block: Sequence[Row]) -> list[Column]:
    """The columns of a head of several rows: segments above each other read as one heading."""
    piles: list[list[Segment]] = []
    for segment in (s for row in block for s in segments_of(row)):
        under = [p for p in piles if any(s.box.x0 < segment.box.x1 and segment.box.x0 < s.box.x1 for s in p)]
        if len(under) == 1 and under[0][-1].row is not segment.row:
            under[0].append(segment)
        else:
            piles.append([segment])
    index = load_lexicon().columns
    columns: list[Column] = []
    for pile in piles:
        x0, x1 = min(s.box.x0 for s in pile), max(s.box.x1 for s in pile)
        label = index.find("".join(token.key for s in pile for token in s.tokens))
        known = [label.term] if label else [a.term for s in pile for a in find_anchors(s.row, index) if _within(a, s)]
        columns.append(Column(known[0] if known else "other", x0, x1))
    return _one_amount(sorted(columns, key=lambda c: c.x0))


def _within(anchor: Anchor, segment: Segment) -> bool:
    return segment.first <= anchor.first and anchor.last <= segment.last


def _widen(rows: Sequence[Row], at: int, columns: list[Column]) -> Header:
    """Take in further rows of headings: `Unit` above `price`, or columns that stand a little higher or lower."""
    row = rows[at]
    taken = [row]
    for other in _block(rows, at):
        if other is row:
            continue
        extra = [c for c in _columns(other) if all(c.x0 > k.x1 or c.x1 < k.x0 for k in columns)]
        plain = all(
            any(t.box.x0 < k.x1 and t.box.x1 > k.x0 for k in columns) or t.text.startswith("(") for t in other.tokens
        )
        if extra or (plain and not _is_name_row(other, row)):
            columns = columns + extra
            taken.append(other)
    taken.sort(key=lambda r: r.number)
    stacked = _stack(taken) if len(taken) > 1 else []
    terms, known = {c.term for c in stacked} - {"other"}, {c.term for c in columns} - {"other"}
    return _header(taken, stacked if terms > known else columns)


def _is_name_row(other: Row, head: Row) -> bool:
    """Whether a row below a head is one text at its left edge: the first item's name rather than more of the head."""
    single = not any(other.breaks[1:])
    return other.number > head.number and single and other.box.x0 <= head.box.x0 + head.height and len(head.tokens) > 2


def _header(block: Sequence[Row], columns: Sequence[Column]) -> Header:
    found = list(columns)
    found += [c for row in block for c in _unknown(row, found)]
    found = _with_name(found)
    height = block[0].height if len(block) == 1 else max(row.height for row in block)
    first, last = min(row.number for row in block), max(row.number for row in block)
    return Header(block[0].page, first, last, tuple(sorted(found, key=lambda c: c.x0)), height)


def _unknown(row: Row, columns: Sequence[Column]) -> Iterator[Column]:
    """Runs of words of a head above which no known column stands: columns of kind "other"."""
    for segment in segments_of(row):
        run: list[Box] = []
        for token in segment.tokens:
            if token.key and all(token.box.x0 >= c.x1 or token.box.x1 <= c.x0 for c in columns):
                run.append(token.box)
                continue
            if run:
                yield Column("other", run[0].x0, run[-1].x1)
            run = []
        if run:
            yield Column("other", run[0].x0, run[-1].x1)


def _with_name(columns: list[Column]) -> list[Column]:
    """Where no heading says name: the first unknown column left of all numbers holds the names."""
    first = min((c.x0 for c in columns if c.term in NUMERIC), default=0.0)
    unknown = [c for c in columns if c.term == "other" and c.x1 <= first]
    if not unknown or any(c.term == "item_name" for c in columns):
        return columns
    name = min(unknown, key=lambda c: c.x0)
    return [replace(c, term="item_name") if c is name else c for c in columns]
