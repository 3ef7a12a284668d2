"""Laws that figures keep whatever happened: order, parts, repetition, borders of periods, the night of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis import DIMENSIONS, Basis, break_down, compute, measure
from kpis.calendar import BusinessCalendar
from kpis.opening import WorkClock
from kpis.pareto import pareto
from models.history import Correction, Event, History, Touch, Traits

START = datetime(2026, 10, 19, 6, 0, tzinfo=UTC)
END = START + timedelta(days=14)  # the clocks go back on the 25th
WAY = ("received", "extracted", "matched", "in_review", "approved", "exported", "in_review", "rejected")
COUNTS = ("documents_received", "documents_exported", "documents_rejected", "documents_reopened")
minutes = st.integers(-3 * 24 * 60, 17 * 24 * 60)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Documents that walked some way, with people's touches and corrections."""
    events, touches, corrections, traits = [], [], [], {}
    for number in range(draw(st.integers(0, 12))):
        name = f"d{number}"
        times = sorted(draw(st.lists(minutes, min_size=1, max_size=len(WAY))))
        for place, at in enumerate(times):
            before = WAY[place - 1] if place else None
            actor = draw(st.sampled_from(("worker", "user:ann")))
            events.append(Event(name, START + timedelta(minutes=at), actor, before, WAY[place], "OTHER", len(events)))
        for at in draw(st.lists(minutes, max_size=3)):
            touches.append(Touch(name, START + timedelta(minutes=at), draw(st.floats(0, 900))))
            corrections.append(Correction(name, "iban", START + timedelta(minutes=at), draw(st.booleans()), "ocr"))
        traits[name] = Traits(draw(st.sampled_from(("", "S1", "S2"))), draw(st.sampled_from(("folder", "email"))), "")
    return History(tuple(events), tuple(touches), tuple(corrections), traits=traits)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_digit(history: History, dice: Random) -> None:
    mixed = {name: list(getattr(history, name)) for name in ("events", "touches", "corrections")}
    for rows in mixed.values():
        dice.shuffle(rows)
    shuffled = replace(history, **{name: tuple(rows) for name, rows in mixed.items()})  # type: ignore[arg-type]
    assert compute(shuffled, START, END) == compute(history, START, END)
    assert sorted(map(repr, break_down(shuffled, START, END))) == sorted(map(repr, break_down(history, START, END)))


@settings(max_examples=60, deadline=None)
@given(histories())
def test_parts_of_every_dimension_add_up_to_the_whole(history: History) -> None:
    whole = {row.name: row.value for row in compute(history, START, END) if not row.label}
    parts = break_down(history, START, END)
    for dimension in DIMENSIONS:
        for name in COUNTS:
            found = [row.value or 0 for row in parts if (row.dimension, row.name) == (dimension, name)]
            assert sum(found) == whole[name], (dimension, name)


@settings(max_examples=40, deadline=None)
@given(histories(), st.integers(1, 13))
def test_two_periods_that_meet_count_each_thing_once(history: History, days: int) -> None:
    middle = START + timedelta(days=days)
    for name in ("documents_received", "documents_exported", "corrections"):
        values = [next(row.value for row in compute(history, *period) if (row.name, row.label) == (name, ""))
                  for period in ((START, middle), (middle, END), (START, END))]  # fmt: skip
        if name == "corrections":  # a field that was changed in both periods counts in both
            assert values[0] + values[1] >= values[2]  # type: ignore[operator]
        else:
            assert values[0] + values[1] == values[2]  # type: ignore[operator]


@settings(max_examples=25, deadline=None)
@given(histories())
def test_measuring_twice_is_measuring_once_and_compares_with_the_period_before(history: History) -> None:
    found = measure(history, START, END, Basis())
    assert found == measure(history, START, END, Basis())
    before = {(row.name, row.label): row.value for row in compute(history, START - (END - START), START)}
    assert all(previous == before.get((row.name, row.label)) for row, previous in found if not row.dimension)


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    events = tuple(Event(name, at, "system", None, "received") for name, at in (("a", START), ("b", END)))
    found = {row.name: row.value for row in compute(History(events), START, END)}
    assert found["documents_received"] == found["documents_open"] == 1


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 23.0), ("2026-10-24", 25.0)])
def test_the_night_of_the_clocks_has_the_hours_that_it_had(day: str, hours: float) -> None:
    """From noon to noon, in an office that never closes."""
    office = BusinessCalendar("XX", "Europe/Paris", ("00:00-24:00",), (0, 1, 2, 3, 4, 5, 6))
    start = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Europe/Paris"))
    noon = (start + timedelta(days=1)).astimezone(UTC)
    assert WorkClock(office, start.astimezone(UTC), noon).hours(start.astimezone(UTC), noon) == hours


@settings(max_examples=80, deadline=None)
@given(st.lists(minutes, min_size=2, max_size=2))
def test_the_clock_agrees_with_the_calendar_at_every_moment(pair: list[int]) -> None:
    office = Basis().calendar
    start, end = (START + timedelta(minutes=at) for at in sorted(pair))
    assert WorkClock(office, start, end).hours(start, end) == pytest.approx(office.hours_between(start, end), abs=1e-9)


@given(st.dictionaries(st.text(max_size=5), st.floats(0, 1e6), max_size=8))
def test_shares_of_a_pareto_add_up_and_fall(parts: dict[str, float]) -> None:
    rows = pareto(parts)
    assert [row.value for row in rows] == sorted((value for value in parts.values() if value > 0), reverse=True)
    assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
    assert not rows or rows[-1].cumulative == pytest.approx(1)
