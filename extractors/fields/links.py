"""Which label speaks for which value: to its right in the row, or below it.

A link's quality in [0, 1] falls with what stands between. Distances are in row heights, so any unit will do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractors.fields.anchors import Anchor, twin_of
from extractors.fields.candidates import Candidate, Kind
from extractors.fields.layout import Row
from extractors.fields.lexicon import load_lexicon
from extractors.fields.recap import read_recaps

BELOW_ROWS = 3.4  # heights under a label within which its value may stand
MOST = 8  # values in a row that one label may speak for
PAIRED = 0.9  # quality of a label and a value that pair off in two rows
CAPTION = 0.8  # quality of a label that stands close under its value, as a caption
SINGLE_RATE = 0.4  # factor for labels of an amount that is one tax rate's among several
SUMMED = 0.95  # quality of a heading and the amount in the sum row of its column
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
    **dict.fromkeys(("phone", "person"), ("code", "number")),
    "bank_account": ("code", "number", "iban", "money"),
    "count": ("money", "number", "percent"),
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
        for at, anchor in _with_twins(page.anchors[row.number]):
            kinds = KINDS.get(anchor.term, _ANY)
            right = list(_to_the_right(page, anchor, at, kinds))
            best = max((quality for _, quality in right), default=0.0)
            for candidate, quality in right:
                links[id(candidate)].append(Link(anchor, quality, below=False))
            over = _above(page, anchor, kinds) if best < 0.5 else None
            if over is not None:
                links[id(over)].append(Link(anchor, CAPTION, below=True))
            for candidate, quality in _below(page, anchor, kinds):
                links[id(candidate)].append(Link(anchor, quality * (0.45 if best > 0.6 or over else 1.0), below=True))
    return _with_recaps(page, links)


def _with_recaps(page: PageView, links: dict[int, list[Link]]) -> dict[int, list[Link]]:
    """Headings of a recapitulation speak for its sum row, and hardly for the single rates above it."""
    recaps = read_recaps(page.rows, page.anchors, page.candidates, page.item_headers)
    for part in recaps.parts & links.keys():
        links[part] = [link._replace(quality=link.quality * SINGLE_RATE) for link in links[part]]
    for anchor, candidate in recaps.sums:
        others = [link for link in links[id(candidate)] if link.below]
        links[id(candidate)] = [*others, Link(anchor, SUMMED, below=True)]
    return links


def _with_twins(anchors: Sequence[Anchor]) -> Iterator[tuple[int, Anchor]]:
    """Labels with their place among the row's labels; one that announces a number and its date comes as both."""
    labels = load_lexicon().labels
    for at, anchor in enumerate(anchors):
        yield at, anchor
        twin = twin_of(anchor, labels)
        if twin is not None:
            yield at, twin


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
    if row.number in page.item_headers and (("money" in kinds and "date" not in kinds) or kinds == ("date",)):
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


def _above(page: PageView, anchor: Anchor, kinds: Sequence[Kind]) -> Candidate | None:
    """The value that a caption stands under: flush with it, closer than what follows below, and in larger type."""
    box, row = anchor.box, anchor.row
    if not row.number or row.number in page.item_headers or not row.breaks[anchor.first]:
        return None
    last = anchor.last + 1
    if last < len(row.tokens) and not row.breaks[last]:
        return None
    upper = page.rows[row.number - 1]
    hits = [c for c in page.candidates[upper.number] if c.kind in kinds and abs(c.box.x0 - box.x0) < 0.4 * row.height]
    if len(hits) != 1 or not upper.breaks[hits[0].first] or box.height > 0.9 * hits[0].box.height:
        return None
    gap = box.y0 - hits[0].box.y1
    under = [t.box.y0 - box.y1 for r in page.rows[row.number + 1 : row.number + 3] for t in r.tokens
             if abs(t.box.x0 - box.x0) < row.height]  # fmt: skip
    return hits[0] if gap < 0.6 * row.height and gap < min(under, default=row.height) else None


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
