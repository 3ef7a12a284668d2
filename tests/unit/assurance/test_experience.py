"""What labels say of one document: only of enough, never better than it is."""

from __future__ import annotations

from datetime import UTC, datetime

from assurance.experience import FEWEST, MOST, experience
from models.certificate import Label


def label(number: int, score: float, *, wrong: bool = False) -> Label:
    return Label(key=str(number), segment="scan/new", seller="S", score=score, wrong=wrong, source="review",
                 score_version="v", at=datetime(2026, 11, 1, tzinfo=UTC))  # fmt: skip


def test_labels_with_a_better_score_never_count() -> None:
    better = [label(n, 0.9 + n / 10_000) for n in range(500)]
    assert experience(better, 0.89).count == 0
    assert not experience(better, 0.89).is_enough


def test_the_nearest_below_count_and_no_more_than_are_near() -> None:
    near = [label(n, 0.8 + n / 10_000) for n in range(MOST)]
    far = [label(MOST + n, 0.1, wrong=True) for n in range(100)]
    told = experience(near + far, 0.95)
    assert (told.count, told.wrong) == (MOST, 0)


def test_fifty_labels_say_something_and_one_fewer_does_not() -> None:
    rows = [label(n, 0.5) for n in range(FEWEST)]
    assert experience(rows, 0.5).is_enough
    assert not experience(rows[1:], 0.5).is_enough


def test_the_bound_is_exact_and_rounded_up_as_it_is_shown() -> None:
    told = experience([label(n, 0.5, wrong=n == 0) for n in range(100)], 0.5)
    assert told.wrong == 1
    assert told.most == 0.047  # Clopper and Pearson, one-sided 95 %: 0.04656
