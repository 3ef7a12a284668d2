"""Suppliers and orders as matching gets them: verified accounts only, quantities with what was received and taken."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.lookup import OrderQuery
from models.reference import canonical_number
from models.status import Status
from models.store.copies import file_copy_keys
from models.store.documents import Arrival, add_document, move
from models.store.lookup import candidate_orders
from models.store.lookup_suppliers import load_supplier
from models.store.master import neighbours
from models.tables import BlobRow, DocumentRow, GoodsReceiptRow, OrderClaimRow, OrderLineRow, SupplierBankRow
from tests.billing import IBAN, load_master

KEY = canonical_number("CF-1")


@pytest.fixture(autouse=True)
def _master(office: Any, tmp_path: Path) -> None:
    load_master(office.store, tmp_path)


def orders(office: Any, keys: set[str], seller: str | None = None, **options: Any) -> tuple[Any, ...]:
    with office.store.read() as session:
        query = OrderQuery(numbers=tuple(sorted(keys)), seller_id=seller)
        return candidate_orders(session, options.pop("client", "acme"), query, **options)


def only_line(office: Any) -> Any:
    order, *_others = orders(office, {KEY})
    (line,) = order.lines
    return line


def add(office: Any, *rows: Any) -> None:
    with office.store.write() as session:
        session.add_all(rows)


def document(office: Any, name: str, **values: Any) -> str:
    sha256 = name.encode().hex().rjust(64, "0")
    with office.store.write() as session:
        session.add(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=datetime.now(UTC)))
        session.flush()
        row = add_document(session, Arrival("acme", sha256, name, "application/pdf", "folder"), actor="test")
        for field, value in values.items():
            setattr(row, field, value)
        session.add(row)
        session.flush()
        file_copy_keys(session, row)
        return row.id


def test_a_supplier_comes_with_its_verified_accounts_only(office: Any) -> None:
    claimed = SupplierBankRow(
        client_id="acme", seller_id="S-1", iban="DE02120300000000202051", first_seen_at=datetime.now(UTC)
    )
    add(office, claimed)
    with office.store.read() as session:
        supplier = load_supplier(session, "acme", "S-1")
    assert (supplier.seller_id, supplier.verified_ibans) == ("S-1", (IBAN,))


def test_a_supplier_of_whose_orders_something_was_invoiced_is_no_newcomer(office: Any) -> None:
    with office.store.read() as session:
        assert load_supplier(session, "acme", "S-1").has_history
    with office.store.write() as session:
        for row in session.exec(select(OrderLineRow)):
            row.quantity_invoiced = Decimal("0.00")
            session.add(row)
    with office.store.read() as session:
        assert not load_supplier(session, "acme", "S-1").has_history


def test_another_client_has_no_suppliers_and_no_orders(office: Any) -> None:
    office.add_client("beta")
    with office.store.read() as session:
        assert load_supplier(session, "beta", "S-1") is None
    assert orders(office, {KEY}, "S-1", client="beta") == ()


def test_an_order_is_found_by_its_number_and_by_its_supplier(office: Any) -> None:
    assert orders(office, {KEY})[0].order_number == "CF-1"
    assert [order.order_number for order in orders(office, set(), "S-1")] == ["CF-1", "CF-0"]  # open ones first
    assert orders(office, {"nothing"}) == ()


def test_an_order_that_is_named_comes_before_the_suppliers_others(office: Any) -> None:
    found = orders(office, {canonical_number("CF-0")}, "S-1", limit=1)
    assert [order.order_number for order in found] == ["CF-0"]


def test_receipts_are_added_up_without_what_was_rejected(office: Any) -> None:
    assert only_line(office).quantity_received is None
    add(
        office,
        *(GoodsReceiptRow(client_id="acme", receipt_number=f"R-{number}", order_number="CF-1", line_number="1",
                          quantity_received=Decimal(received), quantity_rejected=Decimal(rejected))
          for number, received, rejected in ((1, "6", "1"), (2, "4.5", "0"))),
    )  # fmt: skip
    assert only_line(office).quantity_received == Decimal("9.5")


def test_claims_take_from_the_order_what_its_file_does_not_count_yet(office: Any) -> None:
    for name, quantity, covered in (("a", "3", "0"), ("b", "4", "4"), ("c", "2", "0")):
        add(office, OrderClaimRow(document_id=document(office, name), revision=1, order_number="CF-1", order_line="1",
                                  client_id="acme", quantity=Decimal(quantity), covered=Decimal(covered),
                                  at=datetime.now(UTC)))  # fmt: skip
    assert only_line(office).quantity_invoiced == Decimal(5)


def test_neighbours_are_those_of_the_number_or_the_amount_and_not_all_of_the_seller(office: Any) -> None:
    mine = document(office, "mine", invoice_number="F-1", gross_total=Decimal("48.00"), seller_id="S-1")
    document(office, "seller", seller_id="S-1")
    document(office, "number", invoice_number="F-1")
    document(office, "amount", gross_total=Decimal("48.00"))
    document(office, "stranger", invoice_number="X", gross_total=Decimal("1.00"), seller_id="S-9")
    assert near(office, mine) == {"number", "amount"}


def test_what_was_refused_is_nobodys_neighbour(office: Any) -> None:
    mine = document(office, "mine", invoice_number="F-1")
    other = document(office, "other", invoice_number="F-1")
    assert near(office, mine) == {"other"}
    with office.store.write() as session:
        move(session, session.get_one(DocumentRow, other), Status.QUARANTINED, actor="test", reason="unreadable")
    assert near(office, mine) == set()


def test_documents_without_values_are_not_alike_by_having_none(office: Any) -> None:
    mine = document(office, "mine")
    document(office, "other")
    assert near(office, mine) == set()


def near(office: Any, document_id: str) -> set[str]:
    with office.store.read() as session:
        row = session.get_one(DocumentRow, document_id)
        return {each.name for each in neighbours(session, row, row.seller_id)}
