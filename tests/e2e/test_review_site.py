"""The review site in Debian's Chromium: real server, real sandbox, real pages. No request may leave the machine."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from reportlab.pdfgen.canvas import Canvas

from extractors.sandbox import ReaderPool
from models.settings import Settings
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.people import add_user, hash_password
from models.tables import BlobRow, DocumentRow
from review.app import create_app
from tests.browser import PASSWORD
from tests.desk import INVOICE, NOON, DocumentMaker, desk, load, make_document

__all__ = ["desk", "make_document"]
pytestmark = pytest.mark.slow
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", "--disable-default-apps"]  # fmt: skip
PAYLOADS = (
    "<script>document.title='hit'</script>",
    "\"><img src=x onerror=document.title='hit'>",
    "'-alert(1)-'",
    "{{constructor.constructor('alert(1)')()}}",
    "<svg onload=document.title='hit'>",
    "javascript:alert(1)",
)


@dataclass
class Visit:
    """A browser page that is signed in, and what went wrong in it."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path, wait_until="networkidle")
        return self.page


@pytest.fixture
def site(desk: Store, tmp_path: Path, reader: ReaderPool) -> Iterator[str]:
    """The site on a free port of the loopback; its address."""
    app = create_app(Settings(home=tmp_path), desk, reader)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def visit(browser: Browser, site: str, desk: Store) -> Iterator[Callable[..., Visit]]:
    """Sign a person in with a browser of their own."""
    contexts = []

    def enter(login: str = "rita", role: str = "supervisor", language: str = "en", **options: Any) -> Visit:
        with desk.write() as session:
            add_user(session, login=login, name=login, password_hash=hash_password(PASSWORD), role=role,
                     clients=("acme",), language=language, actor="system")  # fmt: skip
        context = browser.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
        contexts.append(context)
        found = Visit(context.new_page(), site)
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on(
            "console", lambda said: found.errors.append(said.text) if "Content Security" in said.text else None
        )
        found.page.on("request", lambda sent: None if sent.url.startswith(site) else found.foreign.append(sent.url))
        found.open("/sign-in")
        found.page.fill("[name=login]", login)
        found.page.fill("[name=password]", PASSWORD)
        found.page.keyboard.press("Enter")
        found.page.wait_for_url("**/queue*")
        return found

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def with_page(desk: Store, tmp_path: Path) -> Callable[[str], str]:
    """Give a document the bytes of a real PDF whose invoice number stands where its evidence says."""

    def give(document_id: str) -> str:
        sheet = io.BytesIO()
        canvas = Canvas(sheet, pagesize=(595, 842))
        canvas.drawString(381, 842 - 90, "F-1")
        canvas.save()
        blobs = Blobs(tmp_path)
        copy = blobs.stage(sheet.getvalue(), limit=10**6)
        assert copy is not None
        blobs.publish([copy])
        with desk.write() as session:
            session.merge(BlobRow(sha256=copy.sha256, size=1, media_type="application/pdf", created_at=NOON))
            session.flush()
            row = session.get(DocumentRow, document_id)
            assert row is not None
            row.sha256 = copy.sha256
            session.add(row)
        return document_id

    return give


def test_first_doubtful_field_has_focus_and_its_box_lies_over_the_word(
    visit: Callable[..., Visit], make_document: DocumentMaker, with_page: Callable[[str], str]
) -> None:
    found = visit()
    page = found.open(f"/documents/{with_page(make_document())}")
    assert page.evaluate("document.activeElement.name") == "field.invoice_number"
    page.wait_for_function("document.querySelector('.page img').naturalWidth > 500")
    lit, paper = page.locator("rect.hit").bounding_box(), page.locator(".page").bounding_box()
    assert lit is not None
    assert paper is not None
    scale = paper["width"] / 595
    assert abs(lit["x"] - paper["x"] - 378.5 * scale) < 3
    assert abs(lit["y"] - paper["y"] - 78.5 * scale) < 3
    page.locator('rect[data-for="gross_total"]').click()
    assert page.evaluate("document.activeElement.name") == "field.gross_total"
    assert (found.errors, found.foreign) == ([], [])


def test_keyboard_alone_corrects_checks_and_approves(
    visit: Callable[..., Visit], make_document: DocumentMaker, desk: Store
) -> None:
    first, second = (
        make_document(name="1.pdf"),
        make_document(name="2.pdf", invoice=INVOICE.model_copy(update={"bic": "X"})),
    )
    found = visit(language="fr")
    page = found.open(f"/documents/{first}?order=oldest")
    page.keyboard.press("Enter")  # the number is right: on to the next doubt or the button
    page.focus("#i-gross_total")
    page.keyboard.press("Alt+1")
    assert page.input_value("#i-gross_total") == "128,00"
    page.wait_for_selector("#checks .sums .off")
    assert "120,00, mais le document indique 128,00" in page.inner_text("#checks")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/documents/{second}*")
    assert "approuvé" in page.inner_text(".notice")
    document = load(desk, first)
    assert (document.state, str(document.gross_total)) == ("approved", "128.00")
    assert (found.errors, found.foreign) == ([], [])


