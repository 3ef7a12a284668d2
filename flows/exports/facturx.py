"""Factur-X: the original's pages with our transcription inside (profile EN 16931), the same bytes each time.

A PDF keeps its pages; they are untrusted, so that a confined child takes them apart. Of a picture, a bare XML, or a PDF
on which the child fails, a plain page that says what was read is drawn. The XML is a transcription, which it and the
page say; the legal original is the document that came in.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import NamedTuple

from flows.exports.cii import write_cii
from flows.exports.confined import Attach
from flows.exports.transcription import Origin
from models.errors import FacturierError
from models.invoice import TERMS, Invoice

PROFILE = "urn:cen.eu:en16931:2017"  # Factur-X 1.08: its EN 16931 profile has exactly this id
PDF = "application/pdf"


class Hybrid(NamedTuple):
    """A PDF and the XML in it; drawn, where the pages are ours."""

    content: bytes
    xml: bytes
    is_drawn: bool


def write_facturx(invoice: Invoice, origin: Origin, original: bytes, media_type: str, attach: Attach) -> Hybrid:
    """The PDF/A-3 with its XML; `attach` is the confined child that takes the original."""
    from extractors.pages.attach import attach_xml

    xml = write_cii(invoice, origin, specification=PROFILE)
    about = {
        "author": invoice.seller_name or "", "keywords": "Factur-X, transcription", "title": _title(invoice),
        "subject": f"Transcription by Facturier of the document {origin.document_id}",
    }  # fmt: skip
    if original and media_type == PDF:
        try:
            return Hybrid(attach(original, xml, about), xml, is_drawn=False)
        except FacturierError:  # encrypted, damaged, or made to break readers: it costs this document its pages only
            pass
    return Hybrid(attach_xml(_facsimile(invoice, origin), xml, about), xml, is_drawn=True)


def _title(invoice: Invoice) -> str:
    kind = "Credit note" if invoice.is_credit_note else "Invoice"
    return f"{invoice.seller_name or ''}: {kind} {invoice.invoice_number or ''}".strip()


def _facsimile(invoice: Invoice, origin: Origin) -> bytes:
    """Plain pages that say what was read, for a document whose own pages are no PDF."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=A4, invariant=True)
    place = A4[1] - 50.0
    for size, text in _words(invoice, origin):
        if place < 50:
            canvas.showPage()
            place = A4[1] - 50.0
        canvas.setFont("Helvetica", size)
        canvas.drawString(50, place, text.encode("cp1252", "replace").decode("cp1252")[:110])
        place -= size * 1.6
    canvas.save()
    return sink.getvalue()


def _words(invoice: Invoice, origin: Origin) -> list[tuple[float, str]]:
    said = [(14.0, _title(invoice)), (9.0, f"Transcription of the document {origin.document_id}, not the original.")]
    for name in TERMS:
        value = getattr(invoice, name)
        if value is not None:
            said += [(9.0, f"{name.replace('_', ' ')}: {' '.join(str(value).split())}")]
    for line in invoice.lines:
        parts = [line.item_name, line.quantity, line.unit_price, line.net_amount]
        shown = (format(each, "f") if isinstance(each, Decimal) else " ".join(each.split()) for each in parts if each)
        said.append((9.0, "  ".join(shown)))
    return said
