"""Spans in which the clock of a document, or of all documents of a client, stands: noted by people, and open questions.

What stops which clock is the contract's to say (models.contract.Pauses); here is only what happened.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, or_, select

from models.contract import REASONS, Pause
from models.errors import ConflictError
from models.store.audit import record
from models.store.documents import new_id
from models.tables import DocumentRow, PauseRow, SupplierQuestionRow

SUPPLIER = "supplier_question"


def pauses_of(session: Session, client_id: str, document_ids: Collection[str] | None = None) -> tuple[Pause, ...]:
    """Every pause of a client's documents, questions to suppliers among them; of some documents or of all."""
    noted = select(PauseRow).where(PauseRow.client_id == client_id)
    asked = select(SupplierQuestionRow).where(SupplierQuestionRow.client_id == client_id)
    if document_ids is not None:
        mine = col(PauseRow.document_id)
        noted = noted.where(or_(mine.is_(None), mine.in_(document_ids)))
        asked = asked.where(col(SupplierQuestionRow.document_id).in_(document_ids))
    own = [Pause(row.started_at, row.ended_at, row.reason, row.document_id) for row in session.exec(noted)]
    questions = [Pause(row.asked_at, row.answered_at, SUPPLIER, row.document_id) for row in session.exec(asked)]
    return tuple(sorted((*own, *questions), key=lambda one: one.started_at))


def start_pause(
    session: Session, client_id: str, reason: str, *, document_id: str | None = None, actor: str, at: datetime
) -> PauseRow:
    """Note that the clock stands from now on, of one document or of the client's all.

    Raises:
        ConflictError: The reason is none that a contract can know, the document is not the client's, or such a pause
            runs already.
    """
    if reason not in REASONS:
        raise ConflictError(f"{reason!r} is no reason for a pause")
    document = session.get(DocumentRow, document_id) if document_id else None
    if document_id and (document is None or document.client_id != client_id):
        raise ConflictError(f"there is no document {document_id!r}")
    if any(row.document_id == document_id and row.reason == reason for row in open_pauses(session, (client_id,))):
        raise ConflictError("this clock stands already for that reason")
    row = PauseRow(id=new_id(), client_id=client_id, document_id=document_id, started_at=at, reason=reason, actor=actor)
    session.add(row)
    session.flush()
    _record(session, row, "start_pause", actor, at)
    return row


def end_pause(session: Session, pause_id: str, clients: Collection[str] | None, *, actor: str, at: datetime) -> None:
    """Let the clock run on.

    Raises:
        ConflictError: No such pause runs, for one of these clients (None: of any).
    """
    row = session.get(PauseRow, pause_id)
    if row is None or row.ended_at is not None or (clients is not None and row.client_id not in clients):
        raise ConflictError("no such pause runs")
    row.ended_at = at
    session.add(row)
    _record(session, row, "end_pause", actor, at)


def open_pauses(session: Session, clients: Collection[str]) -> list[PauseRow]:
    """Pauses that people noted and that run, oldest first."""
    query = select(PauseRow).where(col(PauseRow.client_id).in_(sorted(clients)), col(PauseRow.ended_at).is_(None))
    return list(session.exec(query.order_by(col(PauseRow.started_at), PauseRow.id)))


def _record(session: Session, row: PauseRow, action: str, actor: str, at: datetime) -> None:
    subject = f"document:{row.document_id}" if row.document_id else f"client:{row.client_id}"
    record(session, actor=actor, action=action, subject=subject, client_id=row.client_id,
           after={"pause": row.id, "reason": row.reason}, at=at)  # fmt: skip
