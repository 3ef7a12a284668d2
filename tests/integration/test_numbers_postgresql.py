"""What numbers rest on, on a real PostgreSQL: history in whole and in part, contracts, pauses, incidents, alarms."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from flows.alerts import send_alerts
from flows.report_kpis import Asked, Office, compute_and_store, compute_only
from flows.sla import statement_of, tend_clocks
from models.contract import Contract, Turnaround
from models.migrate import migrate
from models.settings import Settings
from models.status import Status
from models.store.alerts import alerts_of
from models.store.audit import now, verify
from models.store.certificates import certified
from models.store.contracts import contracts_of, put_contract
from models.store.engine import Store
from models.store.figures import load_history, newest_figures
from models.store.heartbeats import beat, beats, stopped_by_hand
from models.store.incidents import add_incident, announce_maintenance, incidents_of, outages_of
from models.store.pauses import end_pause, open_pauses, pauses_of, start_pause
from models.store.reviewing import approve, touch
from models.tables import ClientRow, DocumentRow, SupplierRow
from tests.desk import INVOICE, NOON, DocumentMaker, make_document, open_desk  # noqa: F401 - a fixture
from tests.faults.test_kpis_after_kill import NOW, keyed, live
from tests.servers import server_url  # noqa: F401 - a fixture

OLD, NEW = timedelta(days=200), timedelta(hours=30)
TERMS = Contract(name="A", valid_from=date(2020, 1, 1), turnaround=(Turnaround(name="all", hours=16),))


@pytest.fixture
def desk(server_url: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A database of its own for each test."""
    server, name = make_url(server_url), f"desk_{len(request.node.name)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    store = Store(server.set(database=name).render_as_string(hide_password=False))
    migrate(store)
    with store.write() as session:
        session.add(ClientRow(id="acme", name="Acme", created_at=NOON))
        session.flush()
        session.add(SupplierRow(client_id="acme", seller_id="S1", name="Papeterie", updated_at=NOON))
    yield store
    store.dispose()


@pytest.mark.slow
def test_numbers_on_postgresql(desk: Store, make_document: DocumentMaker, tmp_path: Path) -> None:
    at = now()
    make_document(Status.REJECTED, name="old", at=at - OLD)
    waiting, done = (
        make_document(Status.IN_REVIEW, name=name, at=at - NEW,
                      invoice=INVOICE.model_copy(update={"invoice_number": name}))
        for name in ("waiting", "done")
    )  # fmt: skip
    with desk.write() as session:
        row = session.get_one(DocumentRow, done)
        approve(session, row, actor="user:ann", at=at)
        touch(session, row, actor="user:ann", act="approve", opened_at=at - timedelta(seconds=40), at=at)
        put_contract(session, "acme", TERMS, actor="user:boss", at=at)
        _things_that_happen(session, waiting)
    with desk.read() as session:
        whole, lately = (load_history(session, "acme", since) for since in (None, now() + timedelta(hours=3)))
    assert {row.document_id for row in lately.events} == {waiting, done}  # they stand open
    assert len({row.document_id for row in whole.events}) == 3
    assert lately.touches == whole.touches != ()
    kept = compute_and_store(desk, "acme", now())
    with desk.read() as session:
        assert {row.id: row.value for row in newest_figures(session, "acme")} == {row.id: row.value for row in kept}
        assert contracts_of(session, "acme") == (TERMS,)
        assert statement_of(session, "acme", at) is not None
        assert certified(session) == []
    assert compute_only(desk, "acme", Asked(by="week"), Office())
    settings = Settings(home=tmp_path)
    tend_clocks(desk, settings, at)
    with desk.read() as session:
        due = session.get_one(DocumentRow, waiting).due_at
    assert due is not None
    assert "late" in [one.kind for one in tend_clocks(desk, settings, due + timedelta(hours=1))]
    assert tend_clocks(desk, settings, due + timedelta(hours=1)) == []
    assert send_alerts(desk, settings)["failed"] == 0
    with desk.read() as session:
        assert {row.state for row in alerts_of(session, ("acme",))} == {"told"}
        assert verify(session) is None


def _things_that_happen(session: Session, document_id: str) -> None:
    """A pause, maintenance, an outage and a complaint; each is read back."""
    at = now()
    pause = start_pause(session, "acme", "client_answer", document_id=document_id, actor="user:boss", at=at)
    assert [row.id for row in open_pauses(session, ("acme",))] == [pause.id]
    end_pause(session, pause.id, ("acme",), actor="user:boss", at=at + timedelta(seconds=1))
    assert [one.document_id for one in pauses_of(session, "acme")] == [document_id]
    announce_maintenance(
        session, at + timedelta(days=1), at + timedelta(days=2), title="disk", actor="user:boss", at=at
    )
    beat(session, "worker", at)
    stopped_by_hand(session, at, at)
    assert beat(session, "worker", at + timedelta(minutes=5))
    assert beats(session) == {"worker": at + timedelta(minutes=5)}
    add_incident(session, "acme", "complaint", "late again", "", actor="user:boss", at=at)
    span = (at - timedelta(days=1), at + timedelta(days=3))
    assert [one.is_planned for one in outages_of(session, "acme", *span)] == [False, True]
    assert {row.title for row in incidents_of(session, "acme", *span)} == {
        "disk", "worker: stopped by hand", "late again"}  # fmt: skip


@pytest.mark.slow
def test_both_databases_give_the_same_figures(desk: Store, tmp_path: Path, migrated_database: Path) -> None:
    """The same lives of documents, lived on both: every figure is the same, in the whole and in its parts."""
    other, found = open_desk(tmp_path, migrated_database), []
    for store in (desk, other):
        live(store, 3, 40)
        compute_and_store(store, "acme", NOW, timedelta(days=45))
        found.append(keyed(store))
    other.dispose()
    assert found[0] == found[1]
    assert len(found[0]) > 100
