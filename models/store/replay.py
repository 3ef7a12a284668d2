"""Forms that were sent once: the same key again gets the same answer, and nothing is done twice.

A row is written in the transaction of the act itself: the act and its answer are kept together or not at all. Rows are
dropped after seven days.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, delete, select

from models.tables import ReplayRow

KEPT = timedelta(days=7)
_FIND = select(ReplayRow.user_id, ReplayRow.location).where(ReplayRow.key == bindparam("which"))
_ADD = insert(ReplayRow)
_SWEEP = "00"  # keys are random: one in 256 begins so, and drops what is old; no clock and no state needed


def find_answer(session: Session, key: str, *, user_id: str) -> str | None:
    """Where this person was sent to when the form came first; None for a form that is new."""
    row = session.connection().execute(_FIND, {"which": key}).first() if key else None
    return row.location if row and row.user_id == user_id else None


def keep_answer(session: Session, key: str, *, user_id: str, path: str, location: str, at: datetime) -> None:
    """Keep the answer to a form beside what the form did; nothing for a form without a key."""
    if not key:
        return
    if key.startswith(_SWEEP):
        drop_old_answers(session, at=at)
    row = {"key": key, "user_id": user_id, "path": path[:500], "location": location, "at": at}
    session.connection().execute(_ADD, row)


def drop_old_answers(session: Session, *, at: datetime) -> int:
    """Drop what is older than seven days; returns how many."""
    return session.exec(delete(ReplayRow).where(col(ReplayRow.at) < at - KEPT)).rowcount
