"""Forecasts of a client's volumes and of the people they ask for: made from its history, kept, shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.demand import Accuracy, Work, accuracy, daily_counts, demand_of, first_seen, work_of
from kpis.forecast import DayForecast, Forecast, make_forecast
from kpis.staffing import Goal, Plan, plan_day
from models.settings import Settings
from models.settings_review import client_review
from models.settings_service import ForecastSettings
from models.store.engine import Store
from models.store.figures import load_history
from models.store.forecasts import keep_forecast, told_before
from models.tables import ClientRow
from models.volumes import ForecastDay, StaffDay, StaffHour, Tested, VolumeForecast, WorkFacts

LOOK_BACK = timedelta(days=60)  # for how forecasts came out
_ANYTHING = 0.5  # of a document: on days with less than this for people nobody is planned


class Told(NamedTuple):
    """A forecast and how the ones before it came out."""

    forecast: VolumeForecast
    made_at: datetime
    accuracy: Accuracy


def forecast_client(store: Store, settings: Settings, client: ClientRow, at: datetime) -> Told | None:
    """Forecast one client's volumes, keep the forecast; None for a client that never received anything."""
    review = client_review(settings.review, client.review_json)
    calendar = calendar_of(review)
    with store.read() as session:
        history = load_history(session, client.id)
        told = told_before(session, client.id, at - LOOK_BACK)
    counted = daily_counts(first_seen(history).values(), calendar, at)
    if counted is None:
        return None
    first, counts = counted
    made = make_forecast(first, counts, calendar, days=settings.forecast.days)
    work = work_of(history, calendar, review.review_minutes)
    kept = as_kept(made, work, _plans(made, work, calendar, settings.forecast), settings.forecast)
    with store.write() as session:
        keep_forecast(session, client.id, kept, at)
    came = {first + timedelta(days=k): count for k, count in enumerate(counts)}
    return Told(kept, at, accuracy(told, came))


def _plans(
    made: Forecast, work: Work, calendar: BusinessCalendar, settings: ForecastSettings
) -> list[tuple[DayForecast, Plan]]:  # fmt: skip
    """Plans of the next working days."""
    goals = (Goal(1.0, settings.goal_minutes),)
    open_days = [day for day in made.days if calendar.is_open(day.day)][: settings.staff_days]
    demands = [(day, demand_of(work, day.expected, day.low80, day.high80, goals)) for day in open_days]
    return [(day, plan_day(demand, settings.goal_share)) for day, demand in demands if demand.expected >= _ANYTHING]


def as_kept(
    made: Forecast, work: Work, plans: Sequence[tuple[DayForecast, Plan]], settings: ForecastSettings
) -> VolumeForecast:  # fmt: skip
    """A forecast with its plans as it is kept."""
    tested = made.tested
    return VolumeForecast(
        model=made.model,
        history_days=made.history_days,
        days=tuple(ForecastDay(**day._asdict()) for day in made.days),
        staff=tuple(_staff_day(day, plan, work) for day, plan in plans),
        tested=Tested(origins=tested.origins, horizon=tested.horizon, mase=tested.mase, ratio=tested.ratio,
                      naive_mase=tested.naive_mase, coverage80=tested.coverage80, coverage95=tested.coverage95),
        work=WorkFacts(share_for_people=work.share, median_minutes=work.median_minutes, spread=work.spread,
                       measured=work.measured, goal_minutes=settings.goal_minutes, goal_share=settings.goal_share),
    )  # fmt: skip


def _staff_day(day: DayForecast, plan: Plan, work: Work) -> StaffDay:
    hours = zip(plan.slots, plan.reviewers, plan.by_erlang, strict=True)
    return StaffDay(
        day=day.day,
        for_people=round(day.expected * work.share, 1),
        hours=tuple(StaffHour(begin=_clock(slot.begin), end=_clock(slot.end), reviewers=people, by_erlang=quick)
                    for slot, people, quick in hours),
        attainment=round(plan.outcome.attainment, 4),
        erlang_attainment=round(plan.erlang_outcome.attainment, 4),
        person_hours=round(plan.hours, 1),
    )  # fmt: skip


def _clock(minute: float) -> str:
    return f"{int(minute) // 60:02}:{round(minute) % 60:02}"
