"""PDF through PDFium: the text layer where it can be trusted, else the page drawn in grey and read by OCR.

PDFium is called through its raw interface: a loop over characters is ten times faster than pdfplumber and gives the
same text. Points, origin top left of the page as a viewer shows it: crop box and /Rotate are applied.

>>> read_pdf(b"%PDF-1.4", ReadingSettings(), LimitSettings())
Traceback (most recent call last):
models.errors.UnreadableDocumentError: PDFium: Failed to load document (PDFium: Data format error).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import sqrt

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.pages.layer import read_layer
from extractors.pages.objects import largest_picture, picture_resolution
from extractors.pages.trust import judge
from models.document import Page, Unseen
from models.errors import (
    EmptyFileError,
    EncryptedDocumentError,
    LimitExceededError,
    UnreadableDocumentError,
)
from models.settings import LimitSettings, ReadingSettings

POINTS = 72.0
A4 = 595.0 * 842.0  # square points; smaller pages are drawn finer, to as many pixels
FINEST_DPI = 300.0  # the print of a till is small: measured on slips scanned at 300 to 600
BELOW = "below the picture"  # a word of a layer that was not believed
COARSEST_DPI = 150.0  # a coarse picture is not blown up beyond this
Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def read_pdf(content: bytes, reading: ReadingSettings, limits: LimitSettings) -> tuple[Page, ...]:
    """Read every page."""
    with _opened(content, limits) as document:
        by_ocr = 0
        pages = []
        for number in range(1, len(document) + 1):
            with _page(document, number) as page:
                read = _read_page(page, number, reading, limits, may_ocr=by_ocr < limits.ocr_pages)
            by_ocr += read.reader != "text"
            pages.append(read)
        return tuple(pages)


def draw_page(content: bytes, number: int, dpi: int, limits: LimitSettings) -> Picture:
    """One page in colour, upright, at `dpi` pixels an inch."""
    with _opened(content, limits) as document:
        if not 1 <= number <= len(document):
            raise UnreadableDocumentError(f"there is no page {number}")
        with _page(document, number) as page:
            return _render(page, dpi, limits, grey=False)[0]


def _read_page(
    page: pdfium.PdfPage, number: int, reading: ReadingSettings, limits: LimitSettings, *, may_ocr: bool
) -> Page:
    width, height = page.get_size()
    text = read_layer(page)
    verdict = judge(text.layer)
    if verdict.is_trusted:
        notes = ("hidden_text",) if text.layer.invisible else ()
        if text.turn % 180:
            width, height = height, width
        return Page(number, width, height, text.words, rotation=text.turn, notes=notes, hidden=text.hidden)
    if not may_ocr:
        raise LimitExceededError(f"more than {limits.ocr_pages} pages must be read by OCR")
    is_text = verdict.note != "text_layer_garbled"
    seen = tuple(Unseen(word.text, word.box, BELOW) for word in text.words) if is_text else ()
    drawn = _read_drawn(page, number, reading, limits, verdict.note)
    return replace(drawn, hidden=text.hidden + seen)


def _read_drawn(page: pdfium.PdfPage, number: int, reading: ReadingSettings, limits: LimitSettings, note: str) -> Page:
    from extractors.pages.scan import read_scan

    image, dpi = _render(page, resolution(page, reading.render_dpi), limits, grey=True)
    return replace(read_scan(np.ascontiguousarray(image), dpi, number, reading), notes=(note,))


def resolution(page: pdfium.PdfPage, dpi: float) -> float:
    """Dots an inch for reading a page: `dpi` for A4, more for less paper, no more than its picture has to show."""
    width, height = page.get_size()
    wanted = min(max(FINEST_DPI, dpi), dpi * max(1.0, sqrt(A4 / (width * height))))
    shown = picture_resolution(page)
    return min(wanted, max(shown, min(COARSEST_DPI, dpi))) if shown else wanted


def _render(page: pdfium.PdfPage, dpi: float, limits: LimitSettings, *, grey: bool) -> tuple[Picture, float]:
    """The page's pixels and their resolution, which is lower than asked where the page is as large as a poster."""
    if (pixels := largest_picture(page)) > limits.page_pixels:
        raise LimitExceededError(f"a picture of {pixels} pixels, more than {limits.page_pixels}")
    width, height = page.get_size()
    most = min(limits.page_side_pixels / max(width, height), (limits.page_pixels / (width * height)) ** 0.5)
    scale = min(dpi / POINTS, most)
    bitmap = page.render(scale=scale, grayscale=grey, prefer_bgrx=False, rev_byteorder=False)
    try:
        picture = np.array(bitmap.to_numpy())
    finally:
        bitmap.close()
    return picture[:, :, :3] if picture.ndim == 3 and not grey else picture.reshape(picture.shape[:2]), scale * POINTS


@contextmanager
def _opened(content: bytes, limits: LimitSettings) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise EncryptedDocumentError("the PDF wants a password") from error
        raise UnreadableDocumentError(f"PDFium: {error}") from error
    try:
        if len(document) == 0:
            raise EmptyFileError("the PDF has no page")
        if len(document) > limits.pages:
            raise LimitExceededError(f"{len(document)} pages, more than {limits.pages}")
        yield document
    finally:
        document.close()


@contextmanager
def _page(document: pdfium.PdfDocument, number: int) -> Iterator[pdfium.PdfPage]:
    """Page `number` with its stamps and filled form fields drawn in, so that they are text like the rest."""
    page = _load_page(document, number)
    try:
        if (
            raw.FPDFPage_GetAnnotCount(page)
            and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS
        ):
            page.close()
            page = _load_page(document, number)
        yield page
    finally:
        page.close()


def _load_page(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        raise UnreadableDocumentError(f"page {number}: {error}") from error
    if min(page.get_size()) <= 0:
        raise UnreadableDocumentError(f"page {number} has no size")
    return page
