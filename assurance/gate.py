"""The gate before a newly trained version: it replaces the old one only where paired outcomes prove that it may.

Both versions read the same documents; only those on which they differ count. Rates and differences are in [0, 1].
Sources: McNemar 1947 (exact form), Agresti and Min 2005 for the interval of a paired difference.

>>> round(mcnemar(2, 12), 4)
0.0129
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, NamedTuple

CRITICAL = ("gross_total", "iban", "seller", "order")
MARGIN = 0.005  # half a point: so much worse, at most, with 95 % confidence
RISK = 0.05
SLOPES = (0.8, 1.2)
FEWEST_LABELS = 30

Reason = Literal[
    "better", "more_automation", "no_gain", "worse", "critical_field", "past_correction", "calibration", "too_few"
]
REASON_TEXTS: dict[str, tuple[str, str]] = {  # English, French
    "better": ("more documents wholly right, and not by chance", "plus de documents entièrement justes, sans hasard"),
    "more_automation": (
        "as good, and more may go through at the same limit", "aussi bon, et davantage passe à limite égale",
    ),
    "no_gain": ("no gain that chance does not explain", "aucun gain que le hasard n'explique"),
    "worse": ("it may be worse by more than half a point", "il peut être moins bon de plus d'un demi-point"),
    "critical_field": ("a critical field may be worse by more than half a point",
                       "un champ critique peut perdre plus d'un demi-point"),
    "past_correction": ("it repeats an error that people corrected", "il répète une erreur déjà corrigée"),
    "calibration": (
        "its probabilities are too bold or too timid", "ses probabilités sont trop hardies ou timides",
    ),
    "too_few": ("too few documents to judge", "trop peu de documents pour juger"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paired:
    """One document read by both: the terms that each had wrong; none means wholly right."""

    key: str
    champion: frozenset[str] = frozenset()
    challenger: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """How often each was wrong where the other was right, and the upper bound of the challenger's loss."""

    lost: int  # only the challenger is wrong
    won: int  # only the champion is wrong
    documents: int
    p: float  # exact McNemar, two-sided
    loss_bound: float  # one-sided 95 % bound of (challenger's error rate - champion's)


class Ground(NamedTuple):
    """One reason of a verdict, with its figure."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the challenger may replace the champion, why, and the figures that say so."""

    promote: bool
    reasons: tuple[Ground, ...]
    document: Difference
    fields: dict[str, Difference]


def judge_challenger(
    pairs: Sequence[Paired], *, forgotten: Sequence[str] = (), slope: float | None = None,
    automation: tuple[float, float] | None = None, critical: Sequence[str] = CRITICAL,
) -> Verdict:  # fmt: skip
    """Judge by documents that neither version was trained on.

    Args:
        pairs: Outcomes on the frozen set and on the newest documents.
        forgotten: Keys of past corrections that the challenger gets wrong (again).
        slope: Its calibration slope (`calibration_slope`); None for a version without probabilities.
        automation: Shares that could be certified at the same alpha and delta: champion's, challenger's.
        critical: Terms that must not be worse.

    Returns:
        The verdict; it promotes only if no reason speaks against.
    """
    document = difference((bool(one.champion), bool(one.challenger)) for one in pairs)
    fields = {name: difference((name in one.champion, name in one.challenger) for one in pairs) for name in critical}
    against = [*_safety(fields, forgotten, slope), *([Ground("too_few", "0")] if not pairs else [])]
    gain = _gain(document, automation)
    promote = not against and gain.reason in {"better", "more_automation"}
    return Verdict(promote, (gain, *against), document, fields)


