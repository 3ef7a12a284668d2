"""The page of service levels: each client's own, clocks that are stopped by those who may, and nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from models.contract import Contract, Credits, Pauses, Turnaround
from models.status import Status
from models.store.audit import now
from models.store.contracts import put_contract
from models.store.engine import Store
from models.store.pauses import open_pauses, pauses_of
from models.tables import AuditRow, IncidentRow
from tests.browser import Desk, painter, settings, visit  # noqa: F401 - fixtures
from tests.desk import DocumentMaker, desk, make_document  # noqa: F401 - fixtures

Visit = Callable[..., Desk]
TERMS = Contract(
    name="Acme 2026", valid_from=date(2020, 1, 1), turnaround=(Turnaround(name="standard", hours=4),),
    pauses=Pauses(reasons=("client_answer",)), credits=Credits(bands=()),
)  # fmt: skip


@pytest.fixture(autouse=True)
def contract(desk: Store) -> None:  # noqa: F811
    with desk.write() as session:
        put_contract(session, "acme", TERMS, actor="user:boss", at=now())


def test_the_page_shows_targets_clocks_and_terms_in_both_languages(
    visit: Visit, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    late = make_document(at=datetime.now(UTC) - timedelta(days=20), name="late.pdf")
    make_document(at=datetime.now(UTC), name="fresh.pdf")
    english = visit("ann", "supervisor").get("/sla").text
    assert "standard" in english
    assert late in english
    assert "Acme 2026" in english
    assert "Stop the clock" in english
    french = visit("zoe", "client_viewer", language="fr").get("/sla").text
    assert "Engagements et résultats" in french
    assert "Suspendre le délai" not in french  # only for those who steer


def test_a_client_without_contract_says_so_and_others_are_not_shown(visit: Visit) -> None:  # noqa: F811
    page = visit("ben", "supervisor", clients=("beta",)).get("/sla").text
    assert "No contract is known" in page
    assert "Acme 2026" not in page
    assert visit("rev").get("/sla").status_code == 403


def test_a_clock_is_stopped_and_runs_on_with_audit_rows(
    visit: Visit, desk: Store, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    document = make_document()
    boss = visit("ann", "supervisor")
    assert boss.post("/sla/pauses", client="acme", reason="client_answer", document=document).status_code == 303
    assert boss.post("/sla/pauses", client="acme", reason="client_answer", document=document).status_code == 409
    assert boss.post("/sla/pauses", client="acme", reason="lunch", document="").status_code == 409
    with desk.read() as session:
        (row,) = open_pauses(session, ("acme",))
    assert "waiting for the client’s answer" in boss.get("/sla").text
    assert boss.post(f"/sla/pauses/{row.id}/end").status_code == 303
    with desk.read() as session:
        assert pauses_of(session, "acme")[0].ended_at is not None
        acts = session.exec(select(AuditRow.action).where(AuditRow.client_id == "acme")).all()
    assert {"put_contract", "start_pause", "end_pause"} <= set(acts)


def test_nobody_touches_the_clock_of_another_client(
    visit: Visit, desk: Store, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    theirs = make_document(Status.IN_REVIEW, client="beta")
    boss = visit("ann", "supervisor")
    for client, document in (("beta", theirs), ("beta", ""), ("acme", theirs)):
        assert boss.post("/sla/pauses", client=client, reason="client_answer", document=document).status_code == 404
    assert visit("rev").post("/sla/pauses", client="acme", reason="client_answer").status_code == 403
    with desk.read() as session:
        assert open_pauses(session, ("acme", "beta")) == []


def test_an_incident_is_noted_and_closed_with_what_was_done(visit: Visit, desk: Store) -> None:  # noqa: F811
    boss = visit("ann", "supervisor")
    assert boss.post("/sla/incidents", client="acme", kind="data", title="  wrong \n order file ").status_code == 303
    assert boss.post("/sla/incidents", client="acme", kind="fun", title="x").status_code == 409
    with desk.read() as session:
        (row,) = session.exec(select(IncidentRow)).all()
    assert row.title == "wrong order file"
    other = visit("ben", "supervisor", clients=("beta",))
    assert other.post(f"/sla/incidents/{row.id}/end", detail="nothing").status_code == 409
    assert boss.post(f"/sla/incidents/{row.id}/end", detail="file was loaded anew").status_code == 303
    assert "file was loaded anew" in boss.get("/sla").text


@pytest.mark.parametrize("query", ["back=99999", "back=-1", "back=x", "back=%00", "client=../beta", "back=٣"])
def test_strange_questions_are_answered_with_a_page(visit: Visit, query: str) -> None:  # noqa: F811
    assert visit("ann", "supervisor").get(f"/sla?{query}").status_code == 200
