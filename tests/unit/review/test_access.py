"""Who gets in: sessions, rights, clients, forged requests, headers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlmodel import select
from starlette.requests import Request
from starlette.routing import Mount
from starlette.testclient import TestClient

from models.settings import Settings, WebSettings
from models.store.audit import verify
from models.store.engine import Store
from models.store.people import check_password, hash_password, readable_password
from models.tables import AuditRow, SessionRow, UserRow
from review.app import create_app
from review.passwords import objection
from review.throttle import Rates, address_of
from tests.browser import PASSWORD
from tests.desk import DocumentMaker

Visit = Callable[..., Any]


def test_there_is_no_route_beside_the_pages(desk: Store, settings: Settings) -> None:
    app = create_app(settings, desk)
    assert [route.path for route in app.routes if isinstance(route, (APIRoute, Mount))] == ["/api/v1", "/static"]
    assert app.openapi_url is None


def test_lists_and_figures_name_no_other_client(visit: Visit, make_document: DocumentMaker) -> None:
    foreign = make_document(client="beta")
    desk = visit("eve", "supervisor", ("acme",))
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
    new = "paper boats at noon"
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


def test_a_token_planted_before_sign_in_is_not_the_one_after(visit: Visit) -> None:
    desk = visit("rita")
    first = desk.browser.cookies["facturier-session"]
    desk.csrf = re.search(r'name="csrf" value="([^"]+)"', desk.get("/account").text).group(1)
    thief = visit()
    thief.browser.cookies.set("facturier-session", "planted-by-somebody")
    page = thief.get("/sign-in").text
    thief.csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
    thief.post("/sign-in", login="rita", password=PASSWORD)
    second = next(cookie.value for cookie in thief.browser.cookies.jar if cookie.value != "planted-by-somebody"
                  and cookie.name == "facturier-session")  # fmt: skip
    assert len({first, second, "planted-by-somebody"}) == 3


@pytest.mark.parametrize(("idle", "whole", "alive"), [
    (timedelta(minutes=29), timedelta(hours=11), True), (timedelta(minutes=30), timedelta(hours=1), False),
    (timedelta(0), timedelta(hours=12), False),
])  # fmt: skip
def test_a_session_ends_when_idle_and_at_its_longest(
    visit: Visit,
    idle: timedelta,
    whole: timedelta,
    alive: bool,  # noqa: FBT001 - a row of the table
) -> None:
    desk = visit("rita")
    with desk.store.write() as session:
        found = session.exec(select(SessionRow)).one()
        found.seen_at, found.created_at = found.seen_at - idle, found.created_at - whole
        session.add(found)
    assert (desk.get("/queue", follow_redirects=False).status_code == 200) is alive


def test_role_and_place_bind_at_once_and_end_the_sign_ins(visit: Visit) -> None:
    rita, boss = visit("rita", "expert"), visit("boss", "administrator", ())
    with boss.store.read() as session:
        user_id = session.exec(select(UserRow.id).where(UserRow.login == "rita")).one()
    assert rita.get("/kpis").status_code == 200
    answer = boss.post(
        f"/people/{user_id}", act="person", role="reviewer", place="nearshore", country="pl", skills="tax"
    )
    assert answer.status_code == 200
    assert rita.get("/kpis", follow_redirects=False).headers["location"].startswith("/sign-in")
    with boss.store.read() as session:
        user = session.get_one(UserRow, user_id)
        assert (user.role, user.place, user.country, user.skills) == ("reviewer", "nearshore", "PL", "tax")
    for wrong in ({"role": "root"}, {"place": "moon"}, {"country": "<b>"}, {"email": "a b@c"}, {"region": "FR-12345"}):
        assert boss.post(f"/people/{user_id}", act="person", **({"role": "reviewer"} | wrong)).status_code == 422


def test_own_sign_ins_are_listed_and_ended_one_by_one(visit: Visit) -> None:
    rita, eve = visit("rita"), visit("eve")
    keys = re.findall(r'action="/account/sessions/([0-9a-f]+)"', rita.get("/account").text)
    assert len(keys) == 1
    assert eve.post(f"/account/sessions/{keys[0]}").status_code == 404  # not hers
    assert rita.get("/queue", follow_redirects=False).status_code == 200
    assert rita.post(f"/account/sessions/{keys[0]}").status_code == 303
    assert rita.get("/queue", follow_redirects=False).status_code == 303


WORDS = ("password", "azerty", "qwerty", "bonjour", "soleil", "facture", "comptabilite", "marseille", "dragon",
         "welcome", "motdepasse", "iloveyou", "chocolat", "football", "admin")  # fmt: skip
TAILS = ("2026!", "123456", "1234567890", "!!!!!!", "2024", "abc123", "azerty", "000000", "password", "1998.")


def test_common_shapes_are_refused_as_new_passwords() -> None:
    shapes = {shape for word in WORDS for tail in TAILS for case in (str.lower, str.title, str.upper)
              for shape in (case(word) + tail, tail + case(word), case(word).replace("o", "0") + tail,
                            case(word).replace("a", "@") + tail, case(word) + "-" + tail)}  # fmt: skip
    let_in = [shape for shape in shapes if len(shape) >= 12 and not objection(shape)]
    assert len(shapes) > 1000
    assert let_in == []
    assert not objection(readable_password())
    assert not objection("x7#Kq9!vLw2z")
    assert not objection("le pain est encore chaud " * 3)
    assert objection("a" * 257) == "account.too_short"


def test_nobody_waits_less_for_an_unknown_login() -> None:
    """The same slow hash runs for a login that is not there."""
    known = hash_password(PASSWORD)
    check_password(None, "warm")

    def best(hashed: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            check_password(hashed, "wrong")
            times.append(time.perf_counter() - start)
        return min(times)

    assert 0.5 < best(None) / best(known) < 2


def test_dear_requests_are_counted_for_person_address_and_client(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    rita, eve = visit("rita"), visit("eve")
    rita.browser.app.state.rates = Rates({"search": 3})
    codes = [rita.get("/queue?search=x").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    refused = rita.get("/queue?search=x", headers={"X-Forwarded-For": "203.0.113.9"})  # a header buys nothing
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert eve.get("/queue?search=x").status_code == 200
    assert rita.get("/queue").status_code == 200
    assert rita.get(f"/documents/{document_id}").status_code == 200


def test_one_address_and_one_client_have_a_limit_of_their_own() -> None:
    rates, noon = Rates({"picture": 1}), datetime(2026, 1, 1, 12, tzinfo=UTC)
    waits = [rates.wait("picture", {"user": str(n), "address": "a", "client": str(n)}, noon) for n in range(11)]
    assert [bool(wait) for wait in waits] == [False] * 10 + [True]
    waits = [rates.wait("picture", {"user": f"u{n}", "client": "acme"}, noon) for n in range(11)]
    assert [bool(wait) for wait in waits] == [False] * 10 + [True]
    assert not rates.wait("picture", {"user": "0", "client": "late"}, noon + timedelta(minutes=1))


@pytest.mark.parametrize(("proxy", "peer", "header", "found"), [
    ("", "10.0.0.1", "203.0.113.9", "10.0.0.1"), ("10.0.0.1", "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
    ("10.0.0.1", "10.0.0.2", "203.0.113.9", "10.0.0.2"), ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
])  # fmt: skip
def test_a_forwarded_address_counts_only_from_the_proxy_of_the_settings(
    proxy: str, peer: str, header: str, found: str
) -> None:
    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", header.encode())]}
    assert address_of(Request(scope), WebSettings(trusted_proxy=proxy)) == found


def test_a_person_without_a_place_sees_only_clients_without_a_list(visit: Visit, make_document: DocumentMaker) -> None:
    ids = {client: make_document(client=client) for client in ("acme", "beta")}
    boss, rita = visit("boss", "administrator", ()), visit("rita", "supervisor", ("acme", "beta"))
    assert boss.post("/people/places/beta", places="onshore").status_code == 303
    assert rita.get(f"/documents/{ids['beta']}").status_code == 404
    assert rita.get(f"/documents/{ids['acme']}").status_code == 200
    assert "Beta" not in rita.get("/queue?tab=all").text
    assert boss.get(f"/documents/{ids['beta']}").status_code == 404  # administrators too
    page = boss.get("/people").text
    assert "Does not see Beta" in page
    with boss.store.write() as session:
        rita_row = session.exec(select(UserRow).where(UserRow.login == "rita")).one()
        session.add(rita_row.sqlmodel_update({"place": "onshore"}))
    assert rita.get(f"/documents/{ids['beta']}").status_code == 200
    assert boss.post("/people/places/beta").status_code == 303  # nothing ticked: from anywhere
    assert boss.get(f"/documents/{ids['beta']}").status_code == 200


def test_who_looked_at_a_document_is_written_once_a_sign_in(visit: Visit, make_document: DocumentMaker) -> None:
    document_id = make_document()
    rita = visit("rita")
    for _ in range(3):
        rita.get(f"/documents/{document_id}")
    visit("eve").get(f"/documents/{document_id}")
    with rita.store.read() as session:
        views = session.exec(select(AuditRow.actor).where(AuditRow.action == "view")).all()
        assert verify(session) is None
    assert views == ["user:rita", "user:eve"]
