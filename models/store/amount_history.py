"""Every supplier of a client with its amounts, for the report on how they are spread."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from models.fraud import Past
from models.store.fraud_facts import load_past
from models.tables import DocumentRow, SupplierRow


def amount_histories(session: Session, client_id: str) -> Iterator[tuple[str, str, tuple[Past, ...]]]:
    """Supplier, its name and its invoices in the currency that it bills in most, by supplier."""
    pairs = select(DocumentRow.seller_id, DocumentRow.currency).where(
        DocumentRow.client_id == client_id, col(DocumentRow.seller_id).is_not(None)
    )
    found: dict[str, tuple[str, tuple[Past, ...]]] = {}
    for seller_id, currency in sorted({(seller or "", money) for seller, money in session.exec(pairs.distinct())},
                                      key=lambda pair: (pair[0], pair[1] or "")):  # fmt: skip
        past = load_past(session, client_id, seller_id, currency, limit=None)
        if len(past) > len(found.get(seller_id, ("", ()))[1]):
            supplier = session.get(SupplierRow, (client_id, seller_id))
            found[seller_id] = (supplier.name if supplier else seller_id, past)
    for seller_id, (name, past) in found.items():
        yield seller_id, name, past
