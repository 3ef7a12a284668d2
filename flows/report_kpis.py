"""Figures of the work: computed from events, kept as rows, shown by whoever asks. The same everywhere.

A computation that is asked for without a period of its own is kept: page, API, metrics and Prefect show its rows.

>>> PERIOD.days
30
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from flows.figure_text import HEADINGS, as_csv, as_object, cells_of, title_of
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, write_json, write_line, write_table
from kpis import DIMENSIONS, Basis, measure
from kpis.calendar import calendar_of
from models.settings import Settings
from models.settings_review import ReviewSettings, client_review
from models.settings_service import CostSettings, client_costs
from models.store.audit import now
from models.store.clients import list_clients
from models.store.engine import Store
from models.store.figures import load_history, store_figures
from models.tables import ClientRow, KpiRow

PERIOD = timedelta(days=30)
Form = Literal["table", "json", "csv"]


@dataclass(frozen=True, slots=True)
class Office:
    """What holds for every client that does not say otherwise: business hours and costs."""

    review: ReviewSettings = field(default_factory=ReviewSettings)
    costs: CostSettings = field(default_factory=CostSettings)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see: a period of its own is computed and not kept."""

    form: Form = "table"
    since: datetime | None = None
    until: datetime | None = None
    by: str = ""


def office_of(settings: Settings) -> Office:
    """The office of some settings."""
    return Office(settings.review, settings.costs)


def basis_of(session: Session, client_id: str, office: Office) -> Basis:
    """A client's hours and costs: the office's, with what its contract says instead."""
    client = session.get(ClientRow, client_id)
    review = client_review(office.review, client.review_json if client else None)
    return Basis(calendar_of(review), client_costs(office.costs, client.costs_json if client else None))


def compute_and_store(
    store: Store, client_id: str, now: datetime, period: timedelta = PERIOD, *, office: Office | None = None
) -> list[KpiRow]:
    """Compute a client's figures for the period that ends now and keep them; returns the rows of the whole."""
    start = now - period
    with store.read() as session:
        history = load_history(session, client_id, start - period)
        basis = basis_of(session, client_id, office or Office())
    figures = measure(history, start, now, basis)
    with store.write() as session:
        rows = store_figures(session, client_id, figures, start=start, end=now, at=now)
    return sorted((row for row in rows if not row.dimension), key=lambda row: (row.name, row.label))


def compute_only(store: Store, client_id: str, asked: Asked, office: Office) -> list[KpiRow]:
    """The figures of a period or a dimension that somebody asked for, as rows that are not kept."""
    at = now()
    end = asked.until or at
    start = asked.since or end - PERIOD
    with store.read() as session:
        history = load_history(session, client_id, start - (end - start))
        basis = basis_of(session, client_id, office)
    return [
        KpiRow(id="", client_id=client_id, name=one.name, label=one.label, dimension=one.dimension, part=one.part,
               value=one.value, previous=before, numerator=one.numerator, denominator=one.denominator, unit=one.unit,
               period_start=start, period_end=end, computed_at=at)
        for one, before in measure(history, start, end, basis, by=(asked.by,) if asked.by else ())
        if one.dimension == asked.by
    ]  # fmt: skip


def run_kpis(
    store: Store, client_id: str | None, *, as_json: bool = False, asked: Asked | None = None,
    office: Office | None = None,
) -> int:  # fmt: skip
    """`facturier kpis`: compute and show the figures of one client, or of all."""
    wish = asked or Asked("json" if as_json else "table")
    if wrong := _wrong(wish):
        complain(f"facturier kpis: {wrong}")
        return EXIT_USAGE
    with store.read() as session:
        clients = [row.id for row in list_clients(session) if client_id in {None, row.id}]
    if not clients and client_id is not None:
        complain(f"facturier kpis: there is no client {client_id!r}")
        return EXIT_USAGE
    for number, each in enumerate(clients):
        own = wish.since or wish.until or wish.by
        found = office or Office()
        rows = compute_only(store, each, wish, found) if own else compute_and_store(store, each, now(), office=found)
        _show(each, rows, wish.form, is_first=not number)
    return EXIT_DONE


def _wrong(asked: Asked) -> str:
    if asked.by and asked.by not in DIMENSIONS:
        return f"--by is one of {', '.join(DIMENSIONS)}"
    end = asked.until or now()
    return "--since is not before --until" if asked.since and asked.since >= end else ""


def _show(client_id: str, rows: Sequence[KpiRow], form: Form, *, is_first: bool) -> None:
    if form == "json":
        write_json(as_object(client_id, rows))
    elif form == "csv":
        write_line(as_csv(rows, head=is_first).removesuffix("\n"))
    else:
        write_table(title_of(client_id, rows), HEADINGS, [cells_of(row) for row in rows])
