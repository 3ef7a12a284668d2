"""Business hours of an office: how long something waited, and when it is due, with holidays and the change of clocks.

Hours are hours of work. Spans are local time and counted as they pass, so that a shift over the night on which clocks
change has the hours that were truly worked. Holidays: the library `holidays`; a country it does not know has none.

>>> office = BusinessCalendar("FR", "Europe/Paris", ("08:30-12:30", "13:30-18:00"), (0, 1, 2, 3, 4))
>>> bastille_eve = datetime(2026, 7, 13, 15, 0, tzinfo=UTC)  # 17:00 in Paris; the 14th is a holiday
>>> office.add_hours(bastille_eve, 2).isoformat()
'2026-07-15T07:30:00+00:00'
>>> office.hours_between(bastille_eve, datetime(2026, 7, 15, 7, 30, tzinfo=UTC))
2.0
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from models.settings_review import ReviewSettings, read_span

_HOUR = 3600.0
_LANGUAGE = "en_US"  # named, or the library would ask the environment; only the dates are used
_FURTHEST = 3660  # days that are walked at most: a calendar without any working day ends somewhere

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When an office works. `hours` are spans such as 08:30-12:30, `weekdays` are counted from Monday, 0.

    `closed` are days without work beside the holidays.
    """

    country: str
    timezone: str
    hours: tuple[str, ...]
    weekdays: tuple[int, ...]
    closed: tuple[date, ...] = ()

    @property
    def day_hours(self) -> float:
        """The hours of an ordinary working day."""
        monday = date(2026, 1, 5)
        return sum(_hours(*_moments(monday, span, self.timezone)) for span in self.hours)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The working spans of a day in UTC; none on a holiday or at the weekend."""
        return _spans(self, day)

    def is_open(self, day: date) -> bool:
        """Whether the office works on a day."""
        return bool(self.spans(day))

    def local_day(self, at: datetime) -> date:
        """The day that it is in the office."""
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def hours_between(self, start: datetime, end: datetime) -> float:
        """Working hours from one moment to another; negative where the end lies before the start."""
        if end < start:
            return -self.hours_between(end, start)
        day, last = self.local_day(start) - timedelta(days=1), self.local_day(end)  # a night shift began yesterday
        total = 0.0
        for _ in range(_FURTHEST):
            if day > last:
                break
            total += sum(_hours(max(start, begin), min(end, stop)) for begin, stop in self.spans(day))
            day += timedelta(days=1)
        return total

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """The moment at which so many working hours have passed; negative hours look back."""
        left, step = abs(hours), 1 if hours >= 0 else -1
        day = self.local_day(start) - timedelta(days=step)
        for _ in range(_FURTHEST):
            for opens, closes in self.spans(day)[::step]:
                begin, stop = (max(opens, start), closes) if step > 0 else (opens, min(closes, start))
                there = _hours(begin, stop)
                if there and left <= there + 1e-9:
                    return begin + timedelta(hours=left) if step > 0 else stop - timedelta(hours=left)
                left -= there
            day += timedelta(days=step)
        return start + timedelta(hours=hours)  # an office that never works: the clock on the wall

    def next_open(self, at: datetime) -> datetime:
        """This moment where the office works now, else the next opening."""
        return self.add_hours(at, 0.0)

    def end_of_work(self, at: datetime) -> datetime:
        """When the business day ends that runs at a moment, or comes next."""
        return self.end_of(self.local_day(self.next_open(at)))

    def end_of(self, day: date, days_before: int = 0) -> datetime:
        """When the office closes on the last working day up to a day, so many working days before it."""
        for _ in range(_FURTHEST):
            if self.is_open(day):
                if not days_before:
                    return self.spans(day)[-1][1]
                days_before -= 1
            day -= timedelta(days=1)
        return datetime.combine(day, time.max, tzinfo=UTC)


def calendar_of(settings: ReviewSettings) -> BusinessCalendar:
    """The calendar of a client's review settings."""
    return BusinessCalendar(settings.country, settings.timezone, settings.hours, settings.weekdays)


def _hours(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0) / _HOUR


def _moments(day: date, span: str, timezone: str) -> Span:
    start, end = read_span(span)
    zone, last = ZoneInfo(timezone), day
    if end == time.max or end <= start:  # until midnight, or over the night
        last, end = day + timedelta(days=1), time(0) if end == time.max else end
    return tuple(datetime.combine(*at, tzinfo=zone).astimezone(UTC) for at in ((day, start), (last, end)))  # type: ignore[return-value]


@lru_cache(maxsize=4096)
def _spans(calendar: BusinessCalendar, day: date) -> tuple[Span, ...]:
    off = day in calendar.closed or day in _holidays(calendar.country, day.year)
    if off or day.weekday() not in calendar.weekdays:
        return ()
    return tuple(sorted(_moments(day, span, calendar.timezone) for span in calendar.hours))


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    """The holidays of a country or of one of its regions (FR-57) in a year."""
    name, _, region = country.partition("-")
    known = holidays.list_supported_countries()
    if name not in known:
        return frozenset()
    subdivision = region if region in known[name] else None
    return frozenset(holidays.country_holidays(name, subdiv=subdivision, years=year, language=_LANGUAGE))
