"""Messages to people about figures and clocks: each key is told once, and what is not taken is tried again.

Like mail (models.store.mail), a sender takes a message in a transaction of its own and marks it in another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select, update

from models.store.audit import record
from models.tables import AlertRow

WAITING, TOLD, FAILED = "waiting", "told", "failed"
TRIES = 6


@dataclass(frozen=True, slots=True)
class Alert:
    """One message. The key says what it is about: it is told once for each."""

    key: str
    kind: str
    title: str
    words: str
    client_id: str | None = None


def raise_alerts(session: Session, alerts: Collection[Alert], at: datetime) -> list[Alert]:
    """Put messages into the queue whose key is new; returns those."""
    keys = [one.key for one in alerts]
    known = set(session.exec(select(AlertRow.key).where(col(AlertRow.key).in_(keys)))) if keys else set()
    fresh = list({one.key: one for one in alerts if one.key not in known}.values())
    for one in fresh:
        session.add(AlertRow(key=one.key, client_id=one.client_id, kind=one.kind, title=one.title, words=one.words,
                             created_at=at))  # fmt: skip
        record(session, actor="system", action="raise_alert", subject=f"alert:{one.key}", client_id=one.client_id,
               after={"kind": one.kind, "title": one.title}, at=at)  # fmt: skip
    session.flush()
    return fresh


def take_alerts(session: Session, limit: int = 50) -> list[Alert]:
    """The oldest messages that wait; each is counted as tried, so that a sender that dies does not try for ever."""
    query = select(AlertRow).where(AlertRow.state == WAITING).order_by(col(AlertRow.created_at), AlertRow.key)
    taken = []
    for row in session.exec(query.limit(limit)).all():
        mine = update(AlertRow).where(
            col(AlertRow.key) == row.key, col(AlertRow.state) == WAITING, col(AlertRow.tries) == row.tries)  # fmt: skip
        found = Alert(row.key, row.kind, row.title, row.words, row.client_id)
        if session.exec(mine.values(tries=row.tries + 1)).rowcount == 1:
            taken.append(found)
    return taken


def mark_alerts(session: Session, keys: Collection[str], *, is_told: bool, at: datetime) -> None:
    """Note that messages went out, or that a try failed: after some tries they are given up."""
    for row in session.exec(select(AlertRow).where(col(AlertRow.key).in_(sorted(keys)), AlertRow.state == WAITING)):
        row.state = TOLD if is_told else FAILED if row.tries >= TRIES else WAITING
        row.told_at = at if is_told else None
        session.add(row)
        if row.state != WAITING:
            record(session, actor="system", action="tell_alert" if is_told else "fail_alert",
                   subject=f"alert:{row.key}", client_id=row.client_id, after={"tries": row.tries}, at=at)  # fmt: skip


def alerts_of(session: Session, client_ids: Collection[str] | None = None, *, limit: int = 50) -> list[AlertRow]:
    """The newest messages, of some clients or of all."""
    query = select(AlertRow).order_by(col(AlertRow.created_at).desc(), AlertRow.key).limit(limit)
    if client_ids is not None:
        query = query.where(col(AlertRow.client_id).in_(sorted(client_ids)))
    return list(session.exec(query))
