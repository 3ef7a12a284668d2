"""A person corrects an invoice, and the next of that supplier is read right: real database, real reading children."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from extractors import ReaderPool
from flows.house import House
from flows.line import Line
from flows.remember import recall_of, run_forget
from models.document import Document
from models.errors import UnreadableDocumentError
from models.extraction import Extraction
from models.invoice import Invoice
from models.settings import LimitSettings, ReadingSettings
from models.status import Status
from models.store import jobs
from models.store.blobs import Blobs
from models.store.documents import load_extraction
from models.store.edits import Edit
from models.store.reviewing import approve, release, save, undo
from models.tables import DocumentRow, JobRow, SampleRow
from tests.harbour import FIRST, SECOND, TRUTH

ANNA, BEN = "user:anna", "user:ben"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool) -> Line:
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="worker-1")


def walk(office: Any, line: Line, name: str, content: bytes, client: str = "acme") -> str:
    """Drop a file, take it in, work it off; the document's id."""
    office.drop(name, content, client)
    office.scan(client)
    list(line.work(line.take(10)))
    (found,) = [row.id for row in office.documents() if row.name == name and row.client_id == client]
    return str(found)


def settle(session: Session, document_id: str) -> None:
    """Correct every value and approve, as two people do in the review."""
    document = session.get_one(DocumentRow, document_id)
    save(session, document, Edit(Invoice(**TRUTH)), actor=ANNA, at=NOON)
    if document.state == Status.IN_REVIEW:
        approve(session, document, actor=ANNA, at=NOON)
    if document.state == Status.HELD:
        release(session, document, actor=BEN, at=NOON, reason="known to us")


def teach(office: Any, line: Line) -> str:
    document_id = walk(office, line, "first.pdf", FIRST)
    with office.store.write() as session:
        settle(session, document_id)
    list(line.work(line.take(10)))
    return document_id


def read(office: Any, document_id: str) -> Extraction:
    with office.store.read() as session:
        found = load_extraction(session, document_id)
    assert found is not None
    return found


def learning(office: Any) -> JobRow:
    with office.store.read() as session:
        return session.exec(select(JobRow).where(JobRow.kind == jobs.LEARN)).one()


def test_the_second_invoice_of_a_supplier_is_read_right_after_the_first_was_corrected(office: Any, line: Line) -> None:
    first = teach(office, line)
    assert read(office, first).invoice.invoice_number == "88-1041-K"
    (sample,) = office.rows(SampleRow)
    assert (sample.document_id, sample.client_id, learning(office).state) == (first, "acme", "done")
    found = read(office, walk(office, line, "second.pdf", SECOND)).invoice
    assert found.model_dump(include=set(TRUTH), mode="json") == TRUTH | {
        "invoice_number": "88-1056-K", "issue_date": "2026-06-19",
        "net_total": "240.00", "tax_total": "45.60", "gross_total": "285.60",
    }  # fmt: skip


def test_without_the_correction_the_second_is_not_read_right(office: Any, line: Line) -> None:
    walk(office, line, "first.pdf", FIRST)
    assert read(office, walk(office, line, "second.pdf", SECOND)).invoice.invoice_number != "88-1056-K"
    assert office.rows(SampleRow) == []


def test_another_client_learns_nothing_from_it(office: Any, line: Line) -> None:
    teach(office, line)
    office.add_client("beta")
    found = read(office, walk(office, line, "second.pdf", SECOND, "beta"))
    assert found.invoice.invoice_number != "88-1056-K"
    assert "AP-READ-MEMORY" not in {finding.rule for finding in found.findings}
    assert recall_of(line.house, "beta") is None


def test_an_approval_that_was_taken_back_meanwhile_teaches_nothing(office: Any, line: Line) -> None:
    document_id = walk(office, line, "first.pdf", FIRST)
    with office.store.write() as session:
        settle(session, document_id)
        document = session.get_one(DocumentRow, document_id)
        undo(session, document, actor=BEN, at=NOON, anyone=True)
    list(line.work(line.take(10)))
    assert office.rows(SampleRow) == []
    assert learning(office).state == "done"


def test_a_file_that_is_gone_costs_the_memory_and_never_the_approval(office: Any, line: Line) -> None:
    document_id = walk(office, line, "first.pdf", FIRST)
    with office.store.write() as session:
        settle(session, document_id)
        sha256 = session.get_one(DocumentRow, document_id).sha256
    Blobs(office.home).home.joinpath(Blobs(office.home).path(sha256)).unlink()
    list(line.work(line.take(10)))
    assert office.rows(SampleRow) == []
    (document,) = office.documents()
    assert document.state == Status.APPROVED
    assert learning(office).state == "ready"  # tried again later


def test_a_question_of_the_reader_is_answered_in_this_process(pool: ReaderPool) -> None:
    asked = []
    pool.read(Document(FIRST, "first.pdf"), recall=lambda each: asked.append(each) or ())
    (question,) = asked
    assert "vat:DE136695976" in question.keys
    assert len(question.hashes) == 64


def test_a_sample_of_bytes_that_cannot_be_read_is_refused(pool: ReaderPool) -> None:
    with pytest.raises(UnreadableDocumentError):
        pool.learn(Document(b"%PDF-1.7\nnothing", "x.pdf"), (), Invoice(net_total=Decimal(1)))


def test_a_clients_memory_is_forgotten_on_demand(office: Any, line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    teach(office, line)
    assert run_forget(line.house, "acme") == 0
    assert capsys.readouterr().out == "1 remembered invoice of acme forgotten\n"
    assert office.rows(SampleRow) == []
    assert run_forget(line.house, "nobody") == 2
