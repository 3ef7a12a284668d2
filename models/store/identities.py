"""Identities: whom a provider means by (issuer, subject), and the one-time links that tie one to an account.

A link is a secret of 256 bits of which the hash stands in the same table under the issuer `link`:
it names the account and when it was made, works once and for a day. An identity that came with the verified mail
address of one account stands under `asked:` and its issuer until an administrator says yes: it signs nobody in.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.errors import ConflictError
from models.store.audit import record
from models.tables import IdentityRow, UserRow

LINK = "link"  # no issuer is called so: theirs are addresses
ASKED = "asked:"  # before the issuer of an identity that waits for an administrator's yes
LINK_LIFE = timedelta(hours=24)
MOST_ASKED = 5  # identities that wait for one account


def find_identity(session: Session, issuer: str, subject: str) -> UserRow | None:
    """The account that an identity is tied to."""
    row = session.get(IdentityRow, (issuer, subject)) if _is_real(issuer) else None
    return session.get(UserRow, row.user_id) if row else None


def link_identity(
    session: Session, user: UserRow, issuer: str, subject: str, *, actor: str, at: datetime
) -> IdentityRow:  # fmt: skip
    """Tie an identity to an account; raises ConflictError where it is tied already."""
    if not _is_real(issuer) or session.get(IdentityRow, (issuer, subject)) is not None:
        raise ConflictError("this identity belongs to an account already")
    row = IdentityRow(issuer=issuer, subject=subject, user_id=user.id, created_at=at)
    session.add(row)
    record(session, actor=actor, action="link_identity", subject=f"user:{user.id}",
           after={"issuer": issuer, "subject": subject}, at=at)  # fmt: skip
    return row


def identities_of(session: Session, user_id: str) -> tuple[IdentityRow, ...]:
    """What is tied to an account."""
    query = select(IdentityRow).where(IdentityRow.user_id == user_id)
    return tuple(row for row in session.exec(query.order_by(IdentityRow.issuer)) if _is_real(row.issuer))


def ask_for_link(session: Session, issuer: str, subject: str, mail: str, *, at: datetime) -> bool:
    """Keep that an identity came with the verified mail address of one open account; False where there is none.

    The address only tells the administrator whom to ask: it opens nothing.
    """
    wanted = mail.strip().lower()
    query = select(UserRow).where(func.lower(UserRow.email) == wanted, col(UserRow.active))
    users = session.exec(query.limit(2)).all() if wanted and _is_real(issuer) else []
    if len(users) != 1 or len(session.exec(_waiting(users[0].id)).all()) >= MOST_ASKED:
        return False
    if session.get(IdentityRow, (ASKED + issuer, subject)) is None:
        session.add(IdentityRow(issuer=ASKED + issuer, subject=subject, user_id=users[0].id, created_at=at))
        record(session, actor="system", action="ask_for_link", subject=f"user:{users[0].id}",
               after={"issuer": issuer, "subject": subject}, at=at)  # fmt: skip
    return True


def asked_links(session: Session, user_id: str) -> tuple[IdentityRow, ...]:
    """The identities that wait for an administrator's yes, oldest first."""
    return tuple(session.exec(_waiting(user_id).order_by(col(IdentityRow.created_at))))


def answer_asked(session: Session, user: UserRow, subject: str, *, yes: bool, actor: str, at: datetime) -> None:
    """Tie an identity that waits to its account, or send it away; raises ConflictError where none waits."""
    row = next((row for row in asked_links(session, user.id) if row.subject == subject), None)
    if row is None:
        raise ConflictError("no such identity waits for this account")
    issuer = row.issuer.removeprefix(ASKED)
    session.delete(row)
    session.flush()
    if yes:
        link_identity(session, user, issuer, subject, actor=actor, at=at)
    else:
        record(session, actor=actor, action="refuse_link", subject=f"user:{user.id}",
               before={"issuer": issuer, "subject": subject}, at=at)  # fmt: skip


def _waiting(user_id: str) -> SelectOfScalar[IdentityRow]:
    return select(IdentityRow).where(
        IdentityRow.user_id == user_id, col(IdentityRow.issuer).startswith(ASKED, autoescape=True)
    )


def _is_real(issuer: str) -> bool:
    """Whether an issuer is a provider's address, not a mark of ours."""
    return issuer != LINK and not issuer.startswith(ASKED)


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
