"""Claims: who has a document open. A claim lasts as long as a person may be idle; each sign of life begins it anew.

It only tells others to take another document; what keeps two people apart is the version that each form carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select, update

from models.errors import ConflictError
from models.status import Status
from models.store.audit import record
from models.tables import AuditRow, DocumentRow

CLAIM = timedelta(minutes=15)
EDITABLE = frozenset({Status.IN_REVIEW, Status.HELD})
TAKEN = ("open", "take_over")  # acts by which a person comes to hold a document


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has a document open, and until when."""

    holder: str
    until: datetime


def claim(
    session: Session, document: DocumentRow, *, actor: str, at: datetime, lasts: timedelta = CLAIM
) -> Claim | None:
    """Take or keep a document for a while; the answer names whoever has it. None: nothing to edit here."""
    if document.state not in EDITABLE:
        return None
    free = or_(col(DocumentRow.claimed_by).is_(None), col(DocumentRow.claimed_by) == actor,
               col(DocumentRow.claimed_until) < at)  # fmt: skip
    fresh = document.claimed_by != actor or not is_held(document, at)
    taken = session.exec(
        update(DocumentRow).where(col(DocumentRow.id) == document.id, free)
        .values(claimed_by=actor, claimed_until=at + lasts)
    )  # fmt: skip
    session.refresh(document)
    if taken.rowcount == 1 and fresh:
        record(session, actor=actor, action="open", subject=f"document:{document.id}", client_id=document.client_id,
               at=at)  # fmt: skip
    return Claim(document.claimed_by or "", document.claimed_until or at)


def is_held(document: DocumentRow, at: datetime) -> bool:
    """Whether somebody has the document open now."""
    return document.claimed_by is not None and document.claimed_until is not None and document.claimed_until > at


def held_since(session: Session, document: DocumentRow) -> datetime | None:
    """When whoever has the document took it."""
    if document.claimed_by is None:
        return None
    taken = select(AuditRow.at).where(
        AuditRow.object == f"document:{document.id}", AuditRow.actor == document.claimed_by,
        col(AuditRow.action).in_(TAKEN),
    )  # fmt: skip
    return session.exec(taken.order_by(col(AuditRow.seq).desc())).first()


def take_over(
    session: Session, document: DocumentRow, *, actor: str, at: datetime, lasts: timedelta = CLAIM
) -> Claim | None:
    """Take a document from the desk of whoever has it; the record says from whom. None: nothing to edit here."""
    if document.state not in EDITABLE:
        return None
    before = document.claimed_by if is_held(document, at) else None
    if before in {None, actor}:
        return claim(session, document, actor=actor, at=at, lasts=lasts)
    document.claimed_by, document.claimed_until = actor, at + lasts
    session.add(document)
    session.flush()
    record(session, actor=actor, action="take_over", subject=f"document:{document.id}", client_id=document.client_id,
           before={"holder": before}, after={"holder": actor}, at=at)  # fmt: skip
    return Claim(actor, at + lasts)


def drop_claim(session: Session, document: DocumentRow, *, actor: str, at: datetime | None = None) -> None:
    """Give a document back to the queue."""
    dropped = session.exec(
        update(DocumentRow).where(col(DocumentRow.id) == document.id, col(DocumentRow.claimed_by) == actor)
        .values(claimed_by=None, claimed_until=None)
    )  # fmt: skip
    if dropped.rowcount == 1:
        record(session, actor=actor, action="leave", subject=f"document:{document.id}", client_id=document.client_id,
               at=at)  # fmt: skip


def check_turn(document: DocumentRow, version: int, *, actor: str, at: datetime) -> None:
    """Raise ConflictError where the document changed since the person saw it, or another person has it open."""
    if document.version != version:
        raise ConflictError(f"document {document.id} was changed by somebody else")
    if document.claimed_by != actor and is_held(document, at):
        raise ConflictError(f"document {document.id} is open at {document.claimed_by}")
