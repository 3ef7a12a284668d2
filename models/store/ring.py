"""One account under several sellers: who else of this client named it, and whether another client knows it otherwise.

Noted when an invoice is judged. Of other clients nothing leaves here but yes or no.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from models.accounts import account_hash, seller_hashes
from models.invoice import Invoice
from models.status import Status
from models.tables import AccountUseRow, DocumentRow

_NAMED = 5  # other sellers that are named at most
_ASKED = 200  # uses of one account that are looked at


class Ring(NamedTuple):
    """Other sellers of this client by name, and whether another client has the account under another seller."""

    shared_with: tuple[str, ...] = ()
    is_elsewhere: bool = False


def note_account(session: Session, document: DocumentRow, invoice: Invoice, seller_id: str | None, salt: bytes) -> Ring:
    """Note which seller named the account, and say who else did."""
    if not invoice.iban or not (invoice.seller_name or invoice.seller_vat_id or invoice.seller_legal_id):
        return Ring()
    account, (company, name) = account_hash(salt, invoice.iban), seller_hashes(salt, invoice)
    key = {"account_hash": account, "client_id": document.client_id, "company_hash": company, "name_hash": name}
    others = _others(session, account, company, name)
    if session.get(AccountUseRow, tuple(key.values())) is None:
        values = {**key, "seller_id": seller_id or "", "document_id": document.id}
        make = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        session.connection().execute(make(AccountUseRow).values(values).on_conflict_do_nothing())  # others judge too
    own = [row for row in others if row.client_id == document.client_id and row.document_id != document.id]
    named = _names(session, [row for row in own if not seller_id or row.seller_id != seller_id])
    return Ring(named, any(row.client_id != document.client_id for row in others))


def _others(session: Session, account: str, company: str, name: str) -> list[AccountUseRow]:
    """Uses of the account by sellers that have neither the identifiers nor the name of this one."""
    query = select(AccountUseRow).where(
        AccountUseRow.account_hash == account, col(AccountUseRow.company_hash) != company,
        col(AccountUseRow.name_hash) != name,
    )  # fmt: skip
    return list(session.exec(query.order_by(col(AccountUseRow.document_id)).limit(_ASKED)))


def _names(session: Session, rows: list[AccountUseRow]) -> tuple[str, ...]:
    """The sellers of documents that were not rejected."""
    query = select(DocumentRow.seller_name, DocumentRow.seller_id).where(
        col(DocumentRow.id).in_([row.document_id for row in rows]), col(DocumentRow.state) != Status.REJECTED
    )
    found = sorted({name or seller or "" for name, seller in session.exec(query)} - {""})
    return tuple(found[:_NAMED])
