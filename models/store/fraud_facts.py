"""Facts against fraud for one invoice: the supplier's earlier invoices, the account's other uses, new names."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from models.accounts import SALT
from models.fraud import FraudFacts, Past
from models.identity import identity_keys
from models.invoice import Invoice
from models.names import name_similarity, skeleton
from models.order import Supplier
from models.secret import home_secret
from models.settings import PolicySettings, Settings
from models.settings_review import client_review
from models.settings_rules import RulesSettings
from models.status import Status
from models.store.guarded_accounts import guarded_kind
from models.store.lookup_suppliers import candidate_suppliers
from models.store.ring import Ring, note_account
from models.tables import ClientRow, DocumentRow, SupplierRow

HISTORY = 200  # earlier invoices of the supplier
_IGNORED = (Status.REJECTED, Status.QUARANTINED, Status.DUPLICATE)
_NEAR = 90.0  # similarity of names, in [0, 100], where the eye sees another letter
_LIMIT_MOST = 20


class Asked(NamedTuple):
    """For whom facts are gathered."""

    client: ClientRow
    settings: Settings
    policy: PolicySettings
    rules: RulesSettings


def load_fraud_facts(
    session: Session, asked: Asked, document: DocumentRow, invoice: Invoice, supplier: Supplier | None
) -> FraudFacts:
    """Gather the facts, and note which seller named the account."""
    seller_id = supplier.seller_id if supplier else None
    ring, guarded = Ring(), None
    if invoice.iban:
        salt = home_secret(asked.settings.home, SALT)
        ring = note_account(session, document, invoice, seller_id, salt)
        guarded = guarded_kind(session, document.client_id, invoice.iban, salt)
    return FraudFacts(
        received=document.received_at.date(),
        past=load_past(session, document.client_id, seller_id, invoice.currency, but=document.id),
        limits=limits_of(asked),
        guarded=guarded,
        shared_with=ring.shared_with,
        is_elsewhere=ring.is_elsewhere,
        resembles=_resembles(session, asked, supplier, document.received_at.date()),
    )


def limits_of(asked: Asked) -> tuple[Decimal, ...]:
    """The amounts from which on somebody has to look or to approve."""
    review = client_review(asked.settings.review, asked.client.review_json)
    found = {asked.policy.amount_limit, *asked.rules.limits}
    if review.four_eyes_amount is not None:
        found.add(review.four_eyes_amount)
    return tuple(sorted(limit for limit in found if limit > 0))[:_LIMIT_MOST]


def load_past(
    session: Session, client_id: str, seller_id: str | None, currency: str | None, *, but: str = "",
    limit: int | None = HISTORY,
) -> tuple[Past, ...]:  # fmt: skip
    """Invoices of a supplier in a currency, the newest first."""
    if seller_id is None:
        return ()
    query = select(
        col(DocumentRow.id), col(DocumentRow.issue_date), col(DocumentRow.received_at), col(DocumentRow.gross_total)
    ).where(
        col(DocumentRow.client_id) == client_id, col(DocumentRow.seller_id) == seller_id, col(DocumentRow.id) != but,
        col(DocumentRow.currency) == currency, col(DocumentRow.gross_total).is_not(None),
        col(DocumentRow.state).not_in(_IGNORED), col(DocumentRow.document_type) != "credit_note",
    )  # fmt: skip
    rows = session.connection().execute(query.order_by(col(DocumentRow.received_at).desc()).limit(limit))
    return tuple(
        Past(document_id=key, issued=issued, received=received.date(), amount=amount)
        for key, issued, received, amount in rows if amount is not None
    )  # fmt: skip


def _resembles(session: Session, asked: Asked, supplier: Supplier | None, today: date) -> tuple[str, ...]:
    """Older suppliers that a new one, never paid, is named like without being the same company."""
    if supplier is None or supplier.has_history:
        return ()
    row = session.get(SupplierRow, (asked.client.id, supplier.seller_id))
    if row is None or row.updated_at.date() < today - timedelta(days=asked.rules.new_supplier_days):
        return ()
    near = candidate_suppliers(session, asked.client.id, Invoice(seller_name=supplier.name))
    return tuple(f"{each.name} ({each.seller_id})" for each in near if _is_double(supplier, each))[:3]


def _is_double(supplier: Supplier, other: Supplier) -> bool:
    if other.seller_id == supplier.seller_id or _company(other) & _company(supplier):
        return False
    return skeleton(other.name) == skeleton(supplier.name) or name_similarity(other.name, supplier.name) >= _NEAR


def _company(supplier: Supplier) -> frozenset[str]:
    return identity_keys(supplier.vat_id, supplier.legal_id)
