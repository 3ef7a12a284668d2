"""The same POST with the same key gets the same answer, once the first was given; kept in the act's own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from models.tables import IdempotentRow


def find_kept(session: Session, api_key_id: str, key: str) -> IdempotentRow | None:
    """What was answered to this key of this caller."""
    return session.get(IdempotentRow, (api_key_id, key))


def keep(session: Session, row: IdempotentRow, *, life: timedelta) -> None:
    """Keep an answer, and drop what is older than its life.

    Raises:
        IntegrityError: (at the flush) another request with this key was faster.
    """
    _drop_older(session, row.at - life)
    session.add(row)
    session.flush()


def _drop_older(session: Session, before: datetime) -> None:
    session.connection().execute(delete(IdempotentRow).where(col(IdempotentRow.at) < before))
