"""Alarms: a segment whose automation is lowered, until a person lifts the alarm with a reason or new labels prove it.

The newest row of a segment holds. All in the caller's transaction, each change with its audit row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, func, select

from models.errors import ConflictError
from models.store.audit import canonical, record, wait_for_audit
from models.store.documents import new_id
from models.tables import AlarmRow

Kind = Literal["error_rate", "drift"]


def lowering(session: Session, client_id: str, segment: str) -> AlarmRow | None:
    """The alarm that keeps this segment from being let through, if one stands."""
    newest = _newest(session, client_id, segment)
    return newest if newest is not None and newest.lowered else None


def last_lift(session: Session, client_id: str, segment: str) -> datetime | None:
    """When an alarm of the segment was last lifted: from then on evidence is gathered anew."""
    query = select(func.max(col(AlarmRow.at))).where(
        AlarmRow.client_id == client_id, AlarmRow.segment == segment, col(AlarmRow.lowered).is_(False)
    )
    return session.exec(query).one_or_none()


def standing_alarms(session: Session, clients: Collection[str] | None) -> list[AlarmRow]:
    """Every alarm that stands, of some clients or of all, oldest first."""
    pairs = select(AlarmRow.client_id, AlarmRow.segment).distinct().order_by(AlarmRow.client_id, AlarmRow.segment)
    if clients is not None:
        pairs = pairs.where(col(AlarmRow.client_id).in_(sorted(clients)))
    found = (lowering(session, client_id, segment) for client_id, segment in session.exec(pairs).all())
    return sorted((row for row in found if row is not None), key=lambda row: row.at)


def raise_alarm(
    session: Session, client_id: str, segment: str, *, kind: Kind, detail: Mapping[str, Any], actor: str, at: datetime
) -> AlarmRow:
    """Lower a segment's automation at once; the alarm that stands already is left as it is."""
    wait_for_audit(session)  # so that one alarm stands, whoever saw it first
    standing = lowering(session, client_id, segment)
    return standing or _add(session, client_id, segment, kind=kind, lowered=True, detail=detail, actor=actor, at=at)


def lift_alarm(session: Session, client_id: str, segment: str, *, reason: str, actor: str, at: datetime) -> AlarmRow:
    """Let the segment through again.

    Raises:
        ConflictError: No alarm stands there, or no reason was given.
    """
    wait_for_audit(session)
    standing = lowering(session, client_id, segment)
    if standing is None:
        raise ConflictError(f"no alarm stands for {segment}")
    if not reason.strip():
        raise ConflictError("an alarm is lifted with a reason only")
    return _add(session, client_id, segment, kind=standing.kind, lowered=False, detail={"reason": reason.strip()},
                actor=actor, at=at)  # fmt: skip


def _newest(session: Session, client_id: str, segment: str) -> AlarmRow | None:
    query = select(AlarmRow).where(AlarmRow.client_id == client_id, AlarmRow.segment == segment)
    return session.exec(query.order_by(col(AlarmRow.at).desc(), col(AlarmRow.lowered).desc())).first()


def _add(
    session: Session, client_id: str, segment: str, *, kind: str, lowered: bool, detail: Mapping[str, Any], actor: str,
    at: datetime,
) -> AlarmRow:  # fmt: skip
    row = AlarmRow(id=new_id(), client_id=client_id, segment=segment, kind=kind, lowered=lowered,
                   detail_json=canonical(detail) or "{}", actor=actor, at=at)  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor=actor, action="alarm:raise" if lowered else "alarm:lift", subject=f"segment:{segment}",
           client_id=client_id, after={"kind": kind, **detail}, at=at)  # fmt: skip
    return row
