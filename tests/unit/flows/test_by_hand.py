"""What a person said of orders and of duplicates holds in every later judgement of the worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from extractors import ReaderPool
from flows.house import House
from flows.line import Line
from matching.by_hand import match_by_hand
from models.choice import ChosenLink, OrderChoice
from models.match import MatchResult
from models.settings import LimitSettings, ReadingSettings
from models.status import Status
from models.store.blobs import Blobs
from models.store.chosen_orders import choose_order, undo_choice
from models.store.documents import load_extraction, load_match
from models.store.duplicate_pairs import say_different, take_back
from models.store.edits import Edit
from models.store.master import load_orders
from models.store.reviewing import approve, save
from models.tables import DocumentRow, OrderClaimRow, OrderLineRow, OrderRow
from tests.billing import load_master, ubl

ADA = "user:ada"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool, tmp_path: Path) -> Line:
    """The supplier's order CF-1 of ten reams at 4.00, and another of ten folders at 4.80."""
    load_master(office.store, tmp_path)
    with office.store.write() as session:
        known = session.get_one(OrderRow, ("acme", "CF-1"))
        session.add(OrderRow(**known.model_dump() | {"order_number": "CF-2", "canonical_number": "CF2"}))
        session.add(OrderLineRow(client_id="acme", order_number="CF-2", line_number="7", position=0,
                                 item_name="Folder", quantity=Decimal(10), unit_price=Decimal("4.80"),
                                 net_amount=Decimal("48.00")))  # fmt: skip
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="worker-1")


def walk(office: Any, line: Line, name: str, content: bytes) -> str:
    office.drop(name, content)
    office.scan()
    list(line.work(line.take(10)))
    (found,) = [row.id for row in office.documents() if row.name == name]
    return found  # type: ignore[no-any-return]


def choose(session: Session, document_id: str, choice: OrderChoice) -> None:
    document = session.get_one(DocumentRow, document_id)
    extraction, before = load_extraction(session, document_id), load_match(session, document_id, document.revision)
    assert extraction is not None
    assert before is not None
    match = match_by_hand(before, extraction.invoice, load_orders(session, "acme", choice.orders), choice)
    choose_order(session, document, choice, match, actor=ADA, at=datetime.now(UTC))


def match_of(office: Any, document_id: str) -> MatchResult:
    with office.store.read() as session:
        found = load_match(session, document_id, session.get_one(DocumentRow, document_id).revision)
    assert found is not None
    return found


SECOND = OrderChoice(orders=("CF-2",), links=(ChosenLink(invoice_line=1, order="CF-2", order_line="7"),),
                     line_count=1, reason="supplier_says")  # fmt: skip


def test_the_chosen_order_stands_when_the_worker_judges_and_when_values_are_corrected(office: Any, line: Line) -> None:
    document_id = walk(office, line, "dear.xml", ubl(price="4.80"))
    assert match_of(office, document_id).orders == ("CF-1",)
    with office.store.write() as session:
        choose(session, document_id, SECOND)
    assert match_of(office, document_id).orders == ("CF-2",)  # at once
    list(line.work(line.take(10)))
    judged = match_of(office, document_id)
    assert (judged.orders, judged.by, judged.outcome) == (("CF-2",), "person", "match")
    assert [(each.order_line, each.by) for each in judged.lines] == [("7", "person")]
    with office.store.write() as session:
        extraction = load_extraction(session, document_id)
        assert extraction is not None
        invoice = extraction.invoice.model_copy(update={"invoice_number": "F-1-B"})
        save(session, session.get_one(DocumentRow, document_id), Edit(invoice=invoice), actor=ADA, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    assert match_of(office, document_id).orders == ("CF-2",)


def test_an_approval_before_the_worker_takes_of_the_chosen_order(office: Any, line: Line) -> None:
    document_id = walk(office, line, "dear.xml", ubl(price="4.80"))
    with office.store.write() as session:
        choose(session, document_id, SECOND)
        approve(session, session.get_one(DocumentRow, document_id), actor=ADA, at=datetime.now(UTC))
    claims = {(row.order_number, row.order_line): row.quantity for row in office.rows(OrderClaimRow)}
    assert claims == {("CF-2", "7"): Decimal(10)}


def test_a_choice_that_is_taken_back_leaves_the_matchers_word(office: Any, line: Line) -> None:
    document_id = walk(office, line, "dear.xml", ubl(price="4.80"))
    with office.store.write() as session:
        choose(session, document_id, SECOND)
    with office.store.write() as session:
        undo_choice(session, session.get_one(DocumentRow, document_id), actor=ADA, at=datetime.now(UTC))
    assert match_of(office, document_id).orders == ("CF-1",)
    list(line.work(line.take(10)))
    judged = match_of(office, document_id)
    assert (judged.orders, judged.by) == (("CF-1",), None)


def test_a_pair_that_a_person_told_apart_is_not_found_again_until_that_is_taken_back(office: Any, line: Line) -> None:
    walk(office, line, "first.xml", ubl())
    second = walk(office, line, "second.xml", ubl(note="sent again"))
    with office.store.write() as session:
        (first,) = session.exec(select(DocumentRow).where(DocumentRow.name == "first.xml")).all()
        document = session.get_one(DocumentRow, second)
        assert document.state == Status.DUPLICATE
        say_different(session, document, first, reason="two deliveries", evidence={}, actor=ADA, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    with office.store.write() as session:
        document = session.get_one(DocumentRow, second)
        assert document.state == Status.IN_REVIEW
        assert "duplicate" not in document.reasons.split()
        take_back(session, document, session.get_one(DocumentRow, first.id), actor=ADA, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    with office.store.read() as session:
        assert session.get_one(DocumentRow, second).state == Status.DUPLICATE
