"""Automation against errors: what each threshold would have let through of the labelled documents, and what it costs.

Costs are per document in the client's currency: review_cost for each one that a person looks at, error_cost for each
wrong one that nobody does.

>>> from datetime import UTC, datetime
>>> at = datetime(2026, 11, 1, tzinfo=UTC)
>>> rows = [Label(key=str(n), segment="scan/new", seller="s", score=n / 10, wrong=n < 2, source="review",
...               score_version="1", at=at) for n in range(10)]
>>> best = cheapest(curve(rows, error_cost=50.0, review_cost=2.0))
>>> best.automation, best.errors, best.cost
(0.8, 0, 0.4)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.certificate import Label

POINTS = 40  # a page has room for no more


class Point(NamedTuple):
    """One threshold: a score strictly above it would have gone through."""

    threshold: float
    accepted: int
    errors: int
    automation: float  # share of the documents that go through
    error_rate: float  # share of wrong ones among those
    cost: float  # mean per document


def curve(labels: Sequence[Label], *, error_cost: float, review_cost: float, most: int = POINTS) -> tuple[Point, ...]:
    """Points from the strictest threshold to the one that lets everything through; equal scores stay together."""
    order = sorted(labels, key=lambda label: -label.score)
    total, errors, found = len(order), 0, []
    if not order:
        return ()
    found.append(Point(1.0, 0, 0, 0.0, 0.0, round(review_cost, 4)))
    for at, label in enumerate(order, start=1):
        errors += label.wrong
        following = order[at].score if at < total else 0.0
        if at < total and following == label.score:
            continue
        cost = (errors * error_cost + (total - at) * review_cost) / total
        found.append(Point(following, at, errors, round(at / total, 4), round(errors / at, 6), round(cost, 4)))
    return _thinned(found, most)


def cheapest(points: Sequence[Point]) -> Point:
    """The threshold with the least cost; of equals the strictest. Raises ValueError where there are none."""
    return min(points, key=lambda point: (point.cost, point.accepted))


def _thinned(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most so many, evenly by rank, with both ends and the cheapest."""
    if len(points) <= most:
        return tuple(points)
    step = (len(points) - 1) / (most - 1)
    kept = {round(at * step) for at in range(most)} | {list(points).index(cheapest(points))}
    return tuple(points[at] for at in sorted(kept))
