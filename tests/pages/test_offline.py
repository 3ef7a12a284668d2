"""Without a connection, in a real browser: acts wait, are sent once, and a lost answer doubles nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlmodel import select

from models.store.engine import Store
from models.store.people import add_user, hash_password
from models.store.replay import drop_old_answers, find_answer, keep_answer
from models.tables import AuditRow, CorrectionRow, UserRow
from tests.browser import PASSWORD
from tests.desk import NOON, DocumentMaker, load
from tests.pages.conftest import Visit

Enter = Callable[..., Visit]


def saves(desk: Store) -> int:
    with desk.read() as session:
        return len(session.exec(select(AuditRow).where(AuditRow.action == "save")).all())


def number(desk: Store, document_id: str) -> str | None:
    return load(desk, document_id).invoice_number


def test_row_39_save_without_a_connection_waits_and_is_done_once(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    here, document = visit(), make_document()
    page = here.open(f"/documents/{document}")
    here.context.set_offline(True)
    page.fill("[name='field.invoice_number']", "F-77")
    page.click("#act-save")
    expect(page.locator("#offline")).to_contain_text("Not connected: 1 change waits.")
    page.fill("[name='field.bic']", "AGRIFRPP")  # the page goes on working
    page.click("#act-save")
    expect(page.locator("#offline")).to_contain_text("1 change waits")  # the later one holds the earlier
    assert (number(desk, document), saves(desk)) == ("F-1", 0)
    with page.expect_navigation(url="**done=saved**"):
        here.context.set_offline(False)
    assert (number(desk, document), saves(desk)) == ("F-77", 1)
    assert page.locator("[name='field.bic']").input_value() == "AGRIFRPP"


def test_row_39_lost_answer_is_asked_for_again_and_changes_nothing_twice(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    here, document = visit(), make_document()
    page = here.open(f"/documents/{document}")
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)  # it reached the site; the reply never comes
        route.abort()

    page.route("**/save*", lose)
    page.fill("[name='field.invoice_number']", "F-78")
    page.click("#act-save")
    page.wait_for_url("**done=saved**")
    assert (lost, number(desk, document), saves(desk)) == ([200], "F-78", 1)


def test_two_acts_that_wait_are_done_in_order(visit: Enter, make_document: DocumentMaker, desk: Store) -> None:
    here, document = visit(), make_document()
    page = here.open(f"/documents/{document}")
    page.route("**/save*", lambda route: route.abort())
    page.fill("[name='field.invoice_number']", "F-79")
    page.click("#act-save")
    expect(page.locator("#offline")).to_contain_text("1 change waits")
    page.fill("[name='field.remittance']", "thanks")
    page.click("#act-save")
    expect(page.locator("#offline")).to_contain_text("2 changes wait")
    page.unroute("**/save*")
    page.wait_for_url("**done=saved**")
    with desk.read() as session:
        changed = session.exec(select(CorrectionRow.term).where(CorrectionRow.changed)).all()
    assert (sorted(changed), saves(desk)) == (["invoice_number", "remittance"], 2)


def test_same_page_filled_anew_is_not_taken_for_the_form_that_was_sent(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    here, document = visit(), make_document()
    page = here.open(f"/documents/{document}")
    form = "Object.fromEntries(new FormData(document.getElementById('doc')))"
    sent = page.evaluate(form)
    address = page.evaluate("document.getElementById('doc').action")
    answers = [
        here.context.request.post(address, form=sent | change, headers={"Origin": here.base}, max_redirects=0).status
        for change in ({"field.remittance": "a"}, {"field.remittance": "a"}, {"field.remittance": "b"})
    ]
    assert answers == [303, 303, 409]  # done, done before, and another form over an old version
    assert saves(desk) == 1


def test_draft_is_there_after_a_reload_and_can_be_thrown_away(visit: Enter, make_document: DocumentMaker) -> None:
    page = visit().open(f"/documents/{make_document()}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.fill("[name='field.invoice_number']", "half-typ")
    page.click("[data-tools=lines] [data-add]")
    page.keyboard.type("New line")
    page.wait_for_timeout(450)
    page.reload()
    assert page.locator("[name='field.invoice_number']").input_value() == "half-typ"
    assert page.locator("[name='lines.2.item_name']").input_value() == "New line"
    page.click("[data-draft-drop]")
    expect(page.locator("[name='field.invoice_number']")).to_have_value("F-1")


def test_refused_change_is_told_and_shown_with_what_stands_against_it(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    here, document = visit(), make_document()
    page = here.open(f"/documents/{document}")
    here.context.set_offline(True)
    page.fill("[name='field.issue_date']", "31/02/2026")
    page.click("#act-save")
    expect(page.locator("#offline")).to_contain_text("1 change waits")
    here.context.set_offline(False)
    expect(page.locator("#offline")).to_contain_text("1 change could not be applied.")
    page.click("[data-offline=show]")
    expect(page.locator("[name='field.issue_date']")).to_have_value("31/02/2026")
    assert saves(desk) == 0


def test_answers_are_kept_for_seven_days_and_for_their_own_person(desk: Store) -> None:
    with desk.write() as session:
        user = add_user(session, login="rita", name="Rita", password_hash="x", role="reviewer", clients=("acme",),
                        language="en", actor="system")  # fmt: skip
        keep_answer(session, "a" * 64, user_id=user.id, path="/x", location="/y", at=NOON)
        assert find_answer(session, "a" * 64, user_id=user.id) == "/y"
        assert find_answer(session, "a" * 64, user_id="another") is None
        keep_answer(session, "00" + "b" * 62, user_id=user.id, path="/x", location="/z", at=NOON + timedelta(days=8))
        assert find_answer(session, "a" * 64, user_id=user.id) is None
        assert drop_old_answers(session, at=NOON + timedelta(days=8)) == 0


class Site:
    """The real site as a process of its own, that can be killed and started again at the same place."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._home = home
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        places = {"FACTURIER_HOME": str(self._home), "FACTURIER__WEB__PORT": str(self.port)}
        self.process = subprocess.Popen([sys.executable, "-m", "review.serve"], env=os.environ | places,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.base}/health", timeout=2):  # noqa: S310 - our own address
                    return self.process
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError("the site did not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture
def killable(desk: Store, tmp_path: Path) -> Iterator[Site]:
    with desk.write() as session:
        add_user(session, login="rita", name="Rita", password_hash=hash_password(PASSWORD), role="supervisor",
                 clients=("acme",), language="en", actor="system")  # fmt: skip
    found = Site(tmp_path)
    yield found
    found.kill()


def sign_in(page: Page, base: str, path: str) -> None:
    page.goto(f"{base}/sign-in?next={path}")
    page.fill("[name=login]", "rita")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}**")


