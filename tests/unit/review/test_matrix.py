"""Every route against every role, client and place: made from the routes, so that a new one is tested by itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlmodel import select
from starlette.testclient import TestClient

from models.settings import Settings
from models.store.access import set_client_places
from models.store.documents import new_id
from models.store.engine import Store
from models.tables import (
    ActionRow,
    AuditRow,
    BulkRow,
    ClientRow,
    CommentRow,
    DocumentRow,
    IncidentRow,
    MailRow,
    MicroTaskRow,
    PauseRow,
    PublishBatchRow,
    QualityRunRow,
    SavedFilterRow,
    SupplierQuestionRow,
    SupplierRuleRow,
    UserRow,
)
from review.app import PAGES, create_app
from review.rights import RIGHTS, ROUTES, Right
from tests.browser import BASE
from tests.desk import COUNTED, INVOICE, NOON, DocumentMaker, dump

Visit = Callable[..., Any]
Key = tuple[str, str]
NOTHING = "0" * 32
CANARY = "Kanarienvogel"
OTHERS: dict[str, str] = {  # what a parameter is filled with where it names no thing of a client's
    "number": "1", "act": "drop", "key": "x", "to": "on", "term": "iban", "client_id": "acme",
    "token": "t",
}  # fmt: skip
SESSION_ENDS = {"/sign-out", "/sign-in", "/account/password"}
NAMES_A_DOCUMENT = re.compile(r"\{(document_id|other_id)\}")


def routes() -> list[Key]:
    return sorted(
        (method, route.path) for router in PAGES for route in router.routes if isinstance(route, APIRoute)
        for method in route.methods or ()
    )  # fmt: skip


def parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)(?::\w+)?\}", path)


def fill(path: str, **ids: str) -> str:
    """An address of a route; a thing that is not there for a parameter without an id."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda hit: ids.get(hit.group(1), OTHERS.get(hit.group(1), NOTHING)), path)


def ask(desk: Any, key: Key, address: str, **values: str) -> Any:
    return desk.get(address, follow_redirects=False) if key[0] == "GET" else desk.post(address, version="1", **values)


@pytest.fixture
def things(desk: Store, make_document: DocumentMaker) -> dict[str, str]:
    """One thing of client beta for each parameter name, each with a canary in its texts."""
    invoice = INVOICE.model_copy(update={"seller_name": CANARY, "invoice_number": f"{CANARY}-1"})
    document_id = make_document(client="beta", invoice=invoice, name=f"{CANARY}.pdf")
    other_id = make_document(client="beta", invoice=invoice, name=f"{CANARY}-2.pdf")
    who: dict[str, Any] = {"client_id": "beta", "document_id": document_id}
    with desk.write() as session:
        owner = UserRow(id=new_id(), login="owner", name=CANARY, password_hash="!", role="supervisor", created_at=NOON)
        session.add(owner)
        session.flush()
        rows = {
            "comment_id": CommentRow(id=new_id(), words=CANARY, actor="user:owner", at=NOON, **who),
            "filter_id": SavedFilterRow(id=new_id(), user_id=owner.id, name=CANARY, query="", created_at=NOON),
            "bulk_id": BulkRow(id=new_id(), actor="user:owner", act="tag", before_json=f'{{"{document_id}": {{}}}}',
                               at=NOON),
            "question_id": SupplierQuestionRow(id=new_id(), template="", subject=CANARY, words=CANARY,
                                               asked_by="user:owner", asked_at=NOON, **who),
            "action_id": ActionRow(id=new_id(), client_id="beta", title=CANARY, owner=CANARY, actor="user:owner",
                                   at=NOON),
            "mail_id": MailRow(id=new_id(), kind="mention", recipient="a@b.example", subject=CANARY, words=CANARY,
                               created_at=NOON, **who),
            "rule_id": SupplierRuleRow(id=new_id(), seller_id="S1", term="iban", kind="alias", rule_json="{}",
                                       actor="user:owner", at=NOON, **who),
            "task_id": MicroTaskRow(id=new_id(), revision=1, term="invoice_number", kind="read", page=1,
                                    box_json="[0,0,9,9]", choices_json="[]", proposed=CANARY, state="open",
                                    created_at=NOON, **who),
            "batch_id": PublishBatchRow(id=new_id(), client_id="beta", created_at=NOON, state=CANARY, rows=1, held=0,
                                        suite_hash=CANARY, result_json="{}"),
            "run_id": QualityRunRow(id=new_id(), client_id="beta", scope="tables", at=NOON, state=CANARY, rows=1,
                                    failed=0, suite_hash=CANARY, result_json="{}"),
            "pause_id": PauseRow(id=new_id(), started_at=NOON, reason="client_answer", actor="user:owner", **who),
            "incident_id": IncidentRow(id=new_id(), client_id="beta", kind="data", title=CANARY, started_at=NOON,
                                       actor="user:owner"),
        }  # fmt: skip
        session.add_all(rows.values())
    return {name: row.id for name, row in rows.items()} | {"document_id": document_id, "other_id": other_id}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert routes() == sorted(ROUTES)


