"""Who did what: the hash chain of audit rows and the rows of state changes, written in the act's own transaction.

The hash is HMAC-SHA-256 over canonical JSON of the row and the hash before it; without the key nobody can forge a row,
without the chain's head nobody can cut its tail unseen (reliability.md R13).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, select

from models.tables import AuditRow, CounterRow, SecretRow

GENESIS = "0" * 64


def now() -> datetime:
    """The present, aware, in UTC. The one clock of the store."""
    return datetime.now(UTC)


def next_number(session: Session, name: str, count: int = 1) -> int:
    """The next number of a gapless sequence (the last of `count`), valid only if this transaction commits."""
    row = session.get(CounterRow, name, with_for_update=True)
    if row is None:
        row = CounterRow(name=name, value=0)
    row.value += count
    session.add(row)
    session.flush()
    return row.value


def wait_for_audit(session: Session) -> bool:
    """Wait for every audited act under way; until this transaction ends nobody else writes an audit row.

    False on SQLite, where a write transaction is alone from its beginning. Where True, what was read before this call
    may have changed. Rows that the act changes anyway are locked before, never after.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    next_number(session, "audit", count=0)
    return True


def canonical(value: Mapping[str, Any] | None) -> str | None:
    """JSON with sorted keys and no spaces, so that equal values have equal hashes."""
    if value is None:
        return None
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    client_id: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditRow:
    """Add one audit row to the chain, in the transaction of the act itself."""
    seq = next_number(session, "audit")
    head = session.get(AuditRow, seq - 1)
    row = AuditRow(
        seq=seq,
        client_id=client_id,
        at=at or now(),
        actor=actor,
        action=action,
        object=subject,
        before_json=canonical(before),
        after_json=canonical(after),
        prev_hash=head.hash if head else GENESIS,
        hash="",
    )
    row.hash = chain_hash(row, audit_key(session))
    session.add(row)
    return row


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a group that is recorded at once."""

    action: str
    subject: str
    client_id: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    actor: str | None = None  # default: the group's
    at: datetime | None = None  # default: the group's


def record_all(session: Session, acts: Sequence[Act], *, actor: str, at: datetime) -> None:
    """Add one audit row for each act, in order, as `record` would; for groups of many."""
    if not acts:
        return
    last = next_number(session, "audit", count=len(acts))
    first = last - len(acts) + 1
    head = session.get(AuditRow, first - 1)
    previous, key = head.hash if head else GENESIS, audit_key(session)
    for seq, act in enumerate(acts, start=first):
        row = AuditRow(
            seq=seq, client_id=act.client_id, at=act.at or at, actor=act.actor or actor, action=act.action,
            object=act.subject,
            before_json=canonical(act.before), after_json=canonical(act.after), prev_hash=previous, hash="",
        )  # fmt: skip
        row.hash = previous = chain_hash(row, key)
        session.add(row)
    session.flush()


def audit_key(session: Session) -> bytes:
    """The chain's key: of the environment if given there, else the one made with the database."""
    given = os.environ.get("FACTURIER_AUDIT_KEY")
    return given.encode() if given else stored_secret(session, "audit")


def stored_secret(session: Session, name: str) -> bytes:
    """A key kept in the database, made at first use: 32 random bytes."""
    row = session.get(SecretRow, name)
    if row is None:
        row = SecretRow(name=name, value=secrets.token_hex(32))
        session.add(row)
        session.flush()
    return bytes.fromhex(row.value)


def chain_hash(row: AuditRow, key: bytes) -> str:
    """HMAC-SHA-256 of a row and of the hash before it, in hexadecimal."""
    body = json.dumps(
        [row.seq, row.client_id, row.at.isoformat(timespec="microseconds"), row.actor, row.action, row.object,
         row.before_json, row.after_json, row.prev_hash],
        separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def verify(session: Session, *, anchor: tuple[int, str] | None = None) -> str | None:
    """Walk the chain; None where it is whole, else one sentence that names the first bad row.

    Args:
        session: An open session.
        anchor: A head (seq, hash) that was copied elsewhere earlier; it must still be in the chain.
    """
    key = audit_key(session)
    expected_seq, before = 1, GENESIS
    for row in session.exec(select(AuditRow).order_by(AuditRow.seq)).yield_per(1000):  # type: ignore[arg-type]
        if row.seq != expected_seq:
            return f"row {expected_seq} is missing"
        if row.prev_hash != before or row.hash != chain_hash(row, key):
            return f"row {row.seq} was changed"
        if anchor and row.seq == anchor[0] and row.hash != anchor[1]:
            return f"row {row.seq} is not the one that was anchored"
        expected_seq, before = row.seq + 1, row.hash
    counted = session.get(CounterRow, "audit")
    newest = max(counted.value if counted else 0, anchor[0] if anchor else 0)
    if newest >= expected_seq:
        return f"the tail from row {expected_seq} on was cut"
    return None
