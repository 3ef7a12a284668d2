"""Business hours over holidays, weekends and the change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kpis.calendar import BusinessCalendar

DAYS = (0, 1, 2, 3, 4)
PARIS = BusinessCalendar("FR", "Europe/Paris", ("08:30-12:30", "13:30-18:00"), DAYS)
ALWAYS = BusinessCalendar("FR", "Europe/Paris", ("00:00-24:00",), (0, 1, 2, 3, 4, 5, 6))
NIGHT = BusinessCalendar("FR", "Europe/Paris", ("22:00-06:00",), (0, 1, 2, 3, 4, 5, 6))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_the_fourteenth_of_july_and_the_lunch_break_do_not_count() -> None:
    received = utc(2026, 7, 13, 6, 30)
    due = PARIS.add_hours(received, 16)
    assert due == utc(2026, 7, 15, 15, 0)
    assert PARIS.hours_between(utc(2026, 7, 14, 0), utc(2026, 7, 15, 0)) == 0
    assert PARIS.hours_between(utc(2026, 7, 13, 10, 30), utc(2026, 7, 13, 11, 30)) == 0


def test_office_hours_keep_their_place_on_the_clock_over_the_autumn_change() -> None:
    friday, monday = utc(2026, 10, 23, 15, 0), PARIS.add_hours(utc(2026, 10, 23, 15, 0), 2)
    assert friday.astimezone().utcoffset() is not None
    assert monday == utc(2026, 10, 26, 8, 30)  # 09:30 in Paris, an hour later in UTC than before the change


def test_the_night_of_the_autumn_change_has_an_hour_more() -> None:
    assert NIGHT.hours_between(utc(2026, 10, 24, 12), utc(2026, 10, 25, 12)) == 9
    assert NIGHT.hours_between(utc(2026, 3, 28, 12), utc(2026, 3, 29, 12)) == 7
    assert BusinessCalendar("XX", "Europe/Paris", ("00:00-24:00",), (0, 1, 2, 3, 4, 5, 6)).hours_between(
        utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)) == 25  # fmt: skip


def test_a_region_has_its_own_holidays_and_an_unknown_country_none() -> None:
    good_friday = utc(2026, 4, 3).date()
    moselle = BusinessCalendar("FR-57", "Europe/Paris", ("08:00-16:00",), DAYS)
    nowhere = BusinessCalendar("XX", "Europe/Paris", ("08:00-16:00",), DAYS)
    assert PARIS.is_open(good_friday)
    assert not moselle.is_open(good_friday)
    assert nowhere.is_open(utc(2026, 7, 14).date())


@pytest.mark.parametrize("hours", [0.5, 3.0, 8.5, 30.0, 200.0])
@pytest.mark.parametrize("office", [PARIS, NIGHT])
def test_adding_hours_and_counting_them_are_each_other_s_inverse(office: BusinessCalendar, hours: float) -> None:
    for step in range(40):
        start = utc(2026, 10, 19) + timedelta(hours=5 * step)
        end = office.add_hours(start, hours)
        assert office.hours_between(start, end) == pytest.approx(hours)
        assert office.hours_between(office.add_hours(start, -hours), start) == pytest.approx(hours)
        assert office.hours_between(end, start) == pytest.approx(-hours)


def test_an_office_that_never_works_still_answers() -> None:
    closed = BusinessCalendar("FR", "Europe/Paris", ("08:00-16:00",), ())
    assert closed.add_hours(utc(2026, 1, 1), 5) == utc(2026, 1, 1, 5)
