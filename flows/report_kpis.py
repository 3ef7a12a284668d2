"""Figures of the work: computed from events, kept as rows, shown as a table or as JSON. The same everywhere.

>>> shown(0.25, "share"), shown(1.5, "h"), shown(90.0, "seconds"), shown(None, "h"), shown(3, "documents")
('25.0%', '1.5 h', '90 s', '–', '3')
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, write_json, write_table
from kpis import KPIS, compute
from models.decision import REASON_TEXTS, Reason
from models.store.audit import now
from models.store.clients import list_clients
from models.store.engine import Store
from models.store.figures import load_history, store_figures
from models.tables import KpiRow

PERIOD = timedelta(days=30)


def compute_and_store(store: Store, client_id: str, now: datetime, period: timedelta = PERIOD) -> list[KpiRow]:
    """Compute a client's figures for the period that ends now and keep them; returns their rows."""
    start = now - period
    with store.read() as session:
        history = load_history(session, client_id)
    figures = compute(history, start, now)
    with store.write() as session:
        return store_figures(session, client_id, figures, start=start, end=now, at=now)


def run_kpis(store: Store, client_id: str | None, *, as_json: bool) -> int:
    """`facturier kpis`: compute and show the figures of one client, or of all."""
    with store.read() as session:
        clients = [row.id for row in list_clients(session) if client_id in {None, row.id}]
    if not clients and client_id is not None:
        complain(f"facturier kpis: there is no client {client_id!r}")
        return EXIT_USAGE
    for each in clients:
        rows = compute_and_store(store, each, now())
        if as_json:
            write_json(as_object(each, rows))
        else:
            write_table(_title(each, rows), ("figure", "of", "value", "counted"), [_cells(row) for row in rows])
    return EXIT_DONE


def as_object(client_id: str, rows: Sequence[KpiRow]) -> dict[str, object]:
    """The figures of one computation as JSON takes them."""
    return {
        "client": client_id,
        "period_start": rows[0].period_start.isoformat() if rows else None,
        "period_end": rows[0].period_end.isoformat() if rows else None,
        "kpis": [
            {"name": row.name, "label": row.label, "value": row.value, "unit": row.unit, "numerator": row.numerator,
             "denominator": row.denominator, "better": KPIS[row.name].better}
            for row in rows
        ],
    }  # fmt: skip


def _title(client_id: str, rows: Sequence[KpiRow]) -> str:
    return f"{client_id}, {rows[0].period_start:%Y-%m-%d} to {rows[0].period_end:%Y-%m-%d}" if rows else client_id


def _cells(row: KpiRow) -> tuple[str, str, str, str]:
    return KPIS[row.name].title, _label(row.label), shown(row.value, row.unit), _counted(row)


def _label(label: str) -> str:
    if label in set(Reason):
        return REASON_TEXTS[Reason(label)][0]
    return label.replace("_", " ")


def _counted(row: KpiRow) -> str:
    if row.numerator is None:
        return "" if row.denominator is None else f"{row.denominator:g}"
    return f"{row.numerator:g} / {row.denominator:g}"


def shown(value: float | None, unit: str) -> str:
    """A figure with its unit, for a terminal."""
    if value is None:
        return "–"
    if unit == "h":
        return _duration(value)
    return _SHOWN.get(unit, "{:g}").format(value)


def _duration(hours: float) -> str:
    """Hours as the unit in which a person would say them."""
    for size, form in ((48.0, f"{hours / 24:.1f} d"), (1.0, f"{hours:.1f} h"), (1 / 60, f"{60 * hours:.0f} min")):
        if hours >= size:
            return form
    return f"{3600 * hours:.0f} s"


_SHOWN = {"share": "{:.1%}", "seconds": "{:.0f} s", "minutes": "{:.1f} min"}
