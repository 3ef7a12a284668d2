"""The recapitulation of taxes under headings (`Netto  MwSt  Brutto`): its sum row speaks, its single rates do not.

With several rates the first row's amounts are no totals of the invoice, though the headings stand right above them.
Distances are in row heights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extractors.fields.anchors import Anchor
from extractors.fields.candidates import Candidate
from extractors.fields.layout import Row

HEADINGS = ("net_total", "tax_total", "gross_total")
SUMS = frozenset({"gross_total", "net_total", "tax_total", "sum_of_lines", "payable_total"})
NEXT_ROW = 3.4  # heights to the next row of the table
NEAR = 2.0  # heights between the right edges of a heading and its amount


class Sum(NamedTuple):
    """A heading and its amount in the sum row."""

    anchor: Anchor
    candidate: Candidate


@dataclass(frozen=True)
class Recaps:
    """What the recapitulations of a page say: amounts of sum rows, and amounts of single rates (`id`)."""

    sums: Sequence[Sum] = ()
    parts: frozenset[int] = field(default=frozenset())


def read_recaps(
    rows: Sequence[Row],
    anchors: Mapping[int, Sequence[Anchor]],
    candidates: Mapping[int, Sequence[Candidate]],
    item_headers: frozenset[int],
) -> Recaps:
    """Look for headings of a recapitulation and sort the amounts under them."""
    sums: list[Sum] = []
    parts: set[int] = set()
    for at, row in enumerate(rows):
        heads = {a.term: a for a in anchors[row.number] if a.term in HEADINGS}
        if len(heads) < 2 or row.number in item_headers or _holds_amounts(heads, candidates[row.number]):
            continue
        body = list(_body(rows[at:], candidates))
        if len(body) < 2:
            continue
        total = body[-1] if _is_sum(body[-1], anchors[body[-1].number]) else None
        for other in body:
            if other is not total:
                parts.update(id(c) for c in _amounts(candidates[other.number]))
        if total is not None:
            sums += _summed(heads, _amounts(candidates[total.number]), total.height)
    return Recaps(sums, frozenset(parts))


def _holds_amounts(heads: Mapping[str, Anchor], candidates: Sequence[Candidate]) -> bool:
    """Whether amounts stand among the headings: then they are labels of their own row."""
    left, right = min(a.box.x0 for a in heads.values()), max(a.box.x1 for a in heads.values())
    return any(left < c.box.x0 < right for c in _amounts(candidates))


def _amounts(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [c for c in candidates if c.kind == "money" and c.decimals == 2]


def _body(rows: Sequence[Row], candidates: Mapping[int, Sequence[Candidate]]) -> Iterator[Row]:
    """The rows under the headings that hold at least two amounts."""
    above = rows[0]
    for row in rows[1:]:
        near = row.box.y0 - above.box.y1 < NEXT_ROW * max(row.height, above.height)
        if not near or len(_amounts(candidates[row.number])) < 2:
            return
        yield row
        above = row


def _is_sum(row: Row, anchors: Sequence[Anchor]) -> bool:
    """Whether a row begins with a word for a sum and names no rate."""
    return any(a.first == 0 and a.term in SUMS for a in anchors) and "%" not in row.text


def _summed(heads: Mapping[str, Anchor], amounts: Sequence[Candidate], height: float) -> Iterator[Sum]:
    """For each heading the amount of the sum row that stands under it."""
    for anchor in heads.values():
        under = [c for c in amounts if c.box.x0 < anchor.box.x1 and c.box.x1 > anchor.box.x0] or [
            c for c in amounts if abs(c.box.x1 - anchor.box.x1) < NEAR * height
        ]
        if under:
            yield Sum(anchor, min(under, key=lambda c: abs(c.box.x1 - anchor.box.x1)))