def _gain(document: Difference, automation: tuple[float, float] | None) -> Ground:
    if document.p < RISK and document.won > document.lost:
        return Ground("better", f"+{document.won} -{document.lost} p={document.p:.4f}")
    if document.p < RISK or document.loss_bound > MARGIN:
        return Ground("worse", f"+{document.won} -{document.lost}, {document.loss_bound:+.2%}")
    if automation is not None and automation[1] > automation[0]:
        return Ground("more_automation", f"{automation[0]:.1%} -> {automation[1]:.1%}")
    return Ground("no_gain", f"+{document.won} -{document.lost} p={document.p:.4f}")


def _safety(fields: dict[str, Difference], forgotten: Sequence[str], slope: float | None) -> list[Ground]:
    found = [Ground("critical_field", f"{name}: {one.loss_bound:+.2%} (+{one.won} -{one.lost})")
             for name, one in fields.items() if one.loss_bound > MARGIN]  # fmt: skip
    if forgotten:
        found.append(Ground("past_correction", f"{len(forgotten)}: {' '.join(sorted(forgotten)[:5])}"))
    if slope is not None and not SLOPES[0] <= slope <= SLOPES[1]:
        found.append(Ground("calibration", f"{slope:.2f}"))
    return found


def difference(wrongs: Iterable[tuple[bool, bool]]) -> Difference:
    """Compare paired outcomes: (champion wrong, challenger wrong) of each document."""
    pairs = list(wrongs)
    lost = sum(not champion and challenger for champion, challenger in pairs)
    won = sum(champion and not challenger for champion, challenger in pairs)
    return Difference(lost, won, len(pairs), mcnemar(lost, won), loss_bound(lost, won, len(pairs)))


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p-value: how likely so uneven a split of the differing documents is by chance."""
    differing = lost + won
    if differing == 0:
        return 1.0
    tail = sum(math.comb(differing, count) for count in range(min(lost, won) + 1))
    return min(1.0, 2 * tail / (1 << differing))


def loss_bound(lost: int, won: int, documents: int, risk: float = RISK) -> float:
    """The one-sided upper bound of the loss, (lost - won) / documents, with half a document added to each cell."""
    total = documents + 2
    mean = (lost - won) / total
    spread = math.sqrt(max(0.0, (lost + won + 1) / total - mean * mean) / total)
    return mean + NormalDist().inv_cdf(1 - risk) * spread


def calibration_slope(probabilities: Sequence[float], right: Sequence[bool]) -> float | None:
    """The slope of the outcome's log-odds over the predicted ones: 1 is honest, below it too bold, above it timid.

    Returns:
        None with fewer than `FEWEST_LABELS` documents, or where all or none are right.
    """
    if len(right) < FEWEST_LABELS or len(set(right)) < 2:
        return None
    points = [(_log_odds(one), float(outcome)) for one, outcome in zip(probabilities, right, strict=True)]
    base, slope = 0.0, 1.0
    for _ in range(50):
        step = _newton(points, base, slope)
        base, slope = base + step[0], slope + step[1]
        if max(map(abs, step)) < 1e-9:
            break
    return slope


def _newton(points: Sequence[tuple[float, float]], base: float, slope: float) -> tuple[float, float]:
    """One step of logistic regression on one variable; a little ridge keeps separable data finite."""
    g0 = g1 = 0.0
    h00 = h11 = 1e-6
    h01 = 0.0
    for x, y in points:
        p = 1 / (1 + math.exp(-max(-30.0, min(30.0, base + slope * x))))
        w = p * (1 - p)
        g0, g1 = g0 + y - p, g1 + (y - p) * x
        h00, h01, h11 = h00 + w, h01 + w * x, h11 + w * x * x
    determinant = h00 * h11 - h01 * h01
    if determinant < 1e-12:
        return 0.0, 0.0
    clip = 5.0
    return (max(-clip, min(clip, (h11 * g0 - h01 * g1) / determinant)),
            max(-clip, min(clip, (h00 * g1 - h01 * g0) / determinant)))  # fmt: skip


def _log_odds(probability: float) -> float:
    safe = min(1 - 1e-6, max(1e-6, probability))
    return math.log(safe / (1 - safe))
