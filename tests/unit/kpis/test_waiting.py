"""The price of waiting, and what an order by it saves over first come, first served."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.queueing import simulate
from kpis.calendar import calendar_of
from kpis.waiting import Discount, Facts, effort_minutes, parse_discount, price
from models.settings_review import ReviewSettings

OFFICE = ReviewSettings()
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(days=100)


def facts(**values: object) -> Facts:
    return Facts(**({"gross": 1000.0, "issued": None, "due": None, "sla_end": LATER} | values))  # type: ignore[arg-type]


def test_the_fee_falls_on_the_day_on_which_payment_becomes_late() -> None:
    due = date(2026, 11, 18)  # with two days of finance it must be settled on Monday
    assert price(facts(due=due), MONDAY, OFFICE).parts["fee"] == 40.0
    assert "fee" not in price(facts(due=due), MONDAY - timedelta(days=4), OFFICE).parts
    assert "fee" not in price(facts(due=due), MONDAY + timedelta(days=1), OFFICE).parts


def test_interest_runs_on_every_day_that_payment_becomes_later() -> None:
    late = price(facts(due=date(2026, 10, 1)), MONDAY, OFFICE).parts
    assert late["interest"] == pytest.approx(1000 * 0.10 / 365, abs=1e-4)
    over_the_weekend = price(facts(due=date(2026, 10, 1)), MONDAY + timedelta(days=4), OFFICE).parts
    assert over_the_weekend["interest"] == pytest.approx(3 * 1000 * 0.10 / 365, abs=1e-4)


def test_a_discount_counts_on_its_last_day_only() -> None:
    discounted = facts(issued=date(2026, 11, 4), discount=Discount(14, 2.0, None))
    assert price(discounted, MONDAY, OFFICE).parts["discount"] == 20.0
    assert "discount" not in price(discounted, MONDAY + timedelta(days=2), OFFICE).parts


def test_the_sla_costs_most_just_before_it_is_missed_and_nothing_after() -> None:
    office = calendar_of(OFFICE)
    ends = office.add_hours(MONDAY, 8)
    before = [price(facts(sla_end=ends), MONDAY + timedelta(hours=hour), OFFICE).parts["sla"] for hour in range(3)]
    assert 0 < before[0] < 5
    assert before == sorted(before, reverse=True)  # the risk is taken already: another day adds less and less
    assert "sla" not in price(facts(sla_end=MONDAY - timedelta(days=1)), MONDAY, OFFICE).parts


def test_parts_make_the_sum_and_doubts_make_work() -> None:
    found = price(facts(due=date(2026, 10, 1), doubts=4, is_answered=True), MONDAY, OFFICE)
    assert found.cost == pytest.approx(sum(found.parts.values()))
    assert found.minutes == effort_minutes(OFFICE.review_minutes, 4) == 6.0
    assert found.rank == pytest.approx(found.cost / 6.0, abs=1e-6)
    assert found.parts["answer"] == OFFICE.sla_penalty


def test_a_price_holds_for_its_hour_and_over_the_night_until_the_office_opens() -> None:
    assert price(facts(), MONDAY.replace(minute=12), OFFICE).valid_until == MONDAY + timedelta(hours=1)
    assert price(facts(), MONDAY.replace(hour=20), OFFICE).valid_until == datetime(2026, 11, 17, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "terms", [None, "", "2 % in 8 d", "#SKONTO#TAGE=14#PROZENT=2#", "#SKONTO#TAGE=9999#PROZENT=2.00#"]
)
def test_free_text_gives_no_discount(terms: str | None) -> None:
    assert parse_discount(terms) is None


def test_dates_out_of_all_reason_cost_nothing() -> None:
    for due in (date.min, date.max):
        assert set(price(facts(due=due), MONDAY, OFFICE).parts) <= {"tied", "sla"}


def test_order_by_cost_misses_fewer_time_limits_and_costs_less_than_first_come_first_served() -> None:
    by_cost, by_age = (simulate(random.Random(7), days=4, arrivals=160, order=order) for order in ("cost", "fifo"))
    assert by_cost.settled == by_age.settled
    assert 5 * by_cost.breaches < by_age.breaches
    assert by_cost.cost < 0.95 * by_age.cost
