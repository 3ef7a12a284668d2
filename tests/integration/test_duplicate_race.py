"""One invoice as a PDF, an e-invoice and out of a mail, at the same moment in three workers: one wins, by the key.

Judging is one after the other within the write transaction; where all three were approved at once, the unique key of
the published table is the last word. Real SQLite file, real threads.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select

from flows.publish import make_publication
from flows.suspects import suspects_of
from models.extraction import Extraction
from models.invoice import Invoice
from models.status import Status
from models.store.audit import now
from models.store.documents import Arrival, add_document, add_extraction, move
from models.store.engine import Store
from models.store.publishing import Batch, load_approved, lock_approved, lock_feed, publish
from models.tables import BlobRow, ClientRow, DocumentRow, InvoiceRow

CHANNELS = {"folder": ("page", "F-2026/018"), "api": ("xml", "F2026018"), "email": ("page", "f 2026 018")}
JUDGED, PUBLISHED = 12, 12  # races in every run
MANY = 500


@pytest.fixture
def store(tmp_path: Path, migrated_database: Path) -> Iterator[Store]:
    shutil.copy(migrated_database, tmp_path / "facturier.db")
    found = Store(f"sqlite:///{tmp_path / 'facturier.db'}")
    with found.write() as session:
        session.add(ClientRow(id="acme", name="Acme", created_at=now()))
    yield found
    found.dispose()


def paper(race: int, number: str) -> Invoice:
    return Invoice(invoice_number=f"{number}{race:04}", issue_date=date(2026, 5, 4), gross_total=Decimal(100 + race),
                   currency="EUR", seller_name="Dupont", type_code="380")  # fmt: skip


def arrive(store: Store, race: int, channel: str) -> str:
    """Receive and judge in one transaction, as a worker does; returns the state."""
    source, number = CHANNELS[channel]
    invoice = paper(race, number)
    with store.write() as session:
        sha256 = f"{race:032x}{channel.encode().hex():0>32}"
        session.add(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=now()))
        session.flush()
        row = add_document(session, Arrival("acme", sha256, channel, "application/pdf", channel), actor="test")
        row.seller_id = "S1"
        read = Extraction(invoice=invoice, evidence={}, source=source)
        add_extraction(session, row, read, origin="reader", actor="test")
        suspects = suspects_of(session, row, invoice, "S1", 0.6)
        for state in (Status.EXTRACTED, Status.MATCHED, Status.DUPLICATE if suspects else Status.APPROVED):
            move(session, row, state, actor="test")
        return row.state


def race_of_workers(store: Store, race: int, pool: ThreadPoolExecutor) -> Counter[str]:
    gate = threading.Barrier(len(CHANNELS))

    def run(channel: str) -> str:
        gate.wait()
        return arrive(store, race, channel)

    return Counter(pool.map(run, CHANNELS))


def approve_three(store: Store, race: int) -> list[str]:
    """Three copies that are all approved, as by people who each saw one."""
    found = []
    with store.write() as session:
        for channel, (_, number) in CHANNELS.items():
            sha256 = f"{race:032x}{channel.encode().hex():0>32}"
            session.add(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=now()))
            session.flush()
            row = add_document(session, Arrival("acme", sha256, channel, "application/pdf", channel), actor="test")
            row.seller_id = "S1"
            read = Extraction(invoice=paper(race, number), evidence={}, source="page")
            add_extraction(session, row, read, origin="reader", actor="test")
            for state in (Status.EXTRACTED, Status.MATCHED, Status.APPROVED):
                move(session, row, state, actor="test")
            found.append(row.id)
    return found


def race_of_publishers(store: Store, race: int, pool: ThreadPoolExecutor) -> Counter[str | None]:
    ids = approve_three(store, race)
    with store.read() as session:
        approved = {each.document.id: make_publication(each) for each in load_approved(session, "acme", 10_000)}
    gate = threading.Barrier(len(ids))

    def run(document_id: str) -> str | None:
        gate.wait()
        with store.write() as session:
            lock_feed(session, now())
            document = lock_approved(session, document_id, approved[document_id].document_version)
            assert document is not None
            batch = Batch(f"{race}-{document_id[:8]}", "acme", "test", now())
            return publish(session, batch, document, approved[document_id])

    return Counter(pool.map(run, ids))


def check_races(store: Store, races: range) -> None:
    with ThreadPoolExecutor(len(CHANNELS)) as pool:
        for race in races:
            assert race_of_workers(store, race, pool) == {Status.APPROVED: 1, Status.DUPLICATE: 2}, race


def check_publications(store: Store, races: range) -> None:
    with ThreadPoolExecutor(len(CHANNELS)) as pool:
        for race in races:
            assert race_of_publishers(store, race, pool) == {None: 1, "duplicate": 2}, race
    with store.read() as session:
        keys = session.exec(select(InvoiceRow.invoice_key)).all()
        states = Counter(session.exec(select(DocumentRow.state)).all())
    assert len(keys) == len(set(keys)) == len(races)
    assert states[Status.EXPORTED] >= len(races)


def test_of_three_workers_with_one_invoice_one_wins(store: Store) -> None:
    check_races(store, range(JUDGED))


def test_of_three_publishers_with_one_invoice_one_wins_by_the_unique_key(store: Store) -> None:
    check_publications(store, range(PUBLISHED))


@pytest.mark.slow
@pytest.mark.timeout(3600)  # a thousand races, of which a busy machine makes few a second
def test_five_hundred_races_have_five_hundred_winners(store: Store) -> None:
    check_races(store, range(MANY))
    with store.write() as session:
        for document in session.exec(select(DocumentRow).where(DocumentRow.state == Status.APPROVED)):
            move(session, document, Status.IN_REVIEW, actor="test", reason="judged; the next races publish")
    check_publications(store, range(MANY, 2 * MANY))
