"""Filters of the queue that people keep under a name, for themselves or for everybody.

Only the address is kept: which clients somebody sees still comes from the session that opens it.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, or_, select

from models.errors import ConflictError
from models.store.audit import record
from models.store.documents import new_id
from models.tables import SavedFilterRow

LONGEST_NAME, MOST = 60, 50


def save_filter(
    session: Session, *, user_id: str, name: str, query: str, shared: bool, actor: str, at: datetime
) -> SavedFilterRow:  # fmt: skip
    """Keep a filter under a name; the same name again replaces it.

    Raises:
        ConflictError: No name, or too many filters.
    """
    called = " ".join(name.split())[:LONGEST_NAME]
    own = session.exec(select(SavedFilterRow).where(SavedFilterRow.user_id == user_id)).all()
    if not called or len(own) >= MOST:
        raise ConflictError("a filter is kept under a name, and not more than fifty of them")
    row = next((one for one in own if one.name == called), None)
    row = row or SavedFilterRow(id=new_id(), user_id=user_id, name=called, query="", created_at=at)
    row.query, row.shared = query, shared
    session.add(row)
    record(session, actor=actor, action="save_filter", subject=f"filter:{row.id}", at=at,
           after={"name": called, "query": query, "shared": shared})  # fmt: skip
    return row


def drop_filter(session: Session, filter_id: str, *, user_id: str, actor: str, at: datetime) -> bool:
    """Drop a filter of one's own; False where there is none."""
    row = session.get(SavedFilterRow, filter_id)
    if row is None or row.user_id != user_id:
        return False
    record(session, actor=actor, action="drop_filter", subject=f"filter:{row.id}", at=at,
           before={"name": row.name, "query": row.query, "shared": row.shared})  # fmt: skip
    session.delete(row)
    return True


def filters_of(session: Session, user_id: str) -> tuple[SavedFilterRow, ...]:
    """A person's own filters and those that everybody is shown, by name."""
    mine = or_(SavedFilterRow.user_id == user_id, col(SavedFilterRow.shared))
    return tuple(session.exec(select(SavedFilterRow).where(mine).order_by(SavedFilterRow.name).limit(4 * MOST)))
