"""Who is the seller and who the buyer among the parties of a document.

Each party is weighed as seller and as buyer (log-odds, see `party_cases`), then the best pair of different names wins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.fields.lexicon import squeeze
from extractors.fields.party import PageLines, Party
from extractors.fields.party_cases import (
    SIDES,
    PartyCase,
    PartyScorer,
    Side,
    WeightedPartyScorer,
    party_cases,
)

__all__ = ["Chosen", "PartyCase", "PartyScorer", "WeightedPartyScorer", "choose", "party_cases"]

Scored = Sequence[tuple[Party, float]]
LEAST = -2.0  # log-odds below which a party is no option for a role


@dataclass(frozen=True)
class Chosen:
    """The party of a role, how sure, and the runners-up."""

    party: Party
    confidence: float
    others: tuple[Party, ...] = ()


def choose(
    parties: Sequence[Party], pages: Sequence[PageLines], scorer: PartyScorer | None = None
) -> dict[str, Chosen]:
    """The seller and the buyer; a role that nobody fits is absent."""
    scores = (scorer or WeightedPartyScorer()).score(party_cases(parties, pages))
    sides: dict[Side, Scored] = {
        side: list(zip(parties, scores[at :: len(SIDES)], strict=True)) for at, side in enumerate(SIDES)
    }
    pair = dict(zip(SIDES, _best_pair(sides["seller"], sides["buyer"]), strict=True))
    chosen: dict[str, Chosen] = {}
    for side, other in (SIDES, SIDES[::-1]):
        party = pair[side]
        if party is not None:
            swapped = _score_of(party, sides[other]) - max(0.0, _score_of(pair[other], sides[other]))
            chosen[side] = _chosen(party, sides[side], parties, swapped)
    return chosen


def _best_pair(sellers: Scored, buyers: Scored) -> tuple[Party | None, Party | None]:
    """The two different parties whose scores sum up highest; nobody has the score 0."""
    total = -math.inf
    pair: tuple[Party | None, Party | None] = (None, None)
    for seller, s in ((None, 0.0), *(row for row in sellers if row[1] > LEAST)):
        for buyer, b in ((None, 0.0), *(row for row in buyers if row[1] > LEAST)):
            if s + b > total and not (seller is not None and buyer is not None and _same(seller, buyer)):
                total, pair = s + b, (seller, buyer)
    return pair


def _score_of(party: Party | None, scored: Scored) -> float:
    return next((score for other, score in scored if other is party), 0.0)


def _chosen(party: Party, scored: Scored, parties: Sequence[Party], swapped: float) -> Chosen:
    """How sure the choice is against its rivals, against nobody, and against the party's being the other side."""
    rivals = sorted(((p, score) for p, score in scored if not _same(p, party)), key=lambda row: -row[1])
    against = sum(math.exp(score) for _, score in rivals) + math.exp(swapped) + 1.0
    own = math.exp(_score_of(party, scored))
    return Chosen(_completed(party, parties), own / (own + against), tuple(p for p, _ in rivals[:2]))


def _completed(party: Party, parties: Sequence[Party]) -> Party:
    """The party with the country that another mention of it names."""
    if party.address_text[1] or party.letterhead or not party.name:
        return party
    for other in parties:
        if other.name and squeeze(other.name) == squeeze(party.name) and other.address_text[1]:
            same = squeeze(party.address_text[0]) == squeeze(other.address_text[0])
            return replace(party, address=other.address) if same else party
    return party


def _same(one: Party, two: Party) -> bool:
    if one is two:
        return True
    return bool(one.name and two.name and squeeze(one.name) == squeeze(two.name)) or (
        bool(one.address_text[0]) and squeeze(one.address_text[0]) == squeeze(two.address_text[0])
    )
