"""What an invoice takes from its orders against what it may take: variances over the tolerance. Decimal throughout.

Tolerances are inclusive; of per cent and amount the larger wins. Two-way compares with what was ordered less what was
invoiced before; three-way also with what was received less what was invoiced before. Tax is not in the check.

>>> may_differ(Decimal("10.00"), Decimal("10.50"), percent=Decimal(5), amount=Decimal(0))
True
>>> may_differ(Decimal("10.00"), Decimal("10.51"), percent=Decimal(5), amount=Decimal(0))
False
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from matching.links import Link
from matching.packs import converted
from matching.pricing import (
    CENT,
    is_blanket,
    line_price,
    open_amount,
    open_quantity,
    open_value,
    ordered_amount,
)
from matching.small_costs import asks_for_nothing, is_small_cost
from models.invoice import Invoice, InvoiceLine
from models.match import Variance
from models.money import decimal_text
from models.order import PurchaseOrder
from models.settings import MatchingSettings
from models.tolerances import ToleranceBook

NO_TOLERANCES = ToleranceBook()
ZERO = Decimal(0)
VarianceKind = Literal["price", "quantity", "total", "not_received", "not_ordered"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The tolerances that hold for one supplier, by category of purchase."""

    settings: MatchingSettings
    book: ToleranceBook = NO_TOLERANCES
    seller_id: str | None = None

    def of(self, category: str | None = None) -> MatchingSettings:
        """For lines of a category; of the whole invoice without one."""
        return self.book.settings_for(self.settings, self.seller_id, category)


class Taken(NamedTuple):
    """What one invoice line takes from one order line, in the order's unit; negative when it gives back."""

    link: Link
    quantity: Decimal


def may_differ(
    expected: Decimal, actual: Decimal, *, percent: Decimal, amount: Decimal, under: Decimal | None = None
) -> bool:
    """Whether a difference is within the larger of both tolerances, the boundary included.

    `under`: per cent that holds instead where less is asked than expected.
    """
    if under is not None and actual < expected:
        percent = under
    return abs(actual - expected) <= max(abs(expected) * percent / 100, amount)


def quantity_taken(link: Link, invoice: Invoice) -> Decimal:
    """The quantity in the order's unit: as stated, else from amount and price, else all that is open.

    Of a blanket line the amount. Negative where the line gives back.
    """
    line, order_line = invoice.lines[link.invoice_line - 1], link.target.line
    sign = -1 if invoice.is_credit_note or (line.net_amount or ZERO) < 0 else 1
    if link.quantity is not None:
        return link.quantity * sign
    if is_blanket(order_line):
        return abs(line.net_amount or ZERO) * sign
    if asks_for_all(line, link):
        return (open_quantity(order_line) or ZERO) * sign
    if line.quantity is not None:
        quantity = converted(line.quantity, link.factor)
        return -abs(quantity) if invoice.is_credit_note else quantity
    if line.net_amount is None or not link.target.price:
        return max(open_quantity(order_line) or ZERO, ZERO) * sign
    taken = abs(line.net_amount) / link.target.price
    return taken.quantize(Decimal("0.0001")) * sign


def asks_for_all(line: InvoiceLine, link: Link) -> bool:
    """Whether the line costs exactly what is still open of its order line, and the buyer gets no less for it.

    Quantity and price then need not agree: a box for its twelve pieces (units that cannot be converted), or more
    pieces for the same money. Half the pieces for the same money is a variance.
    """
    target, net = link.target, line.net_amount
    still = open_quantity(target.line)
    if net is None or still is None or still <= 0 or not target.price:
        return False
    if (net < 0) != ((target.line.quantity or ZERO) < 0):
        return False
    if link.factor is not None and (line.quantity is None or converted(abs(line.quantity), link.factor) < still):
        return False
    untouched = target.line.quantity_invoiced == 0
    left = abs(ordered_amount(target.line)) if untouched else still * target.price
    return abs(left - abs(net)) <= CENT


