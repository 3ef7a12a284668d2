"""Master data: suppliers, purchase orders and goods receipts of a client, as matching wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from sqlalchemy import Float, cast
from sqlmodel import Session, and_, col, or_, select

from models.order import OrderLine, PurchaseOrder, Supplier
from models.status import Status
from models.tables import (
    DocumentRow,
    GoodsReceiptRow,
    MatchLinkRow,
    OrderLineRow,
    OrderRow,
    SupplierBankRow,
    SupplierRow,
)

_TRUSTED_STATES = (Status.APPROVED, Status.EXPORTED)
_IN_CLAUSE = 500  # values in one IN (...): far below the databases' limits


def load_suppliers(session: Session, client_id: str) -> tuple[Supplier, ...]:
    """Every supplier of the client, with its verified IBANs and whether it was billed before."""
    ibans = defaultdict(list)
    banks = select(SupplierBankRow).where(SupplierBankRow.client_id == client_id)
    for bank in session.exec(banks):
        if bank.verified_at is not None:
            ibans[bank.seller_id].append(bank.iban)
    known = _billed_before(session, client_id)
    return tuple(
        Supplier(
            seller_id=row.seller_id, name=row.name, legal_id=row.legal_id, vat_id=row.vat_id,
            verified_ibans=tuple(ibans[row.seller_id]), country=row.country, currency=row.currency,
            payment_terms_days=row.payment_terms_days, address=row.address, status=row.status,
            has_history=row.seller_id in known,
        )
        for row in session.exec(select(SupplierRow).where(SupplierRow.client_id == client_id))
    )  # fmt: skip


def _billed_before(session: Session, client_id: str) -> set[str | None]:
    """Suppliers of whom an invoice was approved here, or of whose orders the order file says that some was invoiced."""
    approved = (
        select(DocumentRow.seller_id)
        .where(DocumentRow.client_id == client_id, col(DocumentRow.state).in_(_TRUSTED_STATES))
        .distinct()
    )
    has_invoiced_line = (
        select(OrderRow.order_number)
        .join(OrderLineRow, and_(col(OrderLineRow.client_id) == col(OrderRow.client_id),
                                 col(OrderLineRow.order_number) == col(OrderRow.order_number)))
        .where(OrderRow.client_id == client_id, col(OrderRow.seller_id) == col(SupplierRow.seller_id),
               cast(col(OrderLineRow.quantity_invoiced), Float) > 0)  # amounts are text on SQLite; the sign is exact
        .exists()
    )  # fmt: skip
    billed = select(SupplierRow.seller_id).where(SupplierRow.client_id == client_id, has_invoiced_line)
    return {*session.exec(approved), *session.exec(billed)}


def candidate_orders(
    session: Session, client_id: str, canonical_numbers: Collection[str], seller_id: str | None, *, limit: int = 200
) -> tuple[PurchaseOrder, ...]:
    """Orders worth comparing: those with one of the numbers, then the supplier's open ones, newest first."""
    found: dict[str, OrderRow] = {}
    numbers = sorted(canonical_numbers)
    for start in range(0, len(numbers), _IN_CLAUSE):
        chunk = numbers[start : start + _IN_CLAUSE]
        by_number = select(OrderRow).where(OrderRow.client_id == client_id, col(OrderRow.canonical_number).in_(chunk))
        found |= {row.order_number: row for row in session.exec(by_number.limit(limit))}
    if seller_id is not None and len(found) < limit:
        by_seller = (
            select(OrderRow)
            .where(OrderRow.client_id == client_id, OrderRow.seller_id == seller_id)
            .order_by(col(OrderRow.status) != "open", col(OrderRow.order_date).desc())
        )
        found |= {row.order_number: row for row in session.exec(by_seller.limit(limit - len(found)))}
    return _with_lines(session, client_id, tuple(found.values()))


def _with_lines(session: Session, client_id: str, orders: Sequence[OrderRow]) -> tuple[PurchaseOrder, ...]:
    numbers = [order.order_number for order in orders]
    lines: dict[str, list[OrderLineRow]] = defaultdict(list)
    rows = session.exec(
        select(OrderLineRow)
        .where(OrderLineRow.client_id == client_id, col(OrderLineRow.order_number).in_(numbers))
        .order_by(col(OrderLineRow.position))
    )
    for row in rows:
        lines[row.order_number].append(row)
    received = _received(session, client_id, numbers)
    invoiced = _invoiced(session, client_id, numbers)
    return tuple(
        PurchaseOrder(
            order_number=order.order_number, order_date=order.order_date, status=order.status,
            currency=order.currency, buyer_name=order.buyer_name, buyer_vat_id=order.buyer_vat_id,
            seller_id=order.seller_id, seller_name=order.seller_name, seller_vat_id=order.seller_vat_id,
            lines=tuple(_order_line(row, received, invoiced) for row in lines[order.order_number]),
        )
        for order in orders
    )  # fmt: skip


def _order_line(
    row: OrderLineRow, received: dict[tuple[str, str], Decimal], invoiced: dict[tuple[str, str], Decimal]
) -> OrderLine:
    key = (row.order_number, row.line_number)
    return OrderLine(
        line_number=row.line_number, seller_item_id=row.seller_item_id, buyer_item_id=row.buyer_item_id,
        item_name=row.item_name, quantity=row.quantity, unit_code=row.unit_code, unit_price=row.unit_price,
        net_amount=row.net_amount, vat_rate=row.vat_rate,
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


def _invoiced(session: Session, client_id: str, numbers: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    """Quantity of each order line that approved documents took."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    rows = session.exec(
        select(MatchLinkRow).where(
            MatchLinkRow.client_id == client_id,
            col(MatchLinkRow.order_number).in_(list(numbers)),
            col(MatchLinkRow.counts).is_(True),
        )
    )
    for row in rows:
        sums[row.order_number, row.order_line] += row.quantity or Decimal(0)
    return sums


def neighbours(session: Session, document: DocumentRow, seller_id: str | None, *, limit: int = 50) -> list[DocumentRow]:
    """Documents that may be the same invoice: of one seller, or of one amount or number; never the document itself."""
    alike = [
        and_(col(DocumentRow.gross_total).is_not(None), col(DocumentRow.gross_total) == document.gross_total),
        and_(col(DocumentRow.invoice_number).is_not(None),
             col(DocumentRow.invoice_number) == document.invoice_number),
    ]  # fmt: skip
    if seller_id is not None:
        alike.append(col(DocumentRow.seller_id) == seller_id)
    ignored = (Status.REJECTED, Status.QUARANTINED, Status.DUPLICATE)
    query = (
        select(DocumentRow)
        .where(DocumentRow.client_id == document.client_id, DocumentRow.id != document.id,
               col(DocumentRow.state).not_in(ignored), or_(*alike))
        .order_by(col(DocumentRow.received_at).desc())
        .limit(limit)
    )  # fmt: skip
    return list(session.exec(query))
