"""What will come and who is needed: the forecast of each client with its bands, and how earlier ones came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.demand import Accuracy, accuracy, daily_counts
from models.settings_review import client_review
from models.store.forecasts import came_since, newest_forecast, told_before
from models.tables import ClientRow
from models.volumes import VolumeForecast
from review.language import Tongue
from review.site import Site, show, site_of, visitor_of
from review.time_charts import Expected, Known, TimeChart, time_chart

router = APIRouter()
PAST_DAYS = 28  # shown beside the forecast
LOOK_BACK = timedelta(days=60)  # over which earlier forecasts are judged


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one client's section shows; `made` is None where nothing was forecast yet."""

    client: ClientRow
    made: VolumeForecast | None
    made_at: datetime | None
    accuracy: Accuracy
    chart: TimeChart | None
    is_old: bool  # the forecast's first day is over


@router.get("/forecast")
def forecast_page(request: Request) -> Response:
    """One section a client; `client` chooses one."""
    site, visitor = site_of(request), visitor_of(request)
    wanted = request.query_params.get("client", "")
    clients = [client for client in visitor.clients if wanted in {"", client.id}]
    outlooks = [outlook_of(site, client, visitor.tongue, site.clock()) for client in clients]
    return show(request, "forecast.html", outlooks=outlooks, wanted=wanted)


def outlook_of(site: Site, client: ClientRow, tongue: Tongue, at: datetime) -> Outlook:
    """The newest forecast of a client, beside what came."""
    calendar = calendar_of(client_review(site.settings.review, client.review_json))
    with site.store.read() as session:
        found = newest_forecast(session, client.id)
        told = told_before(session, client.id, at - LOOK_BACK)
        counted = daily_counts(came_since(session, client.id, at - LOOK_BACK), calendar, at)
    came = by_day(counted)
    made, made_at = found or (None, None)
    chart = chart_of(client, made, came, tongue, calendar) if made else None
    is_old = bool(made and made.days and made.days[0].day < calendar.local_day(at))
    return Outlook(client, made, made_at, accuracy(told, came), chart, is_old)


def by_day(counted: tuple[date, tuple[float, ...]] | None) -> dict[date, float]:
    """Counts under their days."""
    if counted is None:
        return {}
    first, counts = counted
    return {first + timedelta(days=k): count for k, count in enumerate(counts)}


def chart_of(
    client: ClientRow, made: VolumeForecast, came: dict[date, float], tongue: Tongue, calendar: BusinessCalendar
) -> TimeChart:  # fmt: skip
    """Working days only, and closed days on which something came."""
    until = made.days[0].day
    past = [Known(day, count) for day, count in sorted(came.items())
            if until - timedelta(days=PAST_DAYS) <= day < until and (count or calendar.is_open(day))]  # fmt: skip
    coming = [Expected(one.day, one.expected, one.low80, one.high80, one.low95, one.high95) for one in made.days
              if calendar.is_open(one.day) or one.expected >= 1]  # fmt: skip
    total = sum(one.expected for one in made.days)
    says = tongue.t("forecast.says", days=len(made.days), total=tongue.number(total, 0))
    return time_chart(
        f"volumes-{client.id}", tongue.t("forecast.chart"), says, past, coming,
        heads=[tongue.t(f"forecast.{name}") for name in ("day", "came", "expected", "band80")],
        number=lambda value: tongue.number(value, 0), day=tongue.date, short=short_day,
    )  # fmt: skip


def short_day(day: date) -> str:
    """A date as it stands below a chart, the same in both languages: 24/12."""
    return f"{day.day:02}/{day.month:02}"
