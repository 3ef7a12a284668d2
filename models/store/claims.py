"""Claims: who has a document open. A claim lasts five minutes and is kept by a heartbeat of the page.

It only tells others to take another document; what keeps two people apart is the version that each form carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, update

from models.errors import ConflictError
from models.status import Status
from models.store.audit import record
from models.tables import DocumentRow

CLAIM = timedelta(minutes=5)
EDITABLE = frozenset({Status.IN_REVIEW, Status.HELD})


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has a document open, and until when."""

    holder: str
    until: datetime


def claim(session: Session, document: DocumentRow, *, actor: str, at: datetime) -> Claim | None:
    """Take or keep a document for five minutes; the answer names whoever has it. None: nothing to edit here."""
    if document.state not in EDITABLE:
        return None
    free = or_(col(DocumentRow.claimed_by).is_(None), col(DocumentRow.claimed_by) == actor,
               col(DocumentRow.claimed_until) < at)  # fmt: skip
    fresh = document.claimed_by != actor
    taken = session.exec(
        update(DocumentRow).where(col(DocumentRow.id) == document.id, free)
        .values(claimed_by=actor, claimed_until=at + CLAIM)
    )  # fmt: skip
    session.refresh(document)
    if taken.rowcount == 1 and fresh:
        record(session, actor=actor, action="open", subject=f"document:{document.id}", client_id=document.client_id,
               at=at)  # fmt: skip
    return Claim(document.claimed_by or "", document.claimed_until or at)


def drop_claim(session: Session, document: DocumentRow, *, actor: str) -> None:
    """Give a document back to the queue."""
    session.exec(
        update(DocumentRow).where(col(DocumentRow.id) == document.id, col(DocumentRow.claimed_by) == actor)
        .values(claimed_by=None, claimed_until=None)
    )  # fmt: skip


def check_turn(document: DocumentRow, version: int, *, actor: str, at: datetime) -> None:
    """Raise ConflictError where the document changed since the person saw it, or another person has it open."""
    if document.version != version:
        raise ConflictError(f"document {document.id} was changed by somebody else")
    if document.claimed_by not in {None, actor} and document.claimed_until is not None and document.claimed_until > at:
        raise ConflictError(f"document {document.id} is open at {document.claimed_by}")
