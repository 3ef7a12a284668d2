"""Line items that are a text and an amount on a row, above a total that is their sum; receipts are written so.

A row of its own may say how many at what price (`2 x 3.50`), above or below the row of the amount.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.candidates import Candidate
from extractors.fields.cells import Draft, decimal_of, product_fits, times_of
from extractors.fields.layout import Row
from extractors.fields.lexicon import load_lexicon
from extractors.fields.lines_grid import product_rows
from extractors.fields.lines_rows import STOPS, SURE, Candidates
from extractors.fields.numbers import CODES
from extractors.fields.party import PageLines

MOST_MONEY = 2  # a price and the amount, and no other number


def unheaded_items(pages: Sequence[PageLines], candidates: Candidates) -> list[Draft]:
    """Rows of a text and one amount at their right end, above a total; others say which add up to it."""
    labels = load_lexicon().labels
    drafts: list[Draft] = []
    parts: tuple[Candidate, Candidate] | None = None  # how many at what price, of a row that says no more
    for page in pages:
        for row in page.rows:
            money = [c for c in candidates[page.number, row.number] if c.kind == "money" and not c.repaired]
            anchors = find_anchors(row, labels)
            if drafts and money and any(a.term in STOPS and a.strength >= SURE for a in anchors):
                return drafts
            if not money or _labelled(anchors):
                continue
            pair = next(product_rows(row, candidates), None)
            if pair is not None:
                parts = None if drafts and _counts(drafts[-1], pair) else pair
                continue
            amount = max(money, key=lambda c: c.first)
            numbers = [c for c in candidates[page.number, row.number] if c.kind in ("money", "number", "percent")]
            if (
                (len(money) == 1 or len(numbers) == MOST_MONEY)
                and amount.last >= len(row.tokens) - 2
                and amount.first > 0
            ):
                drafts.append(_plain_item(row, amount, money))
                if parts is not None:
                    _counts(drafts[-1], parts)
                parts = None
    return drafts


def _labelled(anchors: Sequence[Anchor]) -> bool:
    return any(a.first == 0 and a.strength >= 0.8 for a in anchors)


def _counts(draft: Draft, pair: tuple[Candidate, Candidate]) -> bool:
    """Give an item its quantity and price where their product is its amount."""
    q, p, a = decimal_of(pair[0]), decimal_of(pair[1]), draft.value("net_amount")
    if q is None or p is None or a is None or "quantity" in draft.numbers or not product_fits(q, p, a):
        return False
    draft.numbers |= {"quantity": pair[0], "unit_price": pair[1]}
    draft.rows.append(pair[0].row)
    return True


def _plain_item(row: Row, amount: Candidate, money: Sequence[Candidate]) -> Draft:
    draft = Draft(rows=[row], numbers={"net_amount": amount})
    price = next((c for c in money if c.first > 0 and c.last < amount.first), None)
    if price is not None:
        draft.numbers["unit_price"] = price
    words = [t.text for t in row.tokens[: (price or amount).first] if t.text not in CODES]
    for at, word in enumerate(words):
        times = times_of(word)
        if times is not None:
            token = row.tokens[at]
            draft.numbers["quantity"] = Candidate("number", times, word, row, at, at, token.box, token.confidence)
            words.remove(word)
            break
    if words and words[0].rstrip(".)").isdigit() and len(words) > 1:
        draft.texts.append((row, "line_id", words.pop(0)))
    draft.texts.append((row, "item_name", " ".join(words)))
    return draft
