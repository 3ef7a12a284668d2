"""Orders and suppliers found among thousands on SQLite and on PostgreSQL: whatever became of the number or the name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, text

from bench.book import CLIENT, Case, fill, invoices
from bench.postgres import throwaway_server
from matching import match_invoice, match_supplier, order_query
from models.invoice import Invoice
from models.lookup import OrderQuery
from models.migrate import migrate
from models.store import lookup, lookup_suppliers
from models.store.audit import now
from models.store.engine import Store
from models.store.lookup import candidate_orders
from models.store.lookup_suppliers import candidate_suppliers, load_supplier
from models.store.search import has_search_index, search
from models.tables import ClientRow

ORDERS, SUPPLIERS, CASES = 2000, 800, 6


class Book:
    """A filled database, and the orders and suppliers that invoices are made of."""

    def __init__(self, store: Store) -> None:
        self.store = store
        migrate(store)
        with store.write() as session:
            for client_id in (CLIENT, "other"):
                session.add(ClientRow(id=client_id, name=client_id, created_at=now()))
        self.orders, self.suppliers = fill(store, 7, ORDERS, SUPPLIERS, CASES)

    def candidates(self, query: OrderQuery, client_id: str = CLIENT) -> list[str]:
        with self.store.read() as session:
            return [order.order_number for order in candidate_orders(session, client_id, query)]

    def sellers(self, invoice: Invoice, client_id: str = CLIENT) -> list[str]:
        with self.store.read() as session:
            return [each.seller_id for each in candidate_suppliers(session, client_id, invoice)]

    def best(self, case: Case) -> str:
        with self.store.read() as session:
            supplier = match_supplier(case.invoice, candidate_suppliers(session, CLIENT, case.invoice))
            orders = candidate_orders(session, CLIENT, order_query(case.invoice, supplier))
            return match_invoice(case.invoice, supplier, orders).candidates[0].order


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path_factory.mktemp('book') / 'book.db'}")
        yield Book(store)
        store.dispose()
        return
    try:
        with throwaway_server() as url:
            store = Store(url)
            yield Book(store)
            store.dispose()
    except FileNotFoundError:
        pytest.skip("PostgreSQL is not installed")


@pytest.mark.parametrize("known", [True, False], ids=["seller-known", "seller-by-name"])
def test_whatever_became_of_the_number_the_order_is_found(book: Book, *, known: bool) -> None:
    cases = invoices(book.orders, Random(3), is_seller_known=known)
    wrong = [(case.kind, case.order) for case in cases if book.best(case) != case.order]
    assert len(wrong) <= len(cases) // 50, wrong


def test_every_order_is_found_by_its_amount_alone_and_by_its_number_alone(book: Book) -> None:
    for order in book.orders:
        net = sum((line.net_amount or Decimal(0) for line in order.lines), Decimal(0))
        by_amount = order_query(Invoice(net_total=net), match_supplier(Invoice(), ()))
        by_number = order_query(Invoice(order_reference=order.order_number), match_supplier(Invoice(), ()))
        assert order.order_number in book.candidates(by_amount)
        assert book.candidates(by_number)[0] == order.order_number


def test_the_lines_words_find_an_order_without_number_amount_and_supplier(book: Book) -> None:
    order = book.orders[0]
    query = OrderQuery(seller_name=order.seller_name, texts=(order.lines[0].item_name or "",))
    assert order.order_number in book.candidates(query)


def test_a_partial_delivery_without_number_is_found_among_the_suppliers_orders(book: Book) -> None:
    order = book.orders[1]
    assert order.order_number in book.candidates(OrderQuery(seller_id=order.seller_id, net_cents=1))


HOSTILE = ("", " ", "\0", "'; DROP TABLE purchase_order; --", '" OR "a" NEAR (*', "%", "_%_", "7" * 10_000, "\ud800",
           "A" * 10_000, "😀" * 50, "-", "0", "\U0010ffff")  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_is_looked_up_like_any_other(book: Book, number: int) -> None:
    hostile = HOSTILE[number]
    line = {"item_name": hostile, "seller_item_id": hostile}
    invoice = Invoice(order_reference=hostile, seller_name=hostile, seller_vat_id=hostile, iban=hostile,
                      net_total=Decimal("1e40"), lines=(line,))  # fmt: skip
    with book.store.read() as session:
        suppliers = candidate_suppliers(session, CLIENT, invoice)
        supplier = match_supplier(invoice, suppliers)
        orders = candidate_orders(session, CLIENT, order_query(invoice, supplier, (hostile,)))
        assert session.connection().execute(text("SELECT count(*) FROM purchase_order")).scalar() == ORDERS
    assert len(suppliers) <= lookup_suppliers.LIMIT
    assert len(orders) <= lookup.LIMIT


def test_candidates_are_few_however_much_is_alike(book: Book) -> None:
    order = book.orders[0]
    query = OrderQuery(numbers=("4500", "2026"), seller_id=order.seller_id, net_cents=500_000, texts=("a b c",))
    assert len(book.candidates(query)) <= lookup.LIMIT
    assert len(book.candidates(replace(query, seller_id=None))) <= lookup.LIMIT
    assert len(book.sellers(Invoice(seller_name="Industrie Services GmbH"))) <= lookup_suppliers.LIMIT


def test_another_clients_orders_and_suppliers_are_never_brought(book: Book) -> None:
    for case in invoices(book.orders[:3], Random(5), is_seller_known=True):
        query = order_query(case.invoice, match_supplier(case.invoice, ()))
        assert book.candidates(query, "other") == []
        assert book.candidates(replace(query, seller_id=book.orders[0].seller_id), "other") == []
        assert book.sellers(case.invoice, "other") == []
    with book.store.read() as session:
        assert load_supplier(session, "other", book.suppliers[0].seller_id) is None


def test_a_supplier_is_found_by_number_by_name_and_by_what_imitates_it(book: Book) -> None:
    for supplier in book.suppliers:
        name, first = supplier.name, supplier.name[0]
        swapped = name[:2] + name[3] + name[2] + name[4:]
        written = (
            Invoice(seller_vat_id=f"{supplier.vat_id[:2]} {supplier.vat_id[2:]}" if supplier.vat_id else None),
            Invoice(seller_name=name.upper()),
            Invoice(seller_name=name[:3] + "x" + name[4:], seller_vat_id="DE999999999"),
            Invoice(seller_name=swapped, seller_vat_id="DE999999999"),
            Invoice(seller_name=name.replace("e", "е").replace("o", "о"), seller_vat_id="DE999999999"),  # Cyrillic
            Invoice(seller_name=f"{first}{name}"),
        )
        missed = [each.seller_name for each in written if supplier.seller_id not in book.sellers(each)]
        assert missed == []


def test_a_lookalike_with_another_identifier_is_an_alert(book: Book) -> None:
    supplier = book.suppliers[3]
    fake = Invoice(seller_name=supplier.name[:4] + "z" + supplier.name[5:], seller_vat_id="DE999999999")
    with book.store.read() as session:
        said = match_supplier(fake, candidate_suppliers(session, CLIENT, fake))
    assert said.seller_id is None
    assert [finding.rule for finding in said.findings] == ["AP-SUPPLIER-LOOKALIKE"]


def test_words_are_searched_in_one_client_and_one_kind(book: Book) -> None:
    supplier = book.suppliers[0]
    with book.store.read() as session:
        assert has_search_index(session)
        assert supplier.seller_id in search(session, CLIENT, "supplier", [supplier.name], limit=50)
        assert supplier.seller_id not in search(session, CLIENT, "order", [supplier.name], limit=50)
        assert not search(session, "other", "supplier", [supplier.name], limit=50)


def test_no_statement_reads_a_whole_table(book: Book) -> None:
    order = book.orders[0]
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    event.listen(book.store.engine, "before_cursor_execute", note)
    try:
        for seller_id in (order.seller_id, None):
            book.candidates(OrderQuery(numbers=("4500017",), seller_id=seller_id, seller_name=order.seller_name,
                                       net_cents=12_345, texts=("Vis inox",)))  # fmt: skip
        book.sellers(Invoice(seller_name=order.seller_name, seller_vat_id="DE1", iban="FR7699998004170000001078812"))
    finally:
        event.remove(book.store.engine, "before_cursor_execute", note)
    selects = [(sql, values) for sql, values in asked if sql.lstrip().startswith("SELECT")]
    assert len(selects) > 20
    with book.store.engine.connect() as connection:
        if not book.store.is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # a table this small is read whole otherwise
        plans = {sql: [str(row[-1]) for row in connection.exec_driver_sql(_explain(book, sql), values)]
                 for sql, values in selects}  # fmt: skip
    bad = {sql: plan for sql, plan in plans.items() if any(_is_scan(step) for step in plan)}
    assert bad == {}


def _explain(book: Book, sql: str) -> str:
    return f"EXPLAIN QUERY PLAN {sql}" if book.store.is_sqlite else f"EXPLAIN {sql}"


def _is_scan(step: str) -> bool:
    """Whether a step of a plan goes through a whole table, or all rows of a client.

    Lists that we gave and the n-gram index are none.
    """
    if "Seq Scan on" in step or step.endswith("(client_id=?)"):
        return True
    return step.startswith("SCAN ") and "VIRTUAL TABLE" not in step
