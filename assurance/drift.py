"""Drift: whether what comes in still looks like what the labels stood for. Needs no labels, so it warns weeks earlier.

Each figure is one `Drift` with a level: calm, watch or alarm. Sources: population stability index (10 bins, custom
limits 0.10 and 0.25), two-sample Kolmogorov-Smirnov, total variation of the supplier mix.

>>> psi([0.1, 0.5, 0.9] * 100, [0.1, 0.5, 0.9] * 100) < 1e-9
True
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Literal, NamedTuple

Level = Literal["calm", "watch", "alarm"]

FEWEST = 100  # documents on either side; with fewer nothing is said
BINS = 10
PSI_LIMITS = (0.10, 0.25)
KS_LIMITS = (0.10, 0.20)  # of the distance; only where chance does not explain it
MIX_LIMITS = (0.25, 0.50)  # share of the volume that moved between suppliers, beyond what chance moves
RISE_LIMITS = (0.05, 0.15)  # rise of a rate, in absolute terms; only where chance does not explain it
CHANCE = 0.0001  # a difference this unlikely is none of chance
Z_CHANCE = 3.719  # its one-sided normal quantile


@dataclass(frozen=True, slots=True)
class Observed:
    """One decided document, as far as monitors look at it."""

    score: float
    seller: str
    gated: bool  # a hard gate held it
    features: Mapping[str, float] = field(default_factory=dict)
    new_words: float | None = None  # share of its label words never seen at this client, where that is known


class Drift(NamedTuple):
    """One monitor's figure: the value, the level, and a sentence."""

    monitor: str  # score_psi, score_ks, feature_psi:<name>, supplier_mix, gate_failures, new_words
    value: float
    level: Level
    words: str


def compare(before: Sequence[Observed], now: Sequence[Observed]) -> tuple[Drift, ...]:
    """All monitors of one segment: the documents of the certificate's window against the newest ones.

    Returns:
        One row a monitor; empty where either side has fewer than `FEWEST` documents.
    """
    if min(len(before), len(now)) < FEWEST:
        return ()
    gated = [[float(one.gated) for one in side] for side in (before, now)]
    found = [
        *_scores([one.score for one in before], [one.score for one in now]),
        *_features(before, now),
        _mix(before, now),
        _rise("gate_failures", "documents held by a hard gate", *gated),
    ]
    old_words = [one.new_words for one in before if one.new_words is not None]
    new_words = [one.new_words for one in now if one.new_words is not None]
    if min(len(old_words), len(new_words)) >= FEWEST:
        found.append(_rise("new_words", "label words never seen before", old_words, new_words))
    return tuple(found)


def worst(rows: Sequence[Drift]) -> Level:
    """The highest level among some monitors.

    >>> worst([])
    'calm'
    """
    return max((row.level for row in rows), key=("calm", "watch", "alarm").index, default="calm")


def breaks_promise(rows: Sequence[Drift]) -> bool:
    """Whether a certificate may no longer be relied on: scores or suppliers are plainly others than the labelled ones.

    Single features and gates only warn: a gate that fails more often lets less through, not more.
    """
    loud = {row.monitor for row in rows if row.level == "alarm"}
    return {"score_psi", "score_ks"} <= loud or "supplier_mix" in loud


def psi(before: Sequence[float], now: Sequence[float], bins: int = BINS) -> float:
    """The population stability index over bins of equal size before; 0 where chance explains it.

    By chance alone it is distributed as chi-squared times (1/n + 1/m), one degree of freedom less than bins: its mean
    is taken off, and what lies within all but `CHANCE` of that distribution counts as nothing.
    """
    edges = sorted(set(quantiles(before, n=bins)))
    old, new = _shares(before, edges), _shares(now, edges)
    raw = sum((b - a) * math.log(b / a) for a, b in zip(old, new, strict=True))
    scale, freedom = 1 / len(before) + 1 / len(now), len(edges)
    return raw - freedom * scale if raw > _chi_squared_top(freedom) * scale else 0.0


