"""What comes by itself: prices, reminders and returns are the sweep's, opening the queue writes nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.settings import Settings
from models.status import Status
from models.store.engine import Store
from models.tables import AuditRow, DocumentRow, MailRow, SupplierQuestionRow
from review.site import Site
from review.sweeping import sweep, sweeping
from tests.browser import Desk
from tests.desk import NOON, DocumentMaker, dump, load

Visit = Callable[..., Desk]


@pytest.fixture
def site(desk: Store, settings: Settings) -> Site:
    """The site at noon."""
    return Site(settings, desk, None, clock=lambda: NOON)


def change(store: Store, document_id: str, **values: object) -> None:
    with store.write() as session:
        session.add(session.get_one(DocumentRow, document_id).sqlmodel_update(values))


def ask(person: Desk, document_id: str) -> None:
    answer = person.post(f"/documents/{document_id}/ask", template="price", subject="S", words="W", recipient="a@b.fr")
    assert answer.status_code == 303


def test_opening_the_queue_writes_nothing(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    stale, asked, put_off = (make_document(name=f"{n}.pdf") for n in range(3))
    person = visit("ann")
    ask(person, asked)
    with desk.write() as session:
        question = session.exec(select(SupplierQuestionRow)).one()
        session.add(question.sqlmodel_update({"remind_at": NOON}))
    change(desk, stale, waiting_until=None)
    change(desk, put_off, postponed_until=NOON)
    before = dump(desk, but=("session",))
    assert person.get("/queue").status_code == 200
    assert dump(desk, but=("session",)) == before
    assert load(desk, stale).waiting_until is None


def test_sweep_reminds_once_and_brings_back_what_was_put_off(
    visit: Visit, make_document: DocumentMaker, desk: Store, site: Site
) -> None:
    asked, put_off, later = (make_document(name=f"{n}.pdf") for n in range(3))
    ask(visit("ann"), asked)
    with desk.write() as session:
        session.add(session.exec(select(SupplierQuestionRow)).one().sqlmodel_update({"remind_at": NOON}))
    change(desk, put_off, postponed_until=NOON)
    change(desk, later, postponed_until=NOON + timedelta(minutes=1))
    sweep(site)
    sweep(site)
    with desk.read() as session:
        mails = session.exec(select(MailRow.kind)).all()
        reminded = session.exec(select(SupplierQuestionRow.remind_at)).one()
        acts = session.exec(select(AuditRow.object, AuditRow.actor).where(AuditRow.action == "bring_back")).all()
    assert sorted(mails) == ["supplier_question", "supplier_reminder"]
    assert reminded == datetime(2026, 11, 27, 11, 30, tzinfo=UTC)  # five business days of the client later
    assert acts == [(f"document:{put_off}", "system")]
    assert load(desk, put_off).postponed_until is None
    assert load(desk, later).postponed_until is not None


def test_site_sweeps_by_itself_while_it_runs(make_document: DocumentMaker, desk: Store, site: Site) -> None:
    one = make_document()
    change(desk, one, waiting_until=None, due_at=None)
    with sweeping(site, seconds=0.01) as thread:
        deadline = time.monotonic() + 20
        while load(desk, one).waiting_until is None and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not thread.is_alive()
    assert load(desk, one).due_at == datetime(2026, 11, 24, 10, 30, tzinfo=UTC)  # sixteen business hours


def test_sweep_leaves_a_stopped_clock_alone(
    visit: Visit, make_document: DocumentMaker, desk: Store, site: Site
) -> None:
    one = make_document()
    ask(visit("ann"), one)
    change(desk, one, waiting_until=None)
    due = load(desk, one).due_at
    assert sweep(site) == 0
    assert load(desk, one).due_at == due


def test_every_act_leaves_a_price_that_holds(visit: Visit, make_document: DocumentMaker, desk: Store) -> None:
    one, two = make_document(), make_document(name="2.pdf")
    person = visit("sue", role="supervisor")
    person.post(f"/documents/{one}/reject", code="DUPLICATE", version=str(load(desk, one).version))
    assert load(desk, one).state == Status.REJECTED
    person.post(f"/documents/{one}/undo", version=str(load(desk, one).version))
    ask(person, two)
    person.post(f"/documents/{two}/answer", answer="Yes")
    for each in (one, two):
        row = load(desk, each)
        assert row.state == Status.IN_REVIEW
        assert row.waiting_until is not None
        assert row.waiting_rank > 0
    assert '"answer": 5.0' in load(desk, two).waiting_parts_json


@pytest.mark.parametrize(("due", "shown"), [
    ("late", {"late"}), ("soon", {"soon"}), ("today", {"today"}), ("never", {"late", "soon", "today", "later", "held"}),
])  # fmt: skip
def test_filter_by_time_left_in_parts_that_do_not_overlap(
    visit: Visit, make_document: DocumentMaker, desk: Store, monkeypatch: pytest.MonkeyPatch, due: str, shown: set[str]
) -> None:
    monkeypatch.setattr("models.store.queue.now", lambda: NOON)
    person = visit("ann")
    app = person.browser.app
    monkeypatch.setattr(app.state, "site", Site(app.state.site.settings, desk, None, clock=lambda: NOON))  # type: ignore[attr-defined]
    for name, hours in (("late", -1), ("soon", 1), ("today", 4), ("later", 20), ("held", -1)):  # 13:00 in Paris
        found = make_document(name=f"{name}.pdf")
        change(desk, found, due_at=NOON + timedelta(hours=hours), waits_since=NOON if name == "held" else None)
    page = person.get(f"/queue?due={due}").text
    expected = shown - {"held"}  # what waits for an answer is under another tab
    assert set(re.findall(r"(\w+)\.pdf", page)) == expected
