"""The site over a real database, and browsers that are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from models.document import Box, Page, Word
from models.errors import UnreadableDocumentError
from models.settings import Settings
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.people import add_user, hash_password
from review.app import create_app
from tests.desk import load

BASE = "http://127.0.0.1:8321"
PASSWORD = "a good long password"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
_HASH = hash_password(PASSWORD)


class Painter:
    """A page reader that counts what it draws."""

    def __init__(self) -> None:
        self.drawn: list[int] = []
        self.turned: list[tuple[int, float]] = []
        self.asked = 0
        self.refuses = False

    def render(
        self, content: bytes, media_type: str, number: int, dpi: int, *, rotation: int = 0, skew: float = 0.0
    ) -> bytes:
        assert content
        assert media_type == "application/pdf"
        assert dpi > 0
        self.turned.append((rotation, skew))
        self.drawn.append(number)
        return PNG

    def words(self, content: bytes, media_type: str = "") -> tuple[Page, ...]:
        assert content
        assert media_type == "application/pdf"
        self.asked += 1
        if self.refuses:
            raise UnreadableDocumentError("not a page")
        return (Page(1, 595, 842, (Word("234,56", Box(20, 0, 50, 10)), Word("1", Box(0, 1, 6, 11)))),)

    def attach(self, pdf: bytes, xml: bytes, about: Mapping[str, str]) -> bytes:
        raise UnreadableDocumentError(f"{len(pdf)} bytes are no pages, for {len(xml)} of {about}")


@dataclass
class Desk:
    """One browser at the site."""

    browser: TestClient
    store: Store
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> Any:
        return self.browser.get(path, **options)

    def post(self, path: str, *, follow: bool = False, **values: Any) -> Any:
        return self.browser.post(
            path, data={"csrf": self.csrf, **values}, headers=self.headers, follow_redirects=follow
        )

    def form(self, document_id: str) -> dict[str, str]:
        """What the document page's form holds now."""
        page = self.get(f"/documents/{document_id}").text
        pairs = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page)
        return {name: value for name, value in pairs if not name.startswith(("ok.", "csrf")) and ".drop" not in name}

    def state(self, document_id: str) -> str:
        return load(self.store, document_id).state


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def painter() -> Painter:
    return Painter()


def sign_in(
    app: FastAPI, store: Store, login: str, *, role: str = "reviewer", clients: tuple[str, ...] = ("acme",),
    language: str = "en",
) -> Desk:  # fmt: skip
    """A browser in which a new person is signed in; nobody without a login."""
    found = Desk(TestClient(app, base_url=BASE, raise_server_exceptions=False), store)
    if not login:
        return found
    with store.write() as session:
        add_user(session, login=login, name=login.title(), password_hash=_HASH, role=role, clients=clients,
                 language=language, actor="system")  # fmt: skip
    page = found.get("/sign-in").text
    found.csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    answer = found.post("/sign-in", login=login, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    found.csrf = re.search(r'name="csrf" value="([^"]+)"', found.get("/account").text).group(1)  # type: ignore[union-attr]
    return found


@pytest.fixture
def visit(desk: Store, settings: Settings, painter: Painter) -> Callable[..., Desk]:
    """Make a person with a role and clients, and sign them in; without a login nobody is signed in."""
    app = create_app(settings, desk, painter)

    def enter(
        login: str = "", role: str = "reviewer", clients: tuple[str, ...] = ("acme",), language: str = "en"
    ) -> Desk:
        return sign_in(app, desk, login, role=role, clients=clients, language=language)

    return enter


@pytest.fixture
def stored(settings: Settings) -> Callable[[bytes], str]:
    """Put bytes into the document store; returns their hash."""

    def put(content: bytes) -> str:
        blobs = Blobs(settings.home)
        copy = blobs.stage(content, limit=10**6)
        assert copy is not None
        blobs.publish([copy])
        return copy.sha256

    return put
