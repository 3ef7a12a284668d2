"""A book of as many orders and suppliers as one wants, straight into the tables, and invoices on some of them.

Rows are filed as an import files them; only the reading of a CSV file and the comparing with what is there are left
out. Same seed, same book, same invoices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from models.invoice import Invoice, InvoiceLine
from models.keys import net_cents, order_keys, search_words, supplier_keys
from models.order import PurchaseOrder, Supplier
from models.store.audit import now
from models.store.engine import Store
from models.tables import OrderLineRow, OrderRow, SearchTextRow, SupplierKeyRow, SupplierRow
from sample_invoices.generator.book.distractors import distractors
from sample_invoices.generator.book.names import as_written, firm_name
from sample_invoices.generator.book.numbers import damage

CLIENT = "bench"
PAGE = 5000  # rows in one transaction
Row = dict[str, Any]
HEAD = ("order_number", "order_date", "status", "currency", "seller_id", "seller_name", "seller_vat_id")
LINE = ("line_number", "item_name", "quantity", "unit_code", "unit_price", "net_amount")

# How the number stands on the paper; the share of the ways is the same for each.
KINDS = ("clean", "1 damaged", "2 damaged", "3 damaged", "cut", "merged", "missing")


@dataclass(frozen=True, slots=True)
class Case:
    """One invoice, how its order number was treated, and the order that it belongs to."""

    kind: str
    invoice: Invoice
    order: str


def fill(
    store: Store, seed: int, orders: int, suppliers: int, cases: int
) -> tuple[list[PurchaseOrder], list[Supplier]]:
    """Write the book; some of its open orders and some suppliers, evenly taken, come back for invoices."""
    sellers: dict[str, Supplier] = {}
    chosen: list[PurchaseOrder] = []
    every = max(1, orders // (2 * cases))
    for number, page in enumerate(_paged(distractors(seed, orders))):
        _write_orders(store, page)
        for at, order in enumerate(page):
            seller_id, name = order.seller_id or "", order.seller_name or ""
            sellers.setdefault(seller_id, Supplier(seller_id=seller_id, name=name, vat_id=order.seller_vat_id))
            if (number * PAGE + at) % every == 0 and order.status == "open":
                chosen.append(order)
    master = [*sellers.values(), *_more_suppliers(seed, suppliers - len(sellers))]
    for part in _paged(master):
        _write_suppliers(store, part)
    return chosen[:cases], master[:: max(1, len(master) // cases)][:cases]


def _paged(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while page := list(islice(left, PAGE)):
        yield page


def _more_suppliers(seed: int, count: int) -> Iterator[Supplier]:
    rng = Random(f"suppliers:{seed}")  # noqa: S311 - a benchmark's data
    for number in range(max(0, count)):
        vat_id = f"FR{rng.randrange(100):02d}{rng.randrange(10**8, 10**9)}"
        yield Supplier.model_construct(seller_id=f"X{number:07d}", name=firm_name(rng), vat_id=vat_id, legal_id=None)


def _write(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> None:
    session.connection().execute(insert(table), rows)


def _write_orders(store: Store, orders: Sequence[PurchaseOrder]) -> None:
    heads, lines, texts, moment = [], [], [], now()
    for order in orders:
        cents = net_cents((line.net_amount, line.quantity, line.unit_price) for line in order.lines)
        head = {name: getattr(order, name) for name in HEAD}
        heads.append({"client_id": CLIENT, **head, **order_keys(order.order_number), "net_cents": cents,
                      "updated_at": moment})  # fmt: skip
        key = {"client_id": CLIENT, "order_number": order.order_number}
        lines += [
            {**key, "position": at, "extra_json": "{}", **{name: getattr(line, name) for name in LINE}}
            for at, line in enumerate(order.lines, 1)
        ]
        words = search_words(CLIENT, "order", [order.seller_name, *(line.item_name for line in order.lines)])
        texts.append({"client_id": CLIENT, "kind": "order", "key": order.order_number, "words": words})
    with store.write() as session:
        for table, rows in ((OrderRow, heads), (OrderLineRow, lines), (SearchTextRow, texts)):
            _write(session, table, rows)


def _write_suppliers(store: Store, suppliers: Sequence[Supplier]) -> None:
    moment = now()
    rows = [{"client_id": CLIENT, "seller_id": each.seller_id, "name": each.name, "vat_id": each.vat_id,
             "status": "active", "extra_json": "{}", "updated_at": moment} for each in suppliers]  # fmt: skip
    keys = [
        {"client_id": CLIENT, "key": key, "seller_id": each.seller_id, "view": view}
        for each in suppliers for key, view in supplier_keys(each.name, each.vat_id, each.legal_id).items()
    ]  # fmt: skip
    texts = [{"client_id": CLIENT, "kind": "supplier", "key": each.seller_id,
              "words": search_words(CLIENT, "supplier", [each.name])} for each in suppliers]  # fmt: skip
    with store.write() as session:
        for table, written in ((SupplierRow, rows), (SupplierKeyRow, keys), (SearchTextRow, texts)):
            _write(session, table, written)


def invoices(orders: Sequence[PurchaseOrder], rng: Random, *, is_seller_known: bool) -> list[Case]:
    """For each order one invoice of each kind; an unknown seller has no number and a name as letterheads have it."""
    cases = []
    for order in orders:
        for kind in KINDS:
            invoice = _invoice(order, _written(kind, order.order_number, rng), rng, is_seller_known=is_seller_known)
            cases.append(Case(kind, invoice, order.order_number))
    return cases


def _written(kind: str, number: str, rng: Random) -> str | None:
    """The order number as the paper has it."""
    if kind == "missing":
        return None
    if kind == "cut":
        return number[: -rng.randint(2, 3)] if rng.random() < 0.5 else number[rng.randint(2, 3) :]
    if kind == "merged":
        return f"{rng.choice(('BC', 'REF', 'V', '2026'))}{number}"
    return damage(number, 0 if kind == "clean" else int(kind[0]), rng)


def _invoice(order: PurchaseOrder, number: str | None, rng: Random, *, is_seller_known: bool) -> Invoice:
    lines = tuple(
        InvoiceLine(item_name=line.item_name, quantity=line.quantity, unit_code=line.unit_code,
                    unit_price=line.unit_price, net_amount=line.net_amount)
        for line in order.lines
    )  # fmt: skip
    net = sum((line.net_amount or Decimal(0) for line in order.lines), Decimal(0))
    issued = order.order_date + timedelta(days=rng.randint(3, 60)) if order.order_date else None
    return Invoice(
        order_reference=number, issue_date=issued, currency=order.currency, net_total=net, lines=lines,
        seller_name=order.seller_name if is_seller_known else as_written(order.seller_name or "", rng),
        seller_vat_id=order.seller_vat_id if is_seller_known else None,
    )  # fmt: skip
