"""A document's way from bytes to decision, with the real database and real reading children."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from extractors import ReaderPool
from flows.house import House
from flows.line import Line
from flows.outcomes import outcome_of
from models.errors import ConflictError
from models.settings import LimitSettings, ReadingSettings
from models.status import Status
from models.store import jobs
from models.store.blobs import Blobs
from models.store.bundles import join, parts_of
from models.store.documents import load_extraction, load_match
from models.store.edits import Edit
from models.store.reviewing import approve, release, save
from models.tables import DecisionRow, DocumentRow, EventRow, ExtractionRow, JobRow, MatchLinkRow
from tests.billing import SELLER, load_master, ubl

BROKEN = b'<?xml version="1.0"?>\n<Invoice><a>never closed</Invoice>\n'  # whole as a file, broken as XML
SAMPLES = Path(__file__).parents[3] / "sample_invoices" / "files"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool, tmp_path: Path) -> Line:
    """The line of an office that knows one supplier and its order of ten reams at 4.00."""
    load_master(office.store, tmp_path)
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="worker-1")


def walk(office: Any, line: Line, name: str, content: bytes) -> DocumentRow:
    """Drop a file, take it in, work it off; the document as it stands then."""
    office.drop(name, content)
    office.scan()
    list(line.work(line.take(10)))
    return named(office, name)


def named(office: Any, name: str) -> DocumentRow:
    (found,) = [row for row in office.documents() if row.name == name and row.part == 1]
    return found


def details(office: Any, document: DocumentRow) -> str:
    with office.store.read() as session:
        rows = session.exec(select(DecisionRow).where(DecisionRow.document_id == document.id)).all()
    return f"{document.state} {document.reasons} {[row.details_json for row in rows]}"


def states_of(office: Any, document: DocumentRow) -> list[str]:
    with office.store.read() as session:
        query = select(EventRow).where(EventRow.document_id == document.id).order_by(col(EventRow.seq))
        return [row.to_state for row in session.exec(query)]


def test_an_invoice_that_fits_its_order_is_approved_without_a_person(office: Any, line: Line) -> None:
    document = walk(office, line, "clean.xml", ubl())
    assert document.state == Status.APPROVED, details(office, document)
    assert states_of(office, document) == ["received", "extracted", "matched", "approved"]
    assert (document.seller_id, document.invoice_number, document.gross_total) == ("S-1", "F-1", Decimal("48.00"))
    (job,) = office.rows(JobRow)
    assert (job.state, job.lease_owner) == ("done", None)


def test_every_outcome_has_its_time_limit_and_what_waits_has_its_price(office: Any, line: Line) -> None:
    through = walk(office, line, "clean.xml", ubl())
    waiting = walk(office, line, "dear.xml", ubl(number="F-2", price="9.00"))
    broken = walk(office, line, "broken.xml", BROKEN)
    assert (through.state, waiting.state, broken.state) == (Status.APPROVED, Status.IN_REVIEW, Status.QUARANTINED)
    for each in (through, waiting, broken):
        assert each.due_at is not None
        assert each.due_at > each.received_at
    assert waiting.waiting_rank > 0
    assert waiting.waiting_until is not None
    assert broken.waiting_until is not None


def test_what_the_match_says_is_stored_and_takes_the_quantity_of_the_order(office: Any, line: Line) -> None:
    document = walk(office, line, "clean.xml", ubl())
    with office.store.read() as session:
        match = load_match(session, document.id, document.revision)
    assert match is not None
    assert (match.outcome, match.orders) == ("match", ("CF-1",))
    (link,) = office.rows(MatchLinkRow)
    assert (link.order_number, link.order_line, link.quantity, link.counts) == ("CF-1", "1", Decimal(10), True)


def test_a_price_above_the_order_goes_to_a_person_who_is_told_why(office: Any, line: Line) -> None:
    document = walk(office, line, "dear.xml", ubl(price="4.80"))
    assert document.state == Status.IN_REVIEW
    assert "price_variance" in document.reasons.split()
    assert not [row for row in office.rows(MatchLinkRow) if row.counts]  # what is not approved takes nothing


def test_an_invoice_of_a_stranger_is_held(office: Any, line: Line) -> None:
    stranger = ubl(seller=("Comptoir Inconnu SAS", "FR57999273063"), order=None)
    document = walk(office, line, "stranger.xml", stranger)
    assert document.state == Status.HELD
    assert "unknown_supplier" in document.reasons.split()


def test_a_new_bank_account_of_a_known_supplier_is_held(office: Any, line: Line) -> None:
    document = walk(office, line, "bank.xml", ubl(iban="FR7630006000011234567890189"))
    assert document.state == Status.HELD
    assert document.reasons.split()[0] == "new_bank_account"


def test_the_same_invoice_in_other_bytes_is_a_duplicate(office: Any, line: Line) -> None:
    first = walk(office, line, "first.xml", ubl())
    second = walk(office, line, "second.xml", ubl(note="sent again"))
    assert (first.state, second.state) == (Status.APPROVED, Status.DUPLICATE)
    assert "duplicate" in second.reasons.split()


def test_of_two_copies_in_one_chunk_only_one_is_approved(office: Any, line: Line) -> None:
    office.drop("a.xml", ubl())
    office.drop("b.xml", ubl(note="sent again"))
    office.scan()
    list(line.work(line.take(10)))
    assert sorted(row.state for row in office.documents()) == [Status.APPROVED, Status.DUPLICATE]


def test_the_second_invoice_of_an_order_sees_what_the_first_took(office: Any, line: Line) -> None:
    first = walk(office, line, "first.xml", ubl("F-1", quantity="6"))
    second = walk(office, line, "second.xml", ubl("F-2", quantity="4"))
    third = walk(office, line, "third.xml", ubl("F-3", quantity="4"))
    assert (first.state, second.state) == (Status.APPROVED, Status.APPROVED), details(office, second)
    assert third.state == Status.IN_REVIEW
    assert {"already_invoiced", "quantity_variance"} & set(third.reasons.split())


def test_a_broken_file_lies_in_the_quarantine_with_a_note(office: Any, line: Line) -> None:
    document = walk(office, line, "broken.xml", BROKEN)
    assert document.state == Status.QUARANTINED
    assert document.reason_code
    found = office.quarantine()
    assert found["broken.xml"] == BROKEN
    assert document.reason_code in found["broken.xml.txt"].decode()


def test_a_broken_file_does_not_take_its_batch_along(office: Any, line: Line) -> None:
    office.drop("a-broken.xml", BROKEN)
    office.drop("b-clean.xml", ubl())
    office.scan()
    outcomes = list(line.work(line.take(10)))
    assert {outcome.name: outcome.state for outcome in outcomes} == {
        "a-broken.xml": Status.QUARANTINED, "b-clean.xml": Status.APPROVED,
    }  # fmt: skip
    advice = {outcome.name: outcome.advice for outcome in outcomes}
    assert advice["a-broken.xml"]
    assert not advice["b-clean.xml"]


def test_a_worker_that_lost_its_lease_stores_nothing(office: Any, line: Line) -> None:
    office.drop("late.xml", ubl())
    office.scan()
    late = line.take(1)
    expire(office)
    line.sweep()
    wait_over(office)
    (again,) = line.take(1)
    assert again.attempt == late[0].attempt + 1
    assert list(line.work(late)) == []
    assert named(office, "late.xml").state == Status.RECEIVED
    assert office.rows(ExtractionRow) == []
    assert [outcome.state for outcome in line.work([again])] == [Status.APPROVED]


def test_a_job_is_done_once_although_two_workers_bring_it(office: Any, line: Line) -> None:
    office.drop("one.xml", ubl())
    office.scan()
    leases = line.take(1)
    assert len(list(line.work(leases))) == 1
    assert list(line.work(leases)) == []
    assert len(office.rows(ExtractionRow)) == 1


def test_a_document_whose_workers_die_again_and_again_is_quarantined(office: Any, line: Line) -> None:
    office.drop("deadly.xml", ubl())
    office.scan()
    for _ in range(office.settings.jobs.crashes):
        wait_over(office)
        assert line.take(1)
        expire(office)
        line.sweep()
    document = named(office, "deadly.xml")
    assert document.state == Status.QUARANTINED
    assert set(office.quarantine()) == {"deadly.xml", "deadly.xml.txt"}


def test_bytes_that_vanished_from_the_store_are_told_and_harm_no_other(office: Any, line: Line) -> None:
    office.drop("gone.xml", ubl("F-1", quantity="4"))
    office.drop("there.xml", ubl("F-2", quantity="4"))
    office.scan()
    gone = named(office, "gone.xml")
    (blob,) = [path for path in office.home.rglob(f"*{gone.sha256}*") if path.is_file() and "claim" not in path.parts]
    blob.unlink()
    outcomes = {outcome.name: outcome for outcome in line.work(line.take(10))}
    assert outcomes["there.xml"].state == Status.APPROVED
    assert outcomes["gone.xml"].state == Status.RECEIVED
    assert outcomes["gone.xml"].reasons


def test_a_line_that_is_stopping_takes_no_more(office: Any, line: Line) -> None:
    office.drop("one.xml", ubl())
    office.scan()
    line.stopping.set()
    assert line.take(1) == []
    assert sum(group.count for group in line.waiting()) == 1


def test_a_persons_correction_is_judged_again_and_stays_with_the_person(office: Any, line: Line) -> None:
    document = walk(office, line, "dear.xml", ubl(price="4.80"))
    correct(office, document, order_reference="CF-404")
    (lease,) = line.take(10)
    assert lease.kind == jobs.JUDGE
    (outcome,) = line.work([lease])
    after = named(office, "dear.xml")
    assert (after.state, after.revision) == (Status.IN_REVIEW, 2)
    assert outcome.reasons == tuple(after.reasons.split())
    with office.store.read() as session:
        assert load_match(session, document.id, 2) is not None


def test_a_correction_that_shows_a_duplicate_takes_it_out_of_the_queue(office: Any, line: Line) -> None:
    walk(office, line, "first.xml", ubl("F-1"))
    document = walk(office, line, "misread.xml", ubl("F-7", price="4.80"))
    with office.store.read() as session:
        first = load_extraction(session, named(office, "first.xml").id)
    assert first is not None
    correct(office, document, **{name: getattr(first.invoice, name) for name in ("invoice_number", "gross_total")})
    list(line.work(line.take(10)))
    assert named(office, "misread.xml").state == Status.DUPLICATE


def test_a_judge_job_that_comes_after_the_persons_approval_changes_nothing(office: Any, line: Line) -> None:
    document = walk(office, line, "dear.xml", ubl(price="4.80"))
    correct(office, document, payment_terms="30 days")
    with office.store.write() as session:
        approve(session, session.get_one(DocumentRow, document.id), actor="user:ada", at=datetime.now(UTC))
    before = named(office, "dear.xml")
    assert list(line.work(line.take(10))) == []
    assert named(office, "dear.xml").state == before.state == Status.APPROVED


def test_a_file_with_two_invoices_gives_two_documents_for_a_person(office: Any, line: Line) -> None:
    walk(office, line, "two.pdf", (SAMPLES / "fr-13-deux-factures.pdf").read_bytes())
    rows = office.documents()
    assert sorted(row.part for row in rows) == [1, 2]
    assert {row.state for row in rows} <= {Status.IN_REVIEW, Status.HELD}
    assert all("bundle" in row.reasons.split() for row in rows)
    first, second = sorted(rows, key=lambda row: row.part)
    assert second.parent_id == first.id


def test_a_person_takes_back_the_division_of_a_file_and_it_is_read_as_one(office: Any, line: Line) -> None:
    walk(office, line, "two.pdf", (SAMPLES / "fr-13-deux-factures.pdf").read_bytes())
    _, second = sorted(office.documents(), key=lambda row: row.part)
    with office.store.write() as session:
        kept = join(session, session.get_one(DocumentRow, second.id), actor="user:ada", at=datetime.now(UTC))
    list(line.work(line.take(10)))
    first, second = sorted(office.documents(), key=lambda row: row.part)
    assert (kept.id, second.state) == (first.id, Status.REJECTED)
    assert first.state in {Status.IN_REVIEW, Status.HELD}
    with office.store.read() as session:
        whole = load_extraction(session, first.id)
        assert [row.id for row in parts_of(session, first)] == [first.id]
    assert whole is not None
    assert whole.pages == (1, 2)
    assert "bundle" not in first.reasons.split()


def test_parts_of_which_one_is_settled_are_not_joined(office: Any, line: Line) -> None:
    walk(office, line, "two.pdf", (SAMPLES / "fr-13-deux-factures.pdf").read_bytes())
    first, second = sorted(office.documents(), key=lambda row: row.part)
    assert second.state == Status.HELD  # a new bank account: two people vouch for it
    for actor in ("user:ada", "user:bob"):
        with office.store.write() as session:
            row = session.get_one(DocumentRow, second.id)
            row.last_editor = row.last_editor or ("user:ada" if actor == "user:bob" else None)
            release(session, row, actor=actor, at=datetime.now(UTC), reason="seen")
    with pytest.raises(ConflictError, match="reopen"), office.store.write() as session:
        join(session, session.get_one(DocumentRow, first.id), actor="user:ada", at=datetime.now(UTC))
    assert len(office.rows(ExtractionRow)) == 2


def test_the_outcome_of_a_document_can_be_asked_for_later(office: Any, line: Line) -> None:
    document = walk(office, line, "clean.xml", ubl())
    told = outcome_of(document)
    assert (told.state, told.seller_name, told.gross_total) == (Status.APPROVED, SELLER, "48.00 EUR")


# --- what happens around the line ---


def expire(office: Any) -> None:
    """Let every lease run out."""
    with office.store.write() as session:
        for row in session.exec(select(JobRow).where(JobRow.state == "leased")):
            row.lease_until = datetime.now(UTC) - timedelta(seconds=1)
            session.add(row)


def wait_over(office: Any) -> None:
    """Let every pause before a next try be over."""
    with office.store.write() as session:
        for row in session.exec(select(JobRow).where(JobRow.state == "ready")):
            row.next_at = datetime.now(UTC) - timedelta(seconds=1)
            session.add(row)


def correct(office: Any, document: DocumentRow, **values: Any) -> None:
    """A person's correction of some values."""
    with office.store.write() as session:
        row = session.get_one(DocumentRow, document.id)
        read = load_extraction(session, document.id)
        assert read is not None
        edit = Edit(read.invoice.model_copy(update=values))
        save(session, row, edit, actor="user:ada", at=datetime.now(UTC))
