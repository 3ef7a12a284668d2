"""What the levels of service are computed from, in one go; the time limits and risks that documents carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from models.contract import Service, Worked
from models.status import Status
from models.store.audit_samples import settled_audits
from models.store.contracts import clock_facts, contracts_of
from models.store.incidents import outages_of
from models.store.pauses import pauses_of
from models.tables import DocumentRow, TouchRow

OPEN = (Status.RECEIVED, Status.EXTRACTED, Status.MATCHED, Status.IN_REVIEW, Status.HELD, Status.DUPLICATE,
        Status.QUARANTINED)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document that is not done, as its risk is computed."""

    id: str
    client_id: str
    number: str
    due_at: datetime | None
    postponed_until: datetime | None
    reasons: str
    stands: bool


def load_service(session: Session, client_id: str, since: datetime, until: datetime) -> Service:
    """A client's terms and what happened since a moment; open documents are there whenever they came."""
    contracts = contracts_of(session, client_id)
    if not contracts:
        return Service(())
    return Service(contracts, clock_facts(session, client_id, since), pauses_of(session, client_id),
                   outages_of(session, client_id, since, until), settled_audits(session, client_id))  # fmt: skip


def open_documents(session: Session) -> list[OpenDocument]:
    """Every document of every client that still needs somebody or something."""
    query = select(DocumentRow).where(col(DocumentRow.state).in_(OPEN))
    return [OpenDocument(row.id, row.client_id, row.invoice_number or "", row.due_at, row.postponed_until, row.reasons,
                         row.waits_since is not None) for row in session.exec(query)]  # fmt: skip


def worked_since(session: Session, since: datetime) -> Worked:
    """Who worked when and for how long, and what came in for people, all clients together: they share the people."""
    query = select(TouchRow.actor, TouchRow.started_at, TouchRow.seconds).where(col(TouchRow.started_at) >= since)
    touched = select(TouchRow.document_id).where(col(TouchRow.started_at) >= since)
    lately = (col(DocumentRow.received_at) >= since, col(DocumentRow.id).in_(touched))
    came = select(DocumentRow.received_at, DocumentRow.due_at).where(*lately)
    return Worked(tuple((actor, at, seconds) for actor, at, seconds in session.exec(query)),
                  tuple((at, due) for at, due in session.exec(came) if due is not None))  # fmt: skip


def put_due(session: Session, limits: Mapping[str, datetime]) -> int:
    """Set when documents are due; returns how many. No act of anybody: version and audit stay."""
    return _put(session, "due_at", [{"which": name, "value": due} for name, due in limits.items()])


def put_risks(session: Session, risks: Mapping[str, float]) -> None:
    """Keep the risks of open documents; every other document has none."""
    kept = select(DocumentRow.id).where(col(DocumentRow.breach_risk).is_not(None))
    gone = [name for name in session.exec(kept) if name not in risks]
    rows: list[dict[str, object]] = [{"which": name, "value": None} for name in gone]
    _put(session, "breach_risk", [*rows, *({"which": name, "value": round(risk, 4)} for name, risk in risks.items())])


def _put(session: Session, column: str, rows: Sequence[Mapping[str, object]]) -> int:
    if rows:
        table = DocumentRow.__table__  # type: ignore[attr-defined]
        change = update(table).where(table.c.id == bindparam("which")).values({column: bindparam("value")})
        session.connection().execute(change, [dict(row) for row in rows])
        session.expire_all()
    return len(rows)
