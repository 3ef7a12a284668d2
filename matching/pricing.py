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
from models.open_amounts import (
    CENT,
    is_blanket,
    open_amount,
    open_quantity,
    open_value,
    order_price,
    order_total,
    ordered_amount,
    price_of,
)

__all__ = [
    "CENT",
    "PIECES",
    "is_blanket",
    "line_price",
    "open_amount",
    "open_quantity",
    "open_value",
    "order_price",
    "order_total",
    "ordered_amount",
    "price_of",
    "units_per_unit",
]

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


def line_price(line: InvoiceLine) -> Decimal | None:
    """The invoice line's price for one of its units."""
    return price_of(line.quantity, line.unit_price, line.price_base_quantity, line.net_amount)
