from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import threading
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from flows.publish import make_publication, publish_approved
from models.invoice import Invoice
from models.status import Status
from models.store import audit
from models.store.documents import load_extraction, move
from models.store.edits import Edit
from models.store.engine import Store
from models.store.publishing import load_approved
from models.store.reviewing import approve, reject, save, send_back
from models.tables import ChangeRow, EventRow, InvoiceLineRow, InvoiceRow, PublishBatchRow, PublishHoldRow
from tests.desk import INVOICE, NOON, desk, load, make_document  # noqa: F401 - fixtures
from validators.gate import GateResult, check_batch

pytestmark = pytest.mark.usefixtures("desk")


def invoice(number: str, **terms: Any) -> Invoice:
    return INVOICE.model_copy(update={"invoice_number": number, **terms})


def rows(store: Store, table: Any, *order: Any) -> list[Any]:
    with store.read() as session:
        return list(session.exec(select(table).order_by(*order)))


def seqs(store: Store) -> list[tuple[int, str, int]]:
    return [(row.change_seq, row.op, row.version) for row in rows(store, ChangeRow, ChangeRow.change_seq)]


def test_approved_documents_become_rows_of_the_table_and_of_the_change_feed(desk: Store, make_document: Any) -> None:
    ids = [make_document(Status.APPROVED, invoice=invoice(f"F-{n}"), name=f"{n}.pdf") for n in range(3)]
    make_document(Status.APPROVED, client="beta", name="other.pdf")
    make_document(Status.IN_REVIEW, invoice=invoice("F-9"), name="9.pdf")
    report = publish_approved(desk, "acme")
    assert sorted(report.published) == sorted(ids)
    assert not report.held
    assert seqs(desk) == [(1, "insert", 1), (2, "insert", 1), (3, "insert", 1)]
    found = {row.document_id: row for row in rows(desk, InvoiceRow)}
    assert {load(desk, each).state for each in ids} == {"exported"}
    assert found[ids[0]].gross_total == Decimal("120.00")
    assert found[ids[0]].type_code == "380"
    assert found[ids[0]].x_approved_by == "system"
    assert len(rows(desk, InvoiceLineRow)) == 3
    [batch] = rows(desk, PublishBatchRow)
    assert (batch.state, batch.rows, batch.held) == ("published", 3, 0)
    assert batch.id == found[ids[0]].batch_id == report.batches[0]
    with desk.read() as session:
        assert audit.verify(session) is None


def test_a_second_run_publishes_nothing_again(desk: Store, make_document: Any) -> None:
    make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    assert publish_approved(desk, "acme").is_empty
    assert seqs(desk) == [(1, "insert", 1)]
    assert len(rows(desk, PublishBatchRow)) == 1


def test_a_row_that_fails_the_gate_goes_back_to_review_with_the_expectations_name(
    desk: Store, make_document: Any
) -> None:
    good = make_document(Status.APPROVED, invoice=invoice("F-1"), name="1.pdf")
    bad = make_document(Status.APPROVED, invoice=invoice("F-2", gross_total=Decimal("121.00")), name="2.pdf")
    report = publish_approved(desk, "acme")
    assert report.published == (good,)
    assert report.held is not None
    assert report.held[bad][0] == "totals_add_up"
    assert load(desk, bad).state == "in_review"
    [hold] = rows(desk, PublishHoldRow)
    assert (hold.document_id, hold.expectation) == (bad, "totals_add_up")
    assert "gross total 121.00" in hold.message
    event = rows(desk, EventRow, col(EventRow.seq).desc())[0]
    assert event.document_id == bad or "totals_add_up" in rows(desk, EventRow, col(EventRow.seq).desc())[1].reason
    with desk.read() as session:
        names = session.connection().execute(text("SELECT document_id, reasons FROM v1_exception")).all()
    assert names == [(bad, "rule_failed low_confidence")]


def test_a_table_level_failure_publishes_nothing_and_is_told_once(desk: Store, make_document: Any) -> None:
    document = make_document(Status.APPROVED)

    def without_iban(batch: Sequence[Mapping[str, Any]]) -> GateResult:
        return check_batch([{name: value for name, value in row.items() if name != "iban"} for row in batch])

    first = publish_approved(desk, "acme", gate=without_iban)
    assert first.refused[0][0] == "columns_unchanged"
    assert not first.published
    publish_approved(desk, "acme", gate=without_iban)
    assert [row.state for row in rows(desk, PublishBatchRow)] == ["refused"]
    assert load(desk, document).state == "approved"
    assert publish_approved(desk, "acme").published == (document,)


def test_an_invoice_that_is_published_already_is_held_as_duplicate_and_the_others_pass(
    desk: Store, make_document: Any
) -> None:
    first = make_document(Status.APPROVED, name="a.pdf")
    publish_approved(desk, "acme")
    twin = make_document(Status.APPROVED, invoice=invoice("F 1"), name="b.pdf")
    other = make_document(Status.APPROVED, invoice=invoice("F-2"), name="c.pdf")
    report = publish_approved(desk, "acme")
    assert report.published == (other,)
    assert load(desk, twin).state == "duplicate"
    assert load(desk, first).state == "exported"
    assert seqs(desk) == [(1, "insert", 1), (2, "insert", 1)]
    assert rows(desk, PublishHoldRow)[0].expectation == "duplicate"


