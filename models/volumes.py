"""A forecast of volumes as it is kept: the days with their bands, the people that they ask for, how it was tested.

Counts are documents of one client; shares in [0, 1]; hours are local, as the client's calendar has them.
"""

from __future__ import annotations

from datetime import date

from models.invoice import Frozen


class ForecastDay(Frozen):
    """One day: the expected count, the ends of the 80 % and 95 % bands."""

    day: date
    expected: float
    low80: float
    high80: float
    low95: float
    high95: float


class StaffHour(Frozen):
    """Reviewers from one time of the day to another, as simulated, and as Erlang C would have it."""

    begin: str  # 08:30
    end: str
    reviewers: int
    by_erlang: int


class StaffDay(Frozen):
    """One day's plan and what it came to in the simulation."""

    day: date
    for_people: float  # documents that will need a person
    hours: tuple[StaffHour, ...]
    attainment: float  # share settled in time
    erlang_attainment: float  # what Erlang C's plan would really have come to
    person_hours: float


class Tested(Frozen):
    """The back-test: scaled errors (1: as last week), shares of days inside the bands."""

    origins: int
    horizon: int
    mase: float | None = None
    naive_mase: float | None = None
    ratio: float | None = None
    coverage80: float | None = None
    coverage95: float | None = None


class WorkFacts(Frozen):
    """What the plan assumed of the work."""

    share_for_people: float
    median_minutes: float
    spread: float
    measured: int
    goal_minutes: float
    goal_share: float


class VolumeForecast(Frozen):
    """All of one forecast. `model` is `calendar`, or `seasonal_naive` where nothing better was proven."""

    model: str
    history_days: int
    days: tuple[ForecastDay, ...]
    staff: tuple[StaffDay, ...] = ()
    tested: Tested
    work: WorkFacts
