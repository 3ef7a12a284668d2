"""Who is the seller and who the buyer among the parties of a document.

Scores are log-odds; each party is weighed as seller and as buyer, then the best pair of different names wins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from extractors.fields.lexicon import squeeze
from extractors.fields.names import has_legal_form
from extractors.fields.party import PageLines, Party


@dataclass(frozen=True)
class Chosen:
    """The party of a role, how sure, and the runners-up."""

    party: Party
    confidence: float
    others: tuple[Party, ...] = ()


def choose(parties: Sequence[Party], pages: Sequence[PageLines]) -> dict[str, Chosen]:
    """The seller and the buyer; a role that nobody fits is absent."""
    heights = {page.number: page.height for page in pages}
    first = pages[0].number if pages else 1
    hosts = _hosts(pages)
    senders = [squeeze(p.name) for p in parties if p.name and (p.sender_line or p.letterhead)]
    scored = [
        (p, seller_score(p, heights, first, hosts) + 1.5 * known, buyer_score(p, heights, first, hosts) - 5.0 * known)
        for p in parties
        for known in (float(_is_known(p, senders)),)
    ]
    seller_options: list[tuple[Party | None, float]] = [(None, 0.0), *((p, s) for p, s, _ in scored if s > -2)]
    buyer_options: list[tuple[Party | None, float]] = [(None, 0.0), *((p, b) for p, _, b in scored if b > -2)]
    total = -math.inf
    pair: tuple[Party | None, Party | None] = (None, None)
    for seller, s in seller_options:
        for buyer, b in buyer_options:
            if seller is not None and buyer is not None and _same(seller, buyer):
                continue
            if s + b > total:
                total, pair = s + b, (seller, buyer)
    chosen: dict[str, Chosen] = {}
    for role, party, scores in (
        ("seller", pair[0], [(p, s) for p, s, _ in scored]),
        ("buyer", pair[1], [(p, b) for p, _, b in scored]),
    ):
        if party is not None:
            rivals = sorted(((p, score) for p, score in scores if not _same(p, party)), key=lambda row: -row[1])
            against = sum(math.exp(score) for _, score in rivals) + 1.0
            own = math.exp(next(score for p, score in scores if p is party))
            chosen[role] = Chosen(_completed(party, parties), own / (own + against), tuple(p for p, _ in rivals[:2]))
    return chosen


def _completed(party: Party, parties: Sequence[Party]) -> Party:
    """The party with the country that another mention of it names."""
    if party.address_text[1] or party.letterhead or not party.name:
        return party
    for other in parties:
        if other.name and squeeze(other.name) == squeeze(party.name) and other.address_text[1]:
            same = squeeze(party.address_text[0]) == squeeze(other.address_text[0])
            return replace(party, address=other.address) if same else party
    return party


def _is_known(party: Party, senders: Sequence[str]) -> bool:
    """Whether a party bears the name of a sender's line."""
    return bool(party.name) and any(fuzz.ratio(squeeze(party.name or ""), sender) > 88 for sender in senders)


def seller_score(party: Party, heights: dict[int, float], first: int, hosts: str) -> float:
    """Log-odds that a party is the seller."""
    place = party.box.y0 / (heights.get(party.page) or 1.0)
    score = {"seller": 4.0, "buyer": -5.0, "delivery": -5.0, "contact": -2.0}.get(party.role, 0.0)
    score += 3.0 if party.sender_line else 0.0
    score += 1.2 if party.contacts else 0.0
    score += 0.8 if party.page == first else -0.8
    score += 1.0 if place < 0.15 or place > 0.85 else 0.3 if place < 0.25 else 0.0
    score -= (2.5 if place < 0.6 else 4.0) if party.named_only else 0.0  # at the foot it is an account's holder
    if party.name:
        score += 0.6 if has_legal_form(party.name) else 0.0
        score += 1.5 if any(len(word) > 3 and word in hosts for word in map(squeeze, party.name.split())) else 0.0
    else:
        score -= 2.0
    return score


def buyer_score(party: Party, heights: dict[int, float], first: int, hosts: str) -> float:
    """Log-odds that a party is the buyer."""
    place = party.box.y0 / (heights.get(party.page) or 1.0)
    score = {"buyer": 4.5, "seller": -6.0, "delivery": -3.5, "contact": -3.0}.get(party.role, 0.0)
    score -= 6.0 if party.sender_line else 0.0
    score -= 1.5 if party.contacts and party.role != "buyer" else 0.0
    score += 1.0 if 0.03 < place < 0.45 else -1.5
    score += 0.3 if party.page == first else -2.5
    score -= 0.8 if party.named_only else 0.0
    if not party.name:
        return score - 4.0
    if any(len(word) > 3 and word in hosts for word in map(squeeze, party.name.split())):
        score -= 1.5
    return score


def _hosts(pages: Sequence[PageLines]) -> str:
    """The host names of mail addresses and sites in letterhead and foot, squeezed: the seller's own."""
    rows = ((row, row.box.y0 / (page.height or 1.0)) for page in pages for row in page.rows)
    texts = [t.text for row, place in rows if place < 0.12 or place > 0.85 for t in row.tokens]
    return " ".join(
        squeeze(re.split(r"@|://|www\.", text)[-1]) for text in texts if "@" in text or "www." in text or "://" in text
    )


def _same(one: Party, two: Party) -> bool:
    if one is two:
        return True
    return bool(one.name and two.name and squeeze(one.name) == squeeze(two.name)) or (
        bool(one.address_text[0]) and squeeze(one.address_text[0]) == squeeze(two.address_text[0])
    )
