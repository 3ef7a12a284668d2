"""Sign-in by the company's provider, against one on the loopback that lies in every way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlmodel import select

from models.settings import Settings
from models.settings_review import OidcSettings
from models.status import Status
from models.store.engine import Store
from models.store.identities import link_identity
from models.tables import AuditRow, SessionRow, UserRow
from review.app import create_app
from tests.browser import Desk, sign_in
from tests.desk import INVOICE, NOON, DocumentMaker, load
from tests.provider import FalseProvider, ago, by_another_key, by_public_key, unsigned

BACK = "/sign-in/company/back"


@pytest.fixture(scope="module")
def running() -> Iterator[FalseProvider]:
    provider = FalseProvider().start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running: FalseProvider) -> FalseProvider:
    running.lie, running.signer, running.subject, running.key_fetches = dict, None, "s-1", 0
    running.codes.clear()
    return running


@pytest.fixture
def company(provider: FalseProvider, desk: Store, settings: Settings) -> Callable[..., Desk]:
    """Browsers at a site that knows the provider; rita's account is linked to `s-1`."""
    oidc = OidcSettings(issuer=provider.issuer, client_id="facturier", client_secret="hush", label="Acme")
    app = create_app(settings.model_copy(update={"oidc": oidc}), desk)
    sign_in(app, desk, "rita", role="expert")
    with desk.write() as session:
        rita = session.exec(select(UserRow).where(UserRow.login == "rita")).one()
        link_identity(session, rita, provider.issuer, "s-1", actor="user:boss", at=NOON)

    def browse(login: str = "", **options: Any) -> Desk:
        return sign_in(app, desk, login, **options)

    return browse


def begin(desk: Desk, path: str = "/sign-in/company") -> str:
    answer = desk.get(path, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_the_good_way_signs_in_with_a_session_of_ours(company: Callable[..., Desk], provider: FalseProvider) -> None:
    desk = company()
    assert "Sign in with Acme" in desk.get("/sign-in").text
    address = begin(desk, "/sign-in/company?next=/account")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    answer = desk.get(BACK, params=provider.enter(address), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = desk.get("/account").text
    assert "Rita" in page
    assert provider.issuer in page


LIES: dict[str, dict[str, Any]] = {
    "no signature": {"signer": unsigned},
    "the public key as a secret": {"signer": by_public_key},
    "another key": {"signer": by_another_key},
    "another audience": {"lie": lambda claims: claims | {"aud": "other"}},
    "two audiences": {"lie": lambda claims: claims | {"aud": ["facturier", "other"]}},
    "another party": {"lie": lambda claims: claims | {"azp": "other"}},
    "another issuer": {"lie": lambda claims: claims | {"iss": "https://evil.example"}},
    "another nonce": {"lie": lambda claims: claims | {"nonce": "x"}},
    "no nonce": {"lie": lambda claims: {name: value for name, value in claims.items() if name != "nonce"}},
    "expired": {"lie": lambda claims: claims | {"exp": ago(3600), "iat": ago(7200)}},
    "no end": {"lie": lambda claims: {name: value for name, value in claims.items() if name != "exp"}},
    "from the future": {"lie": lambda claims: claims | {"iat": ago(-3600), "nbf": ago(-3600)}},
    "nobody": {"lie": lambda claims: claims | {"sub": ""}},
}


@pytest.mark.parametrize("kind", LIES)
def test_a_token_that_lies_signs_nobody_in(
    company: Callable[..., Desk], provider: FalseProvider, kind: str, desk: Store
) -> None:
    provider.lie, provider.signer = LIES[kind].get("lie", dict), LIES[kind].get("signer")
    browser = company()
    sessions = count_sessions(desk)
    answer = browser.get(BACK, params=provider.enter(begin(browser)), follow_redirects=False)
    assert answer.status_code == 401
    assert "could not be trusted" in answer.text
    assert count_sessions(desk) == sessions


def count_sessions(store: Store) -> int:
    with store.read() as session:
        return len(session.exec(select(SessionRow)).all())


def test_a_state_is_good_once_and_in_one_browser(company: Callable[..., Desk], provider: FalseProvider) -> None:
    desk, thief = company(), company()
    back = provider.enter(begin(desk))
    begin(thief)
    assert thief.get(BACK, params=back, follow_redirects=False).status_code == 401  # bound to the first browser
    assert desk.get(BACK, params=back, follow_redirects=False).status_code == 401  # and used up by the attempt
    back = provider.enter(begin(desk))
    assert desk.get(BACK, params=back | {"state": "x" * 43}, follow_redirects=False).status_code == 401
    assert desk.get(BACK, params={"code": "x"}, follow_redirects=False).status_code == 401
    back = provider.enter(begin(desk))
    assert desk.get(BACK, params=back, follow_redirects=False).status_code == 303
    assert desk.get(BACK, params=back, follow_redirects=False).status_code == 401  # replayed


def test_a_code_without_its_verifier_is_worth_nothing(company: Callable[..., Desk], provider: FalseProvider) -> None:
    desk = company()
    back = provider.enter(begin(desk))
    provider.codes[back["code"]]["code_challenge"] = "of somebody else"
    assert desk.get(BACK, params=back, follow_redirects=False).status_code == 502  # the provider refuses the code


def test_an_answer_of_another_provider_is_refused(company: Callable[..., Desk], provider: FalseProvider) -> None:
    desk = company()
    back = provider.enter(begin(desk)) | {"iss": "https://evil.example"}
    assert desk.get(BACK, params=back, follow_redirects=False).status_code == 401
    error = {"state": provider.enter(begin(desk))["state"], "error": "access_denied"}
    assert desk.get(BACK, params=error, follow_redirects=False).status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_leads_only_to_pages_of_ours(
    company: Callable[..., Desk], provider: FalseProvider, target: str
) -> None:
    desk = company()
    answer = desk.get("/sign-in/company", params={"next": target}, follow_redirects=False)
    back = desk.get(BACK, params=provider.enter(answer.headers["location"]), follow_redirects=False)
    assert back.headers["location"] == "/queue"


def test_a_new_key_is_fetched_and_an_unknown_one_asks_for_keys_but_rarely(
    company: Callable[..., Desk], provider: FalseProvider
) -> None:
    desk = company()
    assert desk.get(BACK, params=provider.enter(begin(desk)), follow_redirects=False).status_code == 303
    assert provider.key_fetches == 1
    provider.signer = by_another_key
    for _ in range(5):
        fresh = company()
        assert fresh.get(BACK, params=provider.enter(begin(fresh)), follow_redirects=False).status_code == 401
    assert provider.key_fetches == 1  # not again within the minute
    provider.signer = None
    site = desk.browser.app.state  # type: ignore[attr-defined]
    site.provider._keys_at = NOON.replace(year=2020)
    provider.key = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})
    fresh = company()
    assert fresh.get(BACK, params=provider.enter(begin(fresh)), follow_redirects=False).status_code == 303
    assert provider.key_fetches == 2


