"""Pages that come along with an invoice and are no part of it: terms, delivery notes, records of work.

Their dates, numbers and amounts are not the invoice's, so they are not read. A page that holds a total is left out
only where its title says what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from extractors.fields.anchors import Anchor
from extractors.fields.doctype import find_titles, load_titles
from extractors.fields.layout import Row, segments_of
from extractors.fields.sheet import STRONG, Sheet
from models.finding import Finding, Severity

UPPER_ROWS = 10  # where the title of an attachment stands
TITLE_WORDS = 6
PROSE_WORDS = 150  # a page of terms has 300 to 1,500
PROSE_NUMBERS = 0.08  # share of words with a digit at most
PROSE_SMALL = 0.45  # share of words that begin with a small letter at least; German capitalises its nouns
# Labels with a value that an invoice page has and prose only mentions in passing.
OWN_TERMS = frozenset({"gross_total", "payable_total", "invoice_number", "issue_date", "due_date"})
MOST_OWN = 2
NAMES = {"terms": "terms", "record": "record of work", "delivery_note": "delivery note"}


class Parted(NamedTuple):
    """The pages to read, and what the others are, by page number."""

    kept: list[Sheet]
    left: dict[int, str]


def part_attachments(sheets: Sequence[Sheet]) -> Parted:
    """Leave out the attachments of one invoice; a file that is nothing else is kept as it is."""
    kinds = {sheet.page.number: attachment_kind(sheet, has_totals=_has_totals(sheet)) for sheet in sheets}
    kept = [sheet for sheet in sheets if not kinds[sheet.page.number]]
    if not any(map(_has_totals, kept)):
        return Parted(list(sheets), {})
    return Parted(kept, {number: kind for number, kind in kinds.items() if kind})


def note_left_out(left: Mapping[int, str]) -> Finding:
    """Which pages were not read as the invoice's, and why."""
    pages = ", ".join(f"{number} ({NAMES[kind]})" for number, kind in sorted(left.items()))
    return Finding(
        rule="AP-PAGES-LEFT-OUT",
        severity=Severity.NOTE,
        message=f"Not read as part of the invoice: page {pages}.",
    )


def attachment_kind(sheet: Sheet, *, has_totals: bool) -> str:
    """`terms`, `record` or `delivery_note` where the page is one; empty for a page of an invoice."""
    title = _attached_title(sheet.rows)
    prose = is_prose(sheet)
    if title == "terms":
        return "terms" if prose or not has_totals else ""
    if title == "record":
        return "record"
    if not has_totals and _is_delivery_note(sheet.rows):
        return "delivery_note"
    own = {anchor.term for anchor in _strong(sheet)} & OWN_TERMS
    return "terms" if prose and not has_totals and len(own) < MOST_OWN else ""


def is_prose(sheet: Sheet) -> bool:
    """Whether the page is running text: many words, few numbers, mostly small letters."""
    words = [token for row in sheet.rows for token in row.tokens if token.key]
    if len(words) < PROSE_WORDS:
        return False
    numbers = sum(any(map(str.isdigit, token.text)) for token in words)
    small = sum(token.text[0].islower() for token in words)
    return numbers <= PROSE_NUMBERS * len(words) and small >= PROSE_SMALL * len(words)


def _attached_title(rows: Sequence[Row]) -> str:
    """What the title of an attachment among the upper rows says; a mention in a sentence is none."""
    titles = load_titles()[1]
    for row in rows[:UPPER_ROWS]:
        for segment in segments_of(row):
            if len(segment.tokens) > TITLE_WORDS or segment.text.endswith(":"):
                continue
            keys = [token.key for token in segment.tokens]
            for last in range(len(keys), 0, -1):
                label = titles.get("".join(keys[:last]))
                if label is not None and all(not key.isalpha() or len(key) <= 3 for key in keys[last:]):
                    return label.term
    return ""


def _is_delivery_note(rows: Sequence[Row]) -> bool:
    titles = list(find_titles(rows[: UPPER_ROWS * 2]))
    best = max(titles, key=lambda title: title.weight, default=None)
    return best is not None and best.kind == "delivery_note" and all(title.kind != "invoice" for title in titles)


def _has_totals(sheet: Sheet) -> bool:
    """Whether a strong label of a total stands on the page with a number to its right or below."""
    return any(anchor.term in ("gross_total", "payable_total") and _is_with_number(anchor) for anchor in _strong(sheet))


def _is_with_number(anchor: Anchor) -> bool:
    return any(any(map(str.isdigit, token.text)) for token in anchor.row.tokens[anchor.last + 1 :])


def _strong(sheet: Sheet) -> list[Anchor]:
    return [anchor for anchors in sheet.anchors.values() for anchor in anchors if anchor.strength >= STRONG]
