"""A reviewer's desk for tests: a database with two clients, and documents in any state. Fixtures to import."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from kpis.pricing import price_wait
from models.decision import Decision, Outcome, Reason
from models.document import Box
from models.extraction import Alternative, Evidence, Extraction, PageInfo
from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.match import MatchResult, SupplierMatch
from models.settings_review import ReviewSettings
from models.status import Status
from models.store.documents import Arrival, add_document, add_extraction, add_judgement, move
from models.store.engine import Store
from models.store.waiting import price_document
from models.tables import BlobRow, ClientRow, DocumentRow, SupplierBankRow, SupplierRow

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
IBAN = "FR7630006000011234567890189"

INVOICE = Invoice(
    invoice_number="F-1", issue_date=date(2026, 11, 12), currency="EUR", seller_name="Papeterie du Midi", iban=IBAN,
    net_total=Decimal("100.00"), tax_total=Decimal("20.00"), gross_total=Decimal("120.00"),
    vat_breakdown=(VatBreakdown(rate=Decimal(20), taxable=Decimal(100), tax=Decimal(20), category="S"),),
    lines=(InvoiceLine(item_name="Paper", quantity=Decimal(10), unit_price=Decimal("10.00"),
                       net_amount=Decimal("100.00"), seller_item_id="A4"),),
)  # fmt: skip
EXTRACTION = Extraction(
    invoice=INVOICE, source="page", pages=(1,),
    evidence={
        "invoice_number": Evidence(confidence=0.82, reader="ppocr", raw="F-1", page=1, box=Box(380, 80, 440, 92)),
        "gross_total": Evidence(confidence=0.97, reader="ppocr", raw="120,00", page=1, box=Box(480, 430, 530, 444),
                                alternatives=(Alternative(value="128.00", confidence=0.1, page=1,
                                                          box=Box(480, 450, 530, 464)),)),
    },
    line_evidence=(Evidence(confidence=0.9, reader="ppocr", page=1, box=Box(50, 220, 530, 234)),),
)  # fmt: skip

COUNTED = ("waiting_cost", "waiting_rank", "waiting_parts_json", "waiting_until", "due_at")  # by the queue, by itself
DocumentMaker = Callable[..., str]


@pytest.fixture
def desk(tmp_path: Path, migrated_database: Path) -> Iterator[Store]:
    """A database with two clients and one supplier whose account is verified."""
    found = open_desk(tmp_path, migrated_database)
    yield found
    found.dispose()


@pytest.fixture
def make_document(desk: Store) -> DocumentMaker:
    """Add a document in a state; returns its id."""
    return document_maker(desk)


def open_desk(folder: Path, migrated_database: Path) -> Store:
    """A database in a folder with two clients and one supplier whose account is verified."""
    shutil.copy(migrated_database, folder / "facturier.db")
    found = Store(f"sqlite:///{folder / 'facturier.db'}")
    with found.write() as session:
        for client in ("acme", "beta"):
            session.add(ClientRow(id=client, name=client.title(), created_at=NOON))
            session.add(SupplierRow(client_id=client, seller_id="S1", name="Papeterie", updated_at=NOON))
            session.add(SupplierBankRow(client_id=client, seller_id="S1", iban=IBAN, verified_at=NOON))
    return found


def document_maker(desk: Store) -> DocumentMaker:
    """What adds a document in a state to a desk and returns its id."""

    def make(
        state: Status = Status.IN_REVIEW, *, client: str = "acme", invoice: Invoice = INVOICE,
        outcome: Outcome = Outcome.REVIEW, at: datetime = NOON, name: str = "scan.pdf", batch: str = "",
    ) -> str:  # fmt: skip
        with desk.write() as session:
            sha256 = f"{abs(hash((client, name, at, invoice))):064x}"
            session.merge(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=NOON))
            session.flush()
            document = add_document(session, Arrival(client, sha256, name, "application/pdf", "folder", batch=batch),
                                    actor="system", at=at)  # fmt: skip
            if state is Status.QUARANTINED:
                move(session, document, state, actor="system", reason="encrypted")
                return document.id
            extraction = EXTRACTION.model_copy(update={"invoice": invoice})
            pages = (PageInfo(number=1, width=595, height=842, reader="ppocr"),)
            add_extraction(session, document, extraction, origin="reader", actor="system", pages=pages)
            move(session, document, Status.EXTRACTED, actor="system")
            add_judgement(session, document, MatchResult(supplier=SupplierMatch(seller_id="S1")), (),
                          Decision(outcome=outcome, reasons=(Reason.LOW_CONFIDENCE,)), actor="system")  # fmt: skip
            move(session, document, Status.MATCHED, actor="system")
            if state is not Status.MATCHED:
                move(session, document, state, actor="system")
            price_document(session, document, office=ReviewSettings(), pricer=price_wait, at=at)
            return document.id

    return make


def load(store: Store, document_id: str) -> DocumentRow:
    """The document as the database has it now."""
    with store.read() as session:
        found = session.get(DocumentRow, document_id)
        assert found is not None
        return found


def dump(store: Store, *, but: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """Every row of the database, without what the queue counts anew by itself."""
    with store.read() as session:
        tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in but]
        return {
            table.name: {
                repr({name: value for name, value in row.items() if name not in COUNTED})
                for row in session.connection().execute(table.select()).mappings()
            }
            for table in tables
        }