def test_nobody_registers_himself_and_a_mail_address_opens_nothing(
    company: Callable[..., Desk], provider: FalseProvider, desk: Store
) -> None:
    with desk.write() as session:
        rita = session.exec(select(UserRow).where(UserRow.login == "rita")).one()
        session.add(rita.sqlmodel_update({"email": "rita@example.org"}))
    provider.subject = "s-2"
    browser = company()
    answer = browser.get(BACK, params=provider.enter(begin(browser)), follow_redirects=False)
    assert answer.status_code == 401
    assert "Ask your administrator" in answer.text


def test_a_verified_mail_address_only_asks_the_administrator_who_links_with_one_click(
    company: Callable[..., Desk], provider: FalseProvider, desk: Store
) -> None:
    boss, nina = company("boss", role="administrator", clients=()), company("nina") and "nina"
    with desk.write() as session:
        row = session.exec(select(UserRow).where(UserRow.login == nina)).one()
        session.add(row.sqlmodel_update({"email": "Rita@Example.org"}))
        nina_id = row.id
    provider.subject = "s-7"
    for unverified in ({}, {"email_verified": "true"}, {"email_verified": True, "email": "other@example.org"}):
        provider.lie = lambda claims, more=unverified: claims | more
        browser = company()
        assert "Ask your administrator" in browser.get(BACK, params=provider.enter(begin(browser))).text
    assert "s-7" not in boss.get("/people").text
    provider.lie = lambda claims: claims | {"email_verified": True}
    for _ in range(2):  # asked, and asked again: nobody is linked by it
        answer = browser.get(BACK, params=provider.enter(begin(browser)), follow_redirects=False)
        assert (answer.status_code, "has been asked to link it" in answer.text) == (401, True)
    assert boss.get("/people").text.count("known there as s-7") == 1
    assert boss.post(f"/people/{nina_id}", act="accept", subject="s-8").status_code == 409
    assert boss.post(f"/people/{nina_id}", act="accept", subject="s-7").status_code == 200
    assert browser.get(BACK, params=provider.enter(begin(browser)), follow_redirects=False).status_code == 303
    assert "Nina" in browser.get("/account").text
    with desk.read() as session:
        acts = [row.action for row in session.exec(select(AuditRow)).all() if "link" in row.action]
    assert acts[-2:] == ["ask_for_link", "link_identity"]


