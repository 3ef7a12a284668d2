"""Contracts, pauses, outages and signs of life as the database keeps them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models.contract import Contract, Turnaround
from models.errors import ConflictError
from models.status import Status
from models.store.contracts import clock_facts, contract_at, contracts_of, put_contract
from models.store.documents import move
from models.store.engine import Store
from models.store.heartbeats import beat, beats, stopped_by_hand
from models.store.incidents import announce_maintenance, incidents_of, outages_of
from models.store.pauses import pauses_of
from models.store.questions import Question, answer, ask
from models.tables import DocumentRow
from tests.desk import NOON, DocumentMaker, desk, make_document  # noqa: F401 - fixtures

TERMS = Contract(name="A", valid_from=date(2026, 1, 1), turnaround=(Turnaround(name="all", hours=16),))


def test_a_version_is_added_once_and_the_last_of_a_day_holds(desk: Store) -> None:  # noqa: F811
    other = TERMS.model_copy(update={"name": "B"})
    with desk.write() as session:
        assert put_contract(session, "acme", TERMS, actor="user:a", at=NOON)
        assert not put_contract(session, "acme", TERMS, actor="user:a", at=NOON)
        assert put_contract(session, "acme", other, actor="user:a", at=NOON + timedelta(hours=1))
        assert [each.name for each in contracts_of(session, "acme")] == ["A", "B"]
        assert contract_at(session, "acme", NOON) == other
        assert contract_at(session, "acme", datetime(2025, 12, 31, tzinfo=NOON.tzinfo)) is None
        assert contracts_of(session, "beta") == ()


def test_the_end_of_a_document_is_its_first_export_or_a_rejection_that_stands(
    desk: Store, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    rejected, back = make_document(Status.REJECTED, name="a"), make_document(Status.REJECTED, name="b")
    exported = make_document(Status.APPROVED, name="c")
    with desk.write() as session:
        move(session, session.get_one(DocumentRow, back), Status.IN_REVIEW, actor="user:a")
        move(session, session.get_one(DocumentRow, exported), Status.EXPORTED, actor="system")
    with desk.write() as session:
        move(session, session.get_one(DocumentRow, exported), Status.IN_REVIEW, actor="user:a")
    with desk.read() as session:
        ends = {facts.document_id: facts.stopped for facts in clock_facts(session, "acme")}
        since = {facts.document_id for facts in clock_facts(session, "acme", NOON + timedelta(days=1))}
    assert ends[rejected] is not None
    assert ends[back] is None
    assert ends[exported] is not None
    assert since == {back, exported}  # what is open is always there


def test_a_question_to_a_supplier_is_a_pause(desk: Store, make_document: DocumentMaker) -> None:  # noqa: F811
    document = make_document()
    with desk.write() as session:
        row = session.get_one(DocumentRow, document)
        ask(session, row, Question("t", "s", "words"), remind_at=NOON, actor="user:a", at=NOON)
        assert [one.ended_at for one in pauses_of(session, "acme")] == [None]
        answer(session, row, "yes", resume=lambda _, due: due, actor="user:a", at=NOON + timedelta(hours=3))
        (pause,) = pauses_of(session, "acme", (document,))
        assert (pause.reason, pause.ended_at) == ("supplier_question", NOON + timedelta(hours=3))
        assert pauses_of(session, "beta") == ()


def test_a_gap_between_two_signs_of_life_is_an_outage(desk: Store) -> None:  # noqa: F811
    steps = [0, 30, 60, 180, 600]  # seconds: two minutes are no gap yet, seven are
    with desk.write() as session:
        assert [beat(session, "worker", NOON + timedelta(seconds=each)) for each in steps] == [False] * 4 + [True]
        assert not beat(session, "worker", NOON)  # a clock that was set back says nothing
        (outage,) = outages_of(session, "acme", NOON, NOON + timedelta(days=1))
        assert (outage.started_at, outage.ended_at) == (NOON + timedelta(seconds=180), NOON + timedelta(seconds=600))
        assert not outage.is_planned
        assert beats(session) == {"worker": NOON + timedelta(seconds=600)}


def test_a_clean_stop_is_an_outage_that_says_so(desk: Store) -> None:  # noqa: F811
    def after(minutes: float) -> datetime:
        return NOON + timedelta(minutes=minutes)

    with desk.write() as session:
        beat(session, "worker", after(0))
        beat(session, "prefect", after(-60))  # away for an hour already
        stopped_by_hand(session, after(0.5), after(4))  # it finished what was in hand
        assert beat(session, "worker", after(30))
        assert beat(session, "prefect", after(30))
        assert not beat(session, "worker", after(31))
        assert beat(session, "worker", after(60))
        found = {
            (row.title, row.started_at, row.is_planned) for row in incidents_of(session, "acme", after(-90), after(99))
        }
    assert found == {
        ("worker: stopped by hand", after(4), False),
        ("prefect: no sign of life", after(-60), False),
        ("worker: no sign of life", after(31), False),
    }


def test_an_outage_inside_announced_maintenance_is_planned(desk: Store) -> None:  # noqa: F811
    with desk.write() as session:
        announce_maintenance(session, NOON, NOON + timedelta(hours=2), title="new disk", actor="user:a",
                             at=NOON - timedelta(days=1))  # fmt: skip
        beat(session, "worker", NOON + timedelta(minutes=1))
        beat(session, "worker", NOON + timedelta(minutes=90))
        assert all(one.is_planned for one in outages_of(session, "acme", NOON, NOON + timedelta(days=1)))
        with pytest.raises(ConflictError, match="before it starts"):
            announce_maintenance(session, NOON, NOON + timedelta(hours=2), title="late", actor="user:a", at=NOON
                                 + timedelta(hours=1))  # fmt: skip