def line_variances(invoice: Invoice, links: Sequence[Link], limits: Limits, *, three_way: bool) -> Iterator[Variance]:
    """Variances of the linked lines: prices line by line, quantities summed over the lines that share an order line."""
    taken: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for link in links:
        settings = limits.of(link.target.line.category)
        yield from _price_variance(invoice.lines[link.invoice_line - 1], link, settings)
        taken[link.key].append(Taken(link, quantity_taken(link, invoice)))
    for group in taken.values():
        settings = limits.of(group[0].link.target.line.category)
        is_frame = is_blanket(group[0].link.target.line)
        yield from (
            _frame_variance(group, settings) if is_frame else _quantity_variance(group, settings, three_way=three_way)
        )


def _price_variance(line: InvoiceLine, link: Link, settings: MatchingSettings) -> Iterator[Variance]:
    price, agreed = line_price(line), link.target.price
    if price is None or agreed is None or link.is_sum or asks_for_all(line, link):
        return
    price = price / (link.factor or 1)
    percent, amount = settings.price_tolerance_percent, settings.price_tolerance_amount
    if not may_differ(agreed, price, percent=percent, amount=amount, under=settings.price_under_percent):
        if price < agreed and settings.price_under_percent is not None:
            percent = settings.price_under_percent
        yield _variance(link.invoice_line, "price", agreed, price, _within(percent, amount))


def _quantity_variance(group: Sequence[Taken], settings: MatchingSettings, *, three_way: bool) -> Iterator[Variance]:
    line, last = group[0].link.target.line, group[-1].link.invoice_line
    taken = sum((row.quantity for row in group), ZERO)
    if line.quantity is None or taken == 0:
        return
    spare = abs(line.quantity) * settings.quantity_tolerance_percent / 100
    tolerance = _within(settings.quantity_tolerance_percent)
    if (taken < 0) != (line.quantity < 0):  # gives back what the order had: at most all of it
        if abs(taken) > abs(line.quantity) + spare:
            yield _variance(last, "quantity", abs(line.quantity), abs(taken), tolerance)
        return
    still = max(open_quantity(line) or ZERO, ZERO)
    received = max(open_quantity(line, by_receipt=True) or ZERO, ZERO)
    if abs(taken) > still + spare:
        yield _variance(last, "quantity", still, abs(taken), tolerance)
    elif three_way and abs(taken) > received + spare:
        yield _variance(last, "not_received", received, abs(taken), tolerance)


def _frame_variance(group: Sequence[Taken], settings: MatchingSettings) -> Iterator[Variance]:
    """More than a blanket line has left, by amount."""
    line, last = group[0].link.target.line, group[-1].link.invoice_line
    taken, still = sum((row.quantity for row in group), ZERO), max(open_value(line), ZERO)
    percent, amount = settings.total_tolerance_percent, settings.total_tolerance_amount
    if taken > still and not may_differ(still, taken, percent=percent, amount=amount):
        yield _variance(last, "total", still, taken, _within(percent, amount))


def unlinked_variances(invoice: Invoice, links: Sequence[Link], limits: Limits) -> Iterator[Variance]:
    """Lines that no order has: freight and the like pass together up to the limit, anything else is not ordered."""
    limit = limits.of().small_cost_limit
    linked = {link.invoice_line for link in links}
    rest = [(at, line) for at, line in enumerate(invoice.lines, 1) if at not in linked and not asks_for_nothing(line)]
    allowed = set() if _small_total(invoice, links) > limit else {at for at, line in rest if is_small_cost(line)}
    for at, line in rest:
        if at not in allowed:
            cost = line.net_amount if line.net_amount is not None else line.quantity
            expected = limit if is_small_cost(line) else ZERO
            yield _variance(at, "not_ordered", expected, cost if cost is not None else ZERO)


