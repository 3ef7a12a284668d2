"""Match weights, in splink's words: each comparison gives a similarity, each similarity a weight in log2 odds.

The weights of all comparisons and the prior add up; `probability_of` turns the sum into a match probability. A
comparison with a missing side weighs nothing. First version: weights set by hand, as data beside each comparison.

>>> weight_at(((0.0, -4.0), (0.5, 0.0), (1.0, 6.0)), 0.75)
3.0
>>> round(probability_of(5.0), 3)
0.97
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Points = tuple[tuple[float, float], ...]  # (similarity, weight), rising in similarity


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """One comparison: its name, how it reads in a sentence, its similarity in [0, 1] or None, and its weights."""

    name: str
    label: str
    similarity: Callable[[T], float | None]
    show: Callable[[T], tuple[str, str]]  # the invoice's side and the order's side, for people
    points: Points


def weight_at(points: Points, similarity: float) -> float:
    """The weight of a similarity, straight lines between the points, the end points beyond them."""
    low = points[0]
    for high in points:
        if similarity <= high[0]:
            span = high[0] - low[0]
            return high[1] if span == 0 else low[1] + (high[1] - low[1]) * (similarity - low[0]) / span
        low = high
    return points[-1][1]


def probability_of(weight: float) -> float:
    """Match probability of a summed weight; saturates at ten digits so that equal evidence stays comparable."""
    odds = math.exp2(max(-60.0, min(60.0, weight)))
    return round(odds / (1.0 + odds), 10)
