"""Forecasts of volumes: what they see coming, when they refuse to, and what their bands promise."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.calendar import BusinessCalendar
from kpis.days import day_facts
from kpis.forecast import MIN_DAYS, make_forecast

OFFICE = BusinessCalendar("FR", "Europe/Paris", ("09:00-17:00",), (0, 1, 2, 3, 4))
MONDAY = date(2024, 11, 4)


def history(days: int, *, seed: int = 3, month_end: float = 2.5) -> list[float]:
    """Days of an office whose volume peaks on the last three working days of a month."""
    chance = random.Random(seed)
    made = []
    for at in range(days):
        fact = day_facts(OFFICE, MONDAY + timedelta(days=at))
        mean = 40.0 * (month_end if 0 < fact.from_end <= 3 else 1.0) if fact.is_open else 0.0
        made.append(float(max(0, round(chance.gauss(mean, mean**0.5)))))
    return made


def test_a_month_end_is_seen_coming_and_the_weekend_and_a_holiday_are_empty() -> None:
    counts = history(540)
    made = make_forecast(MONDAY, counts, OFFICE, days=14)  # 28 April to 11 May 2026: month end, 1 and 8 May
    days = {one.day: one.expected for one in made.days}
    assert made.model == "calendar"
    assert days[date(2026, 4, 30)] > 1.8 * days[date(2026, 5, 6)]
    assert days[date(2026, 5, 1)] < 3  # Fête du travail
    assert days[date(2026, 5, 8)] < 3
    assert days[date(2026, 5, 9)] < 3  # Saturday


def test_it_is_much_better_than_as_last_week_where_months_have_ends() -> None:
    tested = make_forecast(MONDAY, history(730), OFFICE, days=10).tested
    assert tested.origins == 12
    assert tested.ratio is not None
    assert tested.ratio <= 0.7
    assert tested.coverage80 is not None
    assert 0.7 <= tested.coverage80 <= 0.9


def test_with_too_little_history_it_says_as_last_week() -> None:
    made = make_forecast(MONDAY, history(MIN_DAYS - 1), OFFICE, days=7)
    assert (made.model, made.tested.origins, made.tested.ratio) == ("seasonal_naive", 0, None)
    assert [one.expected for one in made.days] == history(MIN_DAYS - 1)[-7:]


def test_what_is_not_better_is_not_shown() -> None:
    """Every week is the same to the last document: nothing beats "as last week"."""
    counts = [5.0, 9.0, 4.0, 7.0, 8.0, 0.0, 0.0] * 60
    assert make_forecast(date(2023, 1, 2), counts, OFFICE, days=7).model == "seasonal_naive"


def test_a_new_level_is_followed_within_weeks() -> None:
    counts = history(540, month_end=1.0)
    doubled = [*counts[:-28], *(2 * count for count in counts[-28:])]
    before, after = (make_forecast(MONDAY, each, OFFICE, days=1).days[0].expected for each in (counts, doubled))
    assert after > 1.5 * before


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 500).map(float), min_size=1, max_size=130), st.integers(1, 20))
def test_any_history_gives_days_in_order_with_bands_around_them(counts: list[float], days: int) -> None:
    made = make_forecast(MONDAY, counts, OFFICE, days=days)
    assert [one.day for one in made.days] == [MONDAY + timedelta(days=len(counts) + k) for k in range(days)]
    for one in made.days:
        assert 0 <= one.low95 <= one.low80 <= one.high80 <= one.high95
        assert one.expected >= 0


def test_the_same_history_gives_the_same_forecast() -> None:
    assert make_forecast(MONDAY, history(300), OFFICE) == make_forecast(MONDAY, history(300), OFFICE)


@pytest.mark.parametrize(
    ("day", "from_start", "from_end", "after_closed", "closes_next"),
    [
        (date(2026, 1, 2), 1, 21, 1, False),  # Friday after New Year's Day
        (date(2025, 12, 31), 22, 1, 0, True),  # the next weekday is New Year's Day
        (date(2026, 5, 4), 1, 17, 1, False),  # Monday after a free Friday
        (date(2026, 5, 3), 0, 0, 1, False),  # a Sunday has no place
        (date(2026, 5, 7), 4, 14, 0, True),
    ],
)
def test_facts_of_days(day: date, from_start: int, from_end: int, after_closed: int, closes_next: bool) -> None:  # noqa: FBT001
    fact = day_facts(OFFICE, day)
    assert (fact.from_start, fact.from_end, fact.after_closed, fact.closes_next) == (
        from_start, from_end, after_closed, closes_next,
    )  # fmt: skip
