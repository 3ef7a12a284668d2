"""A client's documents seen from one period, and how figures are written down.

>>> ratio("straight_through_rate", 1, 4).value, ratio("straight_through_rate", 0, 0).value
(0.25, None)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.cases import Case, cases_of
from kpis.definitions import KPIS
from kpis.opening import WorkClock
from models.history import Figure, History
from models.settings_review import ReviewSettings
from models.settings_service import CostSettings

_MICROSECOND = timedelta(microseconds=1)
_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Basis:
    """What a client's contract says of its figures: the office's hours and what work costs."""

    calendar: BusinessCalendar = field(default_factory=lambda: calendar_of(ReviewSettings()))
    costs: CostSettings = field(default_factory=CostSettings)


@dataclass(frozen=True)
class View:
    """Some documents of a history, and the period [start, end) in which things count."""

    history: History
    cases: Sequence[Case]
    start: datetime
    end: datetime
    basis: Basis
    clock: WorkClock

    def covers(self, at: datetime | None) -> bool:
        """Whether a moment lies in the period."""
        return at is not None and self.start <= at < self.end

    @cached_property
    def moved(self) -> list[Case]:
        """Documents that changed their state since the period began."""
        return [case for case in self.cases if case.events[-1].at >= self.start]

    @cached_property
    def received(self) -> list[Case]:
        """Documents that came in during the period."""
        return [case for case in self.cases if self.covers(case.received)]

    @cached_property
    def exported(self) -> list[tuple[Case, datetime]]:
        """Documents that were first exported in the period, and when."""
        return [(case, case.exported) for case in self.cases if case.exported and self.covers(case.exported)]


def view_of(history: History, start: datetime, end: datetime, basis: Basis) -> View:
    """All documents of a client, seen from a period."""
    cases = cases_of(history, end)
    first = min((case.received for case in cases), default=start)
    clock = WorkClock(basis.calendar, min(first, start), end)
    for case in cases:
        if case.exported is not None and case.exported >= start:
            case.lasted = clock.hours(case.received, case.exported)
    return View(history, cases, start, end, basis, clock)


def hours(start: datetime, end: datetime) -> float:
    """Hours on the wall from one moment to another."""
    return ((end - start) // _MICROSECOND) / _HOUR


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all values do not exceed; None where there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else None


def ratio(name: str, numerator: float, denominator: int, label: str = "") -> Figure:
    """A figure that is one number divided by another; without a value where there is nothing to divide by."""
    value = numerator / denominator if denominator else None
    return Figure(name, value, KPIS[name].unit, label, numerator, denominator)


def figure(name: str, value: float | None, label: str = "", denominator: int | None = None) -> Figure:
    """A figure, and of how many documents."""
    return Figure(name, value, KPIS[name].unit, label, denominator=denominator)


def ranked(name: str, parts: Mapping[str, float], whole: float) -> list[Figure]:
    """The whole, then each part with its share of it, the largest first."""
    rows = [figure(name, whole)]
    for label, value in sorted(parts.items(), key=lambda pair: (-pair[1], pair[0])):
        rows.append(Figure(name, value, KPIS[name].unit, label))
    return rows
