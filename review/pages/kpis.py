"""The figures of the work: the newest of each client, as they were computed from events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session, col, func, select
from starlette.requests import Request
from starlette.responses import Response

from models.tables import KpiRow
from review.language import Tongue
from review.site import reason_texts, show, site_of, visitor_of

router = APIRouter()
_SECONDS = {"seconds": 1, "s": 1, "minutes": 60, "hours": 3600, "h": 3600}
_SHARES = frozenset({"share", "ratio", "rate"})


@router.get("/kpis")
def kpis_page(request: Request) -> Response:
    """One table a client; `client` chooses one."""
    visitor = visitor_of(request)
    wanted = request.query_params.get("client", "")
    clients = [client for client in visitor.clients if wanted in {"", client.id}]
    with site_of(request).store.read() as session:
        figures = {client.id: newest_figures(session, client.id) for client in clients}
    return show(request, "kpis.html", clients=clients, figures=figures, wanted=wanted,
                label_text=label_text, value_text=value_text, bounds_of=bounds_of)  # fmt: skip


def newest_figures(session: Session, client_id: str) -> list[KpiRow]:
    """The figures of the newest computation."""
    newest = select(func.max(col(KpiRow.computed_at))).where(KpiRow.client_id == client_id).scalar_subquery()
    query = select(KpiRow).where(KpiRow.client_id == client_id, KpiRow.computed_at == newest)
    return list(session.exec(query.order_by(KpiRow.name, KpiRow.label)))


def bounds_of(rows: Sequence[KpiRow]) -> dict[tuple[str, str], tuple[KpiRow, KpiRow]]:
    """The interval of each figure that has one, by the figure's name and label: its rows `_low` and `_high`."""
    found = {(row.name, row.label): row for row in rows}
    return {
        (name, label): (found[f"{name}_low", label], found[f"{name}_high", label])
        for name, label in found
        if (f"{name}_low", label) in found and (f"{name}_high", label) in found
    }


def label_text(tongue: Tongue, row: KpiRow) -> str:
    """What a figure is about, in words: a reason, a stage, or the whole."""
    if not row.label:
        return tongue.t("kpis.all")
    for key in (f"state.{row.label}", f"cause.{row.label}", f"segment.{row.label.replace('/', '_')}",
                f"quarantine.{row.label}"):  # fmt: skip
        if tongue.has(key):
            return tongue.t(key)
    return reason_texts(tongue, row.label)[0]


def value_text(tongue: Tongue, row: KpiRow) -> str:
    """A figure with its unit."""
    if row.value is None:
        return "–"
    if row.unit in _SECONDS:
        return tongue.age(timedelta(seconds=row.value * _SECONDS[row.unit]))
    return tongue.percent(row.value) if row.unit in _SHARES else f"{tongue.number(row.value)} {row.unit}"
