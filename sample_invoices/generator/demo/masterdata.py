"""The demo client's suppliers, purchase orders and goods receipts as CSV, with the headers that people bring.

Quantities received stand in the order file only for last year's orders; for the others the goods receipts say it.

>>> supplier_rows()[0]["seller_id"]
'F-0101'
"""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

from models.money import decimal_text, round_amount
from sample_invoices.generator.demo.cast import load_cast
from sample_invoices.generator.demo.script import Order, OrderedLine, load_orders

Row = dict[str, str]
PURCHASE_ORDER_HEADER = [
    "order_number",
    "order_date",
    "status",
    "currency",
    "buyer_name",
    "buyer_vat_id",
    "seller_id",
    "seller_name",
    "seller_vat_id",
    "line_number",
    "seller_item_id",
    "buyer_item_id",
    "item_name",
    "quantity",
    "unit_code",
    "unit_price",
    "net_amount",
    "vat_rate",
    "quantity_received",
    "quantity_invoiced",
]
GOODS_RECEIPT_HEADER = [
    "receipt_number",
    "receipt_date",
    "order_number",
    "line_number",
    "quantity_received",
    "quantity_rejected",
]
SUPPLIER_HEADER = [
    "seller_id",
    "name",
    "legal_id",
    "vat_id",
    "iban",
    "country",
    "currency",
    "payment_terms_days",
    "address",
    "status",
]
TWO_TRUCKS = Decimal(500)  # from this quantity on a delivery comes in two parts


def supplier_rows() -> list[Row]:
    """Everybody whom the client knows."""
    cast = load_cast()
    companies = [(seller_id, cast.sellers[key]) for key, seller_id in cast.seller_ids.items()]
    return [
        {
            "seller_id": seller_id,
            "name": company.name,
            "legal_id": company.legal_id or "",
            "vat_id": company.vat_id,
            "iban": company.iban,
            "country": company.country,
            "currency": company.currency,
            "payment_terms_days": str(company.terms_days),
            "address": company.address,
            "status": "active",
        }
        for seller_id, company in companies
    ]


def order_rows() -> list[Row]:
    """One row an order line."""
    return [order_row(order, line) for order in load_orders().values() for line in order.lines]


def order_row(order: Order, line: OrderedLine) -> Row:
    """One order line; the price is for one unit, as order systems have it."""
    cast, seller, item = load_cast(), order.seller, line.item
    unit_price = item.price / item.base
    known = decimal_text(line.quantity) if order.history else ""
    return {
        "order_number": order.number,
        "order_date": order.order_date.isoformat(),
        "status": order.status,
        "currency": seller.currency,
        "buyer_name": cast.buyer.name,
        "buyer_vat_id": cast.buyer.vat_id,
        "seller_id": cast.seller_ids[seller.key],
        "seller_name": seller.name,
        "seller_vat_id": seller.vat_id,
        "line_number": line.number,
        "seller_item_id": item.code,
        "buyer_item_id": "",
        "item_name": item.name,
        "quantity": decimal_text(line.quantity),
        "unit_code": item.unit,
        "unit_price": decimal_text(unit_price),
        "net_amount": decimal_text(round_amount(unit_price * line.quantity)),
        "vat_rate": decimal_text(item.rate),
        "quantity_received": known,
        "quantity_invoiced": known or "0",
    }


def receipt_rows() -> list[Row]:
    """What arrived; large quantities in two deliveries."""
    rows: list[Row] = []
    for order in load_orders().values():
        for line in order.lines:
            if line.received is None:
                continue
            half = (line.received / 2).to_integral_value()
            parts = [half, line.received - half] if line.received >= TWO_TRUCKS else [line.received]
            rows.extend(receipt_row(order, line, part, index) for index, part in enumerate(parts))
    return rows


def receipt_row(order: Order, line: OrderedLine, quantity: Decimal, part: int) -> Row:
    """One delivery of one line; a receipt's number says the order and the delivery."""
    return {
        "receipt_number": f"BR-{order.number.removeprefix('CF-')}-{part + 1}",
        "receipt_date": (order.order_date + timedelta(days=6 + 3 * part)).isoformat(),
        "order_number": order.number,
        "line_number": line.number,
        "quantity_received": decimal_text(quantity),
        "quantity_rejected": "0",
    }


def to_csv(header: list[str], rows: list[Row]) -> bytes:
    """UTF-8, comma, Unix line ends."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def master_files() -> dict[str, bytes]:
    """The three files by name."""
    return {
        "suppliers.csv": to_csv(SUPPLIER_HEADER, supplier_rows()),
        "purchase-orders.csv": to_csv(PURCHASE_ORDER_HEADER, order_rows()),
        "goods-receipts.csv": to_csv(GOODS_RECEIPT_HEADER, receipt_rows()),
    }
