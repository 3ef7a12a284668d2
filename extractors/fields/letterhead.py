"""The head of a till receipt: the shop's name first, its address below, then everything else.

Every span of lines is weighed as the name and as the address (`span_cases`); the best pair whose address stands below
its name wins.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from extractors.fields.blocks import postal_segments
from extractors.fields.head_lines import ROWS, HeadLine, head_lines
from extractors.fields.layout import Row, around, segments_of
from extractors.fields.names import has_legal_form, tidy_name
from extractors.fields.party import PageLines, Party
from extractors.fields.span_cases import Part, SpanCase, SpanScorer, WeightedSpanScorer, span_cases

STRIP = 1.8  # height over width from which a page is a till's strip of paper
SLIP = 300.0  # points; paper is narrower in tills only (80 mm are 227 points)
LEAST: dict[Part, float] = {"name": -2.5, "address": -1.5}  # log-odds below which a head has none
HEAD = 0.3  # of the page height
COLUMNED = 3  # rows with a gap in the head of a page that is no till's
TRIED = 12  # spans of each kind that are tried in pairs

Scored = Sequence[tuple[float, SpanCase]]


def is_till_receipt(page: PageLines, anchors: Collection[str]) -> bool:
    """Whether a page is a till's receipt: a slip or a strip, or money given and change; nothing to pay later."""
    if any(term in anchors for term in ("due_date", "iban", "buyer_vat_id")):
        return False
    if page.height > STRIP * page.width or page.width < SLIP:
        return True
    is_addressed = any(section.term == "buyer" for section in page.sections) or _is_letter(page)
    return not is_addressed and ("cash" in anchors or ("person" in anchors and page.height > 1.5 * page.width))


def _is_letter(page: PageLines) -> bool:
    """Whether a page has two addresses, or its head stands in columns: tills print one line below the other."""
    if len({s.text for s in postal_segments(page) if s.box.y0 < HEAD * page.height}) > 1:
        return True
    head = [row for row in page.rows[:ROWS] if row.box.y0 < HEAD * page.height]
    return sum(_is_columned(row) for row in head) >= COLUMNED


def _is_columned(row: Row) -> bool:
    """Whether a row has words left and right of a gap that is none between a label and its value."""
    left, *right = segments_of(row)
    return not left.text.endswith((":", ".")) and any(sum(map(str.isalpha, s.text)) > 2 for s in right)


def read_letterhead(page: PageLines, scorer: SpanScorer | None = None) -> Party | None:
    """The shop of a receipt, from the lines at the top; none where no line may be a name."""
    lines = head_lines(page)
    cases = span_cases(lines)
    scored = list(zip((scorer or WeightedSpanScorer()).score(cases), cases, strict=True))
    names = sorted((row for row in scored if row[1].part == "name"), key=lambda row: -row[0])
    addresses = sorted((row for row in scored if row[1].part == "address"), key=lambda row: -row[0])
    name, address = _best_pair(names, addresses)
    if name is None:
        return None
    return _party(page, lines, name, address, (_share(name, names), _share(address, addresses)))


def _best_pair(names: Scored, addresses: Scored) -> tuple[SpanCase | None, SpanCase | None]:
    """The likeliest name and the likeliest address below it."""
    best: tuple[SpanCase | None, SpanCase | None] = (None, None)
    total = -math.inf
    for name_score, name in names[:TRIED]:
        if name_score < LEAST["name"]:
            break
        below = next((row for row in addresses if row[1].first > name.last and row[0] >= LEAST["address"]), None)
        score = name_score + (below[0] if below else LEAST["address"])
        if score > total:
            total, best = score, (name, below[1] if below else None)
    return best


def _share(chosen: SpanCase | None, scored: Scored) -> float:
    """The share of a span among those that compete with it."""
    if chosen is None:
        return 0.0
    own = next(score for score, case in scored if case is chosen)
    return 1.0 / (math.exp(-own) + sum(math.exp(score - own) for score, _ in scored))


def _party(
    page: PageLines, lines: Sequence[HeadLine], name: SpanCase, address: SpanCase | None, shares: tuple[float, float]
) -> Party:
    """The chosen lines as a party."""
    title = lines[name.first : name.last + 1]
    street = lines[address.first : address.last + 1] if address else []
    text = " ".join(line.text for line in title)
    return Party(
        tidy_name(text),
        around(line.row.box for line in title),
        tuple(line.text for line in street),
        around(line.row.box for line in street) if street else None,
        page.number,
        around(line.row.box for line in (*title, *street)),
        role="seller",
        contacts=has_legal_form(text),
        letterhead=True,
        confidence=shares[0] * min(line.facts["confidence"] for line in title),
        address_confidence=shares[1] * min((line.facts["confidence"] for line in street), default=1.0),
    )
