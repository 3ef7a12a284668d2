"""Take back the division of a file: what was cut into several invoices is one after all.

The reader proposes where one invoice of a file ends and the next begins. A person who sees that it was one keeps the
first part; the others are rejected, and the file is read once more as a whole into the first.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from models.errors import ConflictError
from models.status import Status
from models.store.arrangements import arrangement_of, note_joined
from models.store.audit import record
from models.store.documents import documents_of_file, move
from models.store.jobs import WHOLE, add_job
from models.tables import DocumentRow

JOINED = "OTHER joined with the first part of its file"
_OPEN = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE})


def parts_of(session: Session, document: DocumentRow) -> list[DocumentRow]:
    """All invoices that the document's file was cut into, in page order, without those that a person rejected."""
    rows = documents_of_file(session, document.parent_id or document.id)
    return [row for row in rows if row.state != Status.REJECTED or row.id == document.id]


def join(session: Session, document: DocumentRow, *, actor: str, at: datetime) -> DocumentRow:
    """Make one invoice of all parts of the document's file; returns the first part, which is read again as a whole.

    Raises:
        ConflictError: There is only one part, or one of them is settled already.
    """
    first, *others = documents_of_file(session, document.parent_id or document.id)
    others = [row for row in others if row.state != Status.REJECTED]
    if not others:
        raise ConflictError("this file was not cut into several invoices")
    settled = [row.invoice_number or row.name for row in (first, *others) if row.state not in _OPEN]
    if settled:
        raise ConflictError(f"already settled: {', '.join(settled)}; reopen it first")
    before = arrangement_of(session, first)
    for row in others:
        move(session, row, Status.REJECTED, actor=actor, reason=JOINED, at=at)
    if first.state != Status.IN_REVIEW:
        move(session, first, Status.IN_REVIEW, actor=actor, reason="joined", at=at)
    add_job(session, first, kind=WHOLE, at=at)
    note_joined(session, first, before, actor=actor, at=at)
    record(session, actor=actor, action="join", subject=f"document:{first.id}", client_id=first.client_id,
           after={"parts": len(others) + 1}, at=at)  # fmt: skip
    return first
