"""How far two persons agree beyond chance: Cohen's kappa with its interval.

Source: Cohen 1960, A coefficient of agreement for nominal scales; the large-sample standard error of Fleiss, Cohen and
Everitt 1969 in its simple form.

>>> kappa([("right", "right")] * 20 + [("wrong", "wrong")] * 5 + [("right", "wrong")] * 5).value
0.5714
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

FEWEST = 10  # pairs below which the interval says nothing


class Agreement(NamedTuple):
    """Kappa in [-1, 1] with its interval; None where there are too few pairs, or chance alone explains everything."""

    pairs: int
    same: int
    value: float | None
    low: float | None
    high: float | None


def kappa(pairs: Sequence[tuple[str, str]], confidence: float = 0.95) -> Agreement:
    """Cohen's kappa of two persons' verdicts on the same things."""
    n, same = len(pairs), sum(one == other for one, other in pairs)
    if n < FEWEST:
        return Agreement(n, same, None, None, None)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed, chance = same / n, sum(first[each] * second[each] for each in first) / n**2
    if chance >= 1:
        return Agreement(n, same, None, None, None)
    value = (observed - chance) / (1 - chance)
    spread = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(observed * (1 - observed) / n) / (1 - chance)
    return Agreement(n, same, round(value, 4), round(max(-1.0, value - spread), 4), round(min(1.0, value + spread), 4))
