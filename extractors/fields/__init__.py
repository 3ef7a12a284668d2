"""Words to fields and lines: the door is `read_fields`.

Pages with words come in, one `Extraction` for each invoice of the file goes out. Typed candidates, a label lexicon
of eight languages, a scorer behind a small protocol, and a decoder that knows that net + tax = gross.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.fields.addresses import countries
from extractors.fields.assemble import assemble
from extractors.fields.attachments import note_left_out, part_attachments
from extractors.fields.bundle import split_pages
from extractors.fields.candidates import Locale
from extractors.fields.currency import ENOUGH, hints_in
from extractors.fields.dates import is_month_first
from extractors.fields.doctype import document_type, language_of
from extractors.fields.drift import note_layout
from extractors.fields.lexicon import load_lexicon
from extractors.fields.memory import Recall, note_memory, remember
from extractors.fields.model import WEIGHTED, ReaderModel, load_model
from extractors.fields.numbers import decimal_marks
from extractors.fields.reader import read_document
from extractors.fields.remembering import sample_of
from extractors.fields.scorer import Scorer
from extractors.fields.sheet import Sheet, prepare
from extractors.mentions import mentions_on
from models.document import Page
from models.extraction import Extraction
from models.settings import ReadingSettings

__all__ = ["WEIGHTED", "ReaderModel", "Recall", "Scorer", "load_model", "read_fields", "sample_of", "warm_up"]


def read_fields(
    pages: tuple[Page, ...],
    reading: ReadingSettings,
    model: ReaderModel | None = None,
    recall: Recall | None = None,
    laid_out: Sequence[Sequence[int]] = (),
) -> tuple[Extraction, ...]:
    """Read the invoices of a file from its pages, in page order; at least one, even where nothing was found.

    Args:
        pages: The pages with their words, upright.
        reading: `auto_threshold` decides between "auto" and "review".
        model: What scores candidates, parties and values; that of `reading.model`, else the shipped one.
        recall: Answers with the confirmed invoices of a supplier or layout; nothing is remembered without it.
        laid_out: Page numbers of each invoice as a person laid them out, in place of the reader's own division.

    Returns:
        One extraction for each invoice; its `pages` say which pages it takes.
    """
    chosen = model or load_model(reading.model)
    sheets = [prepare(page) for page in pages]
    if not sheets:
        return ()
    if laid_out:
        return tuple(_read_laid_out(sheets, numbers, reading, chosen, recall) for numbers in laid_out)
    groups = split_pages(sheets) if reading.bundles == "split" else [sheets]
    return tuple(_read_group(group, reading, chosen, recall) for group in groups)


def warm_up() -> None:
    """Load labels, country names and the trained model (about 0.3 s, once a process) before children are forked."""
    load_lexicon()
    countries()
    load_model()


def _read_group(sheets: list[Sheet], reading: ReadingSettings, model: ReaderModel, recall: Recall | None) -> Extraction:
    """One invoice without the pages that only came along with it, and a note that says which those are."""
    parted = part_attachments(sheets)
    extraction = _read_one(parted.kept, reading, model, recall)
    # Terms of business that only came along carry mentions too.
    extraction = extraction.model_copy(update={"mentions": mentions_on(sheet.page for sheet in sheets)})
    if not parted.left:
        return extraction
    return extraction.model_copy(update={"findings": (*extraction.findings, note_left_out(parted.left))})


def _read_laid_out(
    sheets: list[Sheet], numbers: Sequence[int], reading: ReadingSettings, model: ReaderModel, recall: Recall | None
) -> Extraction:
    """One invoice on these pages, in this sequence; pages that are not in the file are passed over."""
    by_number = {sheet.page.number: sheet for sheet in sheets}
    group = [by_number[number] for number in numbers if number in by_number]
    found = _read_group(group or sheets, reading, model, recall)
    return found.model_copy(update={"pages": tuple(sheet.page.number for sheet in group or sheets)})


def _read_one(sheets: list[Sheet], reading: ReadingSettings, model: ReaderModel, recall: Recall | None) -> Extraction:
    rows = [row for sheet in sheets for row in sheet.rows]
    texts = [row.text for row in rows]
    month_first = is_month_first(texts, american=_is_american(texts))
    language = language_of(token.text for row in rows for token in row.tokens)
    marks = decimal_marks(texts)
    memory = remember(sheets, recall) if recall is not None else None
    locales = [Locale(mark, month_first) for mark in marks]
    if memory is not None:
        locales = list(dict.fromkeys(map(memory.locale, locales)))
    readings = [read_document(sheets, locale, model.scorer, model.parties, memory) for locale in locales]
    found = max(readings, key=lambda reading_: reading_.score)
    kind = document_type(sheets)
    extraction = assemble(sheets, found, kind, language, reading, model.confidence)
    if memory is None:
        return extraction
    notes = [note_memory(memory, found.recalled), *filter(None, [note_layout(memory)])]
    return extraction.model_copy(update={"findings": (*extraction.findings, *notes)})


def _is_american(texts: list[str]) -> bool:
    """Dollars or signs of the United States, and no sign of another country that has dollars."""
    text = "\n".join(texts)
    elsewhere = re.search(r"A\$|AUD|\bABN\b|S\$|SGD|C\$|CAD|NZ|€|EUR|£|\bRM\b|MYR|SDN|GST|HST", text)
    if elsewhere:
        return False
    return bool(re.search(r"(?<![\w$])\$ ?\d|USD", text)) or hints_in(text).get("USD", 0.0) >= ENOUGH
