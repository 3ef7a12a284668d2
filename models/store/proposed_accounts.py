"""Bank accounts that an import proposes for suppliers that were known: somebody else verifies or refuses them (R15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.store.approvals import FourEyesError
from models.store.audit import record
from models.tables import SupplierBankRow, SupplierRow

_SHOWN = 500


def proposed_accounts(session: Session, client_ids: Collection[str] | None) -> tuple[tuple[SupplierBankRow, str], ...]:
    """Accounts that wait for a second person, with the supplier's name."""
    query = (
        select(SupplierBankRow, SupplierRow.name)
        .where(SupplierBankRow.client_id == SupplierRow.client_id, SupplierBankRow.seller_id == SupplierRow.seller_id,
               col(SupplierBankRow.proposed_by).is_not(None), col(SupplierBankRow.verified_at).is_(None))
        .order_by(SupplierBankRow.client_id, SupplierRow.name, SupplierBankRow.iban).limit(_SHOWN)
    )  # fmt: skip
    if client_ids is not None:
        query = query.where(col(SupplierBankRow.client_id).in_(sorted(client_ids)))
    return tuple((row, name) for row, name in session.exec(query))


def settle_proposal(
    session: Session, key: tuple[str, str, str], *, is_right: bool, reason: str, actor: str, at: datetime
) -> None:
    """Verify a proposed account (client, supplier, IBAN), or take it off.

    Raises:
        ConflictError: It is not proposed any more, or no reason was given.
        FourEyesError: Whoever proposed it may not verify it.
    """
    row = session.get(SupplierBankRow, key, with_for_update=True)
    if row is None or row.verified_at is not None or row.proposed_by is None:
        raise ConflictError("this account does not wait for a second person")
    if not reason.strip():
        raise ConflictError("an account is settled with a reason only: who was called, and at which number")
    if is_right and row.proposed_by in {actor, actor.removeprefix("user:")}:
        raise FourEyesError("whoever imported an account does not verify it")
    client_id, seller_id, iban = key
    record(session, actor=actor, action="verify_bank" if is_right else "refuse_bank", subject=f"supplier:{seller_id}",
           client_id=client_id, before={"proposed_by": row.proposed_by}, after={"iban": iban, "reason": reason.strip()},
           at=at)  # fmt: skip
    if is_right:
        row.verified_at, row.verified_by = at, actor
        session.add(row)
    else:
        session.delete(row)
    session.flush()
