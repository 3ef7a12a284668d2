"""Intervals of error rates: exact, approximate for charts, and weighted for samples drawn with unequal chances.

Rates and confidences are in [0, 1]. Sources: Clopper and Pearson 1934; Wilson 1927; Korn and Graubard 1998.

>>> round(upper_bound(0, 300, 0.05), 4), round(upper_bound(2, 600, 0.05), 4)
(0.0099, 0.0105)
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """The ends of an interval of a rate."""

    low: float
    high: float


class Rate(NamedTuple):
    """An estimated rate with its interval; `effective` is how many equally weighted documents would tell as much."""

    value: float
    interval: Interval
    effective: float


NOTHING_KNOWN = Interval(0.0, 1.0)


def upper_bound(errors: float, n: float, risk: float) -> float:
    """The exact one-sided upper bound of an error rate: the truth lies above it with probability `risk` at most."""
    from scipy.special import betaincinv

    _check(errors, n)
    return 1.0 if errors >= n else float(betaincinv(errors + 1, n - errors, 1 - risk))


def lower_bound(errors: float, n: float, risk: float) -> float:
    """The exact one-sided lower bound."""
    from scipy.special import betaincinv

    _check(errors, n)
    return 0.0 if errors <= 0 else float(betaincinv(errors, n - errors + 1, risk))


def clopper_pearson(errors: float, n: float, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval: it never covers less than `confidence`.

    >>> [round(end, 4) for end in clopper_pearson(0, 300)]
    [0.0, 0.0122]
    """
    risk = (1 - confidence) / 2
    return Interval(lower_bound(errors, n, risk), upper_bound(errors, n, risk))


def wilson(errors: int, n: int, confidence: float = 0.95) -> Interval:
    """The score interval: about right on average and narrower, for charts.

    >>> [round(end, 4) for end in wilson(0, 300)]
    [0.0, 0.0126]
    """
    _check(errors, n)
    if n == 0:
        return NOTHING_KNOWN
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, spread = errors / n, z * z / n
    centre = (rate + spread / 2) / (1 + spread)
    half = (spread * (rate * (1 - rate) + spread / 4)) ** 0.5 / (1 + spread)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def weighted_rate(outcomes: Sequence[tuple[bool, float]], confidence: float = 0.95) -> Rate:
    """The error rate of all documents from a sample drawn with known, unequal chances.

    Horvitz-Thompson weights, normed to their sum; the interval is Clopper and Pearson's at the effective sample size
    (Korn and Graubard).

    Args:
        outcomes: For each sampled document whether it was wrong, and its weight (the inverse of its chance).
        confidence: Coverage of the interval.

    >>> weighted_rate([(False, 1.0)] * 300).interval == clopper_pearson(0, 300)
    True
    """
    total = sum(weight for _, weight in outcomes)
    if total <= 0:
        return Rate(0.0, NOTHING_KNOWN, 0.0)
    effective = total * total / sum(weight * weight for _, weight in outcomes)
    rate = sum(weight for wrong, weight in outcomes if wrong) / total
    return Rate(rate, clopper_pearson(rate * effective, effective, confidence), effective)


def _check(errors: float, n: float) -> None:
    if not 0 <= errors <= n:
        raise ValueError(f"{errors} errors among {n}")
