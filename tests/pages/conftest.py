"""A reviewer's browser at the real site: real server, real sandbox, real pages; nothing may leave the machine."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page
from reportlab.pdfgen.canvas import Canvas

from extractors.sandbox import ReaderPool
from models.document import Box, Word
from models.document import Page as ReadPage
from models.settings import Settings
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.people import add_user, hash_password
from models.store.seen import keep_words, kept_words
from models.tables import BlobRow, DocumentRow
from review.app import create_app
from tests.browser import PASSWORD
from tests.desk import NOON, desk, make_document

__all__ = ["desk", "make_document"]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEIGHT, SIZE = 842, 11
PRINTED: tuple[tuple[float, float, str], ...] = (  # left, baseline from the top, text
    (50, 60, "Papeterie du Midi"), (380, 90, "F-1"), (380, 110, "2026-11-12"), (50, 232, "Paper"), (300, 232, "10"),
    (380, 232, "10,00"), (480, 232, "100,00"), (480, 400, "100,00"), (480, 420, "20,00"), (460, 442, "1"),
    (470, 442, "234,56"), (480, 462, "128.00"),
)  # fmt: skip


@dataclass
class Visit:
    """A browser page that is signed in, and what went wrong in it."""

    page: Page
    base: str
    context: BrowserContext
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path, wait_until="networkidle")
        return self.page

    def axe(self) -> list[str]:
        """Violations that axe-core finds on the page: rule, and the elements."""
        with_axe = AXE + "; axe"  # through the driver, past the page's own policy
        self.page.evaluate(with_axe)
        found = self.page.evaluate("(tags) => axe.run({runOnly: tags})", AXE_TAGS)
        return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found["violations"]]


@pytest.fixture
def site_settings(tmp_path: Path) -> Settings:
    """Settings of the site; a test module may override it."""
    return Settings(home=tmp_path)


@pytest.fixture
def site(desk: Store, site_settings: Settings, reader: ReaderPool) -> Iterator[str]:
    """The site on a free port of the loopback; its address."""
    with serving(create_app(site_settings, desk, reader)) as address:
        yield address


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve a site on a free port of the loopback; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def visit(browser: Browser, site: str, desk: Store) -> Iterator[Callable[..., Visit]]:
    """Sign a new person in, in a browser of their own; every page must keep to the policy and stay on the machine."""
    visits: list[Visit] = []

    def enter(
        login: str = "rita", role: str = "supervisor", language: str = "en", clients: Sequence[str] = ("acme",),
        *, path: str = "/queue", **options: Any,
    ) -> Visit:  # fmt: skip
        with desk.write() as session:
            add_user(session, login=login, name=login.title(), password_hash=hash_password(PASSWORD), role=role,
                     clients=clients, language=language, actor="system")  # fmt: skip
        context = browser.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
        found = Visit(context.new_page(), site, context)
        visits.append(found)
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on(
            "console", lambda said: found.errors.append(said.text) if "Content Security" in said.text else None
        )
        found.page.on("request", lambda sent: None if sent.url.startswith(site) else found.foreign.append(sent.url))
        found.open(f"/sign-in?next={path}")
        found.page.fill("[name=login]", login)
        found.page.fill("[name=password]", PASSWORD)
        found.page.keyboard.press("Enter")
        found.page.wait_for_url(lambda address: "/sign-in" not in address)
        return found

    yield enter
    for one in visits:
        one.context.close()
    assert [error for one in visits for error in (*one.errors, *one.foreign)] == []


@pytest.fixture
def with_page(desk: Store, tmp_path: Path) -> Callable[..., str]:
    """Give a document the bytes of a real PDF that shows some texts, and the words that a reader sees there."""
    return printer(desk, tmp_path)


def printer(desk: Store, home: Path) -> Callable[..., str]:
    """What gives a document of a desk real pages; its files are kept in `home`."""

    def give(document_id: str, printed: Sequence[tuple[float, float, str]] = PRINTED, pages: int = 1) -> str:
        sheet = io.BytesIO()
        canvas = Canvas(sheet, pagesize=(595, HEIGHT))
        words = []
        for _ in range(pages):
            canvas.setFont("Helvetica", SIZE)
            for left, base, text in printed:
                canvas.drawString(left, HEIGHT - base, text)
                width = canvas.stringWidth(text, "Helvetica", SIZE)
                words.append(Word(text, Box(left, base - 9, left + width, base + 2)))
            canvas.showPage()
        canvas.setAuthor(document_id)  # another document, other bytes
        canvas.save()
        blobs = Blobs(home)
        copy = blobs.stage(sheet.getvalue(), limit=10**6)
        assert copy is not None
        blobs.publish([copy])
        seen = tuple(words[: len(printed)])
        keep_words(kept_words(home, copy.sha256),
                   tuple(ReadPage(number, 595, HEIGHT, seen) for number in range(1, pages + 1)))  # fmt: skip
        with desk.write() as session:
            session.merge(BlobRow(sha256=copy.sha256, size=1, media_type="application/pdf", created_at=NOON))
            session.flush()
            session.add(session.get_one(DocumentRow, document_id).sqlmodel_update({"sha256": copy.sha256}))
        return document_id

    return give
