"""Documents and orders beside each other, in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from matching import match_invoice
from matching.duplicate_odds import WEIGHTS, Side, weigh_pair
from models.invoice import InvoiceLine
from models.match import SupplierMatch
from models.status import Status
from models.store.documents import load_extraction
from models.store.engine import Store
from models.store.master import load_orders, neighbours
from models.tables import (
    AuditRow,
    ChosenOrderRow,
    DocumentRow,
    DuplicatePairRow,
    MatchRow,
    OrderLineRow,
    OrderRow,
)
from tests.desk import INVOICE, NOON, DocumentMaker, load

TWIN = INVOICE.model_copy(update={"net_total": Decimal("100.01"), "iban": None})
ORDERED = INVOICE.model_copy(update={
    "order_reference": "PO-1", "net_total": Decimal("150.00"),
    "lines": (*INVOICE.lines, InvoiceLine(item_name="Staples", quantity=Decimal(5), unit_price=Decimal("10.00"),
                                          net_amount=Decimal("50.00"))),
})  # fmt: skip


@pytest.fixture
def twins(make_document: DocumentMaker, with_page: Callable[..., str]) -> tuple[str, str]:
    """Two documents of one number and amount, with pages."""
    first = make_document(Status.APPROVED, name="first.pdf")
    second = make_document(invoice=TWIN, name="again.pdf")
    return with_page(second), with_page(first)


@pytest.fixture
def ordered(desk: Store, make_document: DocumentMaker) -> str:
    """An invoice with two lines and two orders to choose from; the first has what it bills."""
    document_id = make_document(invoice=ORDERED)
    with desk.write() as session:
        for number, client, names in (("PO-1", "acme", ("Paper", "Staples")), ("PO-2", "acme", ("Folders", "Ink")),
                                      ("PO-9", "beta", ("Paper", "Staples"))):  # fmt: skip
            session.add(OrderRow(client_id=client, order_number=number, canonical_number=number, net_cents=15000,
                                 status="open", currency="EUR", seller_id="S1", seller_name="Papeterie du Midi",
                                 order_date=date(2026, 10, 1), updated_at=NOON))  # fmt: skip
            for at, name in enumerate(names):
                session.add(OrderLineRow(client_id=client, order_number=number, line_number=str(10 * (at + 1)),
                                         position=at, item_name=name, quantity=Decimal(20), unit_price=Decimal(10),
                                         net_amount=Decimal(200), quantity_invoiced=Decimal(4)))  # fmt: skip
        session.flush()
        orders = load_orders(session, "acme", ["PO-1", "PO-2"])
        row = session.get_one(MatchRow, (document_id, 1))
        match = match_invoice(ORDERED, SupplierMatch(seller_id="S1"), orders)
        session.add(row.sqlmodel_update({"match_json": match.model_dump_json(exclude_none=True),
                                         "outcome": match.outcome}))  # fmt: skip
    return document_id


def acts_of(desk: Store, document_id: str) -> list[str]:
    with desk.read() as session:
        query = select(AuditRow.action).where(AuditRow.object == f"document:{document_id}").order_by(AuditRow.seq)
        return list(session.exec(query))


def test_row_16_two_pages_stand_beside_each_other_with_their_differences(
    visit: Callable[..., Any], twins: tuple[str, str], desk: Store
) -> None:
    again, first = twins
    ann = visit()
    page = ann.open(f"/documents/{again}/compare/{first}")
    boxes = [one.bounding_box() for one in page.locator(".sheet img").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
    differing = page.locator("#differences tr:not(.same)[data-term]")
    assert {row.get_attribute("data-term") for row in differing.all()} == {"net_total", "iban"}
    assert "≠" in differing.first.inner_text()
    page.click("[data-zoom-both='1']")
    assert [one.get_attribute("data-zoom") for one in page.locator(".sheet").all()] == ["150", "150"]
    assert ann.axe() == []
    page.keyboard.press("Alt+s")
    page.wait_for_url("**done=same")
    assert load(desk, again).state == Status.REJECTED
    page.keyboard.press("Alt+u")
    page.wait_for_url("**done=undo")
    assert load(desk, again).state == Status.IN_REVIEW
    assert {"say_pair", "forget_pair"} <= set(acts_of(desk, again))


def test_two_invoices_take_a_reason_and_are_not_raised_again(
    visit: Callable[..., Any], twins: tuple[str, str], desk: Store
) -> None:
    again, first = twins
    page = visit().open(f"/documents/{again}/compare/{first}")
    page.keyboard.press("Alt+d")
    page.wait_for_selector("[role=alert]")
    with desk.read() as session:
        assert session.exec(select(DuplicatePairRow)).all() == []
        assert first in {row.id for row in neighbours(session, session.get_one(DocumentRow, again), "S1")}
    page.keyboard.press("Alt+r")
    page.keyboard.type("two deliveries")
    page.keyboard.press("Alt+d")
    page.wait_for_url("**done=different")
    for one, other in ((again, first), (first, again)):
        with desk.read() as session:
            assert other not in {row.id for row in neighbours(session, session.get_one(DocumentRow, one), "S1")}
    page.keyboard.press("Alt+u")
    page.wait_for_url("**done=undo")
    with desk.read() as session:
        assert first in {row.id for row in neighbours(session, session.get_one(DocumentRow, again), "S1")}


def test_row_17_the_table_is_what_the_function_says(
    visit: Callable[..., Any], twins: tuple[str, str], desk: Store
) -> None:
    again, first = twins
    page = visit().open(f"/documents/{again}/compare/{first}")
    sellers = (load(desk, again).seller_id, load(desk, first).seller_id)
    told = weigh_pair(
        *(Side.of(one, seller, "invoice", 0) for one, seller in zip((TWIN, INVOICE), sellers, strict=True))
    )
    shown = {row.get_attribute("data-row"): float(row.locator("td.num").get_attribute("data-weight"))
             for row in page.locator("#evidence tr[data-row]").all()}  # fmt: skip
    assert shown == {row.name: row.weight for row in told.rows}
    assert shown["picture"] == WEIGHTS["picture"]["same"].weight  # both pages were printed with the same words
    total = page.locator("#odds")
    assert float(total.get_attribute("data-weight") or 0) == told.weight
    assert float(total.get_attribute("data-probability") or 0) == told.probability


def test_row_18_choosing_an_order_pairs_the_lines_anew(visit: Callable[..., Any], ordered: str, desk: Store) -> None:
    ann = visit()
    page = ann.open(f"/documents/{ordered}/orders")
    assert page.locator("[data-link='2']").inner_text().startswith("Line 2 → order line 20")
    assert page.locator("svg line").count() == 2
    assert page.locator("[data-open]").first.inner_text() == "16"
    assert ann.axe() == []
    page.goto(f"{ann.base}/documents/{ordered}/orders?order=PO-2")
    assert "no order line" in page.locator("[data-link='1']").inner_text()
    page.select_option("[name='link.1']", label="20 Ink")
    assert page.locator("svg line").count() >= 1
    page.select_option("[name=reason]", "supplier_says")
    page.keyboard.press("Alt+v")
    page.wait_for_selector(".tag >> text=by hand")
    assert load(desk, ordered).revision == 1  # only shown
    page.keyboard.press("Alt+t")
    page.wait_for_url("**done=choose")
    with desk.read() as session:
        row = session.get_one(DocumentRow, ordered)
        match = session.get_one(MatchRow, (ordered, row.revision))
        now, before = load_extraction(session, ordered), load_extraction(session, ordered, 1)
    told = json.loads(match.match_json)
    assert now is not None
    assert before is not None
    assert (told["orders"], told["by"], now.invoice) == (["PO-2"], "person", before.invoice)
    assert (1, "20") in {(link["invoice_line"], link["order_line"]) for link in told["lines"]}
    page.keyboard.press("Alt+u")
    page.wait_for_url("**done=undo")
    assert acts_of(desk, ordered).count("choose_order") == acts_of(desk, ordered).count("undo_order") == 1


def test_row_19_the_second_is_picked_with_a_reason_that_is_stored(
    visit: Callable[..., Any], ordered: str, desk: Store
) -> None:
    page = visit().open(f"/documents/{ordered}/orders")
    assert page.locator(".ranked > li").first.get_attribute("data-order") == "PO-1"
    assert page.locator(".ranked > li").first.locator(".because li").count() > 0
    page.click("[data-order='PO-2'] a")
    page.wait_for_url("**order=PO-2")  # the keys belong to the page that comes, not to the one that leaves
    page.keyboard.press("Alt+t")
    page.wait_for_selector("[role=alert]")  # the first was proposed: why the second?
    page.select_option("[name=reason]", "lines")
    page.fill("#board [name=note]", "blue ones")
    page.keyboard.press("Alt+t")
    page.wait_for_url("**done=choose")
    with desk.read() as session:
        (row,) = session.exec(select(ChosenOrderRow)).all()
    choice, offered = json.loads(row.choice_json), json.loads(row.offered_json)
    assert (choice["orders"], choice["reason"], choice["note"]) == (["PO-2"], "lines", "blue ones")
    assert offered[0]["order"] == "PO-1"


def test_none_of_these_and_a_search_that_stays_with_the_client(
    visit: Callable[..., Any], ordered: str, desk: Store
) -> None:
    ann = visit()
    page = ann.open(f"/documents/{ordered}/orders?q=PO-")
    assert page.locator("#found li strong").all_inner_texts() == ["PO-1", "PO-2"]
    ann.open(f"/documents/{ordered}/orders?q=150,00")
    assert page.locator("#found li strong").all_inner_texts() == ["PO-1", "PO-2"]
    ann.open(f"/documents/{ordered}/orders?order=PO-9")
    assert page.locator(".paired").count() == 0
    page.keyboard.press("Alt+n")
    page.wait_for_url("**done=choose")
    with desk.read() as session:
        row = session.get_one(DocumentRow, ordered)
        told = json.loads(session.get_one(MatchRow, (ordered, row.revision)).match_json)
    assert (told["orders"], told["outcome"], told["by"]) == ([], "no_order", "person")


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize("language", ["en", "fr"])
def test_both_pages_are_accessible_and_narrow(
    visit: Callable[..., Any], twins: tuple[str, str], ordered: str, language: str
) -> None:
    ann = visit(language=language, viewport={"width": 320, "height": 700})
    for path in (f"/documents/{twins[0]}/compare/{twins[1]}", f"/documents/{ordered}/orders"):
        page = ann.open(path)
        assert ann.axe() == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
