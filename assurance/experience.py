"""What labels say of one document: how many that scored like it were wrong. Shares in [0, 1].

Higher scores err less often, so labels at or below a document's score cannot make it look better than it is: the
nearest of those are counted. Without enough of them nothing is said.

>>> from datetime import UTC, datetime
>>> at = datetime(2026, 11, 1, tzinfo=UTC)
>>> labels = [Label(key=str(n), segment="scan/new", seller="s", score=n / 1000, wrong=n < 2, source="review",
...                 score_version="1", at=at) for n in range(100)]
>>> told = experience(labels, 0.5)
>>> told.count, told.wrong, round(told.most, 3)
(100, 2, 0.062)
>>> experience(labels, 0.0489).is_enough
False
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from assurance.intervals import upper_bound
from models.certificate import Label

FEWEST, MOST = 50, 200  # labels that are counted
RISK = 0.05


@dataclass(frozen=True, slots=True)
class Experience:
    """Labelled documents that scored like one or a little less, and the upper bound of their error rate."""

    count: int
    wrong: int
    most: float  # the true rate lies above it with probability RISK at most

    @property
    def is_enough(self) -> bool:
        """Whether there are so many that something can be said."""
        return self.count >= FEWEST


def experience(labels: Sequence[Label], score: float) -> Experience:
    """What the labels of one segment, of one score version, say of a document with this score."""
    near = sorted((label for label in labels if label.score <= score), key=lambda label: -label.score)[:MOST]
    wrong = sum(label.wrong for label in near)
    most = upper_bound(wrong, len(near), RISK) if near else 1.0
    return Experience(len(near), wrong, ceil(most * 1000) / 1000)  # as it is shown, and not rounded down
