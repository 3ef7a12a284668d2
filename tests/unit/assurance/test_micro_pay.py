"""Quality and pay of micro-tasks: nobody is stopped by one miss, and no hour pays less than the floor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.pay import active_seconds, as_csv, percentile_75, rate, settle_week, statements, top_up, usual
from assurance.quality import accuracy, has_qualified, is_below
from bench.micro import Crowd, Way, compare, pay_weeks
from models.paid import Entry

AMOUNTS = st.decimals("0.0001", "500", places=4)


def entry(seconds: str, pay: str, *, who: str = "ann", floor: str = "12", currency: str = "EUR") -> Entry:
    return Entry(user_id=who, worker=who, region="XA", currency=currency, is_answer=True, seconds=Decimal(seconds),
                 pay=Decimal(pay), hourly=Decimal(floor))  # fmt: skip


def test_in_the_simulation_few_results_are_wrong_at_few_answers_and_the_vote_of_one_is_worse() -> None:
    adaptive, single = compare(Crowd(), 600, (Way("adaptive"), Way("one", floor=1, model="fixed", gate=False)))
    assert adaptive.wrong <= 0.005  # three of 600; bench/micro.py has the figure at its full size
    assert adaptive.answers <= 2.3
    assert single.wrong > 10 * adaptive.wrong


def test_no_simulated_week_in_any_region_pays_less_than_the_floor_while_a_flat_rate_does() -> None:
    found = pay_weeks(weeks=2)
    assert {one.region: one.below for one in found} == {"XA": 0.0, "XB": 0.0, "XC": 0.0}
    assert max(one.before_top_up for one in found) > 0  # so the top-up is what does it
    assert max(one.flat for one in found) > 0.2


@given(
    st.lists(st.tuples(st.decimals("0", "600", places=1), st.decimals("0", "1", places=4)), min_size=1, max_size=20),
    AMOUNTS,
)
def test_whatever_was_done_a_week_reaches_the_floor_to_the_cent(
    work: list[tuple[Decimal, Decimal]], floor: Decimal
) -> None:
    paid = settle_week(date(2026, 11, 16), [entry(str(each), str(pay), floor=str(floor)) for each, pay in work])
    assert paid.total * 3600 >= paid.seconds * floor
    assert paid.total == paid.earned + paid.top_up


@given(AMOUNTS, AMOUNTS)
def test_a_rate_never_pays_its_own_seconds_below_the_floor(seconds: Decimal, floor: Decimal) -> None:
    assert rate(seconds, floor) * 3600 >= seconds * floor > (rate(seconds, floor) - Decimal("0.0001")) * 3600


@given(st.decimals("0", "9999", places=3), st.none() | st.decimals("-5", "9999", places=1))
def test_counted_seconds_are_never_more_than_passed_nor_than_a_pause_may_last(
    wall: Decimal, seen: Decimal | None
) -> None:
    found = active_seconds(wall, seen, Decimal(10), Decimal(3))
    assert 0 <= found <= min(wall + Decimal("0.05"), Decimal(30))


def test_the_rate_rests_on_the_time_that_three_of_four_take_at_most() -> None:
    seconds = [Decimal(each) for each in range(1, 101)]
    Random(1).shuffle(seconds)
    assert percentile_75(seconds) == 75
    assert usual([Decimal(5)] * 19, Decimal(20)) == 20
    assert usual([Decimal(5)] * 20, Decimal(20)) == 5


def test_the_highest_floor_of_the_week_holds_and_currencies_are_kept_apart() -> None:
    found = statements(date(2026, 11, 16), [entry("1800", "1"), entry("1800", "1", floor="13"),
                                            entry("60", "1", who="bob", currency="USD")])  # fmt: skip
    assert [(one.worker, one.currency, one.floor, one.total) for one in found] == [
        ("ann", "EUR", Decimal(13), Decimal("13.00")), ("bob", "USD", Decimal(12), Decimal("1.00")),
    ]  # fmt: skip


def test_a_name_in_the_csv_is_no_formula() -> None:
    assert "'=cmd" in as_csv(statements(date(2026, 11, 16), [entry("1", "1", who="=cmd")]))


def test_one_miss_stops_nobody_and_guessing_is_stopped_soon() -> None:
    assert not is_below([True] * 30 + [False], 0.8)
    assert not is_below([False], 0.8)
    draw = Random(3)
    guesses = [[draw.random() < 0.5 for _ in range(200)] for _ in range(20)]
    stopped = [next(count for count in range(1, 201) if is_below(own[:count], 0.8)) for own in guesses]
    assert max(stopped) < 100


def test_a_good_worker_is_hardly_ever_stopped() -> None:
    draw = Random(4)
    assert sum(is_below([draw.random() < 0.8 for _ in range(150)], 0.8) for _ in range(60)) <= 6


@pytest.mark.parametrize(("right", "wrong", "passed"), [(16, 4, True), (15, 5, False), (10, 0, None)])
def test_twenty_known_questions_at_eighty_per_cent(right: int, wrong: int, *, passed: bool | None) -> None:
    assert has_qualified([True] * right + [False] * wrong, 20, 0.8) is passed
    assert accuracy([]).interval == (0.0, 1.0)


def test_what_is_missing_is_rounded_up_to_a_cent() -> None:
    assert top_up(Decimal(0), Decimal(1), Decimal(12)) == Decimal("0.01")
    assert top_up(Decimal(1), Decimal(1), Decimal(12)) == Decimal("0.00")
