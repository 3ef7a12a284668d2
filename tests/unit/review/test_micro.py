"""Micro-tasks over HTTP: looking changes nothing, no second counts twice, and nobody sees the pay of other clients."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import col, select

from models.document import Box
from models.errors import UnreadableDocumentError
from models.extraction import Evidence
from models.settings import Settings
from models.settings_review import MicroSettings
from models.store.documents import add_extraction, load_extraction
from models.store.engine import Store
from models.store.micro_pay import put_floors
from models.store.micro_people import set_standing, standing_of
from models.store.micro_tasks import make_tasks
from models.store.people import find_user
from models.tables import (
    AuditRow,
    BlobRow,
    DocumentRow,
    MicroAnswerRow,
    MicroTaskRow,
    MicroWorkerRow,
    WageFloorRow,
)
from tests.browser import Painter
from tests.desk import NOON, DocumentMaker

AGO = timedelta(minutes=1)


class White(Painter):
    """Draws white pages, but for those that it refuses."""

    def render(self, content: bytes, *_: Any, **__: Any) -> bytes:
        if content.endswith(b"broken"):
            raise UnreadableDocumentError("a broken page")
        file = io.BytesIO()
        Image.new("RGB", (2149, 3040), (255, 255, 255)).save(file, "PNG")
        return file.getvalue()


@pytest.fixture
def painter() -> White:
    return White()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, micro=MicroSettings(enabled=True, gold_share=0, qualify=2))


@pytest.fixture
def cut(desk: Store, make_document: DocumentMaker, stored: Callable[[bytes], str]) -> Callable[..., str]:
    """A document in review with one doubtful amount that is a task; returns the task's id."""

    def make(name: str, *, client: str = "acme", content: bytes = b"", gold: str | None = None) -> str:
        document_id, sha256 = make_document(name=name, client=client), stored(content or name.encode())
        with desk.write() as session:
            session.merge(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=NOON))
            session.flush()
            document = session.get_one(DocumentRow, document_id)
            document.sha256 = sha256
            extraction = load_extraction(session, document_id)
            assert extraction is not None
            seen = {"gross_total": Evidence(confidence=0.7, reader="ppocr", page=1, box=Box(100, 100, 160, 112))}
            add_extraction(session, document, extraction.model_copy(update={"evidence": seen}), origin="reader",
                           actor="system")  # fmt: skip
            (task,) = make_tasks(session, document, ("gross_total",), at=NOON)
            task.gold = gold
            session.add(task)
            return task.id

    return make


@pytest.fixture
def work(visit: Callable[..., Any], desk: Store) -> Callable[..., Any]:
    """Sign a worker in whose region has a wage floor."""
    floor = WageFloorRow(region="XA", valid_from=date(2026, 1, 1), hourly=Decimal(12), currency="EUR", source="made up",
                         actor="system", at=NOON)  # fmt: skip
    with desk.write() as session:
        put_floors(session, [floor], actor="system", at=NOON)

    def enter(login: str, clients: tuple[str, ...] = ("acme",), *, state: str = "working") -> Any:
        found = visit(login, "micro_worker", clients)
        with desk.write() as session:
            user = find_user(session, login)
            assert user is not None
            user.region = "XA"
            session.add(user)
            if state:
                set_standing(session, standing_of(session, user, at=NOON), state, at=datetime.now(UTC) - AGO)
        return found

    return enter


def rows(store: Store, table: Any) -> list[Any]:
    with store.read() as session:
        return list(session.exec(select(table)))


def given(store: Store) -> list[MicroAnswerRow]:
    """What was answered, in order of time."""
    with store.read() as session:
        query = select(MicroAnswerRow).where(col(MicroAnswerRow.answered_at).is_not(None))
        return list(session.exec(query.order_by(col(MicroAnswerRow.answered_at))))


def test_only_asking_for_a_question_hands_one_out_and_looking_at_it_changes_nothing(
    work: Callable[..., Any], cut: Callable[..., str], desk: Store
) -> None:
    cut("a.pdf")
    ann = work("ann", state="")
    ann.get("/micro")
    assert rows(desk, MicroWorkerRow) == rows(desk, MicroAnswerRow) == []
    bob = work("bob")
    address = bob.post("/micro/next").headers["location"]
    (shown,) = rows(desk, MicroAnswerRow)
    assert address == f"/micro/{shown.id}"  # a person's own: two people with one task cannot tell by the address
    for path in (address, f"{address}/snippet.png", "/micro", address):
        assert bob.get(path).status_code == 200
    assert [row.shown_at for row in rows(desk, MicroAnswerRow)] == [shown.shown_at]
    assert bob.post("/micro/next").headers["location"] == address  # the same until it is answered
    assert ann.get(address).status_code == ann.post(address, answer="yes").status_code == 404