def test_undo_from_the_next_page_brings_the_document_back(
    visit: Callable[..., Visit], make_document: DocumentMaker, desk: Store
) -> None:
    first = make_document()
    page = visit().open(f"/documents/{first}")
    page.click("#act-approve")
    page.wait_for_url("**/queue*")
    page.click(".notice button")
    page.wait_for_url(f"**/documents/{first}*")
    assert load(desk, first).state == "in_review"


def test_second_reviewer_is_told_who_has_it(visit: Callable[..., Visit], make_document: DocumentMaker) -> None:
    document_id = make_document()
    ann, bob = visit("ann"), visit("bob")
    ann.open(f"/documents/{document_id}").wait_for_function(
        "document.querySelector('#claim').innerText.includes('your desk')"
    )
    bob.open(f"/documents/{document_id}").wait_for_function(
        "document.querySelector('#claim').innerText.includes('ann has')"
    )


def test_a_row_can_be_added_by_button(visit: Callable[..., Visit], make_document: DocumentMaker, desk: Store) -> None:
    document_id = make_document()
    page = visit().open(f"/documents/{document_id}")
    page.click('[data-add="lines"]')
    page.keyboard.type("Pens")
    page.click("#act-save")
    page.wait_for_url("**done=saved*")
    assert page.input_value("#i-lines-1-item_name") == "Pens"
    assert load(desk, document_id).revision == 2


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_overflows_at_320_pixels(
    visit: Callable[..., Visit], make_document: DocumentMaker, language: str
) -> None:
    document_id = make_document()
    found = visit(role="administrator", language=language, viewport={"width": 320, "height": 640})
    for path in ("/queue", f"/documents/{document_id}", "/kpis", "/account", "/people", "/nothing"):
        page = found.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert found.errors == []


def test_site_works_without_scripts(visit: Callable[..., Visit], make_document: DocumentMaker, desk: Store) -> None:
    document_id = make_document()
    page = visit(java_script_enabled=False).open(f"/documents/{document_id}")
    page.fill("#i-bic", "AGRIFRPP")
    page.click("#act-approve")
    assert load(desk, document_id).state == "approved"


def test_hostile_texts_run_nothing(visit: Callable[..., Visit], make_document: DocumentMaker) -> None:
    update = dict(
        zip(
            ("seller_name", "invoice_number", "payment_terms", "remittance", "bic", "buyer_name"), PAYLOADS, strict=True
        )
    )
    document_id = make_document(invoice=INVOICE.model_copy(update=update), name=PAYLOADS[1])
    found = visit()
    for path in ("/queue", f"/documents/{document_id}", f"/queue?search={PAYLOADS[0]}"):
        page = found.open(path)
        assert page.title() != "hit"
    page = found.open(f"/documents/{document_id}")
    page.fill("#i-bic", PAYLOADS[4])
    page.keyboard.press("Tab")
    page.wait_for_timeout(600)
    assert page.title() != "hit"
    assert (found.errors, found.foreign) == ([], [])


def test_controls_have_names_and_are_large_enough(visit: Callable[..., Visit], make_document: DocumentMaker) -> None:
    document_id = make_document()
    found = visit(role="administrator")
    for path in ("/queue", f"/documents/{document_id}", "/people", "/account"):
        page = found.open(path)
        tree = page.locator("body").aria_snapshot()
        assert not re.search(r"- (textbox|button|link|combobox|checkbox)(?= *$| *:)", tree, re.MULTILINE), path
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, input:not([type=hidden]), select')]
               .filter((one) => one.checkVisibility() && !one.matches('.offstage'))
               .map((one) => [one.name || one.innerText, (one.closest('label.check') || one).getBoundingClientRect()])
               .filter(([, box]) => box.height > 0 && (box.height < 24 || box.width < 18)).map(([name]) => name)"""
        )
        assert small == [], path


def test_script_serves_prints_the_first_account_once_and_stops_on_signal(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | {"FACTURIER_HOME": str(tmp_path / "home"), "FACTURIER__WEB__PORT": port}
    said = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "review.serve"], env=environment, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                    assert answer.status == 200
                break
            except OSError:
                time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said.append(process.communicate(timeout=30)[1])
    assert "login admin, password" in said[0]
    assert "password" not in said[1]
    assert all("Traceback" not in text for text in said)
