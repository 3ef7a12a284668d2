"""The figures of the work: the newest of each client, as they were computed from events; the whole, or by its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kpis import DIMENSIONS, KPIS
from kpis.breakdown import CUTS, FEW
from kpis.pareto import pareto
from models.status import Status
from models.store.figures import newest_figures
from models.tables import KpiRow
from review.charts import BarChart, Given, bars
from review.kpi_words import bounds_of, change_of, in_unit, label_text, part_text, value_text
from review.language import Tongue
from review.site import show, site_of, visitor_of

router = APIRouter()
HEADLINE = ("turnaround_median", "straight_through_rate", "first_time_right_rate", "exception_rate",
            "audited_error_rate", "cost_per_invoice")  # fmt: skip
GROUPS = {
    "volume": ("documents_received", "documents_exported", "documents_rejected", "documents_open"),
    "speed": ("turnaround_median", "turnaround_p90", "turnaround_calendar_median", "turnaround_calendar_p90",
              "turnaround_spread", "stage_median", "stage_p90", "stage_calendar_median",
              "stage_calendar_p90"),
    "work": ("straight_through_rate", "touch_time", "first_pass_match_rate"),
    "quality": ("first_time_right_rate", "audited_error_rate", "error_rate", "corrections", "correction_minutes",
                "documents_reopened", "rework_rate"),
    "exceptions": ("exception_rate", "exception_minutes", "alert_overrides"),
    "cost": ("cost_per_invoice",),
}  # fmt: skip
PARETOS = ("exception_minutes", "corrections")
_SHOWN = 12  # bars of a chart; the table beside it has them all


class Part(NamedTuple):
    """One row of the table by parts: its name, and its figures in the order of the columns."""

    name: str
    figures: tuple[KpiRow | None, ...]


@router.get("/kpis")
def kpis_page(request: Request) -> Response:
    """A section for each client; `client` chooses one, `by` a dimension."""
    visitor = visitor_of(request)
    wanted = request.query_params.get("client", "")
    by = request.query_params.get("by", "")
    by = by if by in DIMENSIONS else ""
    clients = [client for client in visitor.clients if wanted in {"", client.id}]
    with site_of(request).store.read() as session:
        figures = {client.id: newest_figures(session, client.id, dimension=by) for client in clients}
    columns = tuple(name for name in KPIS if name in CUTS)
    return show(
        request, "kpis.html", clients=clients, figures=figures, wanted=wanted, by=by, dimensions=DIMENSIONS,
        groups=GROUPS, headline=HEADLINE, columns=columns, few=FEW, charts_of=charts_of, parts_of=parts_of,
        label_text=label_text, value_text=value_text, bounds_of=bounds_of, change_of=change_of, in_unit=in_unit,
        is_few=is_few, in_order=in_order,
    )  # fmt: skip


def charts_of(tongue: Tongue, client_id: str, rows: Sequence[KpiRow]) -> tuple[BarChart, ...]:
    """A Pareto chart of each figure of PARETOS that has parts."""
    found = (_pareto_chart(tongue, client_id, name, [row for row in rows if row.name == name and row.label])
             for name in PARETOS)  # fmt: skip
    return tuple(chart for chart in found if chart.rows)


def _pareto_chart(tongue: Tongue, client_id: str, name: str, rows: Sequence[KpiRow]) -> BarChart:
    words = {row.label: label_text(tongue, row) for row in rows}
    unit = KPIS[name].unit
    ranked = pareto({row.label: row.value or 0.0 for row in rows})
    given = [
        Given(words[one.label], [one.value], [in_unit(tongue, one.value, unit)],
              f"{in_unit(tongue, one.value, unit)} · {tongue.percent(one.cumulative)}")
        for one in ranked[:_SHOWN]
    ]  # fmt: skip
    first = next((one for one in ranked if one.cumulative >= 0.8), None)
    says = tongue.t("kpis.pareto_says", count=len(ranked), first=first.rank, share=tongue.percent(first.cumulative)) \
        if first else ""  # fmt: skip
    title = tongue.t(f"kpis.pareto_{name}")
    chart = bars(f"{name}-{client_id}", title, says, given, heads=(title,), columns=())
    table = tuple((words[one.label], str(one.rank), in_unit(tongue, one.value, unit), tongue.percent(one.share),
                   tongue.percent(one.cumulative)) for one in ranked)  # fmt: skip
    heads = tuple(tongue.t(f"kpis.{key}") for key in ("of", "rank", "value", "share", "cumulative"))
    return replace(chart, rows=table, columns=heads)


def parts_of(tongue: Tongue, rows: Sequence[KpiRow], columns: Sequence[str]) -> list[Part]:
    """The rows of the table by parts: weeks in order, others by what came in, the largest first."""
    found: dict[str, dict[str, KpiRow]] = {}
    for row in rows:
        found.setdefault(row.part, {})[row.name] = row
    is_week = any(row.dimension == "week" for row in rows)
    order = sorted(found, key=lambda part: part if is_week else (-_size(found[part]), part))
    return [Part(part_text(tongue, part), tuple(found[part].get(name) for name in columns)) for part in order]


def _size(figures: dict[str, KpiRow]) -> float:
    row = figures.get("documents_received")
    return row.value or 0.0 if row else 0.0


def in_order(rows: Sequence[KpiRow]) -> list[KpiRow]:
    """The whole, then stages in the order of the way, all else by size."""
    stages = {state.value: place for place, state in enumerate(Status)}
    return sorted(rows, key=lambda row: (row.label != "", stages.get(row.label, 0), -(row.value or 0.0), row.label))


def is_few(row: KpiRow) -> bool:
    """Whether a figure is of so few documents that it says little."""
    return row.denominator is not None and row.value is not None and row.denominator < FEW
