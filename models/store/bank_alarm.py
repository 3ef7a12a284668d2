"""A new bank account beside those that are verified: what a person needs to see before calling the supplier.

>>> country_of("FR7630006000011234567890189"), country_of("")
('FR', '')
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from models.store.approvals import unverified_iban
from models.tables import DocumentRow, InvoiceRow, SupplierBankRow, SupplierRow

_PHONE = ("phone", "telephone", "téléphone", "tel", "tél", "mobile")  # names of columns in files of suppliers


@dataclass(frozen=True, slots=True)
class Account:
    """A verified account, and what was published to be paid to it."""

    iban: str
    since: datetime
    by: str | None
    invoices: int = 0
    sums: tuple[tuple[str, Decimal], ...] = ()  # by currency


@dataclass(frozen=True, slots=True)
class BankAlarm:
    """The account that an invoice asks to be paid to, against those known."""

    iban: str
    known: tuple[Account, ...]
    phones: tuple[str, ...]  # of the master data: the only number to call

    @property
    def moves_country(self) -> bool:
        """Whether no known account is in the country of the new one."""
        return bool(self.known) and country_of(self.iban) not in {country_of(one.iban) for one in self.known}


def country_of(iban: str) -> str:
    """The country of an account, as its IBAN begins."""
    return iban[:2] if iban[:2].isalpha() else ""


def load_bank_alarm(session: Session, document: DocumentRow) -> BankAlarm | None:
    """The alarm of a document; None where its account is verified, or it names none."""
    iban = unverified_iban(session, document)
    if iban is None:
        return None
    supplier = session.get(SupplierRow, (document.client_id, document.seller_id)) if document.seller_id else None
    return BankAlarm(iban, _known(session, document), _phones(supplier))


def _known(session: Session, document: DocumentRow) -> tuple[Account, ...]:
    banks = select(SupplierBankRow).where(
        SupplierBankRow.client_id == document.client_id, SupplierBankRow.seller_id == document.seller_id,
        col(SupplierBankRow.verified_at).is_not(None),
    )  # fmt: skip
    paid = _paid(session, document)
    return tuple(
        Account(row.iban, row.verified_at, row.verified_by, len(paid[row.iban]), _sums(paid[row.iban]))
        for row in session.exec(banks.order_by(col(SupplierBankRow.verified_at))) if row.verified_at is not None
    )  # fmt: skip


def _paid(session: Session, document: DocumentRow) -> dict[str, dict[str, InvoiceRow]]:
    """The newest published version of each invoice of the supplier, by the account that it names."""
    query = select(InvoiceRow).where(
        InvoiceRow.client_id == document.client_id, InvoiceRow.seller_id == document.seller_id
    )
    newest = {row.document_id: row for row in session.exec(query.order_by(col(InvoiceRow.version)))}
    found: dict[str, dict[str, InvoiceRow]] = defaultdict(dict)
    for key, row in newest.items():
        found["".join((row.iban or "").split()).upper()][key] = row
    return found


def _sums(rows: dict[str, InvoiceRow]) -> tuple[tuple[str, Decimal], ...]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows.values():
        sums[row.currency or ""] += row.gross_total or Decimal(0)
    return tuple(sorted(sums.items()))


def _phones(supplier: SupplierRow | None) -> tuple[str, ...]:
    extra = json.loads(supplier.extra_json) if supplier else {}
    named = (str(value).strip() for name, value in extra.items() if any(word in name.casefold() for word in _PHONE))
    return tuple(number for number in named if number)
