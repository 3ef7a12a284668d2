"""What reading returns: the invoice, and for each value where it stood and how sure the reader is.

A file holds one invoice as a rule; a bundle gives one `Extraction` for each invoice in it.
Boxes in points from the top left; confidences in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from models.document import Box, Page
from models.finding import Finding
from models.invoice import Frozen, Invoice

Source = Literal["xml", "page"]
DocumentType = Literal[
    "invoice", "credit_note", "pro_forma", "reminder", "statement", "order", "delivery_note", "receipt", "other"
]
ReadOutcome = Literal["auto", "review", "quarantine"]
Bits = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # of models.page_picture
MOST_SEEN = 4000  # words that a reading hands on: some ten pages, half a megabyte


class Alternative(Frozen):
    """Another reading of the same value, best first; `value` in the form of the contract (ISO date, decimal)."""

    value: str
    confidence: float
    page: int | None = None
    box: Box | None = None


class Evidence(Frozen):
    """Where a value stood. Page and box are absent where it came from XML."""

    confidence: float
    reader: str  # "xml", "text", "ppocr", "tesseract", "derived" (computed, never on the page), "repaired", "memory"
    raw: str = ""
    page: int | None = None
    box: Box | None = None
    alternatives: tuple[Alternative, ...] = ()


class PageInfo(Frozen):
    """One page of the file: size in points, who read it, how far it was turned."""

    number: int
    width: float
    height: float
    reader: str
    rotation: int = 0


class Extraction(Frozen):
    """One invoice as read. `evidence` has a key for every term of `invoice` that is not None."""

    invoice: Invoice
    evidence: dict[str, Evidence]
    line_evidence: tuple[Evidence, ...] = ()  # one for each of invoice.lines
    source: Source
    pages: tuple[int, ...] = ()  # pages of the file that this invoice takes; empty for plain XML
    document_type: DocumentType = "invoice"
    language: str | None = None  # ISO 639-1
    profile: str | None = None  # the e-invoice's specification identifier (BT-24)
    findings: tuple[Finding, ...] = ()  # what the reader itself noticed, e.g. page and XML differ
    decision: ReadOutcome = "review"  # the reader's own judgement
    reasons: tuple[str, ...] = ()
    quality: float = 1.0  # mean word confidence over the pages read
    mentions: tuple[str, ...] | None = None  # what the words say beside the values; None where nobody looked


class Reading(Frozen):
    """All that one file gave: its invoices in page order, and its pages."""

    extractions: tuple[Extraction, ...]
    pages: tuple[PageInfo, ...] = ()
    media_type: str = "application/octet-stream"
    seen: tuple[Page, ...] = ()  # the pages with their words, where they are few enough to be handed on
    shadow: tuple[Extraction, ...] = ()  # the same pages as a challenger reads them; without effect
    shadow_version: str = ""
    pictures: tuple[tuple[int, Bits], ...] = ()  # page on which an invoice begins, and what it looks like


def handed_on(extractions: Sequence[Extraction], pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """The words that a reading hands on, for causes and training; none of an e-invoice, nor of a whole book."""
    is_short = sum(len(page.words) for page in pages) <= MOST_SEEN
    return pages if is_short and extractions[0].source == "page" else ()
