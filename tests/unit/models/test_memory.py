"""The memory of a client in the database: whose it is, how much it keeps, what makes it forget."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from models.memory import BAND, HASHES, KEPT, Fingerprint, Place, Sample
from models.status import Status
from models.store import memory
from models.store.edits import Edit
from models.store.engine import Store
from models.store.jobs import LEARN
from models.store.reviewing import approve, save, send_back, undo
from models.tables import AuditRow, DocumentRow, JobRow, SampleKeyRow, SampleRow
from tests.desk import INVOICE, NOON, DocumentMaker, desk, load, make_document

__all__ = ["desk", "make_document"]

SELLER = "vat:FR11999999998"
LAYOUT = Fingerprint(hashes=tuple(range(1, HASHES + 1)), keys=(SELLER,))
ANNA = "user:anna"


def sample(layout: Fingerprint = LAYOUT, left: str = "invoiceno") -> Sample:
    return Sample(fingerprint=layout, places={"invoice_number": Place(left=left)}, constants={"currency": "EUR"})


def learn(store: Store, document_id: str, what: Sample | None = None, minutes: int = 0) -> None:
    with store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        memory.learn(session, document, what or sample(), actor="line", at=NOON + timedelta(minutes=minutes))


def recalled(store: Store, asked: Fingerprint = LAYOUT, client: str = "acme") -> list[Sample]:
    with store.read() as session:
        return memory.recall(session, client, asked)


def test_what_was_learned_is_found_by_the_suppliers_number(desk: Store, make_document: DocumentMaker) -> None:
    learn(desk, make_document())
    assert recalled(desk, Fingerprint(keys=(SELLER, "name:somebody"))) == [sample()]
    assert recalled(desk, Fingerprint(keys=("vat:FR22999999998",))) == []


def test_what_was_learned_is_found_by_a_layout_that_is_partly_the_same(
    desk: Store, make_document: DocumentMaker
) -> None:
    learn(desk, make_document())
    half = tuple(h if at < HASHES // 2 else h + 1000 for at, h in enumerate(LAYOUT.hashes))
    few = tuple(h if at < BAND * 2 else h + 1000 for at, h in enumerate(LAYOUT.hashes))
    assert recalled(desk, Fingerprint(hashes=half)) == [sample()]
    assert recalled(desk, Fingerprint(hashes=few)) == []


def test_no_client_sees_what_another_has_confirmed(desk: Store, make_document: DocumentMaker) -> None:
    learn(desk, make_document())
    assert recalled(desk, client="beta") == []
    with desk.read() as session:
        assert memory.has_memory(session, "acme")
        assert not memory.has_memory(session, "beta")


def test_the_latest_eight_of_a_supplier_stay(desk: Store, make_document: DocumentMaker) -> None:
    for number in range(KEPT + 3):
        learn(desk, make_document(name=f"{number}.pdf"), sample(left=f"label{number}"), minutes=number)
    assert [each.places["invoice_number"].left for each in recalled(desk)] == [
        f"label{number}" for number in range(KEPT + 2, 2, -1)
    ]
    with desk.read() as session:
        assert len(session.exec(select(SampleRow)).all()) == KEPT


def test_the_same_document_is_remembered_once(desk: Store, make_document: DocumentMaker) -> None:
    document = make_document()
    learn(desk, document)
    learn(desk, document, sample(left="invoicenumber"))
    assert [each.places["invoice_number"].left for each in recalled(desk)] == ["invoicenumber"]


def correct(store: Store, document_id: str, number: str) -> None:
    with store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        save(session, document, Edit(INVOICE.model_copy(update={"invoice_number": number})), actor=ANNA, at=NOON)


def test_a_sample_under_which_a_term_was_corrected_twice_in_a_row_is_dropped(
    desk: Store, make_document: DocumentMaker
) -> None:
    first, second, third = (make_document(name=name) for name in ("1.pdf", "2.pdf", "3.pdf"))
    learn(desk, first, sample(left="old"))
    correct(desk, second, "F-2")
    learn(desk, second, sample(left="new"), minutes=1)
    assert len(recalled(desk)) == 2
    correct(desk, third, "F-3")
    learn(desk, third, sample(left="newer"), minutes=2)
    assert [each.places["invoice_number"].left for each in recalled(desk)] == ["newer", "new"]


def test_a_correction_between_two_right_readings_drops_nothing(desk: Store, make_document: DocumentMaker) -> None:
    documents = [make_document(name=f"{number}.pdf") for number in range(4)]
    correct(desk, documents[1], "F-2")
    correct(desk, documents[3], "F-4")
    for number, document in enumerate(documents):
        learn(desk, document, minutes=number)
    assert len(recalled(desk)) == len(documents)


def test_an_approval_asks_for_learning_and_an_undo_forgets(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        assert approve(session, session.get_one(DocumentRow, document_id), actor=ANNA, at=NOON) == Status.APPROVED
    with desk.read() as session:
        assert [job.kind for job in session.exec(select(JobRow).where(JobRow.kind == LEARN))] == [LEARN]
    learn(desk, document_id)
    with desk.write() as session:
        undo(session, session.get_one(DocumentRow, document_id), actor=ANNA, at=NOON)
    assert recalled(desk) == []
    assert load(desk, document_id).state == Status.IN_REVIEW


def test_a_document_that_is_sent_back_teaches_no_more(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.APPROVED)
    learn(desk, document_id)
    with desk.write() as session:
        send_back(session, session.get_one(DocumentRow, document_id), actor=ANNA, at=NOON, reason="wrong")
    assert recalled(desk) == []


def test_learning_and_forgetting_are_on_record(desk: Store, make_document: DocumentMaker) -> None:
    learn(desk, make_document())
    learn(desk, make_document(client="beta"))
    with desk.write() as session:
        assert memory.forget_client(session, "acme", actor="operator", at=NOON) == 1
    with desk.read() as session:
        acts = col(AuditRow.action).in_(("learn", "forget"))
        rows = session.exec(select(AuditRow.action, AuditRow.client_id).where(acts))
        assert sorted(rows.all()) == [("forget", "acme"), ("learn", "acme"), ("learn", "beta")]
        assert {row.client_id for row in session.exec(select(SampleKeyRow))} == {"beta"}
