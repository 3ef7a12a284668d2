"""The net promoter score of some answers from 0 to 10, with an interval. Points from -100 to 100.

Promoters say 9 or 10, detractors 0 to 6; the score is the share of the first less that of the second, in points (F.
Reichheld, Harvard Business Review, December 2003). The interval of 95 % is Wald's for a difference of two shares of one
sample, with Agresti's three added answers, one of each kind (B. Rocks, Australian & New Zealand Journal of Statistics
58, 2016): few answers say little, and it says so.

>>> few = net_promoter([10, 9, 8, 3])
>>> few.score, few.answers, round(few.low), round(few.high)
(25.0, 4, -47, 76)
>>> net_promoter([]) is None
True
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

_PROMOTES, _DETRACTS = 9, 6
_NORMAL = 1.959964
_POINTS = 100.0


class NetPromoter(NamedTuple):
    """The score, of how many answers, and its interval of 95 %."""

    score: float
    answers: int
    promoters: int
    detractors: int
    low: float
    high: float


def net_promoter(scores: Iterable[int]) -> NetPromoter | None:
    """The score of some answers; None where there are none."""
    given = list(scores)
    if not given:
        return None
    up = sum(one >= _PROMOTES for one in given)
    down = sum(one <= _DETRACTS for one in given)
    count, more, less = len(given) + 3, up + 1, down + 1
    middle = (more - less) / count
    half = _NORMAL * sqrt(max((more + less) / count - middle**2, 0.0) / count)
    return NetPromoter(_POINTS * (up - down) / len(given), len(given), up, down,
                       _POINTS * max(middle - half, -1.0), _POINTS * min(middle + half, 1.0))  # fmt: skip
