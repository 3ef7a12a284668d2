"""What tests of every room share: an office in a temporary folder, with a migrated database and real files."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from extractors.sandbox import ReaderPool
from flows.intake import IntakeReport, Seen, scan
from models.migrate import migrate
from models.settings import Settings
from models.store.blobs import Blobs
from models.store.clients import ClientFolders, add_client, folders
from models.store.engine import Store
from models.tables import DocumentRow, ReceiptRow

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                  "--no-first-run", "--disable-default-apps"]  # fmt: skip


def pdf(text: str = "one") -> bytes:
    """Bytes with the beginning and the end of a PDF: enough for intake, which does not read them."""
    return b"%PDF-1.7\n" + text.encode() + b"\n%%EOF\n"


@dataclass
class Office:
    """One home with its database; `drop`, `scan` and the rows that came of it."""

    home: Path
    settings: Settings
    store: Store
    seen: Seen = field(default_factory=Seen)

    def folders(self, client: str = "acme") -> ClientFolders:
        return folders(self.home, client)

    def add_client(self, client: str) -> None:
        with self.store.write() as session:
            add_client(session, self.home, client)

    def drop(self, name: str, content: bytes, client: str = "acme") -> Path:
        path = self.folders(client).inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def set(self, **intake: Any) -> None:
        section = self.settings.intake.model_copy(update=intake)
        self.settings = self.settings.model_copy(update={"intake": section})

    def scan(self, client: str = "acme", seen: Seen | None = None) -> IntakeReport:
        return scan(self.store, self.home, client, self.settings, seen or self.seen)

    def rows(self, table: Any) -> list[Any]:
        with self.store.read() as session:
            return list(session.exec(select(table)))

    def documents(self) -> list[DocumentRow]:
        return self.rows(DocumentRow)

    def receipts(self) -> list[ReceiptRow]:
        return self.rows(ReceiptRow)

    def states(self) -> dict[str, int]:
        return dict(Counter(row.state for row in self.receipts()))

    def content(self, document: DocumentRow) -> bytes:
        return Blobs(self.home).read(document.sha256)

    def quarantine(self, client: str = "acme") -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folders(client).quarantine.iterdir()}


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema, made once and copied by each test."""
    path = tmp_path_factory.mktemp("template") / "facturier.db"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    store.dispose()
    return path


@pytest.fixture
def office(tmp_path: Path, migrated_database: Path) -> Any:
    """An office with the client acme, whose intake neither waits for files to settle nor keeps claimed ones."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(migrated_database, home / "facturier.db")
    # Documents go through by confidence alone here: certificates need labels, and have tests of their own.
    settings = Settings(
        home=home, policy={"release": "threshold"}, intake={"settle_seconds": 0.0, "discard_seconds": 0.0}
    )
    made = Office(home, settings, Store(settings.url))
    made.add_client("acme")
    yield made
    made.store.dispose()


@pytest.fixture
def some_pdf() -> Any:
    """Makes bytes that intake takes for a PDF."""
    return pdf


@pytest.fixture(scope="module")  # its driver keeps an event loop running: no other module may find it there
def browser() -> Iterator[Any]:
    """Debian's Chromium; tests that need it are skipped where there is none."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def reader() -> Iterator[ReaderPool]:
    """One confined child that draws pages."""
    settings = Settings()
    with ReaderPool(settings.reading, settings.limits, workers=1) as pool:
        yield pool
