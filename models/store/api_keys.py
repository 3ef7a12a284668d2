"""Keys of the REST API: 256 random bits, of which only the hash is kept; scopes, clients, an end, a revocation.

>>> token = fresh_token()
>>> token.startswith("fak_"), len(token), hint_of(token) == token[:10]
(True, 47, True)
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from models.errors import ConflictError
from models.store.audit import record
from models.store.documents import new_id
from models.tables import ApiKeyRow, ClientRow

SCOPES = ("read", "ack", "upload", "webhooks")
LONGEST_NAME = 80
_PREFIX = "fak_"  # so that scanners of leaked secrets know what they see
_USED_STEP = timedelta(minutes=1)  # the last use is written at most this often


def fresh_token() -> str:
    """A key to give away once."""
    return _PREFIX + secrets.token_urlsafe(32)


def hint_of(token: str) -> str:
    """What is shown of a key later, to tell keys apart."""
    return token[:10]


def add_api_key(
    session: Session, token: str, *, name: str, clients: Collection[str], scopes: Collection[str],
    expires_at: datetime | None, actor: str, at: datetime,
) -> ApiKeyRow:  # fmt: skip
    """Let a key in.

    Raises:
        ConflictError: No name, no client or an unknown one, no scope or an unknown one.
    """
    called = " ".join(name.split())[:LONGEST_NAME]
    wanted = sorted(set(clients))
    if not called or not called.isprintable() or not wanted or not scopes or set(scopes) - set(SCOPES):
        raise ConflictError("a key has a name, clients, and scopes of " + ", ".join(SCOPES))
    known = set(session.exec(select(ClientRow.id).where(col(ClientRow.id).in_(wanted))))
    if set(wanted) - known:
        raise ConflictError(f"no such client: {', '.join(sorted(set(wanted) - known))}")
    row = ApiKeyRow(id=new_id(), name=called, key_hash=_hash(token), hint=hint_of(token), clients=" ".join(wanted),
                    scopes=" ".join(scope for scope in SCOPES if scope in scopes), made_by=actor, created_at=at,
                    expires_at=expires_at)  # fmt: skip
    session.add(row)
    record(session, actor=actor, action="add_api_key", subject=f"api_key:{row.id}", at=at,
           after={"name": called, "clients": row.clients, "scopes": row.scopes, "hint": row.hint,
                  "expires_at": expires_at})  # fmt: skip
    return row


def find_api_key(session: Session, token: str, *, at: datetime) -> ApiKeyRow | None:
    """The key, where it stands: neither ended nor revoked."""
    row = session.exec(select(ApiKeyRow).where(ApiKeyRow.key_hash == _hash(token))).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at):
        return None
    return row


def is_stale(row: ApiKeyRow, at: datetime) -> bool:
    """Whether its last use is worth writing anew."""
    return row.used_at is None or at - row.used_at >= _USED_STEP


def touch_api_key(session: Session, key_id: str, *, at: datetime) -> None:
    """Note that a key was used."""
    session.connection().execute(update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id).values(used_at=at))


def revoke_api_key(session: Session, row: ApiKeyRow, *, actor: str, at: datetime) -> None:
    """End a key for good; a second time changes nothing."""
    if row.revoked_at is not None:
        return
    row.revoked_at = at
    session.add(row)
    record(session, actor=actor, action="revoke_api_key", subject=f"api_key:{row.id}", at=at,
           before={"name": row.name, "hint": row.hint}, after={"revoked_at": at})  # fmt: skip


def list_api_keys(session: Session, clients: Collection[str] | None = None) -> tuple[ApiKeyRow, ...]:
    """All keys, the newest first; those that serve one of these clients where clients are named."""
    rows = session.exec(select(ApiKeyRow).order_by(col(ApiKeyRow.created_at).desc(), ApiKeyRow.id)).all()
    return tuple(row for row in rows if clients is None or set(row.clients.split()) & set(clients))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()  # 256 random bits need no slow hash
