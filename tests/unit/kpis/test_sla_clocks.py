"""What holds for every clock, whatever the contract: pauses only help, clocks only run forward."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kpis.clocks import Clock, clock_of, clocks_of, office_of, started_at
from models.contract import ClockFacts, Contract, Hours, Pause, Pauses, Turnaround, contract_on, differences

START = datetime(2026, 3, 20, tzinfo=UTC)  # holidays, weekends and the change of clocks lie ahead
REASONS = ("supplier_question", "client_answer")
moments = st.integers(0, 30 * 24 * 12).map(lambda step: START + timedelta(minutes=5 * step))
spans = st.tuples(moments, st.integers(1, 2000)).map(
    lambda pair: Pause(pair[0], pair[0] + timedelta(minutes=5 * pair[1]), REASONS[pair[1] % 2])
)
targets = st.one_of(
    st.floats(0.25, 60).map(lambda hours: Turnaround(name="t", hours=hours)),
    st.integers(0, 5).map(lambda days: Turnaround(name="t", days=days)),
    st.integers(0, 5).map(lambda days: Turnaround(name="t", days=days, by=time(20, 0))),
)
contracts = st.builds(
    lambda target, cut_off, longest: Contract(
        name="A", valid_from=date(2026, 1, 1), turnaround=(target,), cut_off=cut_off,
        pauses=Pauses(reasons=REASONS, longest=longest),
    ),
    targets, st.sampled_from([None, time(12), time(16)]), st.sampled_from([None, 1.0, 8.0]),
)  # fmt: skip
LATER = START + timedelta(days=90)


def clock(received: datetime, contract: Contract, pauses: tuple[Pause, ...] = (), now: datetime = LATER) -> Clock:
    found = clock_of(ClockFacts("d1", received), contract, pauses, now)
    assert found is not None
    return found


@settings(deadline=None, max_examples=60)
@given(moments, contracts, st.lists(spans, max_size=4), spans)
def test_another_pause_never_makes_a_document_due_earlier(
    received: datetime, contract: Contract, pauses: list[Pause], more: Pause
) -> None:
    assert clock(received, contract, (*pauses, more)).due >= clock(received, contract, tuple(pauses)).due


@settings(deadline=None, max_examples=60)
@given(moments, contracts, st.lists(spans, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_pauses_does_not_matter(
    received: datetime, contract: Contract, pauses: list[Pause], chance: Random
) -> None:
    mixed = chance.sample(pauses, len(pauses))
    assert clock(received, contract, tuple(pauses)) == clock(received, contract, tuple(mixed))


@settings(deadline=None, max_examples=60)
@given(moments, st.integers(0, 4000), contracts)
def test_what_comes_later_is_never_due_earlier(received: datetime, minutes: int, contract: Contract) -> None:
    assert clock(received + timedelta(minutes=minutes), contract).due >= clock(received, contract).due


@settings(deadline=None, max_examples=60)
@given(moments, contracts, st.lists(spans, max_size=3), moments, st.integers(1, 5000))
def test_a_clock_runs_forward_and_late_stays_late(
    received: datetime, contract: Contract, pauses: list[Pause], now: datetime, minutes: int
) -> None:
    before = clock(received, contract, tuple(pauses), now)
    after = clock(received, contract, tuple(pauses), now + timedelta(minutes=minutes))
    assert after.elapsed >= before.elapsed - 1e-6
    assert after.due >= before.due  # an open span may have moved it on
    assert before.state != "late" or after.state == "late"


@settings(deadline=None, max_examples=60)
@given(moments, contracts, st.lists(spans, max_size=3))
def test_a_document_in_time_has_had_no_more_than_its_hours(
    received: datetime, contract: Contract, pauses: list[Pause]
) -> None:
    found = clock(received, contract, tuple(pauses))
    target = contract.turnaround[0]
    stopped = clock_of(ClockFacts("d1", received, stopped=found.due), contract, tuple(pauses), LATER)
    assert stopped is not None
    assert stopped.state == "met"
    if target.hours is not None:
        assert stopped.elapsed == pytest.approx(target.hours, abs=1e-4)
    assert started_at(received, contract) <= found.due
    just_after = ClockFacts("d1", received, stopped=found.due + timedelta(seconds=1))
    assert clocks_of(just_after, contract, tuple(pauses), LATER)[0].state == "late"


def test_a_clock_that_stands_says_so_and_moves_its_limit_on() -> None:
    contract = Contract(name="A", valid_from=date(2026, 1, 1), turnaround=(Turnaround(name="t", hours=4),),
                        pauses=Pauses(reasons=("client_answer",)))  # fmt: skip
    received = datetime(2026, 3, 23, 7, 30, tzinfo=UTC)  # a Monday, 08:30 in Paris
    asked = Pause(received + timedelta(hours=1), None, "client_answer", "d1")
    found = clock(received, contract, (asked,), received + timedelta(hours=3))
    assert (found.state, found.elapsed, found.remaining) == ("paused", 1.0, 3.0)
    assert clock(received, contract, (asked._replace(document_id="d2"),), received + timedelta(hours=3)).elapsed == 3.0


def test_the_newest_version_of_a_day_holds_and_none_before_the_first() -> None:
    one = Contract(name="1", valid_from=date(2026, 5, 1), turnaround=(Turnaround(name="t", hours=4),))
    two = one.model_copy(update={"name": "2"})
    assert contract_on((one, two), datetime(2026, 5, 2, tzinfo=UTC)) == two
    assert contract_on((one, two), datetime(2026, 4, 30, 21, 59, tzinfo=UTC)) is None
    assert contract_on((one,), datetime(2026, 4, 30, 22, 0, tzinfo=UTC)) == one  # midnight in Paris


def test_differences_name_terms_that_came_went_and_changed() -> None:
    one = Contract(name="A", valid_from=date(2026, 5, 1), turnaround=(Turnaround(name="t", hours=4),))
    two = one.model_copy(update={"turnaround": (Turnaround(name="t", days=1),), "cut_off": time(16)})
    found = {each.term: (each.before, each.after) for each in differences(one, two)}
    assert found == {"turnaround.t.hours": ("4.0", None), "turnaround.t.days": (None, "1"),
                     "cut_off": (None, "16:00:00")}  # fmt: skip
    assert differences(one, one) == ()


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"turnaround": [{"name": "t"}]}, "either hours or days"),
        ({"turnaround": [{"name": "t", "hours": 4, "days": 1}]}, "either hours or days"),
        ({"turnaround": [{"name": "t", "days": 0, "by": "08:00"}]}, "before the office opens"),
        ({"turnaround": [{"name": "t", "hours": 4}, {"name": "t", "hours": 8}]}, "two targets bear one name"),
        ({"turnaround": []}, "at least 1"),
        ({"calendar": {"timezone": "Europe/Lutetia"}}, "no time zone"),
        ({"calendar": {"hours": ["08:00-13:00", "12:00-18:00"]}}, "overlap"),
        ({"credits": {"bands": [{"below": 0.9, "percent": 1}, {"below": 0.95, "percent": 2}]}}, "at least as much"),
        ({"pauses": {"reasons": ["lunch"]}}, "client_answer"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused_with_the_reason(terms: dict[str, object], said: str) -> None:
    whole = {"name": "A", "valid_from": "2026-01-01", "turnaround": [{"name": "t", "hours": 4}]} | terms
    with pytest.raises(ValidationError, match=said):
        Contract.model_validate(whole)


def test_a_calendar_has_the_closed_days_of_the_contract() -> None:
    office = office_of(Hours(closed=(date(2026, 12, 24),)))
    assert not office.is_open(date(2026, 12, 24))
    assert office.is_open(date(2026, 12, 23))
