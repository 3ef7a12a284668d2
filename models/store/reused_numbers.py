"""Suppliers that use invoice numbers again: an exception that an operator grants, with a reason, in the audit.

It never hides a second copy: same amount and day are a duplicate there too (`validators.duplicates`).
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from models.errors import ConflictError
from models.store.audit import record
from models.tables import ReusedNumberRow, SupplierRow


def reuses_numbers(session: Session, client_id: str, seller_id: str | None) -> bool:
    """Whether this supplier is known to use numbers again."""
    return seller_id is not None and session.get(ReusedNumberRow, (client_id, seller_id)) is not None


def exceptions_of(session: Session, client_id: str) -> tuple[ReusedNumberRow, ...]:
    """The exceptions of a client, by supplier."""
    query = select(ReusedNumberRow).where(ReusedNumberRow.client_id == client_id)
    return tuple(sorted(session.exec(query), key=lambda row: row.seller_id))


def allow_reuse(session: Session, client_id: str, seller_id: str, *, reason: str, actor: str, at: datetime) -> None:
    """Put a supplier on the list.

    Raises:
        ConflictError: There is no reason, or no such supplier.
    """
    if not reason.strip():
        raise ConflictError("a supplier may use numbers again with a reason only")
    if session.get(SupplierRow, (client_id, seller_id)) is None:
        raise ConflictError(f"{client_id} has no supplier {seller_id}")
    session.merge(ReusedNumberRow(client_id=client_id, seller_id=seller_id, reason=reason.strip(), actor=actor, at=at))
    session.flush()
    record(session, actor=actor, action="allow_reuse", subject=f"supplier:{seller_id}", client_id=client_id,
           after={"reason": reason.strip()}, at=at)  # fmt: skip


def end_reuse(session: Session, client_id: str, seller_id: str, *, actor: str, at: datetime) -> bool:
    """Take a supplier off the list; False where it is not on it."""
    row = session.get(ReusedNumberRow, (client_id, seller_id))
    if row is None:
        return False
    record(session, actor=actor, action="end_reuse", subject=f"supplier:{seller_id}", client_id=client_id,
           before={"reason": row.reason}, at=at)  # fmt: skip
    session.delete(row)
    session.flush()
    return True
