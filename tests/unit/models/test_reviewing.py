"""What a person does with a document, on a real database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from models.decision import Outcome
from models.errors import ConflictError
from models.extraction import Extraction
from models.settings import JobSettings
from models.status import Status
from models.store.approvals import FourEyesError, unverified_iban
from models.store.audit import verify
from models.store.claims import CLAIM, check_turn, claim, drop_claim
from models.store.documents import load_extraction
from models.store.edits import Edit
from models.store.engine import Store
from models.store.jobs import finish, take
from models.store.queue import Filters, count_tabs, list_documents, next_document
from models.store.reviewing import (
    approve,
    reject,
    release,
    retry,
    save,
    send_back,
    touch,
    undo,
)
from models.tables import (
    AuditRow,
    CorrectionRow,
    DocumentRow,
    JobRow,
    MatchLinkRow,
    MatchRow,
    SupplierBankRow,
    TouchRow,
)
from tests.desk import INVOICE, NOON, DocumentMaker, desk, load, make_document

__all__ = ["desk", "make_document"]
ANN, BOB = "user:ann", "user:bob"
NEW_IBAN = "DE89370400440532013000"


def row_of(session: object, document_id: str) -> DocumentRow:
    found = session.get(DocumentRow, document_id)  # type: ignore[attr-defined]
    assert found is not None
    return found  # type: ignore[no-any-return]


def edit(**terms: object) -> Edit:
    return Edit(invoice=INVOICE.model_copy(update=terms))


def test_save_adds_a_revision_with_the_persons_evidence(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        assert save(session, row_of(session, document_id), edit(gross_total=Decimal("128.00")), actor=ANN, at=NOON) == 1
    with desk.read() as session:
        document = row_of(session, document_id)
        newest = load_extraction(session, document_id)
        first = load_extraction(session, document_id, 1)
        rows = session.exec(select(CorrectionRow)).all()
        job = session.exec(select(JobRow).where(JobRow.kind == "judge")).one()
    assert isinstance(newest, Extraction)
    assert isinstance(first, Extraction)
    assert (document.revision, document.gross_total, document.last_editor) == (2, Decimal("128.00"), ANN)
    assert newest.evidence["gross_total"].reader == "person"
    assert newest.evidence["gross_total"].box == first.evidence["gross_total"].alternatives[0].box
    assert newest.evidence["invoice_number"] == first.evidence["invoice_number"]
    assert newest.invoice.lines == first.invoice.lines
    assert [(row.term, row.before, row.after, row.changed) for row in rows] == [
        ("gross_total", "120.00", "128.00", True)
    ]
    assert job.state == "ready"


def test_confirmed_fields_become_rows_once_and_no_revision(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    vouched = Edit(invoice=INVOICE, confirmed=frozenset({"iban", "gross_total", "bic"}))
    for _ in range(2):
        with desk.write() as session:
            assert save(session, row_of(session, document_id), vouched, actor=ANN, at=NOON) == 0
    with desk.read() as session:
        rows = session.exec(select(CorrectionRow)).all()
    assert {(row.term, row.changed) for row in rows} == {("iban", False), ("gross_total", False)}
    assert len(rows) == 2
    assert load(desk, document_id).revision == 1


def test_two_who_loaded_the_same_version_cannot_both_save(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    version = load(desk, document_id).version
    with desk.write() as session:
        save(session, row_of(session, document_id), edit(currency="CHF"), actor=ANN, at=NOON)
    with desk.write() as session, pytest.raises(ConflictError):
        check_turn(row_of(session, document_id), version, actor=BOB, at=NOON)


def test_settled_documents_cannot_be_edited(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.APPROVED)
    with desk.write() as session, pytest.raises(ConflictError):
        save(session, row_of(session, document_id), edit(currency="CHF"), actor=ANN, at=NOON)


def test_approve_moves_with_audit_event_and_decision(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = row_of(session, document_id)
        assert approve(session, document, actor=ANN, at=NOON) is Status.APPROVED
        touch(session, document, actor=ANN, act="approve", opened_at=NOON - timedelta(seconds=40), at=NOON)
    with desk.read() as session:
        assert verify(session) is None
        assert session.exec(select(AuditRow).where(AuditRow.action == "move:approved", AuditRow.actor == ANN)).one()
        assert session.exec(select(TouchRow)).one().seconds == 40
        assert row_of(session, document_id).reasons == "low_confidence"


def test_touch_never_counts_more_than_two_hours_nor_less_than_nothing(
    desk: Store, make_document: DocumentMaker
) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = row_of(session, document_id)
        touch(session, document, actor=ANN, act="save", opened_at=NOON - timedelta(days=3), at=NOON)
        touch(session, document, actor=ANN, act="save", opened_at=NOON + timedelta(days=3), at=NOON)
        assert sorted(row.seconds for row in session.exec(select(TouchRow))) == [0, 7200]


def test_new_bank_account_goes_on_hold_and_needs_a_second_person(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = row_of(session, document_id)
        save(session, document, edit(iban=NEW_IBAN), actor=ANN, at=NOON)
        assert approve(session, document, actor=ANN, at=NOON) is Status.HELD
        with pytest.raises(FourEyesError):
            release(session, document, actor=ANN, at=NOON, reason="I say so")
        assert release(session, document, actor=BOB, at=NOON, reason="called them") is Status.APPROVED
        bank = session.get(SupplierBankRow, ("acme", "S1", NEW_IBAN))
        assert bank is not None
        assert bank.verified_by == BOB
        assert unverified_iban(session, document) is None


def test_hold_by_the_policy_on_a_bank_account_also_takes_two_persons(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(
        Status.HELD, invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}), outcome=Outcome.HOLD
    )
    with desk.write() as session:
        document = row_of(session, document_id)
        assert release(session, document, actor=ANN, at=NOON, reason="called them") is Status.HELD
        with pytest.raises(FourEyesError):
            release(session, document, actor=ANN, at=NOON, reason="again")
        assert release(session, document, actor=BOB, at=NOON, reason="called too") is Status.APPROVED


def test_sending_a_held_document_back_is_no_way_around_the_hold(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.HELD, outcome=Outcome.HOLD)
    with desk.write() as session:
        document = row_of(session, document_id)
        send_back(session, document, actor=ANN, at=NOON, reason="look again")
        assert approve(session, document, actor=ANN, at=NOON) is Status.HELD


def test_other_holds_need_one_person_and_a_reason(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.HELD, outcome=Outcome.HOLD)
    with desk.write() as session:
        document = row_of(session, document_id)
        with pytest.raises(ConflictError):
            release(session, document, actor=ANN, at=NOON, reason="  ")
        assert release(session, document, actor=ANN, at=NOON, reason="compared the XML") is Status.APPROVED


def test_undo_takes_back_approval_and_the_verified_account(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}))
    with desk.write() as session:
        document = row_of(session, document_id)
        approve(session, document, actor=ANN, at=NOON)
        release(session, document, actor=BOB, at=NOON + timedelta(minutes=1), reason="called them")
        with pytest.raises(ConflictError):
            undo(session, document, actor=ANN, at=NOON)
        assert undo(session, document, actor=BOB, at=NOON + timedelta(minutes=2)) is Status.HELD
        assert unverified_iban(session, document) == NEW_IBAN


def test_undo_of_a_rejection_puts_it_back_into_the_queue(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = row_of(session, document_id)
        reject(session, document, code="TX_TVA_ERR", note="rate of 2013", actor=ANN, at=NOON)
        assert document.state == Status.REJECTED
        assert undo(session, document, actor=BOB, at=NOON, anyone=True) is Status.IN_REVIEW


def test_what_a_machine_did_cannot_be_undone(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.APPROVED)
    with desk.write() as session, pytest.raises(ConflictError):
        undo(session, row_of(session, document_id), actor=ANN, at=NOON, anyone=True)


def test_reject_refuses_a_code_that_is_not_in_the_list(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session, pytest.raises(ConflictError):
        reject(session, row_of(session, document_id), code="BECAUSE", note="", actor=ANN, at=NOON)


def test_duplicate_sent_back_can_then_be_approved(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.DUPLICATE, outcome=Outcome.DUPLICATE)
    with desk.write() as session:
        document = row_of(session, document_id)
        send_back(session, document, actor=ANN, at=NOON, reason="monthly rent")
        assert document.outcome == Outcome.REVIEW
        assert approve(session, document, actor=ANN, at=NOON) is Status.APPROVED


def test_quarantined_document_is_read_again(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.QUARANTINED)
    with desk.write() as session:
        document = row_of(session, document_id)
        retry(session, document, actor=ANN, at=NOON)
        assert document.state == Status.RECEIVED
        assert session.exec(select(JobRow).where(JobRow.kind == "read")).one().state == "ready"


def test_quarantined_document_can_be_entered_by_hand(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.QUARANTINED)
    with desk.write() as session:
        document = row_of(session, document_id)
        send_back(session, document, actor=ANN, at=NOON, reason="")
        save(session, document, edit(), actor=ANN, at=NOON)
        assert document.invoice_number == "F-1"


def test_claim_belongs_to_one_until_it_runs_out(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        document = row_of(session, document_id)
        first = claim(session, document, actor=ANN, at=NOON)
        second = claim(session, document, actor=BOB, at=NOON + timedelta(minutes=4))
        assert first is not None
        assert second is not None
        assert first.holder == second.holder == ANN
        with pytest.raises(ConflictError):
            check_turn(document, document.version, actor=BOB, at=NOON + timedelta(minutes=4))
        check_turn(document, document.version, actor=BOB, at=NOON + CLAIM)
        late = claim(session, document, actor=BOB, at=NOON + CLAIM + timedelta(seconds=1))
        assert late is not None
        assert late.holder == BOB
        drop_claim(session, document, actor=BOB)
        session.refresh(document)
        assert document.claimed_by is None


def test_queue_pages_by_key_hold_every_document_once(desk: Store, make_document: DocumentMaker) -> None:
    made = {make_document(at=NOON + timedelta(minutes=index // 2), name=f"{index}.pdf",
                          invoice=INVOICE.model_copy(update={"gross_total": Decimal(index * 7)}))
            for index in range(9)}  # fmt: skip
    for order in ("oldest", "newest", "amount"):
        seen: list[DocumentRow] = []
        after = ""
        while True:
            with desk.read() as session:
                page = list_documents(session, Filters(clients=None, order=order, after=after), limit=2)
            seen += page.rows
            after = page.next_key
            if not after:
                break
        assert {row.id for row in seen} == made, order
        assert len(seen) == len(made)
    amounts = [row.gross_total for row in seen]
    assert amounts == sorted(amounts, key=lambda amount: amount or 0, reverse=True)


def test_queue_shows_only_the_clients_of_the_person(desk: Store, make_document: DocumentMaker) -> None:
    make_document(client="acme")
    make_document(client="beta")
    with desk.read() as session:
        assert [row.client_id for row in list_documents(session, Filters(clients=frozenset({"beta"}))).rows] == ["beta"]
        assert list_documents(session, Filters(clients=frozenset({"beta"}), client="acme")).rows == ()
        assert list_documents(session, Filters(clients=frozenset())).rows == ()
        assert count_tabs(session, Filters(clients=frozenset({"beta"})))["review"] == 1


@pytest.mark.parametrize("search", ["PAPETERIE", "f-1", "scan_", "100%"])
def test_search_takes_every_sign_literally(desk: Store, make_document: DocumentMaker, search: str) -> None:
    make_document(name="scan_1.pdf" if search == "scan_" else "100%.pdf")
    make_document(name="other.pdf", invoice=INVOICE.model_copy(update={"seller_name": "X", "invoice_number": "Y"}))
    with desk.read() as session:
        assert len(list_documents(session, Filters(clients=None, search=search)).rows) == 1


def test_reason_filter_takes_whole_words(desk: Store, make_document: DocumentMaker) -> None:
    make_document()
    with desk.read() as session:
        assert len(list_documents(session, Filters(clients=None, reason="low_confidence")).rows) == 1
        assert list_documents(session, Filters(clients=None, reason="confidence")).rows == ()


def test_next_document_skips_what_others_have_open_and_starts_over(desk: Store, make_document: DocumentMaker) -> None:
    first, second, third = (make_document(at=NOON + timedelta(minutes=index), name=f"{index}") for index in range(3))
    with desk.write() as session:
        claim(session, row_of(session, second), actor=BOB, at=NOON)
        left = row_of(session, first)
        following = next_document(session, Filters(clients=None), left, actor=ANN, at=NOON)
        assert following is not None
        assert following.id == third
        again = next_document(session, Filters(clients=None), following, actor=ANN, at=NOON)
        assert again is not None
        assert again.id == first


def test_a_key_that_was_tampered_with_starts_from_the_top(desk: Store, make_document: DocumentMaker) -> None:
    make_document()
    with desk.read() as session:
        for key in ("x", "[]", '["", ""]', "[1, 2, 3]", "null", '["9e9", "x"]'):
            assert len(list_documents(session, Filters(clients=None, after=key)).rows) == 1


def test_approving_corrected_values_at_once_carries_the_match_so_that_quantities_count(
    desk: Store, make_document: DocumentMaker
) -> None:
    document_id = make_document()
    line = INVOICE.lines[0].model_copy(update={"quantity": Decimal(8)})
    with desk.write() as session:
        session.add(MatchLinkRow(document_id=document_id, revision=1, invoice_line=1, order_number="45",
                                 order_line="10",
                                 client_id="acme", quantity=Decimal(10), probability=0.9))  # fmt: skip
    with desk.write() as session:
        document = row_of(session, document_id)
        save(session, document, edit(lines=(line,)), actor=ANN, at=NOON)
        approve(session, document, actor=ANN, at=NOON)
    with desk.read() as session:
        links = session.exec(select(MatchLinkRow).order_by(MatchLinkRow.revision)).all()
        job = session.exec(select(JobRow).where(JobRow.kind == "judge")).one()
    assert [(link.revision, link.quantity, link.counts) for link in links] == [(1, 10, False), (2, 8, True)]
    assert job.state == "done"


def test_a_worker_that_judges_just_now_loses_its_lease(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        save(session, row_of(session, document_id), edit(currency="CHF"), actor=ANN, at=NOON)
    with desk.write() as session:
        lease = take(session, "worker", settings=JobSettings(), at=NOON)[0]
    with desk.write() as session:
        approve(session, row_of(session, document_id), actor=ANN, at=NOON)
        assert session.get(MatchRow, (document_id, 2)) is not None
    with desk.write() as session, pytest.raises(ConflictError):
        finish(session, lease)


def test_a_hold_is_neither_approved_nor_is_anything_else_released(desk: Store, make_document: DocumentMaker) -> None:
    held, waiting = make_document(Status.HELD, outcome=Outcome.HOLD), make_document(name="other.pdf")
    with desk.write() as session:
        with pytest.raises(ConflictError):
            approve(session, row_of(session, held), actor=ANN, at=NOON, reason="I may not release")
        with pytest.raises(ConflictError):
            release(session, row_of(session, waiting), actor=ANN, at=NOON, reason="not held")
