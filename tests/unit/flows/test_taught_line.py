"""A supplier rule on the real line: proposed by a correction, previewed, turned on, and read by from then on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractors import ReaderPool
from flows.commands.explain import explain
from flows.house import House
from flows.line import Line
from models.extraction import Extraction
from models.settings import LimitSettings, ReadingSettings
from models.store import jobs
from models.store.blobs import Blobs
from models.store.documents import load_extraction
from models.store.edits import Edit
from models.store.reviewing import save
from models.store.teaching import propose_rule, turn
from models.tables import DocumentRow, SupplierRuleRow
from review.offers import Preview, offers_of, preview_of
from tests.billing import IBAN, SELLER, SELLER_VAT_ID, load_master

ADA = "user:ada"
BILL = (
    (50, 60, SELLER), (50, 76, "8 rue du Calvaire, 44000 Nantes"), (50, 92, f"TVA {SELLER_VAT_ID}"),
    (380, 60, "FACTURE"), (380, 90, "Facture n° LIV-{number}"), (380, 106, "Date : 12/11/2026"),
    (380, 122, "Document PX-26-{number}"), (50, 220, "Désignation"), (300, 220, "Quantité"), (380, 220, "Prix"),
    (480, 220, "Montant"), (50, 240, "Ramette"), (300, 240, "10"), (380, 240, "5,00"), (480, 240, "50,00"),
    (380, 400, "Total HT"), (480, 400, "50,00"), (380, 420, "TVA 20 %"), (480, 420, "10,00"), (380, 440, "Total TTC"),
    (480, 440, "60,00 EUR"), (50, 700, f"IBAN {IBAN}"),
)  # fmt: skip


def bill(number: int, note: str = "") -> bytes:
    """An invoice dearer than its order, whose own number stands where no reader looks; `note` changes only bytes."""
    sheet = io.BytesIO()
    canvas = Canvas(sheet, pagesize=(595, 842))
    canvas.setAuthor(note)
    for left, top, text in BILL:
        canvas.drawString(left, 842 - top, text.format(number=number))
    canvas.save()
    return sheet.getvalue()


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


@pytest.fixture
def line(office: Any, pool: ReaderPool, tmp_path: Path) -> Line:
    load_master(office.store, tmp_path)
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="worker-1")


def read(office: Any, line: Line, **files: bytes) -> dict[str, DocumentRow]:
    """Take files in and work them off."""
    for name, content in files.items():
        office.drop(f"{name}.pdf", content)
    office.scan()
    list(line.work(line.take(10)))
    return {row.name.removesuffix(".pdf"): row for row in office.documents()}


def said(office: Any, document: DocumentRow) -> Extraction:
    with office.store.read() as session:
        found = load_extraction(session, document.id)
    assert found is not None
    return found


def teach(office: Any, document: DocumentRow, right: str) -> tuple[SupplierRuleRow, Preview]:
    """A person puts the number right, and the rule that follows is turned on, as its page does it."""
    with office.store.write() as session:
        document = session.get_one(DocumentRow, document.id)
        read = load_extraction(session, document.id)
        assert read is not None
        better = read.invoice.model_copy(update={"invoice_number": right})
        save(session, document, Edit(invoice=better), actor=ADA, at=datetime.now(UTC))
    with office.store.write() as session:
        (rule,) = [one.rule for one in offers_of(session, office.home, document) if one.rule.kind == "after_label"]
        preview = preview_of(session, office.home, "acme", document.seller_id or "", rule)
        row = propose_rule(session, document, term=rule.term, kind=rule.kind, rule=rule.model_dump(),
                           preview=preview.told(), actor=ADA, at=datetime.now(UTC))  # fmt: skip
        turn(session, row, "on", actor=ADA, at=datetime.now(UTC))
    return row, preview


def numbers(office: Any, rows: Mapping[str, DocumentRow]) -> dict[str, str | None]:
    return {name: said(office, row).invoice.invoice_number for name, row in sorted(rows.items())}


def test_what_the_preview_shows_is_what_then_happens(office: Any, line: Line) -> None:
    first = read(office, line, a=bill(101), b=bill(102), c=bill(103))
    assert numbers(office, first) == {"a": "LIV-101", "b": "LIV-102", "c": "LIV-103"}
    rule, preview = teach(office, first["a"], "PX-26-101")
    shown = {name: one.after for name, row in first.items() for one in preview.effects if one.document_id == row.id}
    assert (preview.documents, len(shown), preview.counts["improved"], preview.counts["changed"]) == (3, 3, 1, 2)
    with office.store.write() as session:
        jobs.add_job(session, session.get_one(DocumentRow, first["b"].id), kind=jobs.WHOLE)
    later = read(office, line, copy_of_c=bill(103, "sent again"), d=bill(104))
    assert numbers(office, later) == {
        "a": shown["a"], "b": shown["b"], "c": "LIV-103", "copy_of_c": shown["c"], "d": "PX-26-104"
    }  # fmt: skip
    assert "price_variance" in later["d"].reasons.split()  # the rest of the reading is judged as ever
    with office.store.read() as session:
        told = explain(session, later["d"])["values"]["fields"]
    assert (told["invoice_number"]["reader"], told["invoice_number"]["confidence"]) == ("rule", preview.sure)
    assert [one["value"] for one in told["invoice_number"]["alternatives"]] == ["LIV-104"]
    assert told["gross_total"]["reader"] == "text"
    with office.store.write() as session:
        turn(session, session.merge(rule), "off", actor=ADA, at=datetime.now(UTC))
    assert numbers(office, read(office, line, e=bill(105)))["e"] == "LIV-105"
