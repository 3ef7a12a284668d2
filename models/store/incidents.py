"""Outages, announced maintenance and whatever else went wrong: what a client is told, and availability is made of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from models.contract import Outage
from models.errors import ConflictError
from models.store.audit import record
from models.store.documents import new_id
from models.tables import IncidentRow

OUTAGE = "outage"
KINDS = (OUTAGE, "breach", "data", "complaint", "security")
_LONGEST_TITLE, _LONGEST_DETAIL = 200, 5000


def outages_of(session: Session, client_id: str, start: datetime, end: datetime) -> tuple[Outage, ...]:
    """Outages and announced maintenance that touch a span: those of every client, and this client's own."""
    own = or_(col(IncidentRow.client_id).is_(None), IncidentRow.client_id == client_id)
    query = select(IncidentRow).where(IncidentRow.kind == OUTAGE, own, *_touching(start, end))
    rows = session.exec(query.order_by(col(IncidentRow.started_at)))
    return tuple(Outage(row.started_at, row.ended_at, row.component, row.is_planned) for row in rows)


def incidents_of(
    session: Session, client_id: str, start: datetime, end: datetime, *, limit: int = 100
) -> list[IncidentRow]:
    """Every incident that touches a span and concerns a client, newest first."""
    own = or_(col(IncidentRow.client_id).is_(None), IncidentRow.client_id == client_id)
    query = select(IncidentRow).where(own, *_touching(start, end))
    return list(session.exec(query.order_by(col(IncidentRow.started_at).desc()).limit(limit)))


def add_outage(
    session: Session, component: str, start: datetime, end: datetime, why: str = "no sign of life"
) -> IncidentRow:
    """Note that a part of the house was down. Inside announced maintenance it is planned; else only its rest counts."""
    row = IncidentRow(id=new_id(), kind=OUTAGE, component=component, title=f"{component}: {why}",
                      started_at=start, ended_at=end, actor="system")  # fmt: skip
    row.is_planned = any(
        one.is_planned and one.started_at <= start and one.ended_at is not None and one.ended_at >= end
        for one in session.exec(select(IncidentRow).where(IncidentRow.kind == OUTAGE, *_touching(start, end)))
    )
    return _add(session, row, "note_outage", end)


def announce_maintenance(
    session: Session, start: datetime, end: datetime, *, title: str, client_id: str | None = None, actor: str,
    at: datetime,
) -> IncidentRow:  # fmt: skip
    """Announce that the service will be down; it is no service time then.

    Raises:
        ConflictError: It ends before it starts, or it is not announced beforehand.
    """
    if end <= start:
        raise ConflictError("maintenance ends after it starts")
    if start < at:
        raise ConflictError("maintenance is announced before it starts")
    row = IncidentRow(id=new_id(), client_id=client_id, kind=OUTAGE, title=_line(title), is_planned=True,
                      started_at=start, ended_at=end, actor=actor)  # fmt: skip
    return _add(session, row, "announce_maintenance", at)


def add_incident(
    session: Session, client_id: str | None, kind: str, title: str, detail: str, *, actor: str, at: datetime
) -> IncidentRow:
    """Note something that went wrong.

    Raises:
        ConflictError: The kind is unknown, or there are no words.
    """
    if kind not in KINDS or not title.strip():
        raise ConflictError("an incident has a kind and a title")
    row = IncidentRow(id=new_id(), client_id=client_id, kind=kind, title=_line(title), started_at=at, actor=actor,
                      detail=detail.strip()[:_LONGEST_DETAIL])  # fmt: skip
    return _add(session, row, "note_incident", at)


def end_incident(
    session: Session, incident_id: str, clients: Collection[str] | None, *, detail: str, actor: str, at: datetime
) -> None:
    """Close an incident, with what was done.

    Raises:
        ConflictError: No such incident is open, for one of these clients (None: of any).
    """
    row = session.get(IncidentRow, incident_id)
    if row is None or row.ended_at is not None or (clients is not None and row.client_id not in clients):
        raise ConflictError("no such incident is open")
    row.ended_at = at
    row.detail = "\n".join(part for part in (row.detail, detail.strip()) if part)[:_LONGEST_DETAIL]
    session.add(row)
    _record(session, row, "end_incident", actor, at)


def _touching(start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(IncidentRow.started_at) < end, or_(
        col(IncidentRow.ended_at).is_(None), col(IncidentRow.ended_at) > start
    )


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_TITLE]


def _add(session: Session, row: IncidentRow, action: str, at: datetime) -> IncidentRow:
    session.add(row)
    session.flush()
    _record(session, row, action, row.actor, at)
    return row


def _record(session: Session, row: IncidentRow, action: str, actor: str, at: datetime) -> None:
    after = {"kind": row.kind, "title": row.title, "component": row.component, "is_planned": row.is_planned,
             "from": row.started_at, "to": row.ended_at}  # fmt: skip
    record(session, actor=actor, action=action, subject=f"incident:{row.id}", client_id=row.client_id, after=after,
           at=at)  # fmt: skip
