"""Alerts that people overrode: holds they released, duplicates they let in again. From events, nothing else.

Each took a reason, and a hold a second person (`models.store.reviewing`). The figure `alert_overrides` counts the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.overriding import AGAINST, kind_of_override
from models.tables import EventRow


class Override(NamedTuple):
    """One alert that was overridden: when, what, on which document."""

    at: datetime
    kind: str  # release, not_duplicate
    document_id: str


def load_overrides(session: Session, client_id: str) -> tuple[Override, ...]:
    """All overrides of a client, in order of time."""
    query = select(EventRow).where(
        EventRow.client_id == client_id, col(EventRow.from_state).in_({old for old, _ in AGAINST}),
    )  # fmt: skip
    rows = session.exec(query.order_by(col(EventRow.at), col(EventRow.seq)))
    return tuple(
        Override(row.at, kind, row.document_id)
        for row in rows if (kind := kind_of_override(row.from_state, row.to_state, row.actor, row.reason))
    )  # fmt: skip
