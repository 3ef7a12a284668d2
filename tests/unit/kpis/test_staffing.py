"""How many people a day asks for: the simulation against what can be computed by hand, and against Erlang C."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.shifts import Piece, Slot, later, serve, try_rosters
from kpis.staffing import Demand, Goal, erlang_c, plan_day, reviewers_by_erlang, try_plan, work_through

HOURS = tuple(Slot(540 + 60 * k, 600 + 60 * k, share) for k, share in enumerate((0.45, 0.25, 0.15, 0.1, 0.05)))


def demand(expected: float, goal: float = 30.0) -> Demand:
    return Demand(expected, expected * 0.85, expected * 1.18, HOURS, 3.4, 0.57, (Goal(1.0, goal),))


def test_erlang_c_is_the_textbook_figure() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)  # M/M/1: the load itself
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert erlang_c(3, 3.0) == 1.0


def test_a_morning_peak_breaks_what_erlang_promises() -> None:
    """By the day's mean load four people seem plenty; half the documents come in the first hour."""
    work = demand(300)
    mean = sum(slot.end - slot.begin for slot in HOURS) / 60
    promised = reviewers_by_erlang(300 / mean, work.mean_minutes, 30.0, 0.95)
    assert try_plan(work, [promised] * len(HOURS)).attainment < 0.8
    plan = plan_day(work, 0.95)
    assert plan.outcome.attainment >= 0.95
    assert plan.reviewers[0] > promised


def test_nobody_who_is_not_needed_is_planned() -> None:
    plan = plan_day(demand(200), 0.95)
    for at, people in enumerate(plan.reviewers):
        if people:
            fewer = [n - (k == at) for k, n in enumerate(plan.reviewers)]
            assert try_plan(demand(200), fewer).attainment < 0.95, at


def test_an_empty_day_needs_nobody() -> None:
    plan = plan_day(Demand(0.0, 0.0, 0.0, HOURS, 3.4, 0.57), 0.95)
    assert (sum(plan.reviewers), sum(plan.by_erlang), plan.hours) == (0, 0, 0.0)


def test_the_queue_serves_by_due_time_and_finishes_what_was_begun() -> None:
    pieces = [Piece(540, 700, 30), Piece(541, 560, 10), Piece(542, 550, 10)]
    begun = {one.piece.due: (one.begun, one.done) for one in serve(pieces, HOURS, [1] * 5)}
    assert begun == {700: (540, 570), 550: (570, 580), 560: (580, 590)}


def test_a_pause_between_spans_is_no_time_of_work() -> None:
    split = (Slot(540, 600, 0.5), Slot(660, 720, 0.5))
    assert later(split, 590, 20) == 670
    assert later(split, 630, 5) == 665
    assert later(split, 700, 30) == 730  # ten minutes into tomorrow


def test_what_is_left_comes_due_tomorrow() -> None:
    day = [Piece(840.0 - 10, 840.0 + 20, 15.0)]  # ten minutes before closing, due twenty minutes into tomorrow
    outcome, _ = try_rosters([[day, []]], HOURS, [(0, 0, 0, 0, 0), (1, 0, 0, 0, 0)])
    assert (outcome.attainment, outcome.left) == (1.0, 0.5)
    late, _ = try_rosters([[day, []]], HOURS, [(0, 0, 0, 0, 0), (0, 1, 0, 0, 0)])
    assert late.attainment == 0.0


def test_what_is_never_served_is_late() -> None:
    assert work_through([[(550.0, 30.0, 5.0)]], HOURS, [(0,) * 5]).attainment == 0.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(1, 4), st.integers(0, 3))
def test_more_people_never_settle_less(documents: int, people: int, extra: int) -> None:
    day = [(540.0 + 5 * k % 300, 30.0, 4.0 + k % 3) for k in range(documents)]
    few, many = (work_through([day], HOURS, [(n,) * 5]) for n in (people, people + extra))
    assert many.attainment >= few.attainment
    assert many.left <= few.left
