"""One screen of a client: headline figures, charts of the flow, what is late, what will come. All from kept figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.clocks import office_of
from kpis.demand import daily_counts
from models.certificate import SEGMENTS
from models.settings_review import client_review
from models.store.alarms import lowering
from models.store.certificates import standing_certificate
from models.store.dashboard import Standing, newest_of, open_limits_of, standing_of
from models.store.figures import newest_figures
from models.store.forecasts import came_since, newest_forecast
from models.tables import ClientRow, KpiRow
from review import dashboard as made
from review.charts import BarChart
from review.dashboard import Tile
from review.language import Tongue
from review.levels import KeptLevels, Levels
from review.pages.forecast import PAST_DAYS, by_day, chart_of
from review.pages.kpis import charts_of
from review.plots import Plot
from review.site import Site, Visitor, show, site_of, visitor_of
from review.time_charts import TimeChart

router = APIRouter()
_STALE = timedelta(days=2)  # after that somebody should know why nothing was counted
_TILES = (
    ("received", "documents_received", False), ("exported", "documents_exported", False),
    ("open", "documents_open", False), ("through", "straight_through_rate", False),
    ("cost", "cost_per_invoice", False), ("median", "turnaround_median", True), ("p90", "turnaround_p90", True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bound:
    """The certified error bound of what is let through: the worst of the kinds of documents that have one."""

    highest: float | None
    certified: int
    lowered: int
    sure: float


@dataclass(frozen=True, slots=True)
class Screen:
    """All that is shown of one client. `newest` is any row of the newest computation; None before the first."""

    client: ClientRow
    newest: KpiRow | None
    is_old: bool
    tiles: Sequence[Tile]
    levels: Levels
    bound: Bound
    flow: Plot
    age: BarChart
    through: Plot
    error: Plot
    spread: Plot
    pareto: BarChart
    causes: BarChart | None
    forecast: TimeChart | None


@dataclass(frozen=True, slots=True)
class Brief:
    """A client in the strip: how much went straight through, what is open, what is late."""

    client: ClientRow
    through: KpiRow | None
    now: Standing


@router.get("/dashboard")
def dashboard_page(request: Request) -> Response:
    """The screen of the client that is wanted, or of the first; a strip of all clients where there are several."""
    site, visitor = site_of(request), visitor_of(request)
    wanted = request.query_params.get("client", "")
    client = next((one for one in visitor.clients if one.id == wanted), next(iter(visitor.clients), None))
    kept: KeptLevels = request.app.state.levels
    with site.store.read() as session:
        screen = _screen(session, site, client, visitor.tongue, kept) if client else None
        strip = _strip(session, visitor, site.clock()) if len(visitor.clients) > 1 else []
    return show(request, "dashboard.html", screen=screen, strip=strip)


def _strip(session: Session, visitor: Visitor, at: datetime) -> list[Brief]:
    ids = [client.id for client in visitor.clients]
    through, standing = newest_of(session, ids, "straight_through_rate"), standing_of(session, ids, at)
    return [Brief(one, through.get(one.id), standing.get(one.id, Standing(0, 0))) for one in visitor.clients]


def _screen(session: Session, site: Site, client: ClientRow, tongue: Tongue, kept: KeptLevels) -> Screen:
    at, key = site.clock(), client.id
    rows, weeks = newest_figures(session, key), made.by_week(newest_figures(session, key, dimension="week"))
    figures, levels = made.whole(rows), kept.of(session, key, at)
    own = calendar_of(client_review(site.settings.review, client.review_json))
    office = office_of(levels.contract.calendar) if levels.contract else own
    return Screen(
        client, rows[0] if rows else None, bool(rows and at - rows[0].computed_at > _STALE),
        _tiles(tongue, figures), levels, _bound(session, key), made.flow_chart(tongue, key, figures, weeks),
        made.age_chart(tongue, key, open_limits_of(session, key), office, at),
        made.trend_chart(tongue, key, made.THROUGH, weeks), made.trend_chart(tongue, key, made.ERROR, weeks),
        made.spread_chart(tongue, key, rows), made.pareto_chart(tongue, key, rows),
        next(iter(charts_of(tongue, key, [row for row in rows if row.name == "corrections"])), None),
        _forecast(session, client, tongue, own, at),
    )  # fmt: skip


def _tiles(tongue: Tongue, figures: Mapping[str, KpiRow]) -> list[Tile]:
    hours = tongue.t("dashboard.tile.hours")
    return [made.tile(tongue, key, figures[name], hours if in_hours else "") for key, name, in_hours in _TILES
            if name in figures]  # fmt: skip


def _bound(session: Session, client_id: str) -> Bound:
    found = [one for segment in SEGMENTS if (one := standing_certificate(session, client_id, segment))]
    proved = [one for one in found if one.threshold is not None and one.bound is not None]
    lowered = [one for one in proved if lowering(session, client_id, one.segment)]
    bounds = [one.bound for one in proved if one.bound is not None]
    sure = 1 - max((one.delta for one in proved), default=0.0)
    return Bound(max(bounds, default=None), len(proved), len(lowered), sure)


def _forecast(
    session: Session, client: ClientRow, tongue: Tongue, office: BusinessCalendar, at: datetime
) -> TimeChart | None:  # fmt: skip
    """The newest forecast beside the days that it continues."""
    found = newest_forecast(session, client.id)
    if found is None or not found[0].days:
        return None
    since = made.start_of(found[0].days[0].day - timedelta(days=PAST_DAYS), office)
    counted = daily_counts(came_since(session, client.id, since), office, at)
    return chart_of(client, found[0], by_day(counted), tongue, office)
