"""What a day is to an office: weekday, place in the month by working days, holidays near it, season.

These are what a forecast of volumes rests on: a month of working days is not a fixed period, so no seasonal model
without them sees a month end coming.

>>> facts = day_facts(BusinessCalendar("FR", "Europe/Paris", ("09:00-17:00",), (0, 1, 2, 3, 4)), date(2026, 7, 13))
>>> facts.weekday, facts.from_end, facts.is_open, facts.closes_next
(0, 14, True, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import cos, pi, sin

from kpis.calendar import BusinessCalendar

_YEAR = 365.25
NEAR = 6  # working days from either end of a month that have a level of their own
_HARMONICS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """A day; `from_start` and `from_end` count working days of the month from 1 (0 on a closed day)."""

    weekday: int  # 0 is Monday
    of_month: int  # the date, from 1
    is_open: bool
    is_holiday: bool  # a weekday on which the office would work, but does not
    from_start: int
    from_end: int
    open_days: int  # of the month
    after_closed: int  # closed days just before, beyond an ordinary weekend
    closes_next: bool  # the next weekday is a holiday
    ends_quarter: bool
    season: tuple[float, ...]


def day_facts(calendar: BusinessCalendar, day: date) -> DayFacts:
    """The facts of one day."""
    order = _working_days(calendar, day.year, day.month)
    is_open = calendar.is_open(day)
    place = order.index(day) + 1 if is_open else 0
    angle = 2 * pi * day.timetuple().tm_yday / _YEAR
    return DayFacts(
        weekday=day.weekday(),
        of_month=day.day,
        is_open=is_open,
        is_holiday=not is_open and day.weekday() in calendar.weekdays,
        from_start=place,
        from_end=len(order) - place + 1 if is_open else 0,
        open_days=len(order),
        after_closed=_closed_before(calendar, day),
        closes_next=_is_holiday(calendar, _next_weekday(calendar, day)),
        ends_quarter=day.month % 3 == 0,
        season=tuple(wave(k * angle) for k in _HARMONICS for wave in (sin, cos)),
    )


@lru_cache(maxsize=1024)
def _working_days(calendar: BusinessCalendar, year: int, month: int) -> tuple[date, ...]:
    first = date(year, month, 1)
    days = (first + timedelta(days=k) for k in range(31))
    return tuple(day for day in days if day.month == month and calendar.is_open(day))


def _is_holiday(calendar: BusinessCalendar, day: date) -> bool:
    return day.weekday() in calendar.weekdays and not calendar.is_open(day)


def _next_weekday(calendar: BusinessCalendar, day: date) -> date:
    for step in range(1, 8):
        following = day + timedelta(days=step)
        if following.weekday() in calendar.weekdays:
            return following
    return day + timedelta(days=1)


def _closed_before(calendar: BusinessCalendar, day: date) -> int:
    """Holidays on weekdays that lie between this day and the last working day; up to three."""
    count, before = 0, day - timedelta(days=1)
    while count < 3 and not calendar.is_open(before) and (day - before).days < 8:
        count += _is_holiday(calendar, before)
        before -= timedelta(days=1)
    return count
