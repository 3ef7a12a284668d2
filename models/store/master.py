"""Master data of a client as matching wants it: orders with what was received and taken, suppliers' history.

Which of millions deserve to be loaded: `models.store.lookup` and `models.store.lookup_suppliers`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Float, Row, cast
from sqlalchemy import select as core_select
from sqlmodel import Session, and_, col, select

from models.order import OrderLine, PurchaseOrder
from models.status import Status
from models.store.claims_orders import WHOLE_ORDER, taken_by_claims
from models.store.copies import alike
from models.store.told_apart import told_apart
from models.tables import (
    DocumentRow,
    GoodsReceiptRow,
    OrderLineRow,
    OrderRow,
)

_TRUSTED_STATES = (Status.APPROVED, Status.EXPORTED)


def billed_before(session: Session, client_id: str, seller_id: str) -> bool:
    """Whether an invoice of this supplier was approved here, or the order file says that some order was invoiced."""
    approved = select(DocumentRow.id).where(
        DocumentRow.client_id == client_id, DocumentRow.seller_id == seller_id,
        col(DocumentRow.state).in_(_TRUSTED_STATES),
    )  # fmt: skip
    invoiced = (
        select(OrderRow.order_number)
        .join(OrderLineRow, and_(col(OrderLineRow.client_id) == col(OrderRow.client_id),
                                 col(OrderLineRow.order_number) == col(OrderRow.order_number)))
        .where(OrderRow.client_id == client_id, OrderRow.seller_id == seller_id,
               cast(col(OrderLineRow.quantity_invoiced), Float) > 0)  # amounts are text on SQLite; the sign is exact
    )  # fmt: skip
    return any(session.exec(query.limit(1)).first() is not None for query in (approved, invoiced))


def load_orders(session: Session, client_id: str, numbers: Sequence[str]) -> tuple[PurchaseOrder, ...]:
    """Orders with their lines, and what was received and taken of each, in the order of the numbers."""
    # Plain rows: an object of the session for each of hundreds of lines would cost more than the query.
    heads_of, lines_of = OrderRow.__table__, OrderLineRow.__table__  # type: ignore[attr-defined]
    connection = session.connection()
    query = core_select(heads_of).where(heads_of.c.client_id == client_id, heads_of.c.order_number.in_(numbers))
    heads = {order.order_number: order for order in connection.execute(query)}
    orders = [heads[number] for number in dict.fromkeys(numbers) if number in heads]
    lines: dict[str, list[Row[Any]]] = defaultdict(list)
    of_orders = core_select(lines_of).where(lines_of.c.client_id == client_id, lines_of.c.order_number.in_(numbers))
    for row in connection.execute(of_orders.order_by(lines_of.c.position)):
        lines[row.order_number].append(row)
    received = _received(session, client_id, numbers)
    invoiced = taken_by_claims(session, client_id, numbers)
    return tuple(
        PurchaseOrder(
            order_number=order.order_number, order_date=order.order_date, status=order.status,
            currency=order.currency, buyer_name=order.buyer_name, buyer_vat_id=order.buyer_vat_id,
            seller_id=order.seller_id, seller_name=order.seller_name, seller_vat_id=order.seller_vat_id,
            lines=tuple(_order_line(row, received, invoiced) for row in lines[order.order_number]),
            amount_invoiced=invoiced.get((order.order_number, WHOLE_ORDER), Decimal(0)),
        )
        for order in orders
    )  # fmt: skip


def _order_line(
    row: Row[Any], received: dict[tuple[str, str], Decimal], invoiced: dict[tuple[str, str], Decimal]
) -> OrderLine:
    key = (row.order_number, row.line_number)
    return OrderLine(
        line_number=row.line_number, seller_item_id=row.seller_item_id, buyer_item_id=row.buyer_item_id,
        item_name=row.item_name, quantity=row.quantity, unit_code=row.unit_code, unit_price=row.unit_price,
        net_amount=row.net_amount, vat_rate=row.vat_rate, category=row.category,
        quantity_received=received.get(key, row.quantity_received),
        quantity_invoiced=(row.quantity_invoiced or Decimal(0)) + invoiced.get(key, Decimal(0)),
    )  # fmt: skip


def _received(session: Session, client_id: str, numbers: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    """Accepted quantity of each order line by goods receipts; lines without a receipt are absent."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    rows = session.exec(
        select(GoodsReceiptRow).where(
            GoodsReceiptRow.client_id == client_id, col(GoodsReceiptRow.order_number).in_(list(numbers))
        )
    )
    for row in rows:
        accepted = (row.quantity_received or Decimal(0)) - (row.quantity_rejected or Decimal(0))
        sums[row.order_number, row.line_number] += accepted
    return sums


def neighbours(session: Session, document: DocumentRow, seller_id: str | None, *, limit: int = 50) -> list[DocumentRow]:
    """Documents that may be the same invoice, found by key (`models.store.copies`); never the document itself.

    Nor those of which a person has said that they are another invoice. Those of the same seller come first.
    """
    ignored = (Status.REJECTED, Status.QUARANTINED, Status.DUPLICATE)
    query = select(DocumentRow).where(
        col(DocumentRow.id).in_(alike(session, document)), DocumentRow.id != document.id,
        col(DocumentRow.state).not_in(ignored), col(DocumentRow.id).not_in(told_apart(document.id)),
    )  # fmt: skip
    found = session.exec(query.order_by(col(DocumentRow.received_at).desc(), col(DocumentRow.id))).all()
    return sorted(found, key=lambda row: row.seller_id != seller_id)[:limit]
