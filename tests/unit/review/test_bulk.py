"""Many at once: rejection, questions, undo after somebody else's change, and two persons at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from models.status import Status
from models.store.engine import Store
from models.tables import AuditRow, BulkRow, DocumentRow, EventRow, MailRow, SupplierQuestionRow
from tests.browser import Desk
from tests.desk import INVOICE, DocumentMaker, load
from tests.unit.review.test_queue_pages import bulk, picks, undo

Visit = Callable[..., Desk]


def several(make_document: DocumentMaker, count: int) -> list[str]:
    return [make_document(name=f"{n}.pdf", invoice=INVOICE.model_copy(update={"invoice_number": f"N-{n}"}))
            for n in range(count)]  # fmt: skip


def test_several_are_rejected_with_one_code_and_taken_back(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    ids = several(make_document, 3)
    done = make_document(Status.APPROVED, name="done.pdf")
    person = visit("sue", role="supervisor")
    assert person.post("/queue/bulk", act="reject", pick=ids, code="WRONG", again="yes").status_code == 422
    answer = bulk(person, "reject", [*ids, done], code="ROUTING_ERR", note="another company's")
    assert {load(desk, one).state for one in ids} == {Status.REJECTED}
    assert load(desk, done).state == Status.APPROVED
    assert "3 documents rejected" in person.get(answer.headers["location"]).text
    with desk.read() as session:
        told = session.exec(select(EventRow.reason).where(EventRow.to_state == Status.REJECTED)).all()
    assert len(told) == 3
    assert all("ROUTING_ERR" in one for one in told)
    undo(person, desk)
    assert {load(desk, one).state for one in ids} == {Status.IN_REVIEW}


def test_reviewer_without_the_right_to_settle_cannot_reject_several(visit: Visit, make_document: DocumentMaker) -> None:
    one = make_document()
    assert visit("aud", role="auditor").post("/queue/bulk/do", act="reject", do=[f"{one}:1"]).status_code == 403


def test_several_suppliers_are_asked_and_the_questions_taken_back(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    ids = several(make_document, 3)
    person = visit("ann")
    answer = bulk(person, "ask", ids, template="price")
    assert all(load(desk, one).waits_since is not None for one in ids)
    assert "3 documents held for an answer" in person.get(answer.headers["location"]).text
    with desk.read() as session:
        questions = session.exec(select(SupplierQuestionRow)).all()
    assert sorted(one.document_id for one in questions) == sorted(ids)
    assert {number for one in questions for number in ("N-0", "N-1", "N-2") if number in one.words} == {
        "N-0", "N-1", "N-2"}  # fmt: skip
    undo(person, desk)
    assert all(load(desk, one).waits_since is None for one in ids)
    with desk.read() as session:
        assert session.exec(select(MailRow)).all() == []


@pytest.mark.parametrize("act", ["approve", "tag"])
def test_undo_leaves_alone_what_somebody_has_changed_since(
    visit: Visit, make_document: DocumentMaker, desk: Store, act: str
) -> None:
    first, second = several(make_document, 2)
    person = visit("sue", role="supervisor")
    bulk(person, act, [first, second], tags="urgent")
    with desk.write() as session:
        row = session.get_one(DocumentRow, second)
        session.add(row.sqlmodel_update({"version": row.version + 1, "tags": "urgent other"}))
    undo(person, desk)
    with desk.read() as session:
        told = session.exec(select(AuditRow.after_json).where(AuditRow.action == f"undo_bulk:{act}")).one()
    assert told == '{"done":1}'
    assert load(desk, second).tags == "urgent other"
    kept = load(desk, second).state if act == "approve" else Status.APPROVED
    assert (load(desk, first).state, load(desk, first).tags, kept) == (Status.IN_REVIEW, "", Status.APPROVED)


def test_two_bulk_acts_at_the_same_time_do_each_document_once(
    visit: Visit, make_document: DocumentMaker, desk: Store
) -> None:
    ids = several(make_document, 12)
    people = [visit(login, role="supervisor") for login in ("sue", "tom")]
    wanted = (("approve", {}), ("reject", {"code": "ROUTING_ERR"}))
    pages = [picks(one.post("/queue/bulk", act=act, pick=ids, **detail).text)
             for one, (act, detail) in zip(people, wanted, strict=True)]  # fmt: skip
    together = threading.Barrier(2)

    def act(number: int) -> Any:
        name, detail = wanted[number]
        together.wait(20)
        return people[number].post("/queue/bulk/do", act=name, do=pages[number], **detail).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(act, range(2))) == [303, 303]
    with desk.read() as session:
        moves = Counter(
            session.exec(select(AuditRow.object).where(AuditRow.action.in_(("move:approved", "move:rejected")))).all()
        )  # type: ignore[attr-defined]
        counted = [len(one) for one in session.exec(select(BulkRow.before_json)).all()]
    assert set(moves.values()) == {1}
    assert len(moves) == 12
    assert min(counted) == 2  # {}: whoever came second did nothing
    assert len({load(desk, one).state for one in ids}) == 1