def test_however_many_questions_are_open_no_more_seconds_count_than_passed(
    work: Callable[..., Any], cut: Callable[..., str], desk: Store
) -> None:
    cut("a.pdf"), cut("b.pdf"), cut("c.pdf")
    ann, addresses = work("ann"), []
    for minutes in (60, 40, 20):  # each put aside until the next one was handed out
        addresses.append(ann.post("/micro/next").headers["location"])
        with desk.write() as session:
            row = session.get_one(MicroAnswerRow, addresses[-1].rpartition("/")[2])
            row.shown_at -= timedelta(minutes=minutes)
            session.add(row)
    assert len(set(addresses)) == 3
    for address in addresses:
        ann.post(address, answer="yes", visible="3600")
    counted = [row.active_seconds for row in given(desk)]
    assert len(counted) == 3
    assert counted[0] == 60  # a pause is cut at three times what is usual
    assert all(each is not None and each < 30 for each in counted[1:])  # from the answer before, not from when shown


def test_seconds_before_an_answer_that_was_sent_back_are_kept(
    work: Callable[..., Any], cut: Callable[..., str]
) -> None:
    cut("a.pdf")
    ann = work("ann")
    page = ann.post(ann.post("/micro/next").headers["location"], visible="12.5")
    assert page.status_code == 422
    assert 'name="visible" value="12.5"' in page.text


def test_a_question_whose_picture_cannot_be_drawn_is_withdrawn_and_never_shown(
    work: Callable[..., Any], cut: Callable[..., str], desk: Store
) -> None:
    broken = [cut(f"{number}.pdf", content=b"%d broken" % number) for number in range(3)]
    fine = cut("fine.pdf")
    ann = work("ann")
    assert ann.post("/micro/next").headers["location"].startswith("/micro/")
    (shown,) = rows(desk, MicroAnswerRow)
    assert shown.task_id == fine
    ann.post(f"/micro/{shown.id}", answer="yes")
    assert {task.id: task.state for task in rows(desk, MicroTaskRow)} == dict.fromkeys(broken, "withdrawn") | {
        fine: "open"
    }
    told = [row for row in rows(desk, AuditRow) if row.action == "micro:withdrawn"]
    assert [row.object for row in told] != []
    assert all("cannot be drawn" in (row.after_json or "") for row in told)
    assert len(given(desk)) == 1  # nobody answered, and nothing is paid for, what could not be seen


def test_a_supervisor_sees_the_workers_and_the_pay_of_ones_own_clients_only(
    work: Callable[..., Any], cut: Callable[..., str], visit: Callable[..., Any]
) -> None:
    cut("a.pdf"), cut("b.pdf", client="beta")
    ann, bob = work("ann", ("acme", "beta")), work("bob", ("beta",))
    for person, count in ((ann, 2), (bob, 1)):
        for _ in range(count):
            person.post(person.post("/micro/next").headers["location"], answer="yes")
    one, both = visit("sam", "supervisor", ("acme",)), visit("sue", "supervisor", ("acme", "beta"))
    seen = {name: desk.get("/micro-desk").text for name, desk in (("one", one), ("both", both))}
    files = {name: desk.get("/micro-desk/pay.csv").text for name, desk in (("one", one), ("both", both))}
    assert "bob" in seen["both"]
    assert "bob" not in seen["one"] + files["one"]
    counts = {name: [line.split(",")[1:4:2] for line in text.splitlines()[1:]] for name, text in files.items()}
    assert counts == {"one": [["ann", "1"]], "both": [["ann", "2"], ["bob", "1"]]}


def test_an_upheld_dispute_lifts_the_stop_that_rested_on_it_and_a_refused_one_does_not(
    work: Callable[..., Any], cut: Callable[..., str], desk: Store, visit: Callable[..., Any]
) -> None:
    tasks = [cut(f"{number}.pdf", gold="yes") for number in range(2)]
    ann, sue = work("ann", state=""), visit("sue", "supervisor")
    for _ in tasks:
        ann.post(ann.post("/micro/next").headers["location"], answer="no")
    states = [rows(desk, MicroWorkerRow)[0].state]
    for row, settlement in zip(given(desk), ("refused", "upheld"), strict=True):
        ann.post(f"/pay/answers/{row.id}", words="it does not say so")
        assert sue.post(f"/micro-desk/answers/{row.id}", settlement=settlement).status_code == 303
        states.append(rows(desk, MicroWorkerRow)[0].state)
    assert states == ["stopped", "stopped", "stopped"]  # one of two right is less than 80 %
    assert sorted(task.state for task in rows(desk, MicroTaskRow)) == ["open", "withdrawn"]  # not asked of others again
    with desk.write() as session:
        for row in session.exec(select(MicroAnswerRow)).all():
            row.settled_at, row.right = None, row.settlement == "upheld"
            session.add(row)
    (first, _) = given(desk)
    assert sue.post(f"/micro-desk/answers/{first.id}", settlement="upheld").status_code == 303
    assert rows(desk, MicroWorkerRow)[0].state == "working"
    assert [row.after_json for row in rows(desk, AuditRow) if row.action == "micro:standing"][-1].count("working") == 1
