"""One deal: what is true of a document before it is printed, with everything around it that is none of the fields.

Every sum is computed as EN 16931 wants it: lines rounded once, tax once a rate, half up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.money import round_amount
from sample_invoices.generator.training.parties import Party

ZERO, HUNDRED = Decimal(0), Decimal(100)
NO_VAT = frozenset({"US", "CA"})  # sales tax: their numbers are no VAT ids
SWEDISH = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Goods:
    """One line as ordered. `discount` in per cent off the line; `day` where the line is dated."""

    code: str
    name: str
    quantity: Decimal
    unit: str  # UN/ECE recommendation 20
    price: Decimal
    rate: Decimal
    base: Decimal = Decimal(1)
    discount: Decimal = ZERO
    day: date | None = None
    note: str = ""

    @property
    def net(self) -> Decimal:
        """Line amount after its discount."""
        return round_amount(self.quantity * self.price / self.base * (HUNDRED - self.discount) / HUNDRED)


@dataclass(slots=True)
class Plan:
    """The header of a deal to make."""

    kind: str
    number: str
    day: date
    currency: str
    due: date | None = None
    allowance: Decimal = ZERO  # per cent off the sum of lines
    charge: Decimal = ZERO
    prepaid: Decimal = ZERO
    rounded: bool = False
    inclusive: bool = False  # prices include the tax
    negative: bool = False  # a credit note that prints its amounts with a minus
    references: dict[str, str] = field(default_factory=dict)
    delivery: date | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """An invoice with its surroundings. `decoys` are values of labels that name no field, as printed."""

    kind: str
    language: str
    invoice: Invoice
    seller: Party
    buyer: Party
    goods: tuple[Goods, ...]
    inclusive: bool
    decoys: dict[str, str]
    ship_to: Party | None = None
    terms_days: int = 30


def split_tax(amount: Decimal, rate: Decimal, *, inclusive: bool) -> tuple[Decimal, Decimal]:
    """(net, tax) of an amount that holds the tax or does not."""
    if inclusive:
        tax = round_amount(amount * rate / (HUNDRED + rate))
        return amount - tax, tax
    return amount, round_amount(amount * rate / HUNDRED)


def vat_rows(goods: list[Goods], plan: Plan) -> tuple[VatBreakdown, ...]:
    """The recapitulation; allowance in proportion, the charge at the highest rate."""
    by_rate: dict[Decimal, Decimal] = {}
    for item in goods:
        by_rate[item.rate] = by_rate.get(item.rate, ZERO) + item.net
    rows = []
    for index, rate in enumerate(sorted(by_rate, reverse=True)):
        full = by_rate[rate] - round_amount(by_rate[rate] * plan.allowance / HUNDRED)
        full += plan.charge if index == 0 else ZERO
        net, tax = split_tax(full, rate, inclusive=plan.inclusive)
        rows.append(VatBreakdown(rate=rate, taxable=net, tax=tax, category="S" if rate else "Z"))
    return tuple(rows)


def settle(plan: Plan, goods: list[Goods], seller: Party, buyer: Party) -> Invoice:
    """The invoice with every sum in place; amounts of a negative plan have a minus."""
    rows = vat_rows(goods, plan)
    lines_sum = sum((item.net for item in goods), ZERO)
    net = sum((row.taxable or ZERO for row in rows), ZERO)
    tax = sum((row.tax or ZERO for row in rows), ZERO)
    gross = net + tax
    rounding = round_amount((gross / SWEDISH).to_integral_value() * SWEDISH) - gross if plan.rounded else ZERO
    gross += rounding if plan.kind == "receipt" else ZERO  # a till's total is the rounded one
    payable = gross - plan.prepaid + (ZERO if plan.kind == "receipt" else rounding)
    sign = Decimal(-1) if plan.negative else Decimal(1)
    allowance = round_amount(lines_sum * plan.allowance / HUNDRED)
    return Invoice(
        invoice_number=plan.number,
        issue_date=plan.day,
        type_code="381" if plan.kind == "credit_note" else "380",
        currency=plan.currency,
        due_date=plan.due,
        delivery_date=plan.delivery,
        sum_of_lines=sign * lines_sum,
        allowance_total=allowance or None,
        charge_total=plan.charge or None,
        net_total=sign * net,
        tax_total=sign * tax,
        gross_total=sign * gross,
        prepaid_total=plan.prepaid or None,
        rounding=rounding or None,
        payable_total=sign * payable,
        vat_breakdown=rows,
        lines=tuple(line_of(number, item) for number, item in enumerate(goods, start=1)),
        seller_name=seller.name,
        seller_vat_id=seller.vat_id.removesuffix(" MWST") if seller.country not in NO_VAT else None,
        seller_legal_id=seller.legal_id,
        seller_address=f"{seller.address}, {seller.country}",
        buyer_name=buyer.name,
        buyer_vat_id=buyer.vat_id.removesuffix(" MWST") if buyer.country not in NO_VAT else None,
        iban=seller.iban or None,
        bic=seller.bic if seller.iban else None,
        **plan.references,
    )


def line_of(number: int, item: Goods) -> InvoiceLine:
    """One line in the product's terms."""
    return InvoiceLine(
        line_id=str(number),
        item_name=item.name,
        seller_item_id=item.code or None,
        quantity=item.quantity,
        unit_code=item.unit,
        unit_price=item.price,
        price_base_quantity=item.base if item.base != 1 else None,
        vat_rate=item.rate,
        net_amount=item.net,
    )


def later(day: date, days: int) -> date:
    """A day some days on."""
    return day + timedelta(days=days)


def some_days_before(rng: Random, day: date, most: int) -> date:
    """A day up to `most` days before another."""
    return day - timedelta(days=rng.randint(0, most))
