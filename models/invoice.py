"""The invoice: EN 16931 business terms as attributes, one line a term.

Amounts are `Decimal` in the invoice's currency, rates in per cent, dates are dates. A term that the document
does not show is `None`. A credit note keeps the sign that stands on it. Source: EN 16931-1:2017, clause 6.

>>> TERMS["net_total"].bt
'BT-109'
>>> Invoice(invoice_number="F-1", net_total="10.00").net_total
Decimal('10.00')
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Kind = Literal["text", "identifier", "code", "date", "amount", "number", "party"]


class Term(NamedTuple):
    """What an attribute is in EN 16931: its business term and the kind of its value."""

    bt: str
    kind: Kind


class Frozen(BaseModel):
    """A value that crosses a threshold: immutable, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InvoiceLine(Frozen):
    """One invoice line (BG-25)."""

    line_id: Annotated[str | None, Term("BT-126", "identifier")] = None
    quantity: Annotated[Decimal | None, Term("BT-129", "number")] = None
    unit_code: Annotated[str | None, Term("BT-130", "code")] = None
    net_amount: Annotated[Decimal | None, Term("BT-131", "amount")] = None
    order_reference: Annotated[str | None, Term("BT-13", "identifier")] = None  # where lines name several orders
    order_line: Annotated[str | None, Term("BT-132", "identifier")] = None
    unit_price: Annotated[Decimal | None, Term("BT-146", "number")] = None
    price_base_quantity: Annotated[Decimal | None, Term("BT-149", "number")] = None
    vat_rate: Annotated[Decimal | None, Term("BT-152", "number")] = None
    item_name: Annotated[str | None, Term("BT-153", "text")] = None
    seller_item_id: Annotated[str | None, Term("BT-155", "identifier")] = None
    buyer_item_id: Annotated[str | None, Term("BT-156", "identifier")] = None


class VatBreakdown(Frozen):
    """One row of the VAT recapitulation (BG-23)."""

    rate: Annotated[Decimal | None, Term("BT-119", "number")] = None
    taxable: Annotated[Decimal | None, Term("BT-116", "amount")] = None
    tax: Annotated[Decimal | None, Term("BT-117", "amount")] = None
    category: Annotated[str | None, Term("BT-118", "code")] = None


class Invoice(Frozen):
    """The whole invoice as facts. Never changed by matching or validating."""

    invoice_number: Annotated[str | None, Term("BT-1", "identifier")] = None
    issue_date: Annotated[date | None, Term("BT-2", "date")] = None
    type_code: Annotated[str | None, Term("BT-3", "code")] = None  # 380 invoice, 381 credit note
    currency: Annotated[str | None, Term("BT-5", "code")] = None
    due_date: Annotated[date | None, Term("BT-9", "date")] = None
    buyer_reference: Annotated[str | None, Term("BT-10", "identifier")] = None
    contract_reference: Annotated[str | None, Term("BT-12", "identifier")] = None
    order_reference: Annotated[str | None, Term("BT-13", "identifier")] = None
    payment_terms: Annotated[str | None, Term("BT-20", "text")] = None
    preceding_invoice: Annotated[str | None, Term("BT-25", "identifier")] = None
    seller_name: Annotated[str | None, Term("BT-27", "party")] = None
    seller_legal_id: Annotated[str | None, Term("BT-30", "identifier")] = None
    seller_vat_id: Annotated[str | None, Term("BT-31", "identifier")] = None
    seller_address: Annotated[str | None, Term("BG-5", "party")] = None
    buyer_name: Annotated[str | None, Term("BT-44", "party")] = None
    buyer_legal_id: Annotated[str | None, Term("BT-47", "identifier")] = None
    buyer_vat_id: Annotated[str | None, Term("BT-48", "identifier")] = None
    delivery_date: Annotated[date | None, Term("BT-72", "date")] = None
    remittance: Annotated[str | None, Term("BT-83", "text")] = None
    iban: Annotated[str | None, Term("BT-84", "identifier")] = None
    bic: Annotated[str | None, Term("BT-86", "identifier")] = None
    sum_of_lines: Annotated[Decimal | None, Term("BT-106", "amount")] = None
    allowance_total: Annotated[Decimal | None, Term("BT-107", "amount")] = None
    charge_total: Annotated[Decimal | None, Term("BT-108", "amount")] = None
    net_total: Annotated[Decimal | None, Term("BT-109", "amount")] = None
    tax_total: Annotated[Decimal | None, Term("BT-110", "amount")] = None
    gross_total: Annotated[Decimal | None, Term("BT-112", "amount")] = None
    prepaid_total: Annotated[Decimal | None, Term("BT-113", "amount")] = None
    rounding: Annotated[Decimal | None, Term("BT-114", "amount")] = None
    payable_total: Annotated[Decimal | None, Term("BT-115", "amount")] = None
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Whether the document takes money back (type code 381 and its kin, UNTDID 1001)."""
        return self.type_code in CREDIT_NOTE_CODES


CREDIT_NOTE_CODES = frozenset({"81", "83", "261", "296", "308", "381", "396", "420", "458", "532"})


def terms_of(kind: type[Frozen]) -> dict[str, Term]:
    """The attributes of a type that are business terms, in the order in which they stand."""
    return {
        name: mark for name, field in kind.model_fields.items() for mark in field.metadata if isinstance(mark, Term)
    }


TERMS = terms_of(Invoice)
LINE_TERMS = terms_of(InvoiceLine)
