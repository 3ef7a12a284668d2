"""The API: keys, lists and pages, one invoice, acknowledgements, uploads, problems; every route by scope and client."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.settings import Settings
from models.store.api_keys import SCOPES, add_api_key, fresh_token, list_api_keys, revoke_api_key
from models.store.audit import now, verify
from models.store.engine import Store
from models.tables import AckRow, ApiKeyRow, AuditRow
from review.api.app import PREFIX, ROUTERS
from review.api.entry import API_ROUTES, GuardedRoute
from review.app import create_app
from tests.browser import BASE
from tests.desk import DocumentMaker
from tests.publishing import publish_some

Api = Callable[..., "Caller"]
NOTHING = "0" * 32


class Caller:
    """A system with a key."""

    def __init__(self, browser: TestClient, token: str) -> None:
        self.browser, self.token = browser, token

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.browser.request(method, path if path.startswith("/api") else PREFIX + path,
                                    headers=headers | options.pop("headers", {}), **options)  # fmt: skip

    def get(self, path: str, **options: Any) -> Any:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.ask("POST", path, **options)


def give_key(
    store: Store, *, clients: tuple[str, ...] = ("acme",), scopes: tuple[str, ...] = SCOPES, days: int = 1
) -> str:
    token = fresh_token()
    with store.write() as session:
        add_api_key(session, token, name="erp", clients=clients, scopes=scopes, actor="user:ann", at=now(),
                    expires_at=now() + timedelta(days=days))  # fmt: skip
    return token


@pytest.fixture
def api(desk: Store, settings: Settings) -> Api:
    """A system with a key at the site."""
    browsers: dict[str, TestClient] = {}

    def call(*, clients: tuple[str, ...] = ("acme",), scopes: tuple[str, ...] = SCOPES, **api: Any) -> Caller:
        own = settings.model_copy(update={"api": settings.api.model_copy(update=api)})
        key = json.dumps(api)
        if key not in browsers:
            browsers[key] = TestClient(create_app(own, desk), base_url=BASE, raise_server_exceptions=False)
        return Caller(browsers[key], give_key(desk, clients=clients, scopes=scopes))

    return call


@pytest.fixture
def publish(desk: Store, make_document: DocumentMaker) -> Callable[..., list[str]]:
    """Publish some invoices of a client; returns their ids in the order of publication."""

    def some(count: int = 1, client: str = "acme") -> list[str]:
        return publish_some(desk, make_document, count, client=client)

    return some


def batch_of(caller: Caller) -> str:
    batch: str = caller.get("/exports").json()["items"][0]["batch_id"]
    return batch


# --- keys ---


def test_nothing_is_open_without_a_key_but_the_description(api: Api) -> None:
    nobody = api()
    nobody.token = ""
    assert nobody.get("/openapi.json").json()["openapi"].startswith("3.1")
    for method, path in API_ROUTES:
        answer = nobody.ask(method, path.replace("{", "").replace("}", ""), content=b"{not json")
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_is_guarded_and_has_its_row() -> None:
    found = {(method, route.path) for router in ROUTERS for route in router.routes
             if isinstance(route, GuardedRoute) for method in route.methods}  # fmt: skip
    assert found == set(API_ROUTES)
    assert all(isinstance(route, GuardedRoute) for router in ROUTERS for route in router.routes)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_reaches_exactly_the_routes_of_its_scope(api: Api, scope: str) -> None:
    caller = api(scopes=(scope,))
    for (method, path), entry in API_ROUTES.items():
        answer = caller.ask(method, path.format(document_id=NOTHING, batch_id=NOTHING, webhook_id=NOTHING))
        assert (answer.status_code == 403) == (entry.scope != scope), (method, path, answer.text)
        assert answer.status_code != 500


def test_a_key_that_ended_or_was_revoked_opens_nothing(api: Api, desk: Store) -> None:
    caller = api()
    ended = Caller(caller.browser, give_key(desk, days=-1))
    assert (caller.get("/changes").status_code, ended.get("/changes").status_code) == (200, 401)
    with desk.write() as session:
        for row in list_api_keys(session):
            revoke_api_key(session, row, actor="user:ann", at=now())
    assert caller.get("/changes").status_code == 401


def test_the_database_holds_no_key_and_knows_its_last_use(api: Api, desk: Store) -> None:
    caller = api()
    caller.get("/changes")
    with desk.read() as session:
        row = session.exec(select(ApiKeyRow)).one()
        assert caller.token not in row.model_dump_json()
        assert row.used_at is not None
        assert verify(session) is None


def test_who_asks_too_often_is_told_how_long_to_wait(api: Api) -> None:
    caller = api(requests_per_minute=2)
    answers = [caller.get("/changes") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


def test_wrong_keys_from_one_address_are_slowed_down(api: Api) -> None:
    caller = api()
    caller.token = "fak_wrong"
    assert {caller.get("/changes").status_code for _ in range(31)} == {401, 429}


def test_a_session_of_the_site_is_no_key_and_a_key_no_session(api: Api, visit: Callable[..., Any]) -> None:
    assert visit("rita", "administrator").get("/api/v1/changes").status_code == 401
    caller = api()
    headers = {"Authorization": f"Bearer {caller.token}"}
    assert caller.browser.get("/queue", headers=headers, follow_redirects=False).status_code == 303


# --- tenants ---


def test_what_is_another_clients_is_as_what_is_not_there(api: Api, publish: Callable[..., list[str]]) -> None:
    theirs = publish(client="beta")[0]
    other, caller = api(clients=("beta",)), api()
    batch = batch_of(other)
    hook = other.post("/webhooks", json={"client_id": "beta", "url": "https://example.com/x",
                                         "events": ["batch.published"]}).json()["webhook_id"]  # fmt: skip
    for (method, path), entry in API_ROUTES.items():
        if "{" not in path:
            continue
        body: dict[str, Any] = {"json": {"documents": [{"document_id": theirs, "state": "refused", "reason": "x"}]}}
        body = body if "ack" in path else {"json": {}} if entry.body == "json" else {}
        pairs = [caller.ask(method, path.format(document_id=one, batch_id=two, webhook_id=three), **body)
                 for one, two, three in ((theirs, batch, hook), (NOTHING, NOTHING, NOTHING))]  # fmt: skip
        assert [answer.status_code for answer in pairs] == [404, 404], path
        assert pairs[0].json() | {"instance": ""} == pairs[1].json() | {"instance": ""}
    for path in ("/invoices", "/changes", "/exceptions", "/matches", "/kpis", "/exports", "/webhooks"):
        assert caller.get(path).json()["items"] == []
        assert caller.get(f"{path}?client=beta").status_code == 404
    assert caller.post("/documents?client=beta&name=a.pdf", content=b"x",
                       headers={"Content-Type": "application/pdf"}).status_code == 404  # fmt: skip


# --- lists and pages ---


@pytest.mark.parametrize("path", ["/invoices", "/changes", "/matches"])
def test_pages_hold_every_row_once_in_order(api: Api, publish: Callable[..., list[str]], path: str) -> None:
    wanted, caller, found = publish(7), api(), []
    link = f"{path}?limit=3"
    while link:
        page = caller.get(link).json()
        assert len(page["items"]) <= 3
        found += [row.get("document_id") or row["entity_id"] for row in page["items"]]
        link = page["next"]
    assert found == wanted


def test_exceptions_come_oldest_first_and_page(api: Api, make_document: DocumentMaker) -> None:
    wanted = {make_document(name=f"{at}.pdf") for at in range(5)}  # all of one moment: the id decides
    caller, found = api(), []
    link = "/exceptions?limit=2"
    while link:
        page = caller.get(link).json()
        found += [row["document_id"] for row in page["items"]]
        link = page["next"]
    assert found == sorted(wanted)


def test_amounts_are_strings_and_times_end_in_z(api: Api, publish: Callable[..., list[str]]) -> None:
    publish()
    row = api().get("/invoices").json()["items"][0]
    assert (row["gross_total"], row["issue_date"], row["published_at"][-1]) == ("120.00", "2026-11-12", "Z")


def test_invoices_are_chosen_by_status_supplier_and_time(api: Api, publish: Callable[..., list[str]]) -> None:
    publish(2)
    caller = api()
    count = {
        query: len(caller.get(f"/invoices?{query}").json()["items"])
        for query in ("status=current", "status=withdrawn", "supplier=S1", "supplier=S2",
                      "updated_after=2020-01-01T00:00:00Z", "updated_after=2990-01-01T00:00:00%2B01:00")
    }  # fmt: skip
    assert list(count.values()) == [2, 0, 2, 0, 2, 0]


@pytest.mark.parametrize("cursor", [
    "x", "%00", "W10", base64.urlsafe_b64encode(b'["invoices","1"]').decode(), "A" * 501,
    base64.urlsafe_b64encode(b'["invoices",-1]').decode(), base64.urlsafe_b64encode(b'["invoices",1e99]').decode(),
    base64.urlsafe_b64encode(b'["exceptions",1]').decode(), base64.urlsafe_b64encode(b"[" * 300).decode(),
    base64.urlsafe_b64encode(b'["invoices",99999999999999999999]').decode(),
])  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(api: Api, cursor: str) -> None:
    answer = api().get(f"/invoices?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


@pytest.mark.parametrize("query", [
    "limit=0", "limit=1001", "limit=9" * 30, "limit=x", "after=-1", "after=9223372036854775808", "client=A%00B",
])  # fmt: skip
def test_limits_and_numbers_have_bounds(api: Api, query: str) -> None:
    assert api().get(f"/changes?{query}").status_code == 422


# --- one invoice ---


def test_an_invoice_comes_whole_and_not_again_while_it_is_the_same(api: Api, publish: Callable[..., list[str]]) -> None:
    document_id, caller = publish()[0], api()
    answer = caller.get(f"/invoices/{document_id}")
    found = answer.json()
    assert [line["item_name"] for line in found["lines"]] == ["Paper"]
    assert [row["tax"] for row in found["vat_breakdown"]] == ["20.00"]
    assert found["acknowledged"] is None
    again = caller.get(f"/invoices/{document_id}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    acknowledge(caller, batch_of(caller), document_id)
    changed = caller.get(f"/invoices/{document_id}", headers={"If-None-Match": answer.headers["etag"]})
    assert changed.json()["acknowledged"]["erp_number"] == "5100001234"


# --- acknowledgement ---


def acknowledge(caller: Caller, batch: str, document_id: str, number: str = "5100001234", **headers: str) -> Any:
    word = {"document_id": document_id, "state": "posted", "erp_number": number}
    return caller.post(f"/exports/{batch}/ack", json={"documents": [word]}, headers=headers)


def acks(store: Store) -> int:
    with store.read() as session:
        return len(session.exec(select(AckRow)).all())


def test_an_answer_that_was_lost_and_is_sent_again_counts_once(
    api: Api, desk: Store, publish: Callable[..., list[str]]
) -> None:
    document_id, caller = publish()[0], api()
    batch = batch_of(caller)
    first = acknowledge(caller, batch, document_id, **{"Idempotency-Key": "k1"})
    again = acknowledge(caller, batch, document_id, **{"Idempotency-Key": "k1"})
    without = acknowledge(caller, batch, document_id)
    assert first.json() == again.json() == without.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert acks(desk) == 1
    with desk.read() as session:
        assert len(session.exec(select(AuditRow).where(AuditRow.action == "acknowledge")).all()) == 1
        assert verify(session) is None


def test_the_same_key_with_another_request_is_refused(api: Api, desk: Store, publish: Callable[..., list[str]]) -> None:
    document_id, caller = publish()[0], api()
    batch = batch_of(caller)
    acknowledge(caller, batch, document_id, **{"Idempotency-Key": "k1"})
    other = acknowledge(caller, batch, document_id, "999", **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:facturier:problem:key_reused")
    assert acks(desk) == 1


def test_a_posted_invoice_stays_posted_under_its_number(api: Api, publish: Callable[..., list[str]]) -> None:
    document_id, caller = publish()[0], api()
    batch = batch_of(caller)
    acknowledge(caller, batch, document_id)
    other = acknowledge(caller, batch, document_id, "999")
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")


def test_a_refusal_may_be_followed_by_a_number(api: Api, desk: Store, publish: Callable[..., list[str]]) -> None:
    document_id, caller = publish()[0], api()
    batch = batch_of(caller)
    refused = {"documents": [{"document_id": document_id, "state": "refused", "reason": "unknown account"}]}
    assert caller.post(f"/exports/{batch}/ack", json=refused).status_code == 200
    assert acknowledge(caller, batch, document_id).status_code == 200
    assert caller.get(f"/exports/{batch}").json()["items"][0]["state"] == "posted"
    assert acks(desk) == 2


def test_one_wrong_word_refuses_all_of_them(api: Api, desk: Store, publish: Callable[..., list[str]]) -> None:
    document_id, caller = publish()[0], api()
    words = [{"document_id": one, "state": "posted", "erp_number": "1"} for one in (document_id, NOTHING)]
    answer = caller.post(f"/exports/{batch_of(caller)}/ack", json={"documents": words})
    assert (answer.status_code, acks(desk)) == (409, 0)


def test_settings_may_ask_for_an_idempotency_key(api: Api, publish: Callable[..., list[str]]) -> None:
    document_id, caller = publish()[0], api(require_idempotency_key=True)
    assert acknowledge(caller, batch_of(caller), document_id).status_code == 400
    assert acknowledge(caller, batch_of(caller), document_id, **{"Idempotency-Key": "a"}).status_code == 200


# --- documents ---


def send(caller: Caller, content: bytes = b"%PDF-1.7 %%EOF", name: str = "a.pdf", **headers: str) -> Any:
    return caller.post(f"/documents?client=acme&name={name}", content=content,
                       headers={"Content-Type": "application/pdf", **headers})  # fmt: skip


def inbox(settings: Settings) -> list[Path]:
    return sorted((settings.home / "clients" / "acme" / "inbox").rglob("*"))


def test_a_file_lies_whole_in_the_inbox_once_a_key(api: Api, settings: Settings) -> None:
    caller = api()
    answers = [send(caller, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [path.name for path in inbox(settings)] == ["a.pdf"]
    assert inbox(settings)[0].read_bytes() == b"%PDF-1.7 %%EOF"
    assert caller.get(answers[0].json()["documents"]).json() == {"items": []}


def test_another_file_of_that_name_replaces_nothing(api: Api, settings: Settings) -> None:
    caller = api()
    send(caller)
    send(caller, b"%PDF-1.7 other %%EOF")
    assert len({path.read_bytes() for path in inbox(settings)}) == 2


@pytest.mark.parametrize("name", ["../a.pdf", ".hidden", "a.tmp", "a%00.pdf", "a/b.pdf", "x" * 121, "a.pdf."])
def test_no_name_leads_out_of_the_inbox_or_hides_in_it(api: Api, settings: Settings, name: str) -> None:
    assert send(api(), name=name).status_code == 422
    assert inbox(settings) == []


def test_what_is_too_large_empty_or_of_another_kind_is_not_taken(api: Api, settings: Settings) -> None:
    caller = api()
    huge = {"Content-Length": str(settings.limits.file_bytes + 1)}
    assert send(caller, **huge).status_code == 413
    assert send(caller, b"").status_code == 422
    assert send(caller, **{"Content-Type": "text/html"}).status_code == 415
    assert caller.ask("POST", "/documents?client=acme&name=a.pdf", content=iter([b"x"]),
                      headers={"Content-Type": "application/pdf"}).status_code == 411  # fmt: skip
    assert inbox(settings) == []


def test_a_document_tells_its_steps_without_naming_persons(api: Api, make_document: DocumentMaker) -> None:
    document_id = make_document()
    found = api().get(f"/documents/{document_id}").json()
    assert found["state"] == "in_review"
    assert [step["to"] for step in found["timeline"]][-1] == "in_review"
    assert not any("user:" in step["by"] for step in found["timeline"])


# --- problems ---


def test_problems_speak_the_callers_language(api: Api) -> None:
    caller = api()
    english, french = (caller.get("/nothing", headers={"Accept-Language": code}).json() for code in ("en", "fr"))
    assert (english["title"], french["title"]) == ("Not found", "Introuvable")
    assert english["type"] == french["type"] == "urn:facturier:problem:not_found"
    assert english["instance"] == "/api/v1/nothing"


def test_wrong_methods_and_bodies_are_problems(api: Api) -> None:
    caller = api()
    answers = {
        405: caller.ask("PUT", "/invoices"),
        415: caller.post("/webhooks", content=b"a=1", headers={"Content-Type": "text/plain"}),
        413: caller.post("/webhooks", content=b"x" * (2**20 + 1), headers={"Content-Type": "application/json"}),
        422: caller.post("/webhooks", content=b'{"a"', headers={"Content-Type": "application/json"}),
    }
    for status, answer in answers.items():
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json().keys() == {"type", "title", "status", "detail", "instance", "errors"}
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "GET" in answers[405].headers["allow"]


def test_an_error_of_ours_is_a_problem_without_its_inside(api: Api, desk: Store) -> None:
    caller = api()
    with desk.engine.begin() as connection:
        connection.exec_driver_sql('DROP VIEW "v1_change"')
    answer = caller.get("/changes")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "v1_change" not in answer.text


def test_a_version_that_ends_says_so_in_every_answer(api: Api) -> None:
    answer = api(deprecated_on="2030-01-01", sunset_on="2031-01-01").get("/changes")
    assert (answer.headers["deprecation"], answer.headers["sunset"]) == (
        "@1893456000", "Wed, 01 Jan 2031 00:00:00 GMT",
    )  # fmt: skip


# --- webhooks ---


def test_a_webhook_is_added_changed_rotated_and_removed(api: Api, desk: Store) -> None:
    caller = api()
    added = caller.post("/webhooks", json={"client_id": "acme", "url": "https://example.com/in",
                                           "events": ["batch.published", "invoice.validated"]})  # fmt: skip
    assert added.status_code == 201
    hook, secret = added.json()["webhook_id"], added.json()["secret"]
    assert secret.startswith("whsec_")
    changed = caller.ask("PATCH", f"/webhooks/{hook}", json={"state": "paused", "events": ["document.rejected"]})
    assert (changed.json()["state"], changed.json()["events"]) == ("paused", ["document.rejected"])
    rotated = caller.post(f"/webhooks/{hook}/rotate", headers={"Idempotency-Key": "r"}).json()
    assert rotated["secret"] != secret
    assert rotated == caller.post(f"/webhooks/{hook}/rotate", headers={"Idempotency-Key": "r"}).json()
    assert caller.post(f"/webhooks/{hook}/replay").json() == {"messages": 0}
    assert caller.ask("DELETE", f"/webhooks/{hook}").status_code == 204
    assert caller.get(f"/webhooks/{hook}").status_code == 404
    with desk.engine.connect() as connection:
        dump = str(connection.exec_driver_sql("SELECT * FROM webhook").all()) + str(
            connection.exec_driver_sql("SELECT * FROM idempotent").all()
        )
    assert "whsec" not in dump


@pytest.mark.parametrize("url", [
    "http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/",
    "https://localhost/", "https://user@example.com/", "ftp://example.com/", "https://[::ffff:10.0.0.1]/",
    "https://exam ple.com/", "https://example.com:99999/",
])  # fmt: skip
def test_a_webhook_goes_to_no_private_address(api: Api, url: str) -> None:
    body = {"client_id": "acme", "url": url, "events": ["batch.published"]}
    assert api().post("/webhooks", json=body).status_code == 422
