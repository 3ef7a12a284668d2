"""Master data that an invoice is matched against: suppliers, purchase orders, goods receipts.

Quantities in the order line's unit, amounts in the order's currency.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from models.invoice import Frozen

OrderStatus = Literal["open", "closed", "cancelled"]


class Supplier(Frozen):
    """A supplier of one client. `verified_ibans` are those that a person or the import confirmed."""

    seller_id: str
    name: str
    legal_id: str | None = None
    vat_id: str | None = None
    verified_ibans: tuple[str, ...] = ()
    country: str | None = None
    currency: str | None = None
    payment_terms_days: int | None = None
    address: str | None = None
    status: str = "active"
    has_history: bool = False  # an invoice of this supplier was approved before


class OrderLine(Frozen):
    """One line of a purchase order."""

    line_number: str
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    item_name: str | None = None
    quantity: Decimal | None = None
    unit_code: str | None = None
    unit_price: Decimal | None = None
    net_amount: Decimal | None = None
    vat_rate: Decimal | None = None
    category: str | None = None  # of purchase: tolerances may differ by it
    quantity_received: Decimal | None = None  # from the order file plus goods receipts, rejected ones taken off
    quantity_invoiced: Decimal = Decimal(0)  # of a blanket line (an amount, no quantity): the amount invoiced


class PurchaseOrder(Frozen):
    """A purchase order of one client."""

    order_number: str
    order_date: date | None = None
    status: OrderStatus = "open"
    currency: str | None = None
    buyer_name: str | None = None
    buyer_vat_id: str | None = None
    seller_id: str | None = None
    seller_name: str | None = None
    seller_vat_id: str | None = None
    lines: tuple[OrderLine, ...] = ()
    amount_invoiced: Decimal = Decimal(0)  # net, by invoices matched to the order as a whole, without lines


class GoodsReceipt(Frozen):
    """One row of a goods receipt."""

    receipt_number: str
    receipt_date: date | None = None
    order_number: str
    line_number: str
    quantity_received: Decimal
    quantity_rejected: Decimal = Decimal(0)
