"""PDFs from outside are taken apart in a confined child: one that breaks it costs that document its pages, no more."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pikepdf
import pytest

from extractors.pages.attach import attach_xml
from extractors.sandbox import ReaderPool, launch
from flows.exports.confined import confined
from flows.exports.facturx import PDF, write_facturx
from flows.exports.transcription import Origin
from models.errors import InvoiceError
from models.invoice import Invoice
from models.settings import LimitSettings, ReadingSettings, Settings

INVOICE = Invoice(invoice_number="F-1", issue_date=date(2026, 11, 12), currency="EUR", seller_name="A & Co \x00",
                  net_total=Decimal("100.00"), tax_total=Decimal("20.00"), gross_total=Decimal("120.00"))  # fmt: skip
ORIGIN = Origin("d1", "ab" * 32, "Librairie", None)
LIMITS = LimitSettings(parse_seconds=3, document_seconds=4, child_cpu_seconds=2)
BREAKS = textwrap.dedent("""
    import os, signal
    from extractors.sandbox import child, zygote
    real = child._WORK["attach"]

    def attach(request, content, orders, recall):
        if content.startswith(b"crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if content.startswith(b"spin"):
            while True:
                pass
        if content.startswith(b"rubbish"):
            return b"MZ"
        return real(request, content, orders, recall)

    child._WORK["attach"] = attach
    zygote.main()
""")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "PROGRAM", ("-c", BREAKS))
        made = ReaderPool(ReadingSettings(), LIMITS, workers=1)
    with made:
        yield made


def pages(count: int = 2) -> bytes:
    made, sink = pikepdf.new(), io.BytesIO()
    for _ in range(count):
        made.add_blank_page()
    made.save(sink, deterministic_id=True)
    return sink.getvalue()


def test_the_confined_child_makes_the_same_bytes_as_this_process_would(pool: ReaderPool) -> None:
    found = write_facturx(INVOICE, ORIGIN, pages(), PDF, pool.attach)
    assert found == write_facturx(INVOICE, ORIGIN, pages(), PDF, attach_xml)
    assert not found.is_drawn
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        assert len(pdf.pages) == 2
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == found.xml


@pytest.mark.parametrize("content", [b"crash", b"spin", b"rubbish", b"%PDF-1.7 junk"])
def test_a_pdf_that_breaks_the_child_costs_its_own_pages_only(pool: ReaderPool, content: bytes) -> None:
    with pytest.raises(InvoiceError):
        pool.attach(content, b"<x/>", {})
    drawn = write_facturx(INVOICE, ORIGIN, content, PDF, pool.attach)
    assert drawn.is_drawn
    assert drawn == write_facturx(INVOICE, ORIGIN, content, PDF, pool.attach)
    assert not write_facturx(INVOICE, ORIGIN, pages(), PDF, pool.attach).is_drawn


def test_a_pdf_that_is_too_large_gets_a_drawn_page() -> None:
    settings = Settings(limits=LimitSettings(file_bytes=1000))
    with confined(settings) as attach:
        assert write_facturx(INVOICE, ORIGIN, pages(), PDF, attach).is_drawn


def test_pages_that_we_draw_start_no_child() -> None:
    def never(*_: object) -> bytes:
        raise AssertionError

    assert write_facturx(INVOICE, ORIGIN, b"", PDF, never).is_drawn
    assert write_facturx(INVOICE, ORIGIN, b"II*", "image/tiff", never).is_drawn