def _chi_squared_top(freedom: int) -> float:
    """The value that chi-squared exceeds with probability `CHANCE` (Wilson and Hilferty)."""
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + Z_CHANCE * math.sqrt(part)) ** 3)


def kolmogorov_smirnov(before: Sequence[float], now: Sequence[float]) -> tuple[float, float]:
    """The greatest distance of two distributions, and the probability of one so great by chance (asymptotic)."""
    old, new = sorted(before), sorted(now)
    distance = max(abs(bisect_right(old, at) / len(old) - bisect_right(new, at) / len(new)) for at in {*old, *new})
    effective = math.sqrt(len(old) * len(new) / (len(old) + len(new)))
    z = (effective + 0.12 + 0.11 / effective) * distance
    if z < 0.3:
        return distance, 1.0
    terms = (2 * (-1) ** (k - 1) * math.exp(-2 * (k * z) ** 2) for k in range(1, 101))
    return distance, min(1.0, max(0.0, math.fsum(terms)))


def supplier_shift(before: Sequence[str], now: Sequence[str]) -> float:
    """The share of the volume that moved from suppliers to others (total variation), in [0, 1]."""
    old, new = Counter(before), Counter(now)
    return sum(abs(old[one] / len(before) - new[one] / len(now)) for one in {*old, *new}) / 2


def _shares(values: Sequence[float], edges: Sequence[float]) -> list[float]:
    """The share of values in each bin; half a document is added to each, so that none is empty."""
    counted = Counter(bisect_right(edges, value) for value in values)
    total = len(values) + 0.5 * (len(edges) + 1)
    return [(counted[place] + 0.5) / total for place in range(len(edges) + 1)]


def _scores(before: Sequence[float], now: Sequence[float]) -> tuple[Drift, Drift]:
    index = psi(before, now)
    distance, chance = kolmogorov_smirnov(before, now)
    return (
        Drift("score_psi", index, _level(index, PSI_LIMITS), f"scores: stability index {index:.2f}"),
        Drift("score_ks", distance, _level(distance if chance < CHANCE else 0.0, KS_LIMITS),
              f"scores: greatest distance {distance:.2f}"),
    )  # fmt: skip


def _features(before: Sequence[Observed], now: Sequence[Observed]) -> list[Drift]:
    found = []
    for name in sorted({name for one in (*before, *now) for name in one.features}):
        old = [one.features[name] for one in before if name in one.features]
        new = [one.features[name] for one in now if name in one.features]
        if min(len(old), len(new)) >= FEWEST:
            index = psi(old, new)
            level = _level(index, PSI_LIMITS)
            found.append(Drift(f"feature_psi:{name}", index, level, f"{name}: stability index {index:.2f}"))
    return found


def _mix(before: Sequence[Observed], now: Sequence[Observed]) -> Drift:
    old, new = [one.seller for one in before], [one.seller for one in now]
    moved = supplier_shift(old, new)
    pooled = Counter([*old, *new])
    spread = 1 / len(old) + 1 / len(new)
    shares = (count / (len(old) + len(new)) for count in pooled.values())
    chance = sum(math.sqrt(share * (1 - share) * spread * 2 / math.pi) for share in shares) / 2
    return Drift("supplier_mix", moved, _level(max(0.0, moved - chance), MIX_LIMITS),
                 f"{moved:.0%} of the volume moved between suppliers ({chance:.0%} by chance)")  # fmt: skip


def _rise(monitor: str, what: str, before: Sequence[float], now: Sequence[float]) -> Drift:
    """A mean that rose; a fall is no cause for alarm."""
    old, new = sum(before) / len(before), sum(now) / len(now)
    pooled = (sum(before) + sum(now)) / (len(before) + len(now))
    error = math.sqrt(max(pooled * (1 - pooled), 0.0) * (1 / len(before) + 1 / len(now)))
    level = _level(new - old if new - old > Z_CHANCE * error else 0.0, RISE_LIMITS)
    return Drift(monitor, new, level, f"{what}: {new:.1%}, before {old:.1%}")


def _level(value: float, limits: tuple[float, float]) -> Level:
    return "alarm" if value >= limits[1] else "watch" if value >= limits[0] else "calm"