def test_an_address_of_two_accounts_asks_for_none_and_a_refused_one_is_gone(
    company: Callable[..., Desk], provider: FalseProvider, desk: Store
) -> None:
    boss = company("boss", role="administrator", clients=())
    company("nina")
    provider.subject, provider.lie = "s-9", lambda claims: claims | {"email_verified": True}
    with desk.write() as session:
        users = {row.login: row for row in session.exec(select(UserRow)).all()}
        session.add_all(users[name].sqlmodel_update({"email": "rita@example.org"}) for name in ("rita", "nina"))
        nina_id = users["nina"].id
    browser = company()
    assert "Ask your administrator" in browser.get(BACK, params=provider.enter(begin(browser))).text
    with desk.write() as session:
        session.add(session.get_one(UserRow, nina_id).sqlmodel_update({"email": ""}))
    assert "has been asked" in browser.get(BACK, params=provider.enter(begin(browser))).text
    with desk.read() as session:
        rita = session.exec(select(UserRow.id).where(UserRow.login == "rita")).one()
    assert "s-9" not in boss.post(f"/people/{rita}", act="refuse", subject="s-9").text
    assert begin(browser)


def test_a_one_time_link_ties_an_identity_to_an_account_once(
    company: Callable[..., Desk], provider: FalseProvider, desk: Store
) -> None:
    boss = company("boss", role="administrator", clients=())
    company("nina")
    with desk.read() as session:
        nina = session.exec(select(UserRow.id).where(UserRow.login == "nina")).one()
    link = re.search(r'class="secret">([^<]+)<', boss.post(f"/people/{nina}", act="link").text).group(1)  # type: ignore[union-attr]
    provider.subject = "s-3"
    first, second = company(), company()
    assert first.get(BACK, params=provider.enter(begin(first, link)), follow_redirects=False).status_code == 303
    assert "Nina" in first.get("/account").text
    provider.subject = "s-4"
    assert second.get(BACK, params=provider.enter(begin(second, link)), follow_redirects=False).status_code == 401
    with desk.read() as session:
        assert session.exec(select(AuditRow).where(AuditRow.action == "link_identity")).all()


def test_a_closed_account_stays_out(company: Callable[..., Desk], provider: FalseProvider, desk: Store) -> None:
    with desk.write() as session:
        rita = session.exec(select(UserRow).where(UserRow.login == "rita")).one()
        session.add(rita.sqlmodel_update({"active": False}))
    browser = company()
    assert browser.get(BACK, params=provider.enter(begin(browser)), follow_redirects=False).status_code == 401


def test_a_bank_release_takes_a_sign_in_made_anew_for_the_password(
    company: Callable[..., Desk], provider: FalseProvider, make_document: DocumentMaker, desk: Store
) -> None:
    document_id = make_document(Status.HELD, invoice=INVOICE.model_copy(update={"iban": "DE89370400440532013000"}))
    browser = company()
    browser.get(BACK, params=provider.enter(begin(browser)), follow_redirects=False)
    browser.csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/account").text).group(1)  # type: ignore[union-attr]
    call = {"who": "Mrs Durand", "number": "+33 1", "version": str(load(desk, document_id).version)}
    assert browser.post(f"/documents/{document_id}/bank", **call).status_code == 403
    address = begin(browser, f"/sign-in/company?next=/documents/{document_id}/bank")
    assert "prompt=login" in address
    provider.lie = lambda claims: claims | {"auth_time": ago(3600)}  # an old sign-in is no new one
    assert browser.get(BACK, params=provider.enter(address), follow_redirects=False).status_code == 401
    assert browser.post(f"/documents/{document_id}/bank", **call).status_code == 403
    provider.lie = dict
    address = begin(browser, f"/sign-in/company?next=/documents/{document_id}/bank")
    assert browser.get(BACK, params=provider.enter(address), follow_redirects=False).status_code == 303
    assert browser.post(f"/documents/{document_id}/bank", **call).status_code == 303


def test_without_a_provider_there_is_no_such_page(visit: Callable[..., Desk]) -> None:
    assert visit().get("/sign-in/company").status_code == 404
    assert visit().get(BACK).status_code == 404
