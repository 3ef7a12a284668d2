"""Volumes of the coming days by calendar regression, held against a seasonal naive forecast on the past.

The regression is a ridge of log(1 + count) on the facts of the day (`kpis.days`), with the level of the last weeks
corrected; its bands are quantiles of what it missed in the back-test (rolling origins, refitted at each). A forecast
that is not clearly better than "as last week" is not shown: then "as last week" is, and said. Counts are documents.

Errors are scaled (MASE, R. Hyndman and A. Koehler, IJF 22, 2006): 1 is the error of "as last week" inside the history.

>>> from kpis.calendar import BusinessCalendar
>>> office = BusinessCalendar("FR", "Europe/Paris", ("09:00-17:00",), (0, 1, 2, 3, 4))
>>> monday = date(2025, 1, 6)
>>> history = tuple(float(20 * office.is_open(monday + timedelta(days=k))) for k in range(400))
>>> made = make_forecast(monday, history, office, days=3)
>>> made.model, [round(day.expected) for day in made.days]
('calendar', [20, 20, 20])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kpis.calendar import BusinessCalendar
from kpis.days import NEAR, DayFacts, day_facts

Model = Literal["calendar", "seasonal_naive"]
Vector = NDArray[np.float64]

WEEK = 7
MIN_DAYS = 8 * WEEK  # with less history nothing but "as last week" can be said
ORIGINS = 12  # of the back-test
MIN_ORIGINS = 8  # that a promotion rests on
BETTER = 0.9  # share of the naive error below which the regression is used
LEVELS = (0.8, 0.95)  # of the bands
_RIDGE = 3.0
_MEMORY = 20  # open days over which the level is corrected
_NORMAL = {0.1: -1.2816, 0.9: 1.2816, 0.025: -1.96, 0.975: 1.96}  # quantiles of the normal distribution
_RECENT = 730  # days that a fit looks back at most


class DayForecast(NamedTuple):
    """One day: the expected count and the ends of its 80 % and 95 % bands."""

    day: date
    expected: float
    low80: float
    high80: float
    low95: float
    high95: float


@dataclass(frozen=True, slots=True)
class BackTest:
    """How far off forecasts of the past were: scaled errors of both models, the share of days inside the bands."""

    origins: int
    horizon: int
    mase: float | None
    naive_mase: float | None
    coverage80: float | None
    coverage95: float | None
    pinball: tuple[float, ...] = ()  # mean pinball loss at 50, 80 and 95 per cent

    @property
    def ratio(self) -> float | None:
        """The regression's error as a share of the naive one."""
        return self.mase / self.naive_mase if self.mase is not None and self.naive_mase else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The coming days, by what model, and how well it did on the past."""

    model: Model
    days: tuple[DayForecast, ...]
    tested: BackTest
    history_days: int


def make_forecast(start: date, counts: Sequence[float], calendar: BusinessCalendar, *, days: int = 14) -> Forecast:
    """Forecast the days after a history.

    Args:
        start: Day of the first count.
        counts: One a day without gaps, closed days among them; at least one.
        calendar: Of the office whose documents they are.
        days: How many to forecast.
    """
    values = np.asarray(counts, dtype=np.float64)[-_RECENT:]
    first = start + timedelta(days=len(counts) - len(values))
    facts = [day_facts(calendar, first + timedelta(days=k)) for k in range(len(values) + days)]
    missed = _rolling(values, facts, days)
    tested = _tested(missed, days)
    model: Model = "calendar" if _is_better(tested) else "seasonal_naive"
    centre = _MODELS[model](values, facts, days)
    errors = [miss.calendar if model == "calendar" else miss.naive for miss in missed]
    bands = _bands(centre, facts[len(values) :], errors)
    last = first + timedelta(days=len(values))
    made = tuple(DayForecast(last + timedelta(days=k), *row) for k, row in enumerate(bands))
    return Forecast(model, made, tested, len(values))


def _is_better(tested: BackTest) -> bool:
    return tested.ratio is not None and tested.origins >= MIN_ORIGINS and tested.ratio < BETTER


# --- models: (history, facts of history and future, days ahead) -> expected counts ---


def seasonal_naive(values: Vector, facts: Sequence[DayFacts], ahead: int) -> Vector:  # noqa: ARG001 - one signature
    """As on the same weekday of the last week."""
    last = values[-WEEK:] if len(values) >= WEEK else np.full(WEEK, values.mean())
    return np.array([last[k % WEEK] for k in range(ahead)])


def calendar_regression(values: Vector, facts: Sequence[DayFacts], ahead: int) -> Vector:
    """The ridge, its level corrected by the residuals of the last open days, and taken back from logarithms."""
    size = len(values)
    table = _design(facts[: size + ahead], size)
    past, target = table[:size], np.log1p(values)
    weights = _fit(past, target)
    residuals = target - past @ weights
    open_days = np.array([fact.is_open for fact in facts[:size]])
    level = _level(residuals[open_days])
    future = table[size:] @ weights + level * np.array([fact.is_open for fact in facts[size : size + ahead]])
    fitted = np.expm1(past @ weights)
    # The mean of a skewed count lies above the exponential of its mean logarithm (N. Duan's smearing).
    smear = values[open_days].sum() / max(fitted[open_days].clip(0).sum(), 1e-9) if open_days.any() else 1.0
    expected: Vector = np.clip(np.expm1(future) * np.clip(smear, 0.8, 1.25), 0.0, None)
    return expected


_MODELS: dict[Model, Callable[[Vector, Sequence[DayFacts], int], Vector]] = {
    "calendar": calendar_regression,
    "seasonal_naive": seasonal_naive,
}


def _level(residuals: Vector) -> float:
    """How far the last open days lay above the fit; the younger the day, the more it counts."""
    recent = residuals[-_MEMORY:]
    if not len(recent):
        return 0.0
    weights = 0.9 ** np.arange(len(recent))[::-1]
    return float((weights * recent).sum() / (weights.sum() + 2.0))  # two days' worth of "no change"


def _design(facts: Sequence[DayFacts], size: int) -> Vector:
    """One row a day: constant, trend, then the facts."""
    return np.array([_row(fact, at / max(size, 1)) for at, fact in enumerate(facts)])


def _row(fact: DayFacts, trend: float) -> list[float]:
    is_open = float(fact.is_open)
    return [
        1.0,
        trend * is_open,
        is_open,
        float(fact.is_holiday),
        float(fact.closes_next) * is_open,
        fact.after_closed * is_open,
        *(float(fact.weekday == k) for k in range(WEEK)),
        *(float(fact.from_start == k) for k in range(1, NEAR + 1)),
        *(float(fact.from_end == k) for k in range(1, NEAR + 1)),
        float(fact.ends_quarter and 0 < fact.from_end <= 3),
        float(fact.ends_quarter and 0 < fact.from_end <= 1),
        *(wave * is_open for wave in fact.season),
        *(float(fact.of_month == k) * is_open for k in range(1, 32)),  # some bill by the date
    ]


def _fit(table: Vector, target: Vector) -> Vector:
    """Ridge weights; the constant is not drawn to nothing."""
    penalty = np.full(table.shape[1], _RIDGE)
    penalty[:3] = 1e-3
    weights: Vector = np.asarray(
        np.linalg.solve(table.T @ table + np.diag(penalty), table.T @ target), dtype=np.float64
    )
    return weights


# --- back-test ---


class _Miss(NamedTuple):
    """One origin: what came, what each model said, and the errors as logarithms of ratios."""

    came: Vector
    by_calendar: Vector
    by_naive: Vector
    facts: tuple[DayFacts, ...]
    scale: float  # mean error of the naive forecast inside the history before the origin

    @property
    def calendar(self) -> list[tuple[DayFacts, float]]:
        return _logs(self.facts, self.came, self.by_calendar)

    @property
    def naive(self) -> list[tuple[DayFacts, float]]:
        return _logs(self.facts, self.came, self.by_naive)


def _logs(facts: Sequence[DayFacts], came: Vector, said: Vector) -> list[tuple[DayFacts, float]]:
    return [*zip(facts, np.log1p(came) - np.log1p(said), strict=True)]


def _rolling(values: Vector, facts: Sequence[DayFacts], horizon: int) -> list[_Miss]:
    """Forecasts from origins in the past, the last first horizon-long step before the end; refitted at each."""
    found = []
    for back in range(ORIGINS):
        origin = len(values) - horizon * (back + 1)
        if origin < MIN_DAYS:
            break
        known = values[:origin]
        scale = float(np.abs(known[WEEK:] - known[:-WEEK]).mean())
        found.append(_Miss(
            values[origin : origin + horizon],
            calendar_regression(known, facts[: origin + horizon], horizon),
            seasonal_naive(known, facts, horizon),
            tuple(facts[origin : origin + horizon]),
            scale,
        ))  # fmt: skip
    return found[::-1]


def _tested(missed: Sequence[_Miss], horizon: int) -> BackTest:
    scored = [miss for miss in missed if miss.scale > 0]
    if not scored:
        return BackTest(len(missed), horizon, None, None, None, None)
    mase = _mean([np.abs(miss.came - miss.by_calendar).mean() / miss.scale for miss in scored])
    naive = _mean([np.abs(miss.came - miss.by_naive).mean() / miss.scale for miss in scored])
    inside = _coverage(missed)
    return BackTest(len(scored), horizon, mase, naive, *inside, pinball=_pinball(missed))


def _mean(values: Sequence[Any]) -> float:
    return float(np.mean(values))


def _coverage(missed: Sequence[_Miss]) -> tuple[float | None, float | None]:
    """Share of the days of each origin that lay in the bands which the other origins give."""
    hits: dict[float, list[bool]] = {level: [] for level in LEVELS}
    for at, miss in enumerate(missed):
        others = [other.calendar for k, other in enumerate(missed) if k != at]
        if len(others) < MIN_ORIGINS - 1:
            return None, None
        rows = _bands(miss.by_calendar, miss.facts, others)
        for fact, came, row in zip(miss.facts, miss.came, rows, strict=True):
            if fact.is_open:
                hits[0.8].append(bool(row[1] <= came <= row[2]))
                hits[0.95].append(bool(row[3] <= came <= row[4]))
    return (_mean(hits[0.8]), _mean(hits[0.95])) if hits[0.8] else (None, None)


def _pinball(missed: Sequence[_Miss]) -> tuple[float, ...]:
    """Mean pinball loss of the median and the upper ends of the bands, in documents."""
    losses: list[list[float]] = [[], [], []]
    for at, miss in enumerate(missed):
        others = [other.calendar for k, other in enumerate(missed) if k != at]
        if not others:
            return ()
        for came, row in zip(miss.came, _bands(miss.by_calendar, miss.facts, others), strict=True):
            for into, share, said in zip(losses, (0.5, 0.9, 0.975), (row[0], row[2], row[4]), strict=True):
                into.append(max(share * (came - said), (share - 1) * (came - said)))
    return tuple(round(_mean(each), 3) for each in losses) if losses[0] else ()


def _bands(
    centre: Vector, facts: Sequence[DayFacts], errors: Sequence[Sequence[tuple[DayFacts, float]]]
) -> list[tuple[float, float, float, float, float]]:
    """Expected value and band ends of each day: quantiles of the errors on days of its kind, as ratios."""
    flat = [pair for origin in errors for pair in origin]
    kinds = {kind: np.array([error for fact, error in flat if fact.is_open == kind]) for kind in (True, False)}
    rows = []
    for expected, fact in zip(centre, facts, strict=True):
        known = kinds[fact.is_open]
        low80, high80, low95, high95 = (_end(float(expected), known, share) for share in (0.1, 0.9, 0.025, 0.975))
        rows.append((round(float(expected), 3), low80, high80, low95, high95))
    return rows


def _end(expected: float, errors: Vector, share: float) -> float:
    """One end of a band; without a back-test, what counts alone would scatter (Poisson)."""
    if len(errors) < 2 * WEEK:
        return round(max(expected + _NORMAL[share] * sqrt(max(expected, 1.0)), 0.0), 3)
    size = len(errors)
    # Of few errors the ordinary quantile is too narrow: (n + 1) of conformal prediction.
    rank = min(max(share + (share - 0.5) * 2 / size, 0.0), 1.0)
    return round(max(float(np.expm1(np.log1p(expected) + np.quantile(errors, rank))), 0.0), 3)
