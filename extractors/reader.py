"""Reading one document: what kind of file it is, which readers take it, and what becomes of their findings.

Pure, and meant to run inside a reading child (`extractors.sandbox`): the bytes are hostile until read. Everything
heavy is imported when it is needed, so that importing this module costs nothing.

>>> extract(Document(b"", "scan.pdf"), ReadingSettings(), LimitSettings())
Traceback (most recent call last):
models.errors.EmptyFileError: no bytes
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NamedTuple

from extractors import media
from extractors.notices import broken, mended, unread_page
from extractors.repair import rewrite_pdf
from models.document import Box, Document, Page, Word
from models.errors import (
    EmptyFileError,
    FacturierError,
    InvoiceError,
    LimitExceededError,
    NoInvoiceError,
    SettingsError,
    UnreadableDocumentError,
    UnsupportedMediaTypeError,
)
from models.extraction import Extraction, PageInfo, Reading, handed_on
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.memory import Fingerprint, Sample
from models.settings import LimitSettings, ReadingSettings

Recall = Callable[[Fingerprint], Sequence[Sample]]
Found = tuple[tuple[Extraction, ...], tuple[Page, ...]]
# An embedded XML that is merely broken leaves the page to be read; one that attacks does not.
_BROKEN_XML = (UnreadableDocumentError, NoInvoiceError, UnsupportedMediaTypeError, EmptyFileError)
# What the readers' libraries raise on damaged input, where a reader has not told more exactly.
_LIBRARY_ERRORS = (ValueError, RuntimeError, OSError, LookupError, EOFError, SyntaxError, struct.error, zlib.error)


class How(NamedTuple):
    """How a document is read: settings, limits, and what answers for the memory."""

    reading: ReadingSettings
    limits: LimitSettings
    recall: Recall | None = None


def extract(
    document: Document, reading: ReadingSettings, limits: LimitSettings, recall: Recall | None = None
) -> Reading:
    """Read everything that one file holds: its invoices in page order, and its pages.

    `recall` answers what is remembered of a supplier or layout; without it nothing is.

    Raises:
        InvoiceError: the file cannot be read; `reason_code` says why.
        EngineError: a page must be recognised and no engine can.
    """
    from extractors.pages.looks import looks_of

    with _honest_errors():
        if len(document.content) > limits.file_bytes:
            raise LimitExceededError(
                f"{len(document.content)} bytes, {limits.file_bytes} are allowed", code="too_large"
            )
        media_type = media.sniff(document.content)
        read = _READERS.get(media_type, _read_page)
        extractions, pages = read(document, media_type, How(reading, limits, recall))
        if media_type == media.PDF:
            extractions, pages = _examined(document.content, extractions, pages)
        told = Reading(extractions=extractions, pages=tuple(map(_describe, pages)), media_type=media_type,
                       seen=handed_on(extractions, pages),
                       pictures=looks_of(document.content, media_type, extractions, pages, limits))  # fmt: skip
        return _read_along(told, pages, reading, recall) if reading.shadow else told


def words(document: Document, media_type: str, reading: ReadingSettings, limits: LimitSettings) -> tuple[Page, ...]:
    """The pages with their words, for showing them; `media_type` may be empty. Raises as `extract`."""
    from extractors.pages import read_pages

    with _honest_errors():
        read = read_pages(document, media_type or media.sniff(document.content), reading, limits)
        return tuple(replace(page, hidden=()) for page in read)


def learn(
    document: Document, pages: tuple[int, ...], invoice: Invoice, reading: ReadingSettings, limits: LimitSettings
) -> Sample:
    """What to remember of a confirmed invoice, which takes these pages (all if none is named). Raises as `extract`."""
    from extractors.fields import sample_of

    with _honest_errors():
        read = words(document, "", reading, limits)
        return sample_of([page for page in read if not pages or page.number in pages], invoice)


def render(
    content: bytes,
    media_type: str,
    number: int,
    dpi: int,
    limits: LimitSettings,
    *,
    rotation: int = 0,
    skew: float = 0.0,
) -> bytes:
    """Page `number` (from 1) as PNG at `dpi` pixels an inch, in the frame of its words; `media_type` may be empty.

    `rotation` and `skew` are those of the `Page`. Raises as `extract`.
    """
    from extractors.pages import render_png

    with _honest_errors():
        kind = media_type or media.sniff(content)
        return render_png(content, kind, number, dpi, limits, rotation=rotation, skew=skew)


def preload(reading: ReadingSettings) -> None:
    """Import what reading text takes and read a line of it once, so that forked children find everything ready."""
    import extractors.einvoice.rules
    import extractors.pages.pdf
    import extractors.pages.pictures
    from extractors.fields import read_fields

    line = ("Invoice", "F-1", "2024-01-31", "Total", "EUR", "10.00")
    there = tuple(Word(text, Box(20 + 80 * at, 40, 90 + 80 * at, 52)) for at, text in enumerate(line))
    with suppress(SettingsError):  # a model that does not fit is told with each document; words can be read without it
        read_fields((Page(1, 595, 842, there),), reading)
    extractors.einvoice.rules.warm_up(reading.rules)


def warm_up(reading: ReadingSettings) -> None:
    """Load the recognition models too."""
    from extractors.pages import warm_up as load_models

    load_models(reading)


def _read_page(document: Document, media_type: str, how: How) -> Found:
    """What the pages show, by text layer or recognition; a damaged PDF is mended first."""
    from extractors.fields import read_fields
    from extractors.pages import read_pages

    notices: tuple[Finding, ...] = ()
    try:
        pages = read_pages(document, media_type, how.reading, how.limits)
    except UnreadableDocumentError as error:
        copy = rewrite_pdf(document.content) if media_type == media.PDF else None
        pages = read_pages(Document(copy, document.name), media_type, how.reading, how.limits) if copy else ()
        if not any(page.words for page in pages):
            raise  # what is left shows nothing: the damage is the reason, not the content
        notices = (mended(error),)
    if not any(page.words for page in pages):
        raise NoInvoiceError(f"no text on {len(pages)} page{'s' * (len(pages) != 1)}")
    found = read_fields(pages, how.reading, None, how.recall, document.groups) or (_nothing_found(pages),)
    return tuple(_with_findings(one, notices, "damaged_file") for one in found), pages


def _examined(content: bytes, read: tuple[Extraction, ...], pages: tuple[Page, ...]) -> Found:
    """The reading with what speaks for tampering, and the pages without what nobody sees."""
    from extractors.forensics import examine

    findings = examine(content, pages, read)
    stops = any(finding.severity is Severity.HOLD for finding in findings)
    told = tuple(_with_findings(one, findings, "tampered") if stops else _noted(one, findings) for one in read)
    return told, tuple(replace(page, hidden=()) for page in pages)


def _noted(extraction: Extraction, findings: tuple[Finding, ...]) -> Extraction:
    """What is shown and sends nobody anywhere."""
    return extraction.model_copy(update={"findings": (*extraction.findings, *findings)}) if findings else extraction


def _read_along(told: Reading, pages: tuple[Page, ...], reading: ReadingSettings, recall: Recall | None) -> Reading:
    """The reading with what a challenger makes of the same words; without it where the challenger does not fit."""
    from extractors.fields import load_model, read_fields

    if told.extractions[0].source != "page":
        return told
    with suppress(SettingsError):
        model = load_model(reading.shadow)
        also = read_fields(pages, reading, model, recall)
        return told.model_copy(update={"shadow": also, "shadow_version": model.version})
    return told


def _nothing_found(pages: tuple[Page, ...]) -> Extraction:
    """Text, but nothing that looks like an invoice: a person says what it is."""
    return Extraction(
        invoice=Invoice(),
        evidence={},
        source="page",
        pages=tuple(page.number for page in pages),
        document_type="other",
        decision="review",
        reasons=("no_invoice_found",),
        quality=0.0,
    )


def _read_xml(document: Document, media_type: str, how: How) -> Found:  # noqa: ARG001 - one signature for all readers
    from extractors.einvoice import read_xml

    return (read_xml(document.content, how.limits, how.reading.rules),), ()


def _read_pdf(document: Document, media_type: str, how: How) -> Found:
    """The embedded e-invoice, the page, or both held against each other, as `reading.source` wants."""
    if how.reading.source == "page":
        return _read_page(document, media_type, how)
    from extractors.einvoice import read_embedded

    try:
        xml = read_embedded(document.content, how.limits, how.reading.rules)
    except _BROKEN_XML as error:
        if how.reading.source == "xml":
            raise
        extractions, pages = _read_page(document, media_type, how)
        return tuple(_with_findings(found, (broken(error),), "xml_broken") for found in extractions), pages
    if xml is not None:
        return _compare(document, xml, how)
    if how.reading.source == "xml":
        raise NoInvoiceError("no e-invoice is embedded in this PDF")
    return _read_page(document, media_type, how)


def _compare(document: Document, xml: Extraction, how: How) -> Found:
    """The e-invoice, with a finding for each value that the page shows differently.

    Only the text layer is read for that: recognition errors would look like differences.
    """
    from extractors.einvoice import compare_page_with_xml

    text_only = how.reading.model_copy(update={"engine": "null", "second_engine": "null"})
    how = How(text_only, how.limits)  # without memory, which would fill in what the page does not show
    try:
        on_page, pages = _read_page(document, media.PDF, how)
    except InvoiceError as error:
        return (_with_findings(xml, (unread_page(error),), "page_not_compared"),), ()
    page = next((one for one in on_page if _is_number_of(one, xml)), on_page[0])
    said = tuple(dict.fromkeys((*(xml.mentions or ()), *(page.mentions or ()))))
    xml = xml.model_copy(update={"pages": tuple(page.number for page in pages), "mentions": said})
    return (_with_findings(xml, compare_page_with_xml(page, xml, pages), "page_xml_differ"),), pages


def _is_number_of(page: Extraction, xml: Extraction) -> bool:
    return page.invoice.invoice_number == xml.invoice.invoice_number


def _with_findings(extraction: Extraction, findings: Iterable[Finding], reason: str) -> Extraction:
    """Add what was noticed; anything above a note sends the document to a person, for `reason`."""
    findings = tuple(findings)
    update: dict[str, object] = {"findings": (*extraction.findings, *findings)}
    if any(finding.severity is not Severity.NOTE for finding in findings):
        decision = "quarantine" if extraction.decision == "quarantine" else "review"
        update |= {"decision": decision, "reasons": (*extraction.reasons, reason)}
    return extraction.model_copy(update=update)


def _take_apart(document: Document, media_type: str, how: How) -> Found:  # noqa: ARG001 - one signature for all readers
    what = "an e-mail" if media_type == media.EML else "an archive"
    raise UnsupportedMediaTypeError(f"{what} is not itself an invoice: intake takes it apart and reads what it holds")


_READERS: dict[str, Callable[[Document, str, How], Found]] = {
    media.XML: _read_xml,
    media.PDF: _read_pdf,
    media.EML: _take_apart,
    media.ZIP: _take_apart,
}


def _describe(page: Page) -> PageInfo:
    return PageInfo(
        number=page.number, width=page.width, height=page.height, reader=page.reader, rotation=page.rotation
    )


@contextmanager
def _honest_errors() -> Iterator[None]:
    """Give what libraries raise a reason code."""
    try:
        yield
    except FacturierError:
        raise
    except MemoryError as error:
        raise LimitExceededError("the document needs more memory than is allowed") from error
    except RecursionError as error:
        raise LimitExceededError("the document is nested too deeply") from error
    except _LIBRARY_ERRORS as error:
        raise UnreadableDocumentError(f"{type(error).__name__}: {error}"[:300]) from error
