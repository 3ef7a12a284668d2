"""Signs of life of the parts of the house; where one stayed away for too long, the gap is an outage."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from models.store.incidents import add_outage
from models.tables import HeartbeatRow

EVERY = timedelta(seconds=30)
SILENCE = timedelta(minutes=2)  # longer than this without a beat: it was down


def beat(session: Session, component: str, at: datetime) -> bool:
    """Note that a part is alive; True where it was away before, which is now an outage among the incidents."""
    row = session.get(HeartbeatRow, component)
    if row is None:
        session.add(HeartbeatRow(component=component, at=at))
        return False
    if at <= row.at:
        return False  # the machine's clock was set back: what was said stands
    was_away = at - row.at > SILENCE
    if was_away:
        add_outage(session, component, row.at, at, "stopped by hand" if row.is_stopped else "no sign of life")
    row.at, row.is_stopped = at, False
    session.add(row)
    return was_away


def stopped_by_hand(session: Session, began: datetime, at: datetime) -> None:
    """Note that somebody stopped, from `began` until `at`, what was alive: an outage all the same, named so.

    The house was not there for its clients; only maintenance that was announced is no service time.
    """
    for row in session.exec(select(HeartbeatRow).where(HeartbeatRow.at >= began - SILENCE, HeartbeatRow.at <= at)):
        row.at, row.is_stopped = at, True
        session.add(row)


def beats(session: Session) -> dict[str, datetime]:
    """When each part was last heard of."""
    return {row.component: row.at for row in session.exec(select(HeartbeatRow))}
