"""The certificate's threshold: of what is let through above it, at most alpha is wrong, with confidence 1 - delta.

Fixed-sequence testing (Learn then Test, Angelopoulos and others 2021) with exact binomial p-values. Labels stand in
order of their scores; the best m0 are tested, then 1.05 m0, and so on as long as the test passes. Given the score that
follows them, the best m are a fair draw of what lies above it, so the binomial is exact, and a sequence that stops at
its first failure needs no correction for how many tests it holds.

>>> [labels_needed(0.005, 0.05, errors) for errors in (0, 1, 2, 3)]
[598, 947, 1258, 1549]
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from assurance.intervals import upper_bound
from models.certificate import SEGMENTS, Label

STEP = 1.05  # each test accepts so many times more than the one before
MANY = 5000  # from so many labels on, a few errors are budgeted for, which lets more through
ERRORS_OF_MANY = 3
SUPPLIER_SHARE = 0.02  # of the labels, at most, from one supplier

ASSUMPTIONS = (
    "The invoices to come are like the labelled ones of the window: the same suppliers, channels and mix.",
    "Labels of different suppliers are independent; one supplier counts for at most 2 % of the labels.",
    "The labels are right; a share of the audits is keyed blind to test this.",
    "Among what could be let through, which documents were labelled did not depend on whether they were right.",
    "The score and the hard gates stay as they were when the labels were made.",
)


@dataclass(frozen=True, slots=True)
class Certified:
    """What the labels allow: a score strictly above `threshold` may go through; None: nothing may, yet."""

    threshold: float | None
    accepted: int  # labels above the threshold
    errors: int  # of these, wrong
    bound: float | None  # exact upper bound of their error rate, at confidence 1 - delta
    missing: int  # labelled documents without an error that would still be needed, at least
    labelled: int  # labels that counted, after the cap on each supplier


def certify(
    labels: Sequence[Label], *, alpha: float, delta: float, budget: int | None = None,
    supplier_share: float = SUPPLIER_SHARE,
) -> Certified:  # fmt: skip
    """The lowest threshold whose promise the labels of one segment prove.

    Only labels of documents that no hard gate held belong here, of one score version. Above a standing threshold they
    come from the audit sample, below it from review: below it they are more than their share, which errs on the safe
    side as long as lower scores are wrong more often.

    Args:
        labels: One segment's labels.
        alpha: The share of wrong ones that is allowed among those let through.
        delta: The probability with which that may be missed: the segment's part of the client's risk.
        budget: Errors the first test leaves room for; by default 0, or 3 from 5,000 labels on.
        supplier_share: No supplier counts for more than this share of the labels; 1 for no cap.
    """
    kept = cap_suppliers(labels, supplier_share)
    order = sorted(kept, key=lambda label: -label.score)
    wrong = list(accumulate((label.wrong for label in order), initial=0))
    allowed = error_budget(len(order)) if budget is None else budget
    first = labels_needed(alpha, delta, allowed)
    found: tuple[float, int] | None = None
    for threshold, count in _candidates([label.score for label in order], first):
        if not passes(wrong[count], count, alpha, delta):
            break
        found = threshold, count
    if found is None:
        return Certified(None, 0, 0, None, _missing(wrong, first, allowed), len(order))
    threshold, count = found
    return Certified(threshold, count, wrong[count], upper_bound(wrong[count], count, delta), 0, len(order))


def certify_on_average(labels: Sequence[Label], *, alpha: float, supplier_share: float = SUPPLIER_SHARE) -> Certified:
    """The weaker promise without a delta: at most alpha is wrong on average over many such certificates.

    The largest count m whose (errors + 1) / m is at most alpha (conformal selection with a bounded false discovery
    rate). It lets more through, and about half of the single thresholds lie above alpha: no certificate rests on it.
    """
    order = sorted(cap_suppliers(labels, supplier_share), key=lambda label: -label.score)
    wrong = list(accumulate((label.wrong for label in order), initial=0))
    scores = [label.score for label in order]
    fitting = [(threshold, count) for threshold, count in _candidates(scores, 1, step=1.0)
               if (wrong[count] + 1) / count <= alpha]  # fmt: skip
    if not fitting:
        return Certified(None, 0, 0, None, _missing(wrong, round(1 / alpha), 0), len(order))
    threshold, count = fitting[-1]
    return Certified(threshold, count, wrong[count], None, 0, len(order))


def passes(errors: int, n: int, alpha: float, delta: float) -> bool:
    """Whether so few errors are so unlikely at a rate of alpha that the rate must be lower."""
    from scipy.special import bdtr

    return bool(bdtr(errors, n, alpha) <= delta)


def labels_needed(alpha: float, delta: float, errors: int = 0) -> int:
    """How many accepted labels prove alpha with so many errors among them."""
    low, high = errors, errors + 1
    while not passes(errors, high, alpha, delta):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(errors, middle, alpha, delta) else (middle, high)
    return high


def error_budget(labelled: int) -> int:
    """Errors that the first test leaves room for; fixed by the number of labels alone, before any is looked at."""
    return ERRORS_OF_MANY if labelled >= MANY else 0


def cap_suppliers(labels: Sequence[Label], share: float = SUPPLIER_SHARE) -> list[Label]:
    """At most this share of the labels from each supplier; the surplus goes by a hash of its key, not by its label."""
    most = max(1, int(share * len(labels)))
    by_seller: dict[str, list[Label]] = {}
    for label in labels:
        by_seller.setdefault(label.seller, []).append(label)
    return [label for group in by_seller.values() for label in sorted(group, key=_lot)[:most]]


def split_risk(alpha: float, delta: float, labelled: Mapping[str, int] | None = None) -> dict[str, float]:
    """Each segment's part of delta, so that all promises together hold with confidence 1 - delta.

    Without `labelled` all segments share alike. With the number of labels of each, only those share that could pass at
    all; the others cannot be let through whatever their labels say, so their part costs nothing.

    >>> split_risk(0.005, 0.06, {"digital/known": 5000, "scan/new": 40})["digital/known"]
    0.06
    """
    if labelled is None:
        return dict.fromkeys(SEGMENTS, delta / len(SEGMENTS))
    able = [name for name in SEGMENTS if labelled.get(name, 0) >= labels_needed(alpha, delta)]
    while able:
        needed = labels_needed(alpha, delta / len(able))
        enough = [name for name in able if labelled[name] >= needed]
        if len(enough) == len(able):
            break
        able = sorted(able, key=lambda name: -labelled[name])[:-1]
    part = delta / max(1, len(able))
    return {name: part if name in able else delta / (len(able) + 1) for name in SEGMENTS}


def _candidates(scores: Sequence[float], first: int, step: float = STEP) -> Iterator[tuple[float, int]]:
    """Thresholds from strict to lax, with how many scores lie strictly above each; the last one is 0.

    The threshold for m is the score that follows the best m. Where it ties with some of them, fewer are accepted, and
    these fewer are what is tested.
    """
    rising = [-score for score in scores]
    last = 0
    for wanted in _counts(first, len(scores), step):
        threshold = scores[wanted] if wanted < len(scores) else 0.0
        count = bisect_left(rising, -threshold)
        if count >= first and count > last:
            yield threshold, count
            last = count


def _counts(first: int, last: int, step: float) -> Iterator[int]:
    """First, step times as many, and so on; all at the end."""
    wanted = first
    while wanted < last:
        yield wanted
        wanted = max(wanted + 1, int(wanted * step + 0.5))
    if first <= last:
        yield last


def _missing(wrong: Sequence[int], first: int, allowed: int) -> int:
    """Labels without an error that would have to come on top of the order before the first test passes."""
    usable = max(count for count, errors in enumerate(wrong) if errors <= allowed)
    return max(1, first - usable)


def _lot(label: Label) -> bytes:
    return hashlib.sha256(label.key.encode()).digest()
