"""What a line costs and how much of it there is, so that an invoice line and an order line can be compared.

Prices for one unit in the document's currency, quantities in the order line's unit. A stated price that does not
give the line's net amount (a discount or a rounded price) yields to the price that is really paid: net by quantity.

>>> line_price(InvoiceLine(quantity="200", unit_price="48.84", price_base_quantity="100", net_amount="97.68"))
Decimal('0.4884')
>>> units_per_unit("DZN", "C62"), units_per_unit("H87", "PCE"), units_per_unit("KGM", "C62")
(Decimal('12'), Decimal('1'), None)
"""

from __future__ import annotations

from decimal import Decimal

from models.invoice import InvoiceLine
from models.order import OrderLine, PurchaseOrder

CENT = Decimal("0.01")
PIECES = frozenset({"C62", "H87", "EA", "PCE", "PCS", "NAR", "NMP", "XPP", "ST", "STK"})

# Units of UN/ECE recommendation 20: each as a multiple of its family's smallest.
UNIT_FAMILIES: tuple[dict[str, Decimal], ...] = (
    dict.fromkeys(PIECES, Decimal(1))
    | {"PR": Decimal(2), "DZN": Decimal(12), "CEN": Decimal(100), "MIL": Decimal(1000)},
    {"GRM": Decimal(1), "KGM": Decimal(1000), "TNE": Decimal(1_000_000)},
    {"MMT": Decimal(1), "CMT": Decimal(10), "MTR": Decimal(1000), "KMT": Decimal(1_000_000)},
    {"MLT": Decimal(1), "CLT": Decimal(10), "LTR": Decimal(1000), "HLT": Decimal(100_000), "MTQ": Decimal(1_000_000)},
    {"SEC": Decimal(1), "MIN": Decimal(60), "HUR": Decimal(3600)},
)


def units_per_unit(invoice_unit: str | None, order_unit: str | None) -> Decimal | None:
    """How many of the order's units are in one of the invoice's; 1 where one is unknown, None where they clash."""
    left, right = (invoice_unit or "").upper(), (order_unit or "").upper()
    if not left or not right or left == right:
        return Decimal(1)
    for family in UNIT_FAMILIES:
        if left in family and right in family:
            return family[left] / family[right]
    return None


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


def line_price(line: InvoiceLine) -> Decimal | None:
    """The invoice line's price for one of its units."""
    return price_of(line.quantity, line.unit_price, line.price_base_quantity, line.net_amount)


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


def order_total(order: PurchaseOrder) -> Decimal:
    """The net amount of the whole order."""
    return sum((ordered_amount(line) for line in order.lines), Decimal(0))


def open_amount(order: PurchaseOrder, *, by_receipt: bool = False) -> Decimal:
    """The net amount that may still be invoiced, in cents and not below zero."""
    total = Decimal(0)
    for line in order.lines:
        still, price = open_quantity(line, by_receipt=by_receipt), order_price(line)
        if still is None or price is None:
            total += abs(ordered_amount(line))
        elif still == abs(line.quantity or Decimal(0)):
            total += abs(ordered_amount(line))  # untouched: the amount as agreed, without rounding
        else:
            total += max(still, Decimal(0)) * price
    return total.quantize(CENT)
