"""An item that a supplier calls otherwise is linked by itself once a person has linked it, until that is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractors import ReaderPool
from flows.house import House
from flows.line import Line
from models.match import LineMatch, MatchResult
from models.reference import canonical_number
from models.settings import LimitSettings, ReadingSettings
from models.status import Status
from models.store.blobs import Blobs
from models.store.documents import load_extraction, load_match, move
from models.store.edits import Edit
from models.store.reviewing import approve, save, send_back, undo
from models.tables import AliasRow, DocumentRow
from tests.billing import load_master, ubl

ANN = "user:ann"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool, tmp_path: Path) -> Line:
    load_master(office.store, tmp_path)
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="worker-1")


def worded(number: str, quantity: str, **terms: Any) -> bytes:
    """An invoice over reams that calls them otherwise and gives no item number."""
    text = ubl(number, quantity=quantity, **terms).decode()
    text = text.replace("Ramette papier A4 80 g", "Blanc Bureau Premium 500F")
    start, end = text.index("<cac:SellersItem"), text.index("</cac:SellersItemIdentification>")
    return (text[:start] + text[end + len("</cac:SellersItemIdentification>") :]).encode()


def walk(office: Any, line: Line, name: str, content: bytes) -> DocumentRow:
    office.drop(name, content)
    office.scan()
    list(line.work(line.take(10)))
    return found(office, name)


def found(office: Any, name: str) -> DocumentRow:
    (row,) = [each for each in office.documents() if each.name == name]
    return row  # type: ignore[no-any-return]


def match_of(office: Any, document: DocumentRow) -> MatchResult:
    with office.store.read() as session:
        match = load_match(session, document.id, document.revision)
    assert match is not None
    return match


def links(office: Any, document: DocumentRow) -> tuple[LineMatch, ...]:
    return match_of(office, document).lines


def linked_by_hand(office: Any, line: Line) -> DocumentRow:
    """A first invoice whose line a person links to order line 1 and approves."""
    document = walk(office, line, "first.xml", worded("F-1", "4"))
    assert (document.state, links(office, document)) == (Status.IN_REVIEW, ())
    with office.store.write() as session:
        row = session.get_one(DocumentRow, document.id)
        extraction = load_extraction(session, document.id)
        mended = extraction.invoice.lines[0].model_copy(update={"order_line": "1"})
        edit = Edit(invoice=extraction.invoice.model_copy(update={"lines": (mended,)}), line_origins=(0,))
        save(session, row, edit, actor=ANN, at=datetime.now(UTC))
    list(line.work(line.take(10)))
    with office.store.write() as session:
        approve(session, session.get_one(DocumentRow, document.id), actor=ANN, at=datetime.now(UTC))
    return found(office, "first.xml")


def test_an_item_called_otherwise_is_linked_on_the_second_invoice(office: Any, line: Line) -> None:
    linked_by_hand(office, line)
    assert {(row.seller_id, row.invoice_item, row.order_item, row.times) for row in office.rows(AliasRow)} == {
        ("S-1", "blanc bureau premium 500f", "ramette papier a4 80 g", 1),
        ("S-1", "blanc bureau premium 500f", f"#{canonical_number('PA4-80')}", 1),
    }
    second = walk(office, line, "second.xml", worded("F-2", "3"))
    (link,) = links(office, second)
    assert (link.order, link.order_line, link.quantity) == ("CF-1", "1", Decimal(3))
    (alias,) = [row for row in link.waterfall if row.name == "alias"]
    assert (alias.invoice_value, alias.weight > 0) == ("confirmed before: 1 time", True)
    assert match_of(office, second).outcome == "match"


def test_an_approval_taken_back_takes_its_wordings_along(office: Any, line: Line) -> None:
    document = linked_by_hand(office, line)
    with office.store.write() as session:
        undo(session, session.get_one(DocumentRow, document.id), actor=ANN, at=datetime.now(UTC))
    assert office.rows(AliasRow) == []
    second = walk(office, line, "second.xml", worded("F-2", "3"))
    assert (second.state, links(office, second)) == (Status.IN_REVIEW, ())


def test_a_machines_approval_neither_teaches_nor_takes_back(office: Any, line: Line) -> None:
    linked_by_hand(office, line)
    taught = [(row.order_item, row.times) for row in office.rows(AliasRow)]
    second = walk(office, line, "second.xml", worded("F-2", "3"))
    with office.store.write() as session:
        row = session.get_one(DocumentRow, second.id)
        if row.state != Status.APPROVED:  # as the policy of the day has it
            move(session, row, Status.APPROVED, actor="worker-1")
    assert [(row.order_item, row.times) for row in office.rows(AliasRow)] == taught
    with office.store.write() as session:
        row = session.get_one(DocumentRow, second.id)
        send_back(session, row, actor=ANN, at=datetime.now(UTC), reason="look again")
    assert [(row.order_item, row.times) for row in office.rows(AliasRow)] == taught
