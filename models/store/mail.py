"""Mail to send: a row in the transaction of the act that asks for it; what sends it comes later and may try again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from models.store.documents import new_id
from models.tables import MailRow


def queue_mail(
    session: Session, *, kind: str, recipient: str, subject: str, words: str, at: datetime,
    client_id: str | None = None, document_id: str | None = None,
) -> MailRow:  # fmt: skip
    """Put a mail into the queue; without a recipient it waits there for a person to send it by hand."""
    row = MailRow(id=new_id(), client_id=client_id, document_id=document_id, kind=kind, recipient=recipient,
                  subject=" ".join(subject.split())[:200], words=words, created_at=at)  # fmt: skip
    session.add(row)
    return row
