"""Words to fields and lines: the door is `read_fields`.

Pages with words come in, one `Extraction` for each invoice of the file goes out. Typed candidates, a label lexicon
of eight languages, a scorer behind a small protocol, and a decoder that knows that net + tax = gross.
"""

from __future__ import annotations

import re

from extractors.fields.addresses import countries
from extractors.fields.assemble import assemble
from extractors.fields.bundle import split_pages
from extractors.fields.candidates import Locale
from extractors.fields.dates import is_month_first
from extractors.fields.doctype import document_type, language_of
from extractors.fields.lexicon import load_lexicon
from extractors.fields.numbers import decimal_marks
from extractors.fields.reader import read_document
from extractors.fields.scorer import Scorer, WeightedScorer
from extractors.fields.sheet import Sheet, prepare
from models.document import Page
from models.extraction import Extraction
from models.settings import ReadingSettings

__all__ = ["Scorer", "read_fields", "warm_up"]


def read_fields(
    pages: tuple[Page, ...], reading: ReadingSettings, scorer: Scorer | None = None
) -> tuple[Extraction, ...]:
    """Read the invoices of a file from its pages, in page order; at least one, even where nothing was found.

    Args:
        pages: The pages with their words, upright.
        reading: `auto_threshold` decides between "auto" and "review".
        scorer: Scores candidates; the hand-weighted one unless a trained one is given.

    Returns:
        One extraction for each invoice; its `pages` say which pages it takes.
    """
    chosen = scorer or WeightedScorer()
    sheets = [prepare(page) for page in pages]
    if not sheets:
        return ()
    return tuple(_read_one(group, reading, chosen) for group in (split_pages(sheets) if reading.bundles == "split" else [sheets]))


def warm_up() -> None:
    """Load labels and country names (about 0.2 s, once a process) before children are forked."""
    load_lexicon()
    countries()


def _read_one(sheets: list[Sheet], reading: ReadingSettings, scorer: Scorer) -> Extraction:
    rows = [row for sheet in sheets for row in sheet.rows]
    texts = [row.text for row in rows]
    month_first = is_month_first(texts, american=_is_american(texts))
    language = language_of(token.text for row in rows for token in row.tokens)
    marks = decimal_marks(texts)
    readings = [read_document(sheets, Locale(mark, month_first), scorer) for mark in marks]
    found = max(readings, key=lambda reading_: reading_.score)
    kind = document_type([row for sheet in sheets[:1] for row in sheet.rows])
    return assemble(sheets, found, kind, language, reading)


def _is_american(texts: list[str]) -> bool:
    """Dollars, and no sign of another country that has them."""
    text = " ".join(texts)
    elsewhere = re.search(r"A\$|AUD|\bABN\b|S\$|SGD|C\$|CAD|NZ|€|EUR|£|\bRM\b|MYR|SDN|GST|HST", text)
    return bool(re.search(r"(?<![\w$])\$ ?\d|USD", text)) and not elsewhere
