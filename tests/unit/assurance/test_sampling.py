"""The lottery of the audit sample."""

from __future__ import annotations

from assurance.sampling import is_blind, is_drawn, share_needed

NAMES = [f"{place:032x}" for place in range(20_000)]


def test_the_share_is_kept_and_both_lotteries_are_independent() -> None:
    drawn = [name for name in NAMES if is_drawn(b"k", name, 0.05)]
    assert 900 < len(drawn) < 1100
    assert 0.10 < sum(is_blind(b"k", name, 0.15) for name in drawn) / len(drawn) < 0.20


def test_another_key_draws_others_and_the_same_key_the_same() -> None:
    first, again, other = ({name for name in NAMES if is_drawn(key, name, 0.05)} for key in (b"a", b"a", b"b"))
    assert first == again
    assert len(first & other) < 100


def test_a_larger_share_keeps_who_was_drawn() -> None:
    assert {n for n in NAMES if is_drawn(b"k", n, 0.05)} < {n for n in NAMES if is_drawn(b"k", n, 0.10)}


def test_the_share_rises_where_few_go_through() -> None:
    assert share_needed(0, 0.05, 60) == 1.0
    assert share_needed(600, 0.05, 60) == 0.1
    assert share_needed(1200, 0.05, 60) == share_needed(9999, 0.05, 60) == 0.05
    assert share_needed(100, 0.0, 0) == 0.0
