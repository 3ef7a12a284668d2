"""What an invoice takes from its orders against what it may take: variances over the tolerance. Decimal throughout.

Tolerances are inclusive; of per cent and amount the larger wins. Two-way compares with what was ordered less what was
invoiced before; three-way also with what was received less what was invoiced before.

>>> may_differ(Decimal("10.00"), Decimal("10.50"), percent=Decimal(5), amount=Decimal(0))
True
>>> may_differ(Decimal("10.00"), Decimal("10.51"), percent=Decimal(5), amount=Decimal(0))
False
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from matching.lines import Link
from matching.pricing import CENT, line_price, open_amount, open_quantity, ordered_amount, units_per_unit
from matching.small_costs import is_small_cost
from models.invoice import Invoice, InvoiceLine
from models.match import Variance
from models.money import decimal_text
from models.order import PurchaseOrder
from models.settings import MatchingSettings

ZERO = Decimal(0)
VarianceKind = Literal["price", "quantity", "total", "not_received", "not_ordered"]


class Taken(NamedTuple):
    """What one invoice line takes from one order line, in the order's unit; negative when it gives back."""

    link: Link
    quantity: Decimal


def may_differ(expected: Decimal, actual: Decimal, *, percent: Decimal, amount: Decimal) -> bool:
    """Whether a difference is within the larger of both tolerances, the boundary included."""
    return abs(actual - expected) <= max(abs(expected) * percent / 100, amount)


def quantity_taken(link: Link, invoice: Invoice) -> Decimal:
    """The quantity in the order's unit: as stated, else from amount and price, else all that is open."""
    line, order_line = invoice.lines[link.invoice_line - 1], link.target.line
    sign = -1 if invoice.is_credit_note or (line.net_amount or ZERO) < 0 else 1
    if asks_for_all(line, link):
        return (open_quantity(order_line) or ZERO) * sign
    if line.quantity is not None:
        factor = units_per_unit(line.unit_code, order_line.unit_code) or Decimal(1)
        quantity = line.quantity * factor
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
    is_other_unit = units_per_unit(line.unit_code, target.line.unit_code) is None
    if not is_other_unit and (line.quantity is None or abs(line.quantity) < still):
        return False
    untouched = target.line.quantity_invoiced == 0
    left = abs(ordered_amount(target.line)) if untouched else still * target.price
    return abs(left - abs(net)) <= CENT


def line_variances(
    invoice: Invoice, links: Sequence[Link], settings: MatchingSettings, *, three_way: bool
) -> Iterator[Variance]:
    """Variances of the linked lines: prices line by line, quantities summed over the lines that share an order line."""
    taken: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for link in links:
        yield from _price_variance(invoice.lines[link.invoice_line - 1], link, settings)
        key = (link.target.order, link.target.line.line_number)
        taken[key].append(Taken(link, quantity_taken(link, invoice)))
    for group in taken.values():
        yield from _quantity_variance(group, settings, three_way=three_way)


def _price_variance(line: InvoiceLine, link: Link, settings: MatchingSettings) -> Iterator[Variance]:
    price, agreed = line_price(line), link.target.price
    if asks_for_all(line, link):
        return
    factor = units_per_unit(line.unit_code, link.target.line.unit_code)
    if price is None or agreed is None:
        return
    price = price / (factor or 1)
    percent, amount = settings.price_tolerance_percent, settings.price_tolerance_amount
    if not may_differ(agreed, price, percent=percent, amount=amount):
        yield _variance(link.invoice_line, "price", agreed, price)


def _quantity_variance(group: Sequence[Taken], settings: MatchingSettings, *, three_way: bool) -> Iterator[Variance]:
    line, last = group[0].link.target.line, group[-1].link.invoice_line
    taken = sum((row.quantity for row in group), ZERO)
    if line.quantity is None or taken == 0:
        return
    spare = abs(line.quantity) * settings.quantity_tolerance_percent / 100
    if (taken < 0) != (line.quantity < 0):  # gives back what the order had: at most all of it
        if abs(taken) > abs(line.quantity) + spare:
            yield _variance(last, "quantity", abs(line.quantity), abs(taken))
        return
    still = max(open_quantity(line) or ZERO, ZERO)
    received = max(open_quantity(line, by_receipt=True) or ZERO, ZERO)
    if abs(taken) > still + spare:
        yield _variance(last, "quantity", still, abs(taken))
    elif three_way and abs(taken) > received + spare:
        yield _variance(last, "not_received", received, abs(taken))


def unlinked_variances(invoice: Invoice, links: Sequence[Link], settings: MatchingSettings) -> Iterator[Variance]:
    """Lines that no order has: freight and the like pass together up to the limit, anything else is not ordered."""
    linked = {link.invoice_line for link in links}
    rest = [(at, line) for at, line in enumerate(invoice.lines, 1) if at not in linked and line.net_amount != 0]
    small = [(at, line) for at, line in rest if is_small_cost(line)]
    small_total = sum((abs(line.net_amount or ZERO) for _, line in small), ZERO)
    allowed = {at for at, _ in small} if small_total <= settings.small_cost_limit else set()
    for at, line in rest:
        if at not in allowed:
            cost = line.net_amount if line.net_amount is not None else line.quantity
            expected = settings.small_cost_limit if is_small_cost(line) else ZERO
            yield _variance(at, "not_ordered", expected, cost if cost is not None else ZERO)


def total_variance(
    invoice: Invoice, orders: Sequence[PurchaseOrder], settings: MatchingSettings, *, three_way: bool
) -> Iterator[Variance]:
    """The header against the open amount, for invoices whose lines cannot be read; less than open is a partial one."""
    if invoice.net_total is None:
        return
    still = sum((open_amount(order, by_receipt=three_way) for order in orders), ZERO)
    net = abs(invoice.net_total)
    percent, amount = settings.total_tolerance_percent, settings.total_tolerance_amount
    if net > still and not may_differ(still, net, percent=percent, amount=amount):
        yield _variance(None, "total", still, net)


def currency_variance(invoice: Invoice, orders: Sequence[PurchaseOrder]) -> Iterator[Variance]:
    """An order in another currency: no amount can be compared."""
    for order in orders:
        if invoice.currency and order.currency and invoice.currency != order.currency:
            yield Variance(kind="currency", expected=order.currency, actual=invoice.currency)


def _variance(line: int | None, kind: VarianceKind, expected: Decimal, actual: Decimal) -> Variance:
    return Variance(invoice_line=line, kind=kind, expected=_text(expected), actual=_text(actual))


def _text(number: Decimal) -> str:
    """At most six decimals, two where they suffice, none for whole numbers."""
    if number == number.to_integral_value():
        return decimal_text(number.to_integral_value())
    cents = number.quantize(CENT)
    return decimal_text(cents if cents == number else number.quantize(Decimal("0.000001")).normalize())
