"""What was agreed with a client: who does it, until when, and when it was done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.governance import Promise
from models.store.audit import record
from models.store.documents import new_id
from models.tables import ActionRow

_LONGEST_TITLE, _LONGEST_OWNER = 300, 100


def actions_of(session: Session, client_id: str) -> tuple[Promise, ...]:
    """Everything agreed with a client: what is open by its day, then what is done, newest first."""
    rows = list(session.exec(select(ActionRow).where(ActionRow.client_id == client_id).order_by(col(ActionRow.at))))
    waiting = sorted((row for row in rows if row.done_at is None), key=lambda row: (row.due or date.max, row.at))
    done = sorted((row for row in rows if row.done_at), key=lambda row: (row.done_at or row.at, row.id), reverse=True)
    return tuple(Promise(row.id, row.title, row.owner, row.due, row.done_at) for row in (*waiting, *done))


def add_action(
    session: Session, client_id: str, title: str, owner: str, due: date | None, *, actor: str, at: datetime
) -> ActionRow:
    """Note what was agreed.

    Raises:
        ConflictError: There are no words, or nobody who does it.
    """
    said, who = " ".join(title.split())[:_LONGEST_TITLE], " ".join(owner.split())[:_LONGEST_OWNER]
    if not said or not who:
        raise ConflictError("an action has a title and an owner")
    row = ActionRow(id=new_id(), client_id=client_id, title=said, owner=who, due=due, actor=actor, at=at)
    session.add(row)
    session.flush()
    record(session, actor=actor, action="add_action", subject=f"action:{row.id}", client_id=client_id,
           after={"title": said, "owner": who, "due": due}, at=at)  # fmt: skip
    return row


def finish_action(
    session: Session, action_id: str, clients: Collection[str] | None, *, actor: str, at: datetime
) -> None:
    """Note that it is done.

    Raises:
        ConflictError: Nothing of the kind is open for one of these clients (None: for any).
    """
    row = session.get(ActionRow, action_id)
    if row is None or row.done_at is not None or (clients is not None and row.client_id not in clients):
        raise ConflictError("no such action is open")
    row.done_at = at
    session.add(row)
    record(session, actor=actor, action="finish_action", subject=f"action:{row.id}", client_id=row.client_id,
           after={"title": row.title}, at=at)  # fmt: skip
