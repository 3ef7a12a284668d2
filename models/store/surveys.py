"""The question to a client how content it is: a letter with a link that works once, and the answers.

Only the hash of the link's secret is kept; the letter holds the secret until it is sent, as any letter does.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, func, select, update

from models.errors import ConflictError
from models.governance import Answer
from models.store.audit import record
from models.store.documents import new_id
from models.store.mail import queue_mail
from models.tables import SurveyRow

LIFE = timedelta(days=30)
LONGEST_COMMENT = 2000
SCORES = range(11)
_SECRET_BYTES, _LONGEST_TOKEN = 32, 100
Letter = Callable[[str], tuple[str, str]]  # the secret -> subject and words


class Asked(NamedTuple):
    """One letter and what came of it."""

    client_id: str
    recipient: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    score: int | None
    comment: str


def ask(
    session: Session, client_id: str, recipient: str, language: str, letter: Letter, *, actor: str, at: datetime
) -> SurveyRow:
    """Ask somebody of a client; the letter goes into the queue of mails.

    Raises:
        ConflictError: The address is none.
    """
    address = recipient.strip()
    if address.count("@") != 1 or not address.isprintable() or len(address) > 200 or " " in address:
        raise ConflictError("a question goes to one mail address")
    token = secrets.token_urlsafe(_SECRET_BYTES)
    row = SurveyRow(id=new_id(), client_id=client_id, token_hash=_digest(token), recipient=address, language=language,
                    asked_at=at, expires_at=at + LIFE)  # fmt: skip
    session.add(row)
    session.flush()
    subject, words = letter(token)
    queue_mail(session, kind="survey", recipient=address, subject=subject, words=words, at=at, client_id=client_id)
    record(session, actor=actor, action="ask_survey", subject=f"survey:{row.id}", client_id=client_id,
           after={"recipient": address, "language": language}, at=at)  # fmt: skip
    return row


def find_survey(session: Session, token: str, at: datetime) -> SurveyRow | None:
    """The open question behind a link; None for one that is unknown, answered or too old, all alike."""
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    row = session.exec(select(SurveyRow).where(SurveyRow.token_hash == _digest(token))).first()
    return row if row is not None and row.answered_at is None and row.expires_at > at else None


def answer(session: Session, token: str, score: int, comment: str, *, at: datetime) -> bool:
    """Keep an answer; False where the link does not hold (any more), also if another answer came first.

    Raises:
        ConflictError: The score is none.
    """
    row = find_survey(session, token, at)
    if row is None:
        return False
    if score not in SCORES:
        raise ConflictError("a score is from 0 to 10")
    said = "".join(c if c.isprintable() or c == "\n" else " " for c in comment).strip()[:LONGEST_COMMENT]
    taken = session.exec(
        update(SurveyRow).where(col(SurveyRow.id) == row.id, col(SurveyRow.answered_at).is_(None))
        .values(answered_at=at, score=score, comment=said)
    )  # fmt: skip
    if taken.rowcount != 1:
        return False
    record(session, actor="client", action="answer_survey", subject=f"survey:{row.id}", client_id=row.client_id,
           after={"score": score}, at=at)  # fmt: skip
    return True


def answers_of(session: Session, client_id: str, start: datetime, end: datetime) -> tuple[Answer, ...]:
    """What a client answered in a span, in order of time."""
    query = select(SurveyRow).where(
        SurveyRow.client_id == client_id, col(SurveyRow.answered_at) >= start, col(SurveyRow.answered_at) < end
    )
    rows = session.exec(query.order_by(col(SurveyRow.answered_at), SurveyRow.id))
    return tuple(Answer(row.answered_at, row.score, row.comment)
                 for row in rows if row.answered_at is not None and row.score is not None)  # fmt: skip


def count_asked(session: Session, client_id: str, start: datetime, end: datetime) -> int:
    """How many letters asked a client in a span."""
    query = select(func.count()).where(
        SurveyRow.client_id == client_id, col(SurveyRow.asked_at) >= start, col(SurveyRow.asked_at) < end
    )
    return session.exec(query).one()


def surveys_of(session: Session, clients: Collection[str], *, limit: int = 50) -> list[Asked]:
    """The newest letters to some clients."""
    query = select(SurveyRow).where(col(SurveyRow.client_id).in_(sorted(clients)))
    rows = session.exec(query.order_by(col(SurveyRow.asked_at).desc(), SurveyRow.id).limit(limit))
    return [Asked(row.client_id, row.recipient, row.asked_at, row.expires_at, row.answered_at, row.score, row.comment)
            for row in rows]  # fmt: skip


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
