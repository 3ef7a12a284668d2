"""Rows 23 and 24 of the review pages: an idle desk gives a document back; two people at one invoice lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlmodel import select

from models.settings import Settings
from models.store.audit import now
from models.store.engine import Store
from models.store.queue import Filters, next_document
from models.tables import AuditRow, DocumentRow
from review.app import create_app
from tests.browser import Desk, sign_in
from tests.desk import DocumentMaker, load
from tests.pages.conftest import Visit

Enter = Callable[..., Visit]
MINE = "#claim [data-held=mine]"


def holder(desk: Store, document_id: str) -> str | None:
    return load(desk, document_id).claimed_by


def test_row_23_an_idle_desk_is_warned_and_gives_back_and_what_was_typed_returns(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    document_id = make_document()
    rita = visit()
    rita.page.clock.install()
    rita.open(f"/documents/{document_id}")
    rita.page.wait_for_selector(MINE)
    rita.page.fill("#i-bic", "AGRIFRPP")
    rita.page.clock.run_for(1000)  # the draft is noted
    rita.page.clock.fast_forward("14:05")
    rita.page.wait_for_selector("#idle[open]")
    assert "seconds left" in rita.page.inner_text("#idle-count")
    rita.page.keyboard.press("Enter")  # keep it
    assert rita.page.locator("#idle[open]").count() == 0
    assert holder(desk, document_id) == "user:rita"
    rita.page.clock.fast_forward("14:05")
    rita.page.wait_for_selector("#idle[open]")
    with rita.page.expect_response("**/leave"):
        rita.page.clock.run_for(70_000)
    assert holder(desk, document_id) is None
    assert "back in the queue" in rita.page.inner_text("#idle")
    assert rita.page.is_disabled("#i-bic")
    with rita.page.expect_navigation():
        rita.page.keyboard.press("Enter")
    rita.page.wait_for_selector(MINE)
    assert rita.page.input_value("#i-bic") == "AGRIFRPP"


def test_closing_the_tab_gives_the_document_back(visit: Enter, make_document: DocumentMaker, desk: Store) -> None:
    document_id = make_document()
    rita = visit()
    rita.open(f"/documents/{document_id}")
    rita.page.wait_for_selector(MINE)
    other = rita.context.new_page()
    rita.page.close(run_before_unload=True)
    for _ in range(40):
        if holder(desk, document_id) is None:
            break
        other.wait_for_timeout(50)
    assert holder(desk, document_id) is None


def test_fifteen_minutes_without_a_sign_of_life_put_it_back_into_the_queue(
    desk: Store, make_document: DocumentMaker, site_settings: Settings
) -> None:
    document_id = make_document()
    app = create_app(site_settings, desk)
    start = now()
    ann, bob = (sign_in(app, desk, login) for login in ("ann", "bob"))

    def at(minutes: float) -> None:
        app.state.site = replace(app.state.site, clock=lambda: start + timedelta(minutes=minutes))

    def claims(who: Desk) -> str:
        return str(who.post(f"/documents/{document_id}/claim").text)

    at(0)
    assert 'data-held="mine"' in claims(ann)
    at(14)
    assert 'data-held="theirs"' in claims(bob)
    at(15.1)
    with desk.read() as session:
        other = session.get_one(DocumentRow, make_document(name="other.pdf"))
        found = next_document(session, Filters(clients=frozenset({"acme"})), other, actor="user:bob",
                              at=start + timedelta(minutes=15.1))  # fmt: skip
        assert found is not None
        assert found.id == document_id
    assert 'data-held="mine"' in claims(bob)
    assert 'data-held="theirs"' in claims(ann)


def test_of_two_who_open_at_the_same_moment_one_gets_it(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    document_id = make_document()
    ann, bob = visit("ann", "reviewer"), visit("bob", "supervisor")
    ann.page.goto(f"{ann.base}/documents/{document_id}", wait_until="commit")
    bob.page.goto(f"{bob.base}/documents/{document_id}", wait_until="commit")
    for one in (ann, bob):
        one.page.wait_for_selector("#claim [data-held]")
    held = {one.page.get_attribute("#claim [data-held]", "data-held") for one in (ann, bob)}
    assert held == {"mine", "theirs"}
    winner = str(holder(desk, document_id)).removeprefix("user:")
    other = bob if winner == "ann" else ann
    assert f"{winner} has had this open since" in other.page.inner_text("#claim")
    assert other.page.is_disabled("#i-bic")
    if other is bob:
        with bob.page.expect_navigation():
            bob.page.click("#act-take-over")
        bob.page.wait_for_selector(MINE)
        with desk.read() as session:
            assert session.exec(select(AuditRow).where(AuditRow.action == "take_over")).one().actor == "user:bob"


def test_row_24_the_later_save_shows_the_others_values_and_a_key_chooses(
    visit: Enter, make_document: DocumentMaker
) -> None:
    document_id = make_document()
    ann, bob = visit("ann"), visit("bob")
    ann.open(f"/documents/{document_id}")
    ann.page.wait_for_selector(MINE)
    ann.page.fill("#i-bic", "AAAAFRPP")
    ann.page.fill("#i-remittance", "R-1")
    bob.open(f"/documents/{document_id}")
    bob.page.wait_for_selector("#act-take-over")
    with bob.page.expect_navigation():
        bob.page.click("#act-take-over")
    bob.page.wait_for_selector(MINE)
    bob.page.fill("#i-bic", "BBBBFRPP")
    bob.page.fill("#i-currency", "CHF")
    with bob.page.expect_navigation():
        bob.page.keyboard.press("Control+s")
    bob.page.wait_for_selector(MINE)
    bob.page.close(run_before_unload=True)
    ann.page.keyboard.press("Control+s")
    ann.page.wait_for_selector(".notice.bad table")
    assert "bob" in ann.page.inner_text(".notice.bad")
    assert (ann.page.input_value("#i-bic"), ann.page.input_value("#i-currency")) == ("AAAAFRPP", "CHF")
    assert ann.page.input_value("#i-remittance") == "R-1"
    ann.page.focus("[data-choose='field.bic']:checked")
    ann.page.keyboard.press("ArrowLeft")  # theirs
    assert ann.page.input_value("#i-bic") == "BBBBFRPP"
    ann.page.keyboard.press("ArrowRight")  # mine again
    assert ann.page.input_value("#i-bic") == "AAAAFRPP"


def test_racing_claims_leave_one_holder(desk: Store, make_document: DocumentMaker, site_settings: Settings) -> None:
    app = create_app(site_settings, desk)
    people = [sign_in(app, desk, login) for login in ("ann", "bob")]
    for number in range(5):
        document_id = make_document(name=str(number))
        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(lambda who, which=document_id: who.post(f"/documents/{which}/claim").text, people))
        assert sorted('data-held="mine"' in text for text in said) == [False, True]
        assert holder(desk, document_id) in {"user:ann", "user:bob"}
