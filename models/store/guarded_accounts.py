"""Accounts that no supplier may have, such as employees': only salted hashes are kept, with a kind and a label."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, func, select

from models.accounts import account_hash
from models.store.audit import record
from models.tables import GuardedAccountRow


class Guarded(NamedTuple):
    """An account of the file; the label is a staff number, not a name."""

    kind: str
    label: str
    iban: str


def guard_accounts(
    session: Session, client_id: str, accounts: Iterable[Guarded], salt: bytes, *, actor: str, at: datetime
) -> tuple[int, int]:
    """Put accounts on the list, the same again without effect; returns how many are new and how many were changed."""
    new = changed = 0
    for each in accounts:
        key = account_hash(salt, each.iban)
        row = session.get(GuardedAccountRow, (client_id, key))
        if row is not None and (row.kind, row.label) == (each.kind, each.label):
            continue
        new, changed = (new + 1, changed) if row is None else (new, changed + 1)
        session.merge(GuardedAccountRow(client_id=client_id, account_hash=key, kind=each.kind, label=each.label,
                                        actor=actor, at=at))  # fmt: skip
        session.flush()
    if new or changed:
        record(session, actor=actor, action="guard_accounts", subject=f"client:{client_id}", client_id=client_id,
               after={"new": new, "changed": changed}, at=at)  # fmt: skip
    return new, changed


def count_guarded(session: Session, client_id: str) -> int:
    """How many accounts of a client are on the list."""
    return session.exec(select(func.count()).where(GuardedAccountRow.client_id == client_id)).one()


def guarded_kind(session: Session, client_id: str, iban: str, salt: bytes) -> str | None:
    """What the account is on this client's list; None where it is not on it."""
    row = session.get(GuardedAccountRow, (client_id, account_hash(salt, iban)))
    return row.kind if row is not None else None
