"""Working hours between many pairs of moments: the calendar's spans are laid out once and then looked up.

Counted in whole microseconds, so that a sum of stretches is the stretch of the sum. Spans that overlap count once.

>>> from datetime import UTC
>>> office = BusinessCalendar("FR", "Europe/Paris", ("08:30-12:30", "13:30-18:00"), (0, 1, 2, 3, 4))
>>> friday, monday = datetime(2026, 11, 20, 16, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)  # 17:00 to 9:00
>>> WorkClock(office, friday, monday).hours(friday, monday)
1.5
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta

from kpis.calendar import BusinessCalendar, Span

_MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000  # in microseconds


class WorkClock:
    """A clock that runs while an office works; it knows the days from `first` to `last`."""

    def __init__(self, calendar: BusinessCalendar, first: datetime, last: datetime) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._before: list[int] = []  # microseconds worked before each span, and in all
        worked = 0
        for start, end in _merged(calendar, first, last):
            self._starts.append(start)
            self._ends.append(end)
            self._before.append(worked)
            worked += (end - start) // _MICROSECOND
        self._before.append(worked)

    def hours(self, start: datetime, end: datetime) -> float:
        """Working hours from one moment to another."""
        return (self.worked(end) - self.worked(start)) / HOUR

    def worked(self, at: datetime) -> int:
        """Microseconds worked from the first day on."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return 0
        if at >= self._ends[place]:
            return self._before[place + 1]
        return self._before[place] + (at - self._starts[place]) // _MICROSECOND


def _merged(calendar: BusinessCalendar, first: datetime, last: datetime) -> list[Span]:
    """The working spans of all days, in order, those that overlap as one."""
    day, final = calendar.local_day(first) - timedelta(days=1), calendar.local_day(last)  # a night shift began before
    found: list[Span] = []
    while day <= final:
        for start, end in calendar.spans(day):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            elif end > start:
                found.append((start, end))
        day += timedelta(days=1)
    return found
