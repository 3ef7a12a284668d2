"""What of an order may still be invoiced: by quantity, by amount, by line and in all.

Prices for one of the order line's units and amounts, in the order's currency; quantities in the order line's unit.
What was invoiced is what the order file says and what our own approved documents claim, as `models.store` loads it.

>>> line = OrderLine(line_number="1", quantity="10", unit_price="4", quantity_invoiced="3")
>>> open_amount(PurchaseOrder(order_number="PO-1", lines=(line,)))
Decimal('28.00')
"""

from __future__ import annotations

from decimal import Decimal

from models.order import OrderLine, PurchaseOrder

CENT = Decimal("0.01")


def price_of(
    quantity: Decimal | None, price: Decimal | None, base: Decimal | None, net: Decimal | None
) -> Decimal | None:
    """The price of one unit: as stated where it explains the net amount, else what is paid; None if unknown."""
    stated = price / base if price is not None and base else price
    if net is None or not quantity:
        return stated
    if stated is not None and abs(quantity * stated - net) <= CENT:
        return abs(stated)
    return abs(net / quantity)


def order_price(line: OrderLine) -> Decimal | None:
    """The order line's price for one of its units."""
    return price_of(line.quantity, line.unit_price, None, line.net_amount)


def ordered_amount(line: OrderLine) -> Decimal:
    """The net amount of an order line; zero where neither amount nor price is known."""
    if line.net_amount is not None:
        return line.net_amount
    return (line.quantity or Decimal(0)) * (line.unit_price or Decimal(0))


def open_quantity(line: OrderLine, *, by_receipt: bool = False) -> Decimal | None:
    """What may still be invoiced, by magnitude: ordered (or received) less invoiced; None without a quantity.

    >>> open_quantity(OrderLine(line_number="1", quantity="10", quantity_received="6", quantity_invoiced="4"))
    Decimal('6')
    >>> line = OrderLine(line_number="1", quantity="10", quantity_received="6", quantity_invoiced="4")
    >>> open_quantity(line, by_receipt=True)
    Decimal('2')

    A credit note that came before its invoice has given something back already, so that more is open than was ordered:

    >>> open_quantity(OrderLine(line_number="1", quantity="10", quantity_invoiced="-4"))
    Decimal('14')
    """
    direction = -1 if (line.quantity or Decimal(0)) < 0 else 1  # an order of returns has negative quantities
    if by_receipt:
        return abs(line.quantity_received or Decimal(0)) - direction * line.quantity_invoiced
    if line.quantity is None:
        return None
    return abs(line.quantity) - direction * line.quantity_invoiced


def is_blanket(line: OrderLine) -> bool:
    """Whether an order line is a frame: an amount to be called off, with no quantity. It is consumed by amount."""
    return line.quantity is None and line.unit_price is None and line.net_amount is not None


def open_value(line: OrderLine) -> Decimal:
    """What is left of a blanket line's amount: `quantity_invoiced` of such a line is the amount that was invoiced.

    >>> open_value(OrderLine(line_number="1", net_amount="5000", quantity_invoiced="1200"))
    Decimal('3800')
    """
    return abs(line.net_amount or Decimal(0)) - line.quantity_invoiced


def order_total(order: PurchaseOrder) -> Decimal:
    """The net amount of the whole order."""
    return sum((ordered_amount(line) for line in order.lines), Decimal(0))


def open_amount(order: PurchaseOrder, *, by_receipt: bool = False) -> Decimal:
    """The net amount that may still be invoiced, in cents and not below zero."""
    total = Decimal(0)
    for line in order.lines:
        still, price = open_quantity(line, by_receipt=by_receipt), order_price(line)
        if is_blanket(line):
            total += max(open_value(line), Decimal(0))
        elif still is None or price is None:
            total += abs(ordered_amount(line))
        elif still == abs(line.quantity or Decimal(0)):
            total += abs(ordered_amount(line))  # untouched: the amount as agreed, without rounding
        else:
            total += max(still, Decimal(0)) * price
    return (total - order.amount_invoiced).quantize(CENT)
