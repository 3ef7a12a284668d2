"""A page made ready for reading: what does not depend on how its numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extractors.fields.anchors import Anchor, find_all_anchors, find_sections
from extractors.fields.layout import Row, read_rows, segments_of
from extractors.fields.letterhead import is_till_receipt, read_letterhead
from extractors.fields.lexicon import load_lexicon
from extractors.fields.parties import find_parties
from extractors.fields.party import PageLines, Party
from models.document import Page

STRONG = 0.8  # labels that count as evidence of the kind of page


@dataclass(frozen=True)
class Sheet:
    """A page with its rows, labels (by row number) and parties."""

    page: Page
    rows: tuple[Row, ...]
    anchors: Mapping[int, tuple[Anchor, ...]]
    lines: PageLines
    parties: tuple[Party, ...]


def prepare(page: Page) -> Sheet:
    """Rows, labels and parties of one page."""
    lexicon = load_lexicon()
    rows = read_rows(page)
    anchors = find_all_anchors(rows, lexicon.labels)
    segments = tuple(segment for row in rows for segment in segments_of(row))
    lines = PageLines(
        page.number, page.width, page.height, rows, segments, tuple(find_sections(rows, lexicon.sections))
    )
    parties = tuple(find_parties(lines))
    if is_till_receipt(
        lines, {anchor.term for found in anchors.values() for anchor in found if anchor.strength >= STRONG}
    ):
        head = read_letterhead(lines)
        parties = (head, *parties) if head is not None else parties
    return Sheet(page, rows, anchors, lines, parties)
