"""What is true of a document before it is printed: the companies, and the invoice in the product's own terms.

Amounts are `Decimal` in the invoice's currency; rates in per cent. Rounding as in `models.money`: half up, each line
and each VAT row once (EN 16931 BR-CO-10 to BR-CO-17).

>>> str(Item("A-1", "Vis", Decimal("12.40"), base=Decimal(100)).amount(Decimal(250)))
'31.00'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.money import round_amount

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Item:
    """An article of a seller's catalogue; `price` is for `base` units."""

    code: str
    name: str
    price: Decimal
    unit: str = "C62"  # UN/ECE recommendation 20
    rate: Decimal = Decimal(20)
    base: Decimal = Decimal(1)

    def amount(self, quantity: Decimal) -> Decimal:
        """Net amount of a quantity."""
        return round_amount(quantity * self.price / self.base)


@dataclass(frozen=True, slots=True)
class Company:
    """A fictional company. `registration` is the line of legal mentions that its country asks for."""

    key: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str
    iban: str
    bic: str
    legal_id: str | None = None
    registration: str = ""
    phone: str = ""
    email: str = ""
    trade: str = ""
    colour: str = "#1f4e79"
    look: str = "atelier"
    language: str = "fr"
    currency: str = "EUR"
    terms_days: int = 30
    items: tuple[Item, ...] = field(default=(), repr=False)

    @property
    def town(self) -> str:
        """Postcode and city in the order of the country."""
        return f"{self.city} {self.postcode}" if self.country in {"GB", "IE"} else f"{self.postcode} {self.city}"

    @property
    def address(self) -> str:
        """Street, then town, as one line without the country."""
        return f"{self.street}, {self.town}"

    def item(self, code: str) -> Item:
        """The article of this code; KeyError where there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(f"{self.key} has no item {code}")


@dataclass(frozen=True, slots=True)
class Facts:
    """One invoice and what surrounds it on the page."""

    invoice: Invoice
    seller: Company
    buyer: Company
    language: str
    mentions: tuple[str, ...] = ()  # keys of the locale's [mentions]
    deliver_to: tuple[str, ...] = ()
    customer_number: str = ""  # a number that is none of the fields: what readers must not fall for


@dataclass(frozen=True, slots=True)
class Draft:
    """One line before it is priced; `price` overrules the catalogue's."""

    item: Item
    quantity: Decimal
    price: Decimal | None = None
    order: str | None = None
    order_line: str | None = None


Category = Literal["S", "K", "G", "AE"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The header of an invoice to make."""

    number: str
    issue_date: date
    due_date: date | None
    currency: str = "EUR"
    type_code: str = "380"
    category: Category = "S"  # S: standard and reduced rates; the others are 0 per cent for a reason
    allowance_percent: Decimal = ZERO
    order_reference: str | None = None
    contract_reference: str | None = None
    buyer_reference: str | None = None
    preceding_invoice: str | None = None
    delivery_date: date | None = None
    payment_terms: str | None = None
    iban: str | None = None
    gross_error: Decimal = ZERO  # a wrong sum, on purpose


def price_line(number: int, draft: Draft, category: Category, *, many_orders: bool) -> InvoiceLine:
    """The draft as an invoice line."""
    price = draft.item.price if draft.price is None else draft.price
    return InvoiceLine(
        line_id=str(number),
        quantity=draft.quantity,
        unit_code=draft.item.unit,
        unit_price=price,
        price_base_quantity=draft.item.base if draft.item.base != 1 else None,
        net_amount=round_amount(draft.quantity * price / draft.item.base),
        order_reference=draft.order if many_orders else None,
        order_line=draft.order_line,
        vat_rate=draft.item.rate if category == "S" else ZERO,
        item_name=draft.item.name,
        seller_item_id=draft.item.code or None,
    )


def vat_rows(
    lines: tuple[InvoiceLine, ...], category: Category, allowance_percent: Decimal
) -> tuple[VatBreakdown, ...]:
    """The VAT recapitulation, highest rate first; the allowance falls on every rate in proportion."""
    rows = []
    for rate in sorted({line.vat_rate or ZERO for line in lines}, reverse=True):
        full = sum((line.net_amount or ZERO for line in lines if (line.vat_rate or ZERO) == rate), ZERO)
        taxable = full - round_amount(full * allowance_percent / HUNDRED)
        rows.append(
            VatBreakdown(rate=rate, taxable=taxable, tax=round_amount(taxable * rate / HUNDRED), category=category)
        )
    return tuple(rows)


def settle(terms: Terms, seller: Company, buyer: Company, drafts: list[Draft]) -> Invoice:
    """The invoice with every sum in place."""
    orders = {draft.order for draft in drafts if draft.order}
    lines = tuple(
        price_line(number, draft, terms.category, many_orders=len(orders) > 1)
        for number, draft in enumerate(drafts, start=1)
    )
    rows = vat_rows(lines, terms.category, terms.allowance_percent)
    sum_of_lines = sum((line.net_amount or ZERO for line in lines), ZERO)
    net = sum((row.taxable or ZERO for row in rows), ZERO)
    tax = sum((row.tax or ZERO for row in rows), ZERO)
    return Invoice(
        invoice_number=terms.number,
        issue_date=terms.issue_date,
        type_code=terms.type_code,
        currency=terms.currency,
        due_date=terms.due_date,
        buyer_reference=terms.buyer_reference,
        contract_reference=terms.contract_reference,
        order_reference=terms.order_reference,
        payment_terms=terms.payment_terms,
        preceding_invoice=terms.preceding_invoice,
        delivery_date=terms.delivery_date,
        sum_of_lines=sum_of_lines,
        allowance_total=sum_of_lines - net if sum_of_lines != net else None,
        net_total=net,
        tax_total=tax,
        gross_total=net + tax + terms.gross_error,
        payable_total=net + tax + terms.gross_error,
        vat_breakdown=rows,
        lines=lines,
        **party_fields(seller, buyer, terms.iban),
    )


def party_fields(seller: Company, buyer: Company, iban: str | None) -> dict[str, str | None]:
    """The two parties and the bank account as fields of the invoice."""
    return {
        "seller_name": seller.name,
        "seller_legal_id": seller.legal_id,
        "seller_vat_id": seller.vat_id,
        "seller_address": seller.address,
        "buyer_name": buyer.name,
        "buyer_legal_id": buyer.legal_id,
        "buyer_vat_id": buyer.vat_id,
        "iban": iban or seller.iban,
        "bic": seller.bic,
    }