def _small_total(invoice: Invoice, links: Sequence[Link]) -> Decimal:
    """What freight and the like come to, on lines without an order line."""
    linked = {link.invoice_line for link in links}
    small = (line for at, line in enumerate(invoice.lines, 1) if at not in linked and is_small_cost(line))
    return sum((abs(line.net_amount or ZERO) for line in small), ZERO)


def header_variance(invoice: Invoice, links: Sequence[Link], limits: Limits) -> Iterator[Variance]:
    """Charges on the whole document, which no line shows: with small-cost lines up to their limit, or the tolerance."""
    settings = limits.of()
    surplus = (invoice.charge_total or ZERO) - abs(invoice.allowance_total or ZERO)
    if surplus <= 0 or invoice.net_total is None or invoice.is_credit_note:
        return
    expected = invoice.net_total - surplus
    percent, amount = settings.total_tolerance_percent, settings.total_tolerance_amount
    is_small = surplus + _small_total(invoice, links) <= settings.small_cost_limit
    if not is_small and not may_differ(expected, invoice.net_total, percent=percent, amount=amount):
        yield _variance(None, "total", expected, invoice.net_total, _within(percent, amount))


def total_variance(
    invoice: Invoice, orders: Sequence[PurchaseOrder], limits: Limits, *, three_way: bool
) -> Iterator[Variance]:
    """The header against the open amount, for invoices whose lines cannot be read; less than open is a partial one."""
    if invoice.net_total is None:
        return
    settings = limits.of(_one_category(orders))
    still = sum((open_amount(order, by_receipt=three_way) for order in orders), ZERO)
    net = abs(invoice.net_total)
    percent, amount = settings.total_tolerance_percent, settings.total_tolerance_amount
    if net > still and not may_differ(still, net, percent=percent, amount=amount):
        yield _variance(None, "total", still, net, _within(percent, amount))


def whole_order_variance(
    invoice: Invoice, links: Sequence[Link], orders: Sequence[PurchaseOrder], limits: Limits, *, three_way: bool
) -> Iterator[Variance]:
    """Lines against what is left in money of an order of which invoices without lines took an amount."""
    settings = limits.of()
    percent, amount = settings.total_tolerance_percent, settings.total_tolerance_amount
    for order in orders:
        linked = {link.invoice_line for link in links if link.target.order == order.order_number}
        net = sum((invoice.lines[at - 1].net_amount or ZERO for at in linked), ZERO)
        still = max(open_amount(order, by_receipt=three_way), ZERO)
        is_over = order.amount_invoiced > 0 and net > still
        if is_over and not may_differ(still, net, percent=percent, amount=amount):
            yield _variance(None, "total", still, net, _within(percent, amount))


def _one_category(orders: Sequence[PurchaseOrder]) -> str | None:
    """The category of all lines, where they have one."""
    categories = {line.category for order in orders for line in order.lines}
    return categories.pop() if len(categories) == 1 else None


def currency_variance(invoice: Invoice, orders: Sequence[PurchaseOrder]) -> Iterator[Variance]:
    """An order in another currency: no amount can be compared."""
    for order in orders:
        if invoice.currency and order.currency and invoice.currency != order.currency:
            yield Variance(kind="currency", expected=order.currency, actual=invoice.currency)


def _variance(
    line: int | None, kind: VarianceKind, expected: Decimal, actual: Decimal, tolerance: str | None = None
) -> Variance:
    return Variance(invoice_line=line, kind=kind, expected=_text(expected), actual=_text(actual), tolerance=tolerance)


def _within(percent: Decimal, amount: Decimal | None = None) -> str:
    """A tolerance in words."""
    return f"{_text(percent)} %" + ("" if amount is None else f" or {_text(amount)}")


def _text(number: Decimal) -> str:
    """At most six decimals, two where they suffice, none for whole numbers."""
    if number == number.to_integral_value():
        return decimal_text(number.to_integral_value())
    cents = number.quantize(CENT)
    return decimal_text(cents if cents == number else number.quantize(Decimal("0.000001")).normalize())