@pytest.mark.slow
def test_site_killed_in_the_middle_of_saves_loses_nothing_and_doubles_nothing(
    browser: Browser, killable: Site, make_document: DocumentMaker, desk: Store
) -> None:
    document = make_document()
    context = browser.new_context()
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, killable.base, f"/documents/{document}")
    for turn in range(4):
        page.fill("[name='field.invoice_number']", f"K-{turn}")
        page.click("#act-save", no_wait_after=True)
        page.wait_for_timeout(15 * turn)  # before, while and after the site writes
        killable.kill()
        killable.start()
        deadline = time.monotonic() + 30
        while saves(desk) <= turn and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        page.wait_for_timeout(500)  # where it was sent to may be what the killed site did not show any more
        page.goto(f"{killable.base}/documents/{document}")
        expect(page.locator("[name='field.invoice_number']")).to_have_value(f"K-{turn}")
        expect(page.locator("#offline.shown")).to_have_count(0)
        assert (number(desk, document), saves(desk)) == (f"K-{turn}", turn + 1)
    page.fill("[name='field.remittance']", "a draft")
    page.wait_for_timeout(450)
    killable.kill()
    killable.start()
    page.reload()
    expect(page.locator("[name='field.remittance']")).to_have_value("a draft")
    with desk.read() as session:
        assert session.exec(select(UserRow.login)).all() == ["rita"]
    context.close()
