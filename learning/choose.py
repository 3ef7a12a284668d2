"""Which documents are most worth a person's look: those from whose label most is learned.

A label teaches where the score is torn, where many more documents of the supplier come, and where few are labelled yet.
At most three of one supplier in a round, or one supplier's habits would be learned by heart; a fifth is drawn evenly,
so that error rates can still be estimated without bias.

>>> torn = Waiting("a", "S1", score=0.5, volume=10)
>>> sure = Waiting("b", "S2", score=0.999, volume=10)
>>> [choice.key for choice in choose([sure, torn], 1, seed=1)]
['a']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

PER_SUPPLIER = 3
EVENLY = 0.2


@dataclass(frozen=True, slots=True)
class Waiting:
    """One document that could be looked at."""

    key: str
    supplier: str
    score: float  # probability, in [0, 1], that everything on it is right
    volume: int = 1  # documents of this supplier in the last weeks
    labelled: int = 0  # of these, settled by a person


@dataclass(frozen=True, slots=True)
class Choice:
    """One that was chosen, in order: for its gain, or drawn evenly."""

    key: str
    supplier: str
    gain: float
    why: Literal["gain", "evenly"]


def gain_of(document: Waiting) -> float:
    """Expected gain of a label: its surprise, times the documents that it helps with, over what is known already."""
    torn = 4 * document.score * (1 - document.score)
    return torn * max(1, document.volume) / (1 + document.labelled)


def choose(
    waiting: Sequence[Waiting], count: int, *, seed: int, per_supplier: int = PER_SUPPLIER, evenly: float = EVENLY
) -> list[Choice]:
    """Up to `count` documents: the even draw first, then by gain; never more than `per_supplier` of one supplier."""
    ordered = sorted(waiting, key=lambda each: each.key)
    lots = list(ordered)
    Random(seed).shuffle(lots)  # noqa: S311 - a draw, no secret
    drawn = _take(lots, round(evenly * count), Counter(), per_supplier)
    taken = Counter(each.supplier for each in drawn)
    known = {each.key for each in drawn}
    rest = sorted((each for each in ordered if each.key not in known), key=lambda each: (-gain_of(each), each.key))
    best = _take(rest, count - len(drawn), taken, per_supplier)
    return [
        *(Choice(each.key, each.supplier, round(gain_of(each), 4), "gain") for each in best),
        *(Choice(each.key, each.supplier, round(gain_of(each), 4), "evenly") for each in drawn),
    ]


def _take(ordered: Sequence[Waiting], count: int, taken: Counter[str], most: int) -> list[Waiting]:
    found: list[Waiting] = []
    for each in ordered:
        if len(found) >= count:
            break
        if taken[each.supplier] < most:
            taken[each.supplier] += 1
            found.append(each)
    return found
