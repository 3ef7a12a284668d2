"""Questions to suppliers: while one is open the document waits and the office's own clock stands.

When the answer comes, the document is back in the queue, ahead by the worth of a late document, and is due as many
business hours later as it had left when it was asked. The client's own view of the time (receipt to settled) goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.store.audit import record
from models.store.documents import new_id
from models.store.mail import queue_mail
from models.store.queue import PARKED
from models.tables import DocumentRow, MailRow, SupplierQuestionRow

LONGEST = 5000
_ASKED = (
    select(SupplierQuestionRow).where(SupplierQuestionRow.document_id == bindparam("document"))
    .order_by(col(SupplierQuestionRow.asked_at).desc())
)  # fmt: skip
_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,24}")
Resume = Callable[[datetime, datetime], datetime]  # (asked at, due at) to the time it is due after the answer


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a supplier."""

    template: str
    subject: str
    words: str
    recipient: str = ""


def is_address(text: str) -> bool:
    """Whether a text is one mail address.

    >>> is_address("a@b.fr"), is_address("a@b.fr, c@d.fr"), is_address("a@b")
    (True, False, False)
    """
    return _MAIL.fullmatch(text) is not None


def ask(
    session: Session, document: DocumentRow, question: Question, *, remind_at: datetime, actor: str, at: datetime
) -> SupplierQuestionRow:  # fmt: skip
    """Ask the supplier: a mail is queued, the document leaves the queue, its clock stands.

    Raises:
        ConflictError: It does not wait for a person, a question is open, there are no words, or no such address.
    """
    if document.state not in PARKED or document.waits_since is not None:
        raise ConflictError(f"document {document.id} does not wait for a person, or waits for an answer already")
    if not question.words.strip() or (question.recipient and not is_address(question.recipient)):
        raise ConflictError("a question has words, and an address or none")
    row = SupplierQuestionRow(
        id=new_id(), client_id=document.client_id, document_id=document.id, template=question.template[:40],
        subject=question.subject.strip()[:200], words=question.words.strip()[:LONGEST], recipient=question.recipient,
        asked_by=actor, asked_at=at, remind_at=remind_at,
    )  # fmt: skip
    session.add(row)
    document.waits_since, document.claimed_by, document.claimed_until = at, None, None
    session.add(document)
    session.flush()
    _send(session, row, at)
    _record(session, row, "ask_supplier", actor, at, template=row.template, recipient=row.recipient)
    return row


def answer(
    session: Session, document: DocumentRow, words: str, *, resume: Resume, actor: str, at: datetime
) -> SupplierQuestionRow:  # fmt: skip
    """Note the supplier's answer; the document is back in the queue and its clock runs on.

    Raises:
        ConflictError: No question is open, or there are no words.
    """
    row = open_question(session, document.id)
    if row is None or not words.strip():
        raise ConflictError(f"document {document.id} waits for no answer, or none was given")
    row.answered_at, row.answer = at, words.strip()[:LONGEST]
    _back(session, document, row, resume)
    _record(session, row, "supplier_answered", actor, at, answer=row.answer)
    return row


def withdraw(session: Session, document: DocumentRow, *, resume: Resume, actor: str, at: datetime) -> None:
    """Take an open question back: an unsent mail does not go out, the document is in the queue as before.

    Raises:
        ConflictError: No question is open.
    """
    row = open_question(session, document.id)
    if row is None:
        raise ConflictError(f"document {document.id} waits for no answer")
    unsent = select(MailRow).where(
        MailRow.document_id == document.id, col(MailRow.sent_at).is_(None), MailRow.tries == 0
    )
    for mail in session.exec(unsent.where(col(MailRow.kind).in_(("supplier_question", "supplier_reminder")))).all():
        session.delete(mail)
    _record(session, row, "withdraw_question", actor, at, template=row.template)
    _back(session, document, row, resume)
    session.delete(row)


def remind(
    session: Session, *, at: datetime, next_at: Callable[[str, datetime], datetime], limit: int = 20
) -> int:  # fmt: skip
    """Write the reminders that are due, and set the next; returns how many. `next_at` counts in a client's hours."""
    query = select(SupplierQuestionRow).where(
        col(SupplierQuestionRow.answered_at).is_(None), col(SupplierQuestionRow.remind_at) <= at)  # fmt: skip
    rows = session.exec(query.limit(limit)).all()
    for row in rows:
        row.remind_at = next_at(row.client_id, at)
        session.add(row)
        _send(session, row, at, kind="supplier_reminder")
        _record(session, row, "remind_supplier", "system", at, recipient=row.recipient)
    return len(rows)


def has_due_reminder(session: Session, at: datetime) -> bool:
    """Whether a supplier must be reminded."""
    query = select(SupplierQuestionRow.id).where(
        col(SupplierQuestionRow.answered_at).is_(None), col(SupplierQuestionRow.remind_at) <= at)  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def open_question(session: Session, document_id: str) -> SupplierQuestionRow | None:
    """The question that a document waits for."""
    query = select(SupplierQuestionRow).where(
        SupplierQuestionRow.document_id == document_id, col(SupplierQuestionRow.answered_at).is_(None))  # fmt: skip
    return session.exec(query.order_by(col(SupplierQuestionRow.asked_at).desc())).first()


def questions_of(session: Session, document_id: str) -> tuple[SupplierQuestionRow, ...]:
    """Everything that was asked about a document, newest first."""
    return tuple(session.exec(_ASKED, params={"document": document_id}))


def _send(session: Session, row: SupplierQuestionRow, at: datetime, kind: str = "supplier_question") -> None:
    queue_mail(session, kind=kind, recipient=row.recipient, subject=row.subject, words=row.words, at=at,
               client_id=row.client_id, document_id=row.document_id)  # fmt: skip


def _back(session: Session, document: DocumentRow, row: SupplierQuestionRow, resume: Resume) -> None:
    if document.waits_since is not None and document.due_at is not None:
        document.due_at = resume(document.waits_since, document.due_at)
    document.waits_since, document.waiting_until = None, None
    session.add_all((document, row))
    session.flush()


def _record(
    session: Session, row: SupplierQuestionRow, action: str, actor: str, at: datetime, **told: str
) -> None:  # fmt: skip
    record(session, actor=actor, action=action, subject=f"document:{row.document_id}", client_id=row.client_id,
           after={"question": row.id} | told, at=at)  # fmt: skip
