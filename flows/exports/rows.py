"""What a column template may ask for: one flat row a line of an entry, or a line of a bill.

The names are the vocabulary of `flows/exports/templates/*.toml`; a template that asks for another fails when loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from flows.exports.booking import ZERO, Booking, Share, UnmappedError, shares_of, tax_code_of
from flows.exports.ledger import entry_of
from models.settings_output import OutputSettings

Value: TypeAlias = "str | Decimal | date | int | None"

COMMON = ("external_id", "key", "document_id", "version", "number", "seller_id", "seller_name", "issue_date",
          "due_date", "currency", "order_reference", "buyer_name", "payment_terms", "iban", "position",
          "label")  # fmt: skip
OF_ENTRIES = (*COMMON, "entry_number", "entry_date", "journal", "journal_name", "account", "account_name", "auxiliary",
              "auxiliary_name", "third_party", "debit", "credit", "amount", "side", "cost_centre", "tax_code",
              "validated", "foreign_amount", "foreign_currency")  # fmt: skip
OF_BILLS = (*COMMON, "kind", "is_return", "account", "cost_centre", "tax_code", "description", "quantity", "unit_price",
            "net", "payable", "company", "vat_rate")  # fmt: skip
NAMES = {"entries": frozenset(OF_ENTRIES), "bills": frozenset(OF_BILLS)}


@dataclass(frozen=True, slots=True)
class Bill:
    """The rows of one booking."""

    booking: Booking
    rows: tuple[Mapping[str, Value], ...]

    def numbered(self, number: int) -> Bill:
        """The same with the number of its entry in the file."""
        return replace(self, rows=tuple({**row, "entry_number": number} for row in self.rows))


def entry_rows(booking: Booking, settings: OutputSettings) -> Iterator[Mapping[str, Value]]:
    """The lines of a draft entry. Raises UnmappedError where it cannot be made."""
    lines = entry_of(booking, settings)
    for at, line in enumerate(lines, 1):
        yield {
            **_common(booking, at),
            "entry_number": 0, "entry_date": booking.day, "journal": settings.journal,
            "journal_name": settings.journal_name, "account": line.account, "account_name": line.account_name,
            "auxiliary": line.auxiliary, "auxiliary_name": line.auxiliary_name,
            "third_party": line.auxiliary or line.account,
            "debit": max(line.amount, ZERO), "credit": max(-line.amount, ZERO), "amount": abs(line.amount),
            "side": "D" if line.amount > 0 else "C", "cost_centre": line.cost_centre, "tax_code": line.tax_code,
            "validated": None, "foreign_amount": line.foreign, "foreign_currency": line.foreign_currency,
        }  # fmt: skip


def bill_rows(booking: Booking, settings: OutputSettings) -> Iterator[Mapping[str, Value]]:
    """The lines of a bill. Raises UnmappedError where it cannot be made."""
    shares = shares_of(booking, settings)
    total = sum((share.net for share in shares), ZERO)
    if not shares:
        raise UnmappedError("nothing_owed", "The invoice has no amount.")
    for at, share in enumerate(shares, 1):
        quantity, price = _quantity(share, booking)
        yield {
            **_common(booking, at),
            "kind": "bill" if total >= 0 else "refund", "is_return": int(total < 0),
            "account": share.posting.account, "cost_centre": share.posting.cost_centre or "",
            "tax_code": tax_code_of(share, settings), "description": share.line.item_name or booking.number,
            "quantity": quantity, "unit_price": price, "net": share.net,
            "payable": (booking.invoice.gross_total or ZERO) * booking.sign, "company": settings.odoo_company,
            "vat_rate": share.line.vat_rate,
        }  # fmt: skip


def _quantity(share: Share, booking: Booking) -> tuple[Decimal, Decimal]:
    """Quantity and price where they make up the amount, else one of the whole amount. The quantity has the sign."""
    line = share.line
    quantity, price = line.quantity, line.unit_price
    if quantity and price and (price > 0) and line.net_amount == share.net * booking.sign \
            and quantity * price == line.net_amount:  # fmt: skip
        return quantity * booking.sign, price
    return (Decimal(1), share.net) if share.net >= 0 else (Decimal(-1), -share.net)


def _common(booking: Booking, position: int) -> dict[str, Value]:
    invoice = booking.invoice
    suffix = "_reversal" if booking.is_reversal else ""
    return {
        "external_id": f"facturier.{booking.document_id}_v{booking.version}{suffix}", "key": booking.key,
        "document_id": booking.document_id, "version": booking.version, "number": booking.number,
        "seller_id": booking.seller_id or "", "seller_name": invoice.seller_name or "", "issue_date": booking.day,
        "due_date": invoice.due_date or booking.day, "currency": invoice.currency or "",
        "order_reference": invoice.order_reference or "", "buyer_name": invoice.buyer_name or "",
        "payment_terms": invoice.payment_terms or "", "iban": invoice.iban or "", "position": position,
        "label": f"{invoice.seller_name or booking.seller_id or ''} {booking.number}".strip(),
    }  # fmt: skip


ROWS = {"entries": entry_rows, "bills": bill_rows}


def bill_of(kind: str, booking: Booking, settings: OutputSettings) -> Bill:
    """All rows of a booking. Raises UnmappedError where they cannot be made."""
    return Bill(booking, tuple(ROWS[kind](booking, settings)))


def names_of(kind: str) -> Sequence[str]:
    """The vocabulary of a kind of row, sorted."""
    return sorted(NAMES[kind])