def correct(store: Store, document_id: str, changed: Invoice) -> None:
    """A person's way: back into the queue, new values, approval."""
    for step in ("back", "save", "approve"):
        with store.write() as session:
            row = session.get(type(load(store, document_id)), document_id)
            if step == "back":
                send_back(session, row, actor="user:ann", at=NOON, reason="wrong amount")
            elif step == "save":
                base = load_extraction(session, document_id)
                assert base is not None
                save(session, row, Edit(invoice=changed), actor="user:ann", at=NOON)
            else:
                approve(session, row, actor="user:ann", at=NOON)


def test_a_correction_after_export_is_the_next_version_and_the_view_shows_only_it(
    desk: Store, make_document: Any
) -> None:
    document = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    correct(desk, document, invoice("F-1", net_total=Decimal("200.00"), tax_total=Decimal("40.00"),
                                    gross_total=Decimal("240.00")))  # fmt: skip
    with desk.read() as session:
        assert session.connection().execute(text("SELECT status FROM v1_invoice")).scalar() == "in_correction"
    publish_approved(desk, "acme")
    assert seqs(desk) == [(1, "insert", 1), (2, "correct", 2)]
    with desk.read() as session:
        shown = (
            session.connection().execute(text("SELECT version, gross_total, status, change_seq FROM v1_invoice")).all()
        )
    assert shown == [(2, "240.00", "current", 2)]
    assert [row.gross_total for row in rows(desk, InvoiceRow, InvoiceRow.version)] == [
        Decimal("120.00"),
        Decimal("240.00"),
    ]


def test_a_number_that_was_corrected_away_is_free_for_the_invoice_that_really_has_it(
    desk: Store, make_document: Any
) -> None:
    misread = make_document(Status.APPROVED, name="a.pdf")
    publish_approved(desk, "acme")
    correct(desk, misread, invoice("F-7"))
    publish_approved(desk, "acme")
    real = make_document(Status.APPROVED, name="b.pdf")
    assert publish_approved(desk, "acme").published == (real,)
    third = make_document(Status.APPROVED, name="c.pdf")
    publish_approved(desk, "acme")
    assert load(desk, third).state == "duplicate"


def test_an_invoice_rejected_after_export_gets_one_tombstone_and_stays_visible_as_withdrawn(
    desk: Store, make_document: Any
) -> None:
    document = make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    with desk.write() as session:
        row = session.get(type(load(desk, document)), document)
        send_back(session, row, actor="user:ann", at=NOON, reason="not ours")
        reject(session, row, code="OTHER", note="", actor="user:ann", at=NOON)
    assert publish_approved(desk, "acme").withdrawn == (document,)
    assert publish_approved(desk, "acme").is_empty
    assert seqs(desk) == [(1, "insert", 1), (2, "tombstone", 1)]
    with desk.read() as session:
        assert session.connection().execute(text("SELECT status FROM v1_invoice")).scalar() == "withdrawn"


def test_a_document_that_changes_while_the_gate_looks_is_left_alone(desk: Store, make_document: Any) -> None:
    document = make_document(Status.APPROVED)

    def slow(batch: Sequence[Mapping[str, Any]]) -> GateResult:
        with desk.write() as session:
            row = session.get(type(load(desk, document)), document)
            move(session, row, Status.IN_REVIEW, actor="user:ann", reason="undo", at=NOON + timedelta(hours=1))
        return check_batch(batch)

    assert publish_approved(desk, "acme", gate=slow).is_empty
    assert load(desk, document).state == "in_review"
    assert rows(desk, PublishBatchRow) == rows(desk, InvoiceRow) == []


def test_two_publishers_at_once_publish_each_document_once(desk: Store, make_document: Any) -> None:
    ids = [make_document(Status.APPROVED, invoice=invoice(f"F-{n}"), name=f"{n}.pdf") for n in range(20)]
    ready = threading.Barrier(2)

    def together(batch: Sequence[Mapping[str, Any]]) -> GateResult:
        result = check_batch(batch)
        ready.wait(30)
        return result

    threads = [
        threading.Thread(target=publish_approved, args=(desk, "acme"), kwargs={"gate": together}) for _ in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row.document_id for row in rows(desk, InvoiceRow)) == sorted(ids)
    assert [seq for seq, _, _ in seqs(desk)] == list(range(1, 21))


def test_text_and_numbers_take_the_form_that_every_database_keeps(desk: Store, make_document: Any) -> None:
    make_document(
        Status.APPROVED,
        invoice=invoice("F\0-1", iban="fr76 3000 6000 0112 3456 7890 189", net_total=Decimal("1E+2"),
                        issue_date=date(2026, 11, 1)),
    )  # fmt: skip
    with desk.read() as session:
        [approved] = load_approved(session, "acme", 10)
    values = make_publication(approved).values
    assert values["invoice_number"] == "F-1"
    assert values["iban"] == "FR7630006000011234567890189"
    assert str(values["net_total"]) == "100.00"
