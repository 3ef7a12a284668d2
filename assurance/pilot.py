"""A pilot: what the machine would have done for a client, beside what people did. Pure; times in seconds.

The claim "automation takes 60 % off the processing time" is compared with a recorded manual baseline: where the same
files were timed by hand, pair by pair; else as two samples. Suppliers are drawn as a whole (cluster bootstrap), because
invoices of one supplier take alike. Source: Davison and Hinkley, Bootstrap Methods, 1997, chapter 3.

>>> cases = [PilotCase(f"d{n}", f"s{n % 7}", touch_seconds=20.0, manual_seconds=100.0) for n in range(40)]
>>> saving = saving_of(cases, (), seed=1)
>>> round(saving.share, 2), saving.method, verdict_on(saving, 0.6)
(0.8, 'paired', 'proved')
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

DRAWS = 2000
FEWEST_SUPPLIERS = 5  # fewer clusters give no interval that could be believed
CONFIDENCE = 0.95

Verdict = Literal["proved", "refuted", "open"]
Seconds = Callable[["PilotCase"], float]


@dataclass(frozen=True, slots=True)
class PilotCase:
    """One document that a person settled. `terms`: term -> whether the reader had it right."""

    document_id: str
    seller: str
    touch_seconds: float
    manual_seconds: float | None = None  # the same file, keyed by hand
    would_pass: bool = False
    wrong: bool | None = None
    segment: str = ""
    terms: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saving:
    """The share of the manual time that is saved, with its interval; None where there is too little for one."""

    share: float
    low: float | None
    high: float | None
    method: Literal["paired", "two_samples"]
    documents: int
    manual_mean: float
    system_mean: float


def saving_of(
    cases: Sequence[PilotCase], baseline: Sequence[float], *, seconds: Seconds | None = None, seed: int = 0
) -> Saving | None:
    """How much of the manual time the system saves.

    Args:
        cases: The pilot's settled documents.
        baseline: Seconds of invoices keyed by hand that are not among the cases.
        seconds: What a case costs with the system; its touch time where None.
        seed: Of the bootstrap.

    Returns:
        None where nothing was timed by hand, or nothing was settled.
    """
    cost = seconds or (lambda case: case.touch_seconds)
    paired = [case for case in cases if case.manual_seconds]
    if paired:
        rows = [(case.seller, cost(case), case.manual_seconds or 0.0) for case in paired]
        return _summary(rows, "paired", seed)
    if not cases or not baseline:
        return None
    mean = sum(baseline) / len(baseline)
    rows = [(case.seller, cost(case), mean) for case in cases]
    return _summary(rows, "two_samples", seed, baseline)


def _summary(
    rows: Sequence[tuple[str, float, float]], method: Literal["paired", "two_samples"], seed: int,
    baseline: Sequence[float] = (),
) -> Saving:  # fmt: skip
    system, manual = sum(row[1] for row in rows), sum(row[2] for row in rows)
    low, high = _interval(rows, seed, baseline)
    count = len(rows)
    return Saving(1.0 - system / manual, low, high, method, count, manual / count, system / count)


def _interval(
    rows: Sequence[tuple[str, float, float]], seed: int, baseline: Sequence[float]
) -> tuple[float | None, float | None]:
    """The percentile interval of 1 - system / manual over draws of whole suppliers (and of the baseline, if apart)."""
    import numpy as np

    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for seller, system, manual in rows:
        for at, value in enumerate((system, manual, 1.0)):
            sums[seller][at] += value
    if len(sums) < FEWEST_SUPPLIERS:
        return None, None
    chance = np.random.default_rng(seed)
    clusters = np.array([sums[seller] for seller in sorted(sums)])
    drawn = clusters[chance.integers(0, len(clusters), (DRAWS, len(clusters)))].sum(axis=1)
    manual_sums = drawn[:, 1]
    if baseline:
        times = np.asarray(baseline, dtype=float)
        manual_sums = drawn[:, 2] * times[chance.integers(0, len(times), (DRAWS, len(times)))].mean(axis=1)
    edge = (1.0 - CONFIDENCE) / 2
    low, high = np.quantile(1.0 - drawn[:, 0] / manual_sums, [edge, 1.0 - edge])
    return float(low), float(high)


def verdict_on(saving: Saving | None, claim: float) -> Verdict:
    """Whether the claimed saving is proved, refuted, or open for want of documents.

    >>> verdict_on(None, 0.6)
    'open'
    """
    if saving is None or saving.low is None or saving.high is None:
        return "open"
    return "proved" if saving.low >= claim else "refuted" if saving.high < claim else "open"


def agreement(cases: Sequence[PilotCase]) -> dict[str, tuple[int, int]]:
    """Term -> (right, seen): how often people left the reader's value as it was.

    >>> agreement([PilotCase("a", "s", 1.0, terms={"iban": True}), PilotCase("b", "s", 1.0, terms={"iban": False})])
    {'iban': (1, 2)}
    """
    counts: dict[str, tuple[int, int]] = {}
    for case in cases:
        for term, is_right in case.terms.items():
            right, seen = counts.get(term, (0, 0))
            counts[term] = (right + is_right, seen + 1)
    return counts


def with_automation(audit_share: float) -> Seconds:
    """What a case costs once the certificate is in force: those let through only where the audit sample takes them.

    >>> with_automation(0.05)(PilotCase("a", "s", 40.0, would_pass=True))
    2.0
    """
    return lambda case: case.touch_seconds * (audit_share if case.would_pass else 1.0)