def test_every_parameter_of_a_route_has_a_sample(things: dict[str, str]) -> None:
    named = {name for _, path in ROUTES for name in parameters(path)}
    assert named <= things.keys() | OTHERS.keys() | {"user_id", "answer_id"}


@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_reaches_exactly_what_its_rights_name(visit: Visit, make_document: DocumentMaker, role: str) -> None:
    desk, own = visit(role.replace("_", ""), role), make_document()
    for key, right in ROUTES.items():
        if key[1] in SESSION_ENDS:
            continue
        answer = ask(desk, key, fill(key[1], document_id=own, other_id=own))
        assert answer.status_code != 500, (role, key)
        sent_home = role == "micro_worker" and answer.headers.get("location") == "/micro"
        refused_for_the_role = answer.status_code == 403 or sent_home
        if right not in RIGHTS[role]:
            assert refused_for_the_role, (role, key, answer.status_code)
        else:
            assert answer.status_code != 403 or key in MAY_REFUSE, (role, key)


MAY_REFUSE = {  # 403 by the state of the thing, not by the role
    ("POST", "/documents/{document_id}/release"), ("POST", "/documents/{document_id}/bank"),
    ("POST", "/documents/{document_id}/send-back"), ("GET", "/metrics"),
}  # fmt: skip


