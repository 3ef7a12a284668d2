"""Identities: whom a provider means by (issuer, subject), and the one-time links that tie one to an account.

A link is a secret of 256 bits of which the hash stands in the same table under the issuer `link`:
it names the account and when it was made, works once and for a day.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from models.errors import ConflictError
from models.store.audit import record
from models.tables import IdentityRow, UserRow

LINK = "link"  # no issuer is called so: theirs are addresses
LINK_LIFE = timedelta(hours=24)


def find_identity(session: Session, issuer: str, subject: str) -> UserRow | None:
    """The account that an identity is tied to."""
    row = session.get(IdentityRow, (issuer, subject)) if issuer != LINK else None
    return session.get(UserRow, row.user_id) if row else None


def link_identity(
    session: Session, user: UserRow, issuer: str, subject: str, *, actor: str, at: datetime
) -> IdentityRow:  # fmt: skip
    """Tie an identity to an account; raises ConflictError where it is tied already."""
    if issuer == LINK or session.get(IdentityRow, (issuer, subject)) is not None:
        raise ConflictError("this identity belongs to an account already")
    row = IdentityRow(issuer=issuer, subject=subject, user_id=user.id, created_at=at)
    session.add(row)
    record(session, actor=actor, action="link_identity", subject=f"user:{user.id}",
           after={"issuer": issuer, "subject": subject}, at=at)  # fmt: skip
    return row


def identities_of(session: Session, user_id: str) -> tuple[IdentityRow, ...]:
    """What is tied to an account."""
    query = select(IdentityRow).where(IdentityRow.user_id == user_id, IdentityRow.issuer != LINK)
    return tuple(session.exec(query.order_by(IdentityRow.issuer)))


def unlink_identities(session: Session, user: UserRow, *, actor: str, at: datetime) -> None:
    """Untie every identity of an account, and its open links."""
    session.exec(delete(IdentityRow).where(col(IdentityRow.user_id) == user.id))
    record(session, actor=actor, action="unlink_identities", subject=f"user:{user.id}", at=at)


def add_link(session: Session, user: UserRow, token: str, *, actor: str, at: datetime) -> None:
    """Let whoever brings this token tie an identity to the account, once, within a day; an earlier link ends."""
    session.exec(delete(IdentityRow).where(col(IdentityRow.user_id) == user.id, col(IdentityRow.issuer) == LINK))
    session.add(IdentityRow(issuer=LINK, subject=_digest(token), user_id=user.id, created_at=at))
    record(session, actor=actor, action="make_link", subject=f"user:{user.id}", at=at)


def take_link(session: Session, token: str, *, at: datetime) -> UserRow | None:
    """The account of a link, which is used up; None for one that does not stand."""
    row = session.get(IdentityRow, (LINK, _digest(token)))
    if row is None:
        return None
    session.delete(row)
    session.flush()
    return session.get(UserRow, row.user_id) if at - row.created_at < LINK_LIFE else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
