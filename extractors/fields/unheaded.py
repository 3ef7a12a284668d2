"""Line items of a table without a head row: a text and an amount on each row, above a total that is their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.cells import Draft, times_of
from extractors.fields.layout import Row, Segment
from extractors.fields.lexicon import load_lexicon
from extractors.fields.party import PageLines

Candidates = Mapping[tuple[int, int], Sequence[Candidate]]  # of each (page, row)
STOPS = frozenset({"net_total", "gross_total", "tax_total", "payable_total", "sum_of_lines"})


def unheaded_items(pages: Sequence[PageLines], candidates: Candidates) -> list[Draft]:
    """Rows of a text and one amount at their right end, above a total that is their sum."""
    labels = load_lexicon().labels
    drafts: list[Draft] = []
    for page in pages:
        for row in page.rows:
            money = [c for c in candidates[page.number, row.number] if c.kind == "money"]
            anchors = find_anchors(row, labels)
            if drafts and any(a.term in STOPS and a.strength >= 0.75 for a in anchors) and money:
                total = sum((d.value("net_amount") or Decimal(0) for d in drafts), Decimal(0))
                return drafts if any(c.value == total for c in money) else []
            if not money or _labelled(anchors):
                continue
            amount = max(money, key=lambda c: c.first)
            parts = _product(candidates[page.number, row.number], amount) if len(money) > 1 else []
            if amount.last >= len(row.tokens) - 2 and amount.first > 0 and (parts or len(money) == 1):
                drafts.append(_plain_item(row, amount, parts))
    return []


def _labelled(anchors: Sequence[Anchor]) -> bool:
    return any(a.first == 0 and a.strength >= 0.8 for a in anchors)


def _product(found: Sequence[Candidate], amount: Candidate) -> list[Candidate]:
    """Two numbers before an amount whose product it is."""
    numbers = [
        c for c in found if c.kind in ("money", "number") and c.last < amount.first and isinstance(c.value, Decimal)
    ]
    for i, one in enumerate(numbers):
        for two in numbers[i + 1 :]:
            if Decimal(str(one.value)) * Decimal(str(two.value)) == amount.value:
                return [one, two]
    return []


def _plain_item(row: Row, amount: Candidate, parts: Sequence[Candidate]) -> Draft:
    draft = Draft(rows=[row], numbers={"net_amount": amount})
    if parts:
        draft.numbers |= {"quantity": parts[0], "unit_price": parts[1]}
    segment = Segment(row, 0, (parts[0] if parts and parts[0].first > 0 else amount).first - 1)
    words = [t.text for t in segment.tokens]
    for word in list(words):
        times = times_of(word)
        if times is not None:
            at = words.index(word)
            token = row.tokens[at]
            draft.numbers["quantity"] = Candidate("number", times, word, row, at, at, token.box, token.confidence)
            words.remove(word)
            break
    if words and words[0].rstrip(".)").isdigit() and len(words) > 1:
        draft.texts["line_id"] = [words.pop(0)]
    draft.texts["item_name"] = [" ".join(words)]
    return draft