def test_nobody_gets_in_without_signing_in(visit: Visit, things: dict[str, str]) -> None:
    nobody = visit()
    for key, right in ROUTES.items():
        if right == "public":
            continue
        answer = nobody.browser.request(key[0], fill(key[1], **things), follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location", "")[:8]) in {(303, "/sign-in"), (403, ""), (411, "")}
        assert CANARY not in answer.text


def test_a_document_of_another_client_is_as_one_that_is_not_there(visit: Visit, things: dict[str, str]) -> None:
    desk = visit("eve", "supervisor", ("acme",))
    for key in (key for key in ROUTES if NAMES_A_DOCUMENT.search(key[1])):
        answers = [ask(desk, key, fill(key[1], **(things | ids))) for ids in ({}, dict.fromkeys(things, NOTHING))]
        assert [answer.status_code for answer in answers] == [404, 404], key
        assert answers[0].text.replace(things["document_id"], NOTHING).replace(things["other_id"], NOTHING) == (
            answers[1].text if len(parameters(key[1])) < 2 else answers[0].text.replace(things["document_id"], NOTHING)
            .replace(things["other_id"], NOTHING)
        ), key  # fmt: skip


@pytest.mark.parametrize("role", ["supervisor", "auditor", "reviewer", "client_viewer", "micro_worker"])
def test_no_thing_of_another_client_comes_out_of_any_route(visit: Visit, things: dict[str, str], role: str) -> None:
    desk = visit("eve", role, ("acme",))
    before = changed_things(desk.store, things)
    queries = (f"?client=beta&tab=all&was={things['document_id']}&done=approved", f"?search={CANARY[:9]}&tab=all")
    for key, query in itertools.product(ROUTES, queries):
        if key[1] in SESSION_ENDS or (key[0] == "POST" and query != queries[0]):
            continue
        ids = dict.fromkeys(("id", "ids", "document", "documents", "task", "other", "client", "clients"), "")
        values = dict.fromkeys(ids, things["document_id"]) | {"client": "beta", "clients": "beta"} | bulk_of(things)
        answer = ask(desk, key, fill(key[1], **things) + query, **values)
        assert CANARY not in answer.text, (role, key, query)
        assert answer.status_code != 500, (role, key, query)
    assert changed_things(desk.store, things) == before


def bulk_of(things: dict[str, str]) -> dict[str, str]:
    """What an act on many says of a document of client beta."""
    one = things["document_id"]
    return {"act": "approve", "pick": one, "do": f"{one}:1", "all": "", "tags": "late"}


def changed_things(store: Store, things: dict[str, str]) -> list[Any]:
    """The rows of client beta as they stand."""
    with store.read() as session:
        tables = [DocumentRow, CommentRow, BulkRow, SupplierQuestionRow, MailRow, SupplierRuleRow, MicroTaskRow,
                  PauseRow, IncidentRow]  # fmt: skip
        return [row.model_dump(exclude=set(COUNTED)) for table in tables for row in session.exec(select(table)).all()
                if row.id in things.values()]  # fmt: skip


def test_a_client_closed_to_a_place_is_as_another_ones(visit: Visit, things: dict[str, str]) -> None:
    desk = visit("eve", "supervisor", ("acme", "beta"))
    assert desk.get(f"/documents/{things['document_id']}").status_code == 200
    with desk.store.write() as session:
        set_client_places(session, session.get_one(ClientRow, "beta"), ["onshore"], actor="user:boss")
    for key in ROUTES:
        if key[1] in SESSION_ENDS or key[1].startswith("/people"):
            continue
        answer = ask(desk, key, fill(key[1], **things), **bulk_of(things))
        assert CANARY not in answer.text, key
        assert not NAMES_A_DOCUMENT.search(key[1]) or answer.status_code == 404, key
    with desk.store.read() as session:
        refused = session.exec(select(AuditRow).where(AuditRow.action == "refuse_place")).all()
    assert [(row.actor, row.client_id) for row in refused] == [("user:eve", "beta")]


LOGS = ("session", "audit", "counter", "secret")


def test_get_changes_nothing_but_the_record_of_what_was_seen(visit: Visit, make_document: DocumentMaker) -> None:
    document_id, other_id = make_document(), make_document(name="b.pdf")
    desk = visit("rita", "administrator")
    before, head = dump(desk.store, but=LOGS), len(dump(desk.store)["audit"])
    for method, path in ROUTES:
        if method == "GET":
            desk.get(fill(path, document_id=document_id, other_id=other_id), follow_redirects=False)
    assert dump(desk.store, but=LOGS) == before
    with desk.store.read() as session:
        fresh = session.exec(select(AuditRow).where(AuditRow.seq > head)).all()  # type: ignore[arg-type]
    assert {(row.action, row.object) for row in fresh} == {
        ("view", f"document:{document_id}"), ("view", f"document:{other_id}"),
        ("export_timeline", f"document:{document_id}"),
    }  # fmt: skip


ELSEWHERE = ({"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"})


def test_unsafe_routes_refuse_without_token_or_from_elsewhere(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita", "administrator")
    token, elsewhere = desk.csrf, itertools.cycle(ELSEWHERE)
    before = dump(desk.store)
    for method, path in ROUTES:
        if method == "GET":
            continue
        address = fill(path, document_id=document_id, other_id=document_id)
        for csrf, headers in (("wrong", {}), (token, {"Origin": "https://evil.example"}), (token, next(elsewhere))):
            desk.csrf, desk.headers = csrf, headers
            assert desk.post(address).status_code == 403, (path, headers)
    assert dump(desk.store) == before


def test_every_answer_carries_the_safe_headers(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    for desk in (visit(), visit("rita", "administrator")):
        answers = [ask(desk, key, fill(key[1], document_id=document_id, other_id=document_id)) for key in ROUTES
                   if key[1] not in SESSION_ENDS]  # fmt: skip
        answers += [desk.get("/nothing"), desk.get("/documents/%00"), desk.post("/queue"), desk.get("/static/none.js")]
        for answer in answers:
            headers, where = answer.headers, answer.request.url.path
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy, where
            assert "unsafe" not in policy, where
            assert "frame-ancestors 'none'" in policy, where
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert "server" not in headers
            private = "no-store" in headers["cache-control"] or "private" in headers["cache-control"]
            assert private or where.startswith("/static"), where


def test_no_page_holds_inline_script_style_or_a_foreign_address(visit: Visit, make_document: DocumentMaker) -> None:
    desk, document_id = visit("rita", "administrator"), make_document()
    for method, path in ROUTES:
        if method != "GET":
            continue
        answer = desk.get(fill(path, document_id=document_id, other_id=document_id))
        if "html" not in answer.headers.get("content-type", ""):
            continue
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), path
        assert not re.search(r'\s(src|href|action)="(https?:)?//', answer.text), path


def test_a_route_without_a_row_lets_nobody_in(desk: Store, settings: Settings) -> None:
    app = create_app(settings, desk)
    app.add_api_route("/forgotten", lambda: "secret")
    answer = TestClient(app, base_url=BASE).get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_only_known_rights_are_asked_for() -> None:
    assert set(ROUTES.values()) <= set(Right.__args__)  # type: ignore[attr-defined]
    assert all(rights <= set(Right.__args__) for rights in RIGHTS.values())  # type: ignore[attr-defined]


def test_an_auditor_changes_nothing() -> None:
    asked: Iterator[Right] = (right for (method, path), right in ROUTES.items()
                              if method != "GET" and right in RIGHTS["auditor"] and path not in TAKEN_AWAY)  # fmt: skip
    assert set(asked) <= {"public", "self", "see"}
    assert {path for (method, path), right in ROUTES.items() if method != "GET" and right == "see"} <= OWN_FILTERS


TAKEN_AWAY = {"/reports/export"}  # a file, and the audit row that says who took it
OWN_FILTERS = {"/queue/filters", "/queue/filters/{filter_id}/drop"}  # a person's own, of no document


def test_a_micro_worker_has_no_document_route() -> None:
    reached = {path for (_, path), right in ROUTES.items() if right in RIGHTS["micro_worker"]}
    assert not any("document" in path or path.startswith(("/queue", "/kpis", "/people")) for path in reached)
