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
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, select

from models.tables import AuditRow, CounterRow, SecretRow

GENESIS = "0" * 64
# Made once: every act runs them, and building a statement takes longer than running it.
_RAISE = update(CounterRow).where(col(CounterRow.name) == bindparam("which")).values(
    value=CounterRow.value + bindparam("count")).returning(col(CounterRow.value))  # fmt: skip
_HEAD = select(AuditRow.hash).where(AuditRow.seq == bindparam("seq"))
_SECRET = select(SecretRow.value).where(SecretRow.name == bindparam("name"))
_ADD = insert(AuditRow)


def now() -> datetime:
    """The present, aware, in UTC. The one clock of the store."""
    return datetime.now(UTC)


def next_number(session: Session, name: str, count: int = 1) -> int:
    """The next number of a gapless sequence (the last of `count`), valid only if this transaction commits."""
    session.flush()
    value = session.connection().execute(_RAISE, {"which": name, "count": count}).scalar()
    if value is None:
        value = count
        session.connection().execute(insert(CounterRow), {"name": name, "value": value})
    return int(value)


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
) -> Link:
    """Add one audit row to the chain, in the transaction of the act itself."""
    act = Act(action, subject, client_id, before, after)
    return record_all(session, (act,), actor=actor, at=at or now())[0]


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


@dataclass(frozen=True, slots=True)
class Link:
    """One audit row before it has its hash."""

    seq: int
    client_id: str | None
    at: datetime
    actor: str
    action: str
    object: str
    before_json: str | None
    after_json: str | None
    prev_hash: str


def record_all(session: Session, acts: Sequence[Act], *, actor: str, at: datetime) -> tuple[Link, ...]:
    """Add one audit row for each act, in order, as `record` would; for groups of many."""
    if not acts:
        return ()
    last = next_number(session, "audit", count=len(acts))
    first = last - len(acts) + 1
    previous = session.connection().execute(_HEAD, {"seq": first - 1}).scalar() or GENESIS
    key, links, rows = audit_key(session), [], []
    for seq, act in enumerate(acts, start=first):
        link = Link(seq, act.client_id, act.at or at, act.actor or actor, act.action, act.subject,
                    canonical(act.before), canonical(act.after), previous)  # fmt: skip
        previous = chain_hash(link, key)
        links.append(link)
        rows.append(asdict(link) | {"hash": previous})
    session.connection().execute(_ADD, rows)
    return tuple(links)


def audit_key(session: Session) -> bytes:
    """The chain's key: of the environment if given there, else the one made with the database."""
    given = os.environ.get("FACTURIER_AUDIT_KEY")
    return given.encode() if given else stored_secret(session, "audit")


def stored_secret(session: Session, name: str) -> bytes:
    """A key kept in the database, made at first use: 32 random bytes."""
    value = session.connection().execute(_SECRET, {"name": name}).scalar()
    if value is None:
        value = secrets.token_hex(32)
        session.connection().execute(insert(SecretRow), {"name": name, "value": value})
    return bytes.fromhex(value)


def chain_hash(row: AuditRow | Link, key: bytes) -> str:
    """HMAC-SHA-256 of a row and of the hash before it, in hexadecimal."""
    body = json.dumps(
        [row.seq, row.client_id, row.at.isoformat(timespec="microseconds"), row.actor, row.action, row.object,
         row.before_json, row.after_json, row.prev_hash],
        separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def verify(
    session: Session, *, anchor: tuple[int, str] | None = None, anchors: Mapping[int, str] | None = None
) -> str | None:  # fmt: skip
    """Walk the chain; None where it is whole, else one sentence that names the first bad row.

    Args:
        session: An open session.
        anchor: A head (seq, hash) that was copied elsewhere earlier; it must still be in the chain.
        anchors: More of them.
    """
    key = audit_key(session)
    expected_seq, before = 1, GENESIS
    noted = dict(anchors or {}) | (dict([anchor]) if anchor else {})
    for row in session.exec(select(AuditRow).order_by(AuditRow.seq)).yield_per(1000):  # type: ignore[arg-type]
        if row.seq != expected_seq:
            return f"row {expected_seq} is missing"
        if row.prev_hash != before or row.hash != chain_hash(row, key):
            return f"row {row.seq} was changed"
        if noted.get(row.seq, row.hash) != row.hash:
            return f"row {row.seq} is not the one that was anchored"
        expected_seq, before = row.seq + 1, row.hash
    counted = session.get(CounterRow, "audit")
    newest = max([counted.value if counted else 0, *noted])
    if newest >= expected_seq:
        return f"the tail from row {expected_seq} on was cut"
    return None
