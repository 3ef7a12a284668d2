"""Which label speaks for which value: to its right in the row, or below it.

A link's quality in [0, 1] falls with what stands between. Distances are in row heights, so any unit will do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractors.fields.anchors import Anchor
from extractors.fields.candidates import Candidate, Kind
from extractors.fields.layout import Row

BELOW_ROWS = 3.4  # heights under a label within which its value may stand
MOST = 8  # values in a row that one label may speak for
PAIRED = 0.9  # quality of a label and a value that pair off in two rows
FAR = 0.45  # of the page width: a value further right is less surely the label's

# The kinds of value that a term takes; decoys take any.
KINDS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(
        ("net_total", "tax_total", "gross_total", "payable_total", "prepaid_total", "sum_of_lines",
            "allowance_total", "charge_total",
         "rounding", "cash", "capital", "unit_price", "prior_total"), ("money", "number")),
    **dict.fromkeys(("issue_date", "due_date", "delivery_date", "order_date"), ("date",)),
    **dict.fromkeys(("seller_vat_id", "buyer_vat_id"), ("vat_id", "code")),
    **dict.fromkeys(("invoice_number", "order_reference", "buyer_reference", "contract_reference",
        "preceding_invoice", "seller_legal_id",
                     "customer_number", "delivery_note", "item_code"), ("code",)),
    "iban": ("iban",),
    "bic": ("bic",),
}  # fmt: skip
_ANY: tuple[Kind, ...] = ("money", "number", "percent", "date", "code", "vat_id", "iban", "bic")


class Link(NamedTuple):
    """A label that speaks for a value."""

    anchor: Anchor
    quality: float
    below: bool


@dataclass(frozen=True)
class PageView:
    """One page as the linker sees it."""

    width: float
    height: float
    rows: Sequence[Row]
    anchors: Mapping[int, Sequence[Anchor]]  # by row number
    candidates: Mapping[int, Sequence[Candidate]]
    item_headers: frozenset[int] = frozenset()  # rows that head a table of items: their "total" is a column's


def link_page(page: PageView) -> dict[int, list[Link]]:
    """All links of a page by the identity of the candidate (`id`)."""
    links: dict[int, list[Link]] = defaultdict(list)
    for row in page.rows:
        for anchor, candidate in _paired(page, row):
            links[id(candidate)].append(Link(anchor, PAIRED, below=True))
        for at, anchor in enumerate(page.anchors[row.number]):
            kinds = KINDS.get(anchor.term, _ANY)
            right = list(_to_the_right(page, anchor, at, kinds))
            best = max((quality for _, quality in right), default=0.0)
            for candidate, quality in right:
                links[id(candidate)].append(Link(anchor, quality, below=False))
            for candidate, quality in _below(page, anchor, kinds):
                links[id(candidate)].append(Link(anchor, quality * (0.45 if best > 0.6 else 1.0), below=True))
    return links


def _paired(page: PageView, row: Row) -> Iterator[tuple[Anchor, Candidate]]:
    """A row of nothing but labels over a row of as many values: they pair off in order."""
    anchors = page.anchors[row.number]
    labelled = sum(a.last - a.first + 1 for a in anchors)
    if (
        len(anchors) < 2
        or labelled < len(row.tokens)
        or row.number in page.item_headers
        or row.number + 1 >= len(page.rows)
    ):
        return
    below = page.rows[row.number + 1]
    values = sorted(
        (c for c in page.candidates[below.number] if c.kind in ("date", "code") or (c.kind == "money" and c.decimals)),
        key=lambda c: c.first,
    )
    if len(values) == len(anchors) and below.box.y0 - row.box.y1 < BELOW_ROWS * row.height:
        yield from ((a, c) for a, c in zip(anchors, values, strict=True) if c.kind in KINDS.get(a.term, _ANY))


def _to_the_right(page: PageView, anchor: Anchor, at: int, kinds: Sequence[Kind]) -> Iterator[tuple[Candidate, float]]:
    row = anchor.row
    anchors = page.anchors[row.number]
    limit = next((a.first for a in anchors[at + 1 :] if a.strength >= 0.6), len(row.tokens))
    found = sorted(
        (c for c in page.candidates[row.number] if c.kind in kinds and anchor.last < c.first < limit),
        key=lambda c: c.first,
    )
    found = found[:MOST]
    for rank, candidate in enumerate(found):
        between = [
            t for t in row.tokens[anchor.last + 1 : candidate.first] if len(t.key) > 1 and not t.text.startswith("(")
        ]
        gap = candidate.box.x0 - anchor.box.x1
        quality = 0.93 ** min(len(between), 6)
        quality *= 0.9 if gap > FAR * page.width else 1.0
        if candidate.kind in ("money", "number"):
            quality *= 1.0 if candidate is found[-1] else 0.85
            quality *= 1.0 if len(found) == 1 else 0.8  # a row of several amounts is rather a table's
        else:
            quality *= 0.7**rank
        yield candidate, quality


def _below(page: PageView, anchor: Anchor, kinds: Sequence[Kind]) -> Iterator[tuple[Candidate, float]]:
    row, box = anchor.row, anchor.box
    if "money" in kinds and "date" not in kinds and row.number in page.item_headers:
        return
    tall = max(row.height, box.height)
    steps = 0
    for other in page.rows[row.number + 1 : row.number + 7]:
        if other.box.y0 - box.y1 > BELOW_ROWS * tall:
            return
        hits = [c for c in page.candidates[other.number] if c.kind in kinds and _is_under(anchor, c, tall)]
        for candidate in hits:
            aligned = min(abs(candidate.box.x0 - box.x0), abs(candidate.box.x1 - box.x1)) < 0.8 * tall
            yield candidate, (0.92 if aligned else 0.8) * 0.85**steps * _owned_left(page, candidate)
        if hits:
            return
        if any(t.box.x0 < box.x1 and t.box.x1 > box.x0 for t in other.tokens):
            steps += 1


def _is_under(anchor: Anchor, candidate: Candidate, tall: float) -> bool:
    box = candidate.box
    middle = anchor.box.y0 <= box.middle
    overlap = box.x0 < anchor.box.x1 + 0.3 * tall and box.x1 > anchor.box.x0 - 0.3 * tall
    right_aligned = abs(box.x1 - anchor.box.x1) < 2.0 * tall
    return middle and (overlap or right_aligned) and box.x0 - anchor.box.x0 < 0.5 * anchor.box.width + 6 * tall


def _owned_left(page: PageView, candidate: Candidate) -> float:
    """Less where a label stands left of the value in its own row, close by."""
    row = candidate.row
    for anchor in page.anchors[row.number]:
        near = anchor.last < candidate.first and candidate.box.x0 - anchor.box.x1 < 6 * row.height
        if near and candidate.kind in KINDS.get(anchor.term, _ANY):
            return 0.5
    return 1.0
