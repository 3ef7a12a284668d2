"""Which mention of a party is the seller's, which the buyer's: the seam at which a trained scorer replaces weights.

parties -> cases with named features -> `PartyScorer.score` -> log-odds -> `roles.choose`. Each party makes two cases,
one for each role; an absent feature is 0, a present one 1 unless its row says otherwise. The weights are set by hand
from a letter's rules: the seller speaks in the letterhead, the line above the window and the foot; the buyer stands in
the window or under "bill to".

>>> WeightedPartyScorer().score([PartyCase("seller", {"headed_seller": 1.0})])[0] > 0
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from rapidfuzz import fuzz

from extractors.fields.lexicon import squeeze
from extractors.fields.names import has_legal_form
from extractors.fields.party import PageLines, Party

Side = Literal["seller", "buyer"]
SIDES: tuple[Side, Side] = ("seller", "buyer")
HEAD, FOOT = 0.3, 0.85  # of the page height
SHORT = 3  # letters; a shorter name is found anywhere
SAME_NAME = 88.0  # per cent of characters that a torn or misread name shares with its other mention


class PartyCase(NamedTuple):
    """One party in one role: its features by name."""

    role: Side
    features: Mapping[str, float]


class PartyScorer(Protocol):
    """Gives each case its log-odds of being right; a whole document is scored in one call."""

    def score(self, cases: Sequence[PartyCase]) -> list[float]:
        """Return one log-odds for each case, in order."""
        ...


# What speaks for each role; the learning room may use every feature that `party_cases` names.
WEIGHTS: dict[Side, dict[str, float]] = {
    "seller": {"bias": 0.0, "headed_seller": 4.0, "headed_buyer": -5.0, "headed_delivery": -5.0,
    "headed_contact": -2.0, "sender_line": 3.0, "contacts": 1.2, "first_page": 0.8, "later_page": -0.8, "edge": 1.0,
    "upper": 0.3, "named_only_above": -2.5, "named_only_below": -4.0, "legal_form": 0.6, "own_host": 1.5,
    "nameless": -2.0, "sender_known": 1.5, "foot_named": 1.5, "headline": 1.4},
    "buyer": {"bias": 0.0, "headed_buyer": 4.5, "headed_seller": -6.0, "headed_delivery": -3.5, "headed_contact": -3.0,
    "sender_line": -6.0, "contacts_unheaded": -1.5, "window": 1.0, "outside_window": -1.5, "head_unheaded": -1.5,
    "first_page": 0.3,
    "later_page": -2.5, "named_only": -0.8, "nameless": -4.0, "own_host": -1.5, "sender_known": -5.0,
    "foot_named": -4.0, "headline": -1.0, "seller_elsewhere": 1.5, "sole_other": 1.5},
}  # fmt: skip


class WeightedPartyScorer:
    """A linear scorer with hand-set weights."""

    def __init__(self, weights: Mapping[Side, Mapping[str, float]] | None = None) -> None:
        self._weights = weights if weights is not None else WEIGHTS

    def score(self, cases: Sequence[PartyCase]) -> list[float]:
        """Sum weight times feature; the bias counts once."""
        return [self._one(case) for case in cases]

    def _one(self, case: PartyCase) -> float:
        weights = self._weights[case.role]
        return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in case.features.items())


@dataclass(frozen=True)
class _View:
    """What all parties of a document are seen against."""

    heights: Mapping[int, float]
    widths: Mapping[int, float]
    line_heights: Mapping[int, float]
    first: int
    hosts: str
    senders: Sequence[str]
    names: Sequence[str]
    feet: str
    sellers: Sequence[str]


def party_cases(parties: Sequence[Party], pages: Sequence[PageLines]) -> list[PartyCase]:
    """Two cases for each party, in order: as the seller, as the buyer."""
    feet = foot_of(pages)
    hosts = hosts_of(pages)
    view = _View(
        heights={page.number: page.height or 1.0 for page in pages},
        widths={page.number: page.width or 1.0 for page in pages},
        line_heights={page.number: _usual_height(page) for page in pages},
        first=pages[0].number if pages else 1,
        hosts=hosts,
        senders=[squeeze(p.name) for p in parties if p.name and (p.sender_line or p.letterhead)],
        names=[squeeze(p.name) for p in parties if p.name],
        feet=feet,
        sellers=[squeeze(p.name) for p in parties if p.name and _is_seller(p, feet, hosts)],
    )
    return [PartyCase(side, features) for party in parties for features in (_features(party, view),) for side in SIDES]


def _features(party: Party, view: _View) -> dict[str, float]:
    """All features of a party; those that do not hold are left out."""
    place = party.box.y0 / view.heights.get(party.page, 1.0)
    facts = {
        f"headed_{party.role}": party.role in ("seller", "buyer", "delivery", "contact"),
        "sender_line": party.sender_line,
        "letterhead": party.letterhead,
        "contacts": party.contacts,
        "contacts_unheaded": party.contacts and party.role != "buyer",
        "first_page": party.page == view.first,
        "later_page": party.page != view.first,
        "edge": place < 0.15 or place > 0.85,
        "upper": 0.15 <= place < 0.25,
        "head_unheaded": place < 0.1 and not party.role and not view.senders,
        "window": 0.03 < place < 0.45,
        "outside_window": not 0.03 < place < 0.45,
        "named_only": party.named_only,
        "named_only_above": party.named_only and place < 0.6,
        "named_only_below": party.named_only and place >= 0.6,
        "country": party.address_text[1] is not None,
        "headline": party.named_only and not party.role and place < HEAD,
    }
    numbers = {
        "place": place,
        "left": party.box.x0 / view.widths.get(party.page, 1.0),
        "width": party.box.width / view.widths.get(party.page, 1.0),
        "address_lines": min(len(party.address), 6) / 6.0,
        "confidence": party.confidence,
    }
    held = {name: 1.0 for name, holds in facts.items() if holds}
    return held | numbers | _name_features(party, view)


def _name_features(party: Party, view: _View) -> dict[str, float]:
    """What the name tells."""
    if not party.name:
        return {"nameless": 1.0}
    key = squeeze(party.name)
    tall = party.name_box.height / view.line_heights.get(party.page, 1.0) if party.name_box else 1.0
    facts = {
        "legal_form": has_legal_form(party.name),
        "own_host": any(len(word) > 3 and word in view.hosts for word in map(squeeze, party.name.split())),
        "sender_known": any(fuzz.ratio(key, sender) > SAME_NAME for sender in view.senders),
        "foot_named": len(key) > SHORT and key in view.feet,
        "seller_elsewhere": bool(view.sellers) and key not in view.sellers,
        "sole_other": bool(view.sellers) and key not in view.sellers and set(view.names) <= {key, *view.sellers},
    }
    return {name: 1.0 for name, holds in facts.items() if holds} | {
        "mentions": float(min(sum(key == other for other in view.names), 4)),
        "name_height": min(tall, 4.0),
        "name_digits": sum(map(str.isdigit, party.name)) / len(party.name),
        "name_words": float(min(len(party.name.split()), 8)),
    }


def _is_seller(party: Party, feet: str, hosts: str) -> bool:
    """Whether something that only sellers print names a party: the foot, the sender's line, a host, a heading."""
    if party.role not in ("", "seller"):
        return False
    key = squeeze(party.name or "")
    hosted = any(len(word) > SHORT and word in hosts for word in map(squeeze, (party.name or "").split()))
    return party.sender_line or party.role == "seller" or hosted or (len(key) > SHORT and key in feet)


def foot_of(pages: Sequence[PageLines]) -> str:
    """The text at the foot of the pages, squeezed: where sellers repeat who they are."""
    rows = (row for page in pages for row in page.rows if row.box.y0 > FOOT * (page.height or 1.0))
    return "".join(token.key for row in rows for token in row.tokens)


def hosts_of(pages: Sequence[PageLines]) -> str:
    """The host names of mail addresses and sites in letterhead and foot, squeezed: the seller's own."""
    rows = ((row, row.box.y0 / (page.height or 1.0)) for page in pages for row in page.rows)
    texts = [t.text for row, place in rows if place < 0.12 or place > 0.85 for t in row.tokens]
    return " ".join(
        squeeze(re.split(r"@|://|www\.", text)[-1]) for text in texts if "@" in text or "www." in text or "://" in text
    )


def _usual_height(page: PageLines) -> float:
    heights = sorted(row.height for row in page.rows)
    return heights[len(heights) // 2] if heights else 1.0
