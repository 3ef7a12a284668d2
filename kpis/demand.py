"""What a history says of the work to come: documents a day, when in the day they come, how long people take.

>>> middle(()), middle((1.0, 4.0, 100.0))
(None, 4.0)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, log, sqrt
from zoneinfo import ZoneInfo

from kpis.calendar import BusinessCalendar
from kpis.shifts import Slot
from kpis.staffing import Demand, Goal
from models.history import History
from models.settings_review import read_span
from models.status import Status

NEEDS_A_PERSON = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED})
ENOUGH = 30  # measured documents, from which on figures are the office's own
SPREAD = 0.6  # sigma of the handling time until it is measured
_MOST_MINUTES = 120.0  # a document that was open longer was left open
_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Work:
    """What the work of one client is like: share that needs a person, minutes each takes, when documents come."""

    share: float
    median_minutes: float
    spread: float
    slots: tuple[Slot, ...]
    at_opening: float
    measured: int  # documents of which the minutes are known


def daily_counts(
    came: Iterable[datetime], calendar: BusinessCalendar, until: datetime
) -> tuple[date, tuple[float, ...]] | None:
    """Documents received a day (the office's), from the first to the day before `until`; None where there are none."""
    days = Counter(calendar.local_day(at) for at in came if at < until)
    today = calendar.local_day(until)
    days.pop(today, None)  # not over yet
    if not days:
        return None
    first = min(days)
    return first, tuple(float(days[first + timedelta(days=k)]) for k in range((today - first).days))


def first_seen(history: History) -> dict[str, datetime]:
    """When each document came."""
    found: dict[str, datetime] = {}
    for event in history.events:
        found.setdefault(event.document_id, event.at)
    return found


def work_of(history: History, calendar: BusinessCalendar, assumed_minutes: float) -> Work:
    """What the history shows; what it is too short to show is assumed."""
    came = first_seen(history)
    stopped = {event.document_id for event in history.events if event.to_state in NEEDS_A_PERSON}
    minutes = _minutes(history)
    median = middle(minutes) if len(minutes) >= ENOUGH else None
    spread = _spread(minutes) if len(minutes) >= ENOUGH else SPREAD
    slots, at_opening = _profile(tuple(came.values()), calendar)
    return Work(
        share=(len(stopped) + 1) / (len(came) + 2),  # of none seen, half is assumed
        median_minutes=median or assumed_minutes,
        spread=spread,
        slots=slots,
        at_opening=at_opening,
        measured=len(minutes),
    )


def demand_of(
    work: Work, expected: float, low: float, high: float, goals: Sequence[Goal] = (Goal(1.0, 240.0),)
) -> Demand:
    """The work that a day's forecast (all documents) brings to people."""
    return Demand(expected * work.share, low * work.share, high * work.share, work.slots, work.median_minutes,
                  work.spread, tuple(goals), work.at_opening)  # fmt: skip


def middle(values: Sequence[float]) -> float | None:
    """The value in the middle; of an even number the lower of the two."""
    return sorted(values)[ceil(len(values) / 2) - 1] if values else None


def _minutes(history: History) -> tuple[float, ...]:
    """Minutes that people had each document open."""
    spent: dict[str, float] = defaultdict(float)
    for touch in history.touches:
        spent[touch.document_id] += touch.seconds / 60
    return tuple(value for value in spent.values() if 0 < value < _MOST_MINUTES)


def _spread(minutes: Sequence[float]) -> float:
    logs = [log(value) for value in minutes]
    mean = sum(logs) / len(logs)
    return max(sqrt(sum((value - mean) ** 2 for value in logs) / len(logs)), 0.1)


def _profile(came: Sequence[datetime], calendar: BusinessCalendar) -> tuple[tuple[Slot, ...], float]:
    """Hours of work with the share of documents that came in each, and the share that came while it was closed."""
    bounds = [bound for span in sorted(calendar.hours) for bound in _hours_of(span)]
    zone = ZoneInfo(calendar.timezone)
    counts = [0] * len(bounds)
    closed = 0
    for at in came:
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        place = next((k for k, (begin, end) in enumerate(bounds) if begin <= minute < end), None)
        if place is None or not calendar.is_open(local.date()):
            closed += 1
        else:
            counts[place] += 1
    total = sum(counts) + len(counts)  # one document an hour is assumed before any is seen
    slots = tuple(Slot(begin, end, (n + 1) / total) for (begin, end), n in zip(bounds, counts, strict=True))
    return slots, closed / len(came) if came else 0.0


def _hours_of(span: str) -> list[tuple[float, float]]:
    """A span of work cut into hours, as minutes of the day; what goes beyond midnight is left to the next day."""
    begin, end = ((bound.hour * 60 + bound.minute) for bound in read_span(span))
    last = _DAY_MINUTES if end <= begin or end == _DAY_MINUTES - 1 else end
    parts = max(1, round((last - begin) / 60))
    step = (last - begin) / parts
    return [(begin + k * step, begin + (k + 1) * step) for k in range(parts)]


def accuracy(forecasts: Mapping[date, tuple[float, float, float]], came: Mapping[date, float]) -> Accuracy:
    """How forecasts of days that are over came out.

    Args:
        forecasts: Expected count and ends of the 80 % band of each day, as they were told.
        came: Documents that came.
    """
    days = sorted(set(forecasts) & set(came))
    if not days:
        return Accuracy(0, None, None)
    off = sum(abs(forecasts[day][0] - came[day]) for day in days)
    total = sum(came[day] for day in days)
    inside = sum(forecasts[day][1] <= came[day] <= forecasts[day][2] for day in days)
    return Accuracy(len(days), off / total if total else None, inside / len(days))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of days that are over: how many, the error as a share of all documents, the share inside the 80 % band."""

    days: int
    error: float | None
    inside: float | None
