"""How well a person answers, told by hidden questions whose answer is known: share, exact interval, and when to stop.

One miss stops nobody: the answers are weighed as a sequence (assurance.eprocess), and a person who is right as often as
is asked for is wrongly stopped with a probability of 5 % at most, ever.

>>> is_below([False] * 3 + [True], 0.8), is_below([False] * 12, 0.8)
(False, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assurance.eprocess import gather
from assurance.intervals import NOTHING_KNOWN, Interval, clopper_pearson


class Accuracy(NamedTuple):
    """Share of right answers with its exact interval (95 %)."""

    right: int
    answers: int
    share: float
    interval: Interval


def accuracy(outcomes: Sequence[bool]) -> Accuracy:
    """The accuracy of a person whose known answers came out so (True: right).

    >>> accuracy([True] * 20).interval.low > 0.83
    True
    """
    right, count = sum(outcomes), len(outcomes)
    if not count:
        return Accuracy(0, 0, 0.0, NOTHING_KNOWN)
    return Accuracy(right, count, right / count, clopper_pearson(right, count))


def is_below(outcomes: Sequence[bool], asked: float) -> bool:
    """Whether the sequence of known answers shows a person to be right less often than is asked."""
    return gather((not right for right in outcomes), alpha=1 - asked).alarm()


def has_qualified(outcomes: Sequence[bool], count: int, share: float) -> bool | None:
    """Whether a person passed the questions before the work; None while some are still to come.

    >>> has_qualified([True] * 16 + [False] * 4, 20, 0.8), has_qualified([True] * 19, 20, 0.8)
    (True, None)
    """
    if len(outcomes) < count:
        return None
    return sum(outcomes[:count]) >= share * count
