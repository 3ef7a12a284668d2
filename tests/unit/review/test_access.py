"""Who gets in: sessions, rights, clients, forged requests, headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlmodel import SQLModel, select
from starlette.routing import Mount
from starlette.testclient import TestClient

from models.settings import Settings
from models.store.engine import Store
from models.tables import SessionRow, UserRow
from review.app import PAGES, create_app
from review.rights import RIGHTS, ROUTES
from tests.browser import BASE, PASSWORD
from tests.desk import DocumentMaker

Visit = Callable[..., Any]
OWN_ROUTES = [(method, route.path) for router in PAGES for route in router.routes if isinstance(route, APIRoute)
              for method in route.methods]  # fmt: skip
NO_DOCUMENT = "0" * 32


def fill(path: str, document_id: str = NO_DOCUMENT) -> str:
    return path.replace("{document_id}", document_id).replace("{number}", "1").replace("{user_id}", NO_DOCUMENT)


def test_every_route_has_a_row_in_the_rights_table_and_every_row_a_route() -> None:
    assert sorted(OWN_ROUTES) == sorted(ROUTES)


def test_there_is_no_route_beside_the_pages(desk: Store, settings: Settings) -> None:
    app = create_app(settings, desk)
    assert [route.path for route in app.routes if isinstance(route, (APIRoute, Mount))] == ["/static"]
    assert app.openapi_url is None


def test_a_route_without_a_row_lets_nobody_in(desk: Store, settings: Settings) -> None:
    app = create_app(settings, desk)
    app.add_api_route("/forgotten", lambda: "secret")
    answer = TestClient(app, base_url=BASE).get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize(("method", "path"), [key for key, right in ROUTES.items() if right != "public"])
def test_nobody_gets_in_without_signing_in(visit: Visit, method: str, path: str) -> None:
    answer = visit().browser.request(method, fill(path), follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location", "")[:8]) in {(303, "/sign-in"), (403, ""), (411, "")}


def test_roles_reach_exactly_what_their_rights_name(visit: Visit) -> None:
    for role, rights in RIGHTS.items():
        desk = visit(role.replace("_", ""), role)
        for (method, path), right in ROUTES.items():
            if path in {"/sign-out", "/sign-in", "/account/password"}:
                continue
            answer = desk.get(fill(path), follow_redirects=False) if method == "GET" else desk.post(fill(path))
            assert (answer.status_code == 403) is (right not in rights), (role, method, path, answer.status_code)


def test_documents_of_other_clients_do_not_exist(visit: Visit, make_document: DocumentMaker) -> None:
    foreign = make_document(client="beta")
    desk = visit("eve", "supervisor", ("acme",))
    for method, path in (key for key in ROUTES if "{document_id}" in key[1]):
        answers = [
            desk.get(fill(path, which)) if method == "GET" else desk.post(fill(path, which), version="1")
            for which in (foreign, NO_DOCUMENT)
        ]
        assert [answer.status_code for answer in answers] == [404, 404], (method, path)
        assert answers[0].text.replace(foreign, "") == answers[1].text.replace(NO_DOCUMENT, "")
    listing = desk.get("/queue?tab=all&client=beta").text
    assert foreign not in listing
    assert "Beta" not in listing
    assert "Beta" not in desk.get("/kpis?client=beta").text
    assert "scan.pdf" not in desk.get(f"/queue?done=approved&was={foreign}").text


def test_client_taken_away_closes_the_document_at_once(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    rita, boss = visit("rita"), visit("boss", "administrator", ())
    assert rita.get(f"/documents/{document_id}").status_code == 200
    with rita.store.read() as session:
        user_id = session.exec(select(UserRow.id).where(UserRow.login == "rita")).one()
    assert boss.post(f"/people/{user_id}", act="clients").status_code == 200
    assert rita.get(f"/documents/{document_id}").status_code == 404
    boss.post(f"/people/{user_id}", act="close")
    assert rita.get("/queue", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_unsafe_routes_refuse_without_token_or_from_elsewhere(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita", "administrator")
    token = desk.csrf
    for method, path in ROUTES:
        if method == "GET":
            continue
        desk.csrf, desk.headers = "wrong", {}
        assert desk.post(fill(path, document_id)).status_code == 403, path
        desk.csrf = ""
        assert desk.post(fill(path, document_id)).status_code == 403, path
        desk.csrf = token
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            desk.headers = headers
            assert desk.post(fill(path, document_id)).status_code == 403, path
    assert desk.state(document_id) == "in_review"


def test_get_changes_nothing(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita", "administrator")

    def dump() -> dict[str, Any]:
        with desk.store.read() as session:
            names = [table.name for table in SQLModel.metadata.sorted_tables if table.name != "session"]
            return {name: session.connection().exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in names}  # noqa: S608

    before = dump()
    for method, path in ROUTES:
        if method == "GET":
            desk.get(fill(path, document_id))
    assert dump() == before


def test_every_answer_carries_the_safe_headers(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    for desk in (visit(), visit("rita", "administrator")):
        answers = [
            desk.get(fill(path, document_id), follow_redirects=False) for method, path in ROUTES if method == "GET"
        ]
        answers += [desk.get("/nothing"), desk.get("/documents/%00"), desk.post("/queue"), desk.get("/static/none.js")]
        for answer in answers:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in answer.headers["cache-control"] or answer.request.url.path.startswith("/static")


def test_pages_hold_no_inline_script_style_or_foreign_address(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    desk = visit("rita", "administrator")
    for page in ("/queue", f"/documents/{document_id}", "/kpis", "/people", "/account", "/nothing"):
        text = desk.get(page).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), page
        assert not re.search(r'(src|href|action)="(https?:)?//', text), page


def test_cookie_is_http_only_and_under_a_host_name_behind_tls(desk: Store, settings: Settings, visit: Visit) -> None:
    visit("rita")
    secure = settings.model_copy(update={"web": settings.web.model_copy(update={"secure_cookies": True})})
    browser = TestClient(create_app(secure, desk), base_url="https://127.0.0.1:8321")
    page = browser.get("/sign-in").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    answer = browser.post(
        "/sign-in", data={"csrf": csrf, "login": "rita", "password": PASSWORD}, follow_redirects=False
    )
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "session" in c)
    assert cookie.startswith("__Host-facturier-session=")
    assert all(mark in cookie for mark in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"]


def test_a_foreign_host_name_is_refused(visit: Visit) -> None:
    assert visit().get("/sign-in", headers={"Host": "evil.example"}).status_code == 421
    assert visit().get("/sign-in", headers={"Host": "localhost:8321"}).status_code == 200


def test_sign_in_says_the_same_for_unknown_login_and_wrong_password(visit: Visit) -> None:
    visit("rita")
    nobody = visit()
    page = nobody.get("/sign-in").text
    nobody.csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
    answers = [nobody.post("/sign-in", login=login, password="wrong") for login in ("rita", "nora")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text.replace("rita", "") == answers[1].text.replace("nora", "")


def test_right_password_is_refused_after_ten_wrong_ones(visit: Visit) -> None:
    visit("rita")
    nobody = visit()
    nobody.csrf = re.search(r'name="csrf" value="([^"]+)"', nobody.get("/sign-in").text).group(1)
    for _ in range(10):
        assert nobody.post("/sign-in", login="rita", password="wrong").status_code == 401
    assert nobody.post("/sign-in", login="rita", password=PASSWORD).status_code == 401


def test_too_many_tries_from_one_address_are_refused(visit: Visit) -> None:
    nobody = visit()
    nobody.csrf = re.search(r'name="csrf" value="([^"]+)"', nobody.get("/sign-in").text).group(1)
    codes = {nobody.post("/sign-in", login=f"l{number}", password="x").status_code for number in range(31)}
    assert codes == {401, 429}


@pytest.mark.parametrize("target", ["//evil.example/x", "https://evil.example", "/\\evil.example", "/a\nb", ""])
def test_sign_in_leads_only_to_pages_of_ours(visit: Visit, target: str) -> None:
    desk = visit("rita")
    answer = desk.get("/sign-in", params={"next": target}, follow_redirects=False)
    assert answer.headers["location"] == "/queue"


def test_session_that_was_not_used_for_half_an_hour_is_over(visit: Visit) -> None:
    desk = visit("rita")
    with desk.store.write() as session:
        row = session.exec(select(SessionRow)).one()
        row.seen_at -= timedelta(minutes=31)
        session.add(row)
    assert desk.get("/queue", follow_redirects=False).status_code == 303


def test_sign_out_ends_the_session_on_the_server(visit: Visit) -> None:
    desk = visit("rita")
    cookies = dict(desk.browser.cookies)
    assert desk.post("/sign-out").status_code == 303
    desk.browser.cookies.update(cookies)
    assert desk.get("/queue", follow_redirects=False).status_code == 303


def test_new_password_needs_the_old_one_and_ends_every_session(visit: Visit) -> None:
    desk = visit("rita")
    new = "an even longer password"
    assert desk.post("/account/password", old="wrong", new=new, again=new).status_code == 422
    assert desk.post("/account/password", old=PASSWORD, new="short", again="short").status_code == 422
    assert desk.post("/account/password", old=PASSWORD, new=new, again=new + "x").status_code == 422
    assert desk.post("/account/password", old=PASSWORD, new=new, again=new).status_code == 303
    assert desk.get("/queue", follow_redirects=False).status_code == 303


def test_administrator_adds_a_person_whose_password_is_shown_once(visit: Visit) -> None:
    boss = visit("boss", "administrator", ())
    page = boss.post("/people", login="nina", name="Nina", role="reviewer", clients="acme").text
    shown = re.search(r'class="secret">([a-z-]+)<', page)
    assert shown
    assert shown.group(1) not in boss.get("/people").text
    nina = visit()
    nina.csrf = re.search(r'name="csrf" value="([^"]+)"', nina.get("/sign-in").text).group(1)
    assert nina.post("/sign-in", login="nina", password=shown.group(1)).status_code == 303
    assert boss.post("/people", login="nina", name="Nina", role="reviewer").status_code == 409
    assert boss.post("/people", login="no spaces", name="N", role="reviewer").status_code == 422
    assert boss.post("/people", login="root", name="N", role="root").status_code == 422
