"""Mail to send: a row in the transaction of the act that asks for it; what sends it comes later and may try again.

A sender first takes a mail (tries, next_at) in a transaction of its own, so that no two send the same one, and marks it
sent in another. Where it dies between the two the mail goes out again under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select, update

from models.store.audit import record
from models.store.documents import new_id
from models.tables import MailRow

TRIES = 8  # then a person sees to it: with the waits below, a good two days
FIRST_WAIT = timedelta(minutes=5)
LEASE = timedelta(minutes=5)  # in which one try ends, whatever the server does
LONGEST_ANSWER = 300  # characters of what a server said


def queue_mail(
    session: Session, *, kind: str, recipient: str, subject: str, words: str, at: datetime,
    client_id: str | None = None, document_id: str | None = None,
) -> MailRow:  # fmt: skip
    """Put a mail into the queue; without a recipient it waits there for a person to send it by hand."""
    row = MailRow(id=new_id(), client_id=client_id, document_id=document_id, kind=kind, recipient=recipient,
                  subject=" ".join(subject.split())[:200], words=words, created_at=at)  # fmt: skip
    session.add(row)
    return row


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: five minutes, then three times as long each time.

    >>> wait_after(1), wait_after(3)
    (datetime.timedelta(seconds=300), datetime.timedelta(seconds=2700))
    """
    return FIRST_WAIT * int(3 ** (max(1, tries) - 1))


def take_mail(session: Session, *, at: datetime) -> MailRow | None:
    """The oldest mail that is due, taken so that no other sender takes it; None where there is none."""
    due = or_(col(MailRow.next_at).is_(None), col(MailRow.next_at) <= at)
    query = select(MailRow).where(col(MailRow.sent_at).is_(None), MailRow.recipient != "", MailRow.tries < TRIES, due)
    row = session.exec(query.order_by(col(MailRow.created_at), col(MailRow.id)).limit(1)).first()
    if row is None:
        return None
    taken = session.exec(
        update(MailRow)
        .where(col(MailRow.id) == row.id, col(MailRow.sent_at).is_(None), col(MailRow.tries) == row.tries)
        .values(tries=row.tries + 1, next_at=at + LEASE)
    )
    session.refresh(row)
    return row if taken.rowcount == 1 else None


def mark_sent(session: Session, mail_id: str, *, actor: str, at: datetime) -> bool:
    """Note that a mail is out; False where it was noted before."""
    row = session.get(MailRow, mail_id)
    if row is None or row.sent_at is not None:
        return False
    row.sent_at, row.refused, row.next_at = at, "", None
    session.add(row)
    _tell(session, row, "send_mail", actor, at)
    return True


def mark_refused(session: Session, mail_id: str, said: str, *, for_good: bool, actor: str, at: datetime) -> None:
    """Note what the server said, and when to try again; `for_good` where trying again would not help."""
    row = session.get_one(MailRow, mail_id)
    row.refused = " ".join("".join(c if c.isprintable() else " " for c in said).split())[:LONGEST_ANSWER] or "?"
    row.tries = TRIES if for_good else row.tries
    row.next_at = None if row.tries >= TRIES else at + wait_after(row.tries)
    session.add(row)
    if row.tries >= TRIES:
        _tell(session, row, "refuse_mail", actor, at)


def retry_mail(session: Session, row: MailRow, *, actor: str, at: datetime) -> None:
    """Try a refused mail again from the beginning."""
    row.tries, row.next_at = 0, None
    session.add(row)
    _tell(session, row, "retry_mail", actor, at)


def find_mail(session: Session, mail_id: str, clients: Collection[str] | None) -> MailRow | None:
    """An unsent mail of one of these clients; `None` as clients stands for all of them."""
    row = session.get(MailRow, mail_id)
    if row is None or row.sent_at is not None:
        return None
    return row if clients is None or row.client_id in clients else None


def waiting_mail(session: Session, clients: Collection[str] | None, *, limit: int = 50) -> list[MailRow]:
    """Mails that are not out yet, oldest first."""
    query = select(MailRow).where(col(MailRow.sent_at).is_(None))
    if clients is not None:
        query = query.where(col(MailRow.client_id).in_(sorted(clients)))
    return list(session.exec(query.order_by(col(MailRow.created_at)).limit(limit)))


def _tell(session: Session, row: MailRow, action: str, actor: str, at: datetime) -> None:
    subject = f"document:{row.document_id}" if row.document_id else f"mail:{row.id}"
    said = {"reason": row.refused} if row.refused else {}
    record(session, actor=actor, action=action, subject=subject, client_id=row.client_id,
           after={"mail": row.id, "kind": row.kind} | said, at=at)  # fmt: skip
