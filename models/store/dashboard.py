"""What the dashboard asks of the database beside the kept figures: few and small questions, each along an index."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, case, col, func, select

from models.store.queue import DONE
from models.tables import DocumentRow, KpiRow


class Standing(NamedTuple):
    """Open documents of one client, and how many of them are late, as the queue counts them."""

    open: int
    late: int


def open_limits_of(session: Session, client_id: str) -> list[datetime | None]:
    """When each open document is due; None where its clock stands or nothing was promised."""
    waits = col(DocumentRow.waits_since).is_not(None)
    query = select(case((waits, None), else_=DocumentRow.due_at))
    rows = session.exec(query.where(DocumentRow.client_id == client_id, col(DocumentRow.state).not_in(DONE)))
    return list(rows)


def standing_of(session: Session, clients: Collection[str], at: datetime) -> dict[str, Standing]:
    """How many documents of each client are open and late now."""
    is_late = (col(DocumentRow.waits_since).is_(None)) & (col(DocumentRow.due_at) < at)
    query = select(DocumentRow.client_id, func.count(), func.sum(case((is_late, 1), else_=0)))
    mine = query.where(col(DocumentRow.client_id).in_(sorted(clients)), col(DocumentRow.state).not_in(DONE))
    return {client: Standing(count, late or 0) for client, count, late
            in session.exec(mine.group_by(DocumentRow.client_id))}  # fmt: skip


def newest_of(session: Session, clients: Collection[str], name: str) -> dict[str, KpiRow]:
    """One figure of the whole of each client's newest computation."""
    mine = col(KpiRow.client_id).in_(sorted(clients))
    newest = select(KpiRow.client_id, func.max(col(KpiRow.computed_at)).label("at")).where(mine)
    last = newest.group_by(KpiRow.client_id).subquery()
    query = select(KpiRow).join(last, (last.c.client_id == KpiRow.client_id) & (last.c.at == KpiRow.computed_at))
    rows = session.exec(query.where(KpiRow.name == name, KpiRow.dimension == "", KpiRow.label == ""))
    return {row.client_id: row for row in rows}
