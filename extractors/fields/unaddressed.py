"""Parties without an address that is known as one: what stands under a heading, and the names at the top of a page.

Countries write their addresses in too many ways to know them all; a heading and a company's name are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractors.fields.addresses import is_contact_line, is_street_line
from extractors.fields.anchors import Anchor, find_anchors
from extractors.fields.blocks import LINE_GAP, below_of, is_label, stops
from extractors.fields.labelled import text_after
from extractors.fields.layout import Segment, around
from extractors.fields.lexicon import load_lexicon
from extractors.fields.name_lines import addressee, name_of
from extractors.fields.names import company_of, is_company, is_name, tidy_name
from extractors.fields.party import PageLines, Party, role_of, sureness

TOP = 0.3  # of the page height: names of letterheads stand above
LOWEST = 0.6  # of the page height: below stand tables and totals
MOST = 3  # names of letterheads
TALL = 1.25  # usual heights of a word mark
LINES = 6  # of an address, name included
DIGITS = 3  # a name without a legal form has no more
WORDS = 9  # a longer line is a sentence


def headed_party(page: PageLines, section: Anchor, blocks: Sequence[Party]) -> Party | None:
    """The lines right under a heading, where no block with a postal code has them."""
    if text_after(section) or section.box.y0 > LOWEST * page.height:
        return None
    head, height = section.box, section.row.height
    first = next(
        (
            s
            for s in page.segments
            if abs(s.box.x0 - head.x0) < height and -0.5 * height < s.box.y0 - head.y1 < LINE_GAP * height
        ),
        None,
    )
    if first is None or any(_holds(block, first) for block in blocks) or not _may_be_named(page, first):
        return None
    lines = [first, *(s for s in below_of(page, first, LINES - 1))]
    ends = (i for i, s in enumerate(lines) if is_contact_line(s.text) or stops(s) or (i and is_label(s)))
    lines = lines[: next(ends, len(lines))]
    start = next((i for i, s in enumerate(lines) if i and is_street_line(s.text)), 1)
    named = name_of(lines[:start], first.height)
    if named is None:
        return None
    address = lines[start:]
    return Party(
        tidy_name(company_of(named[0])),
        named[1].box,
        tuple(s.text for s in address),
        around(s.box for s in address) if address else None,
        page.number,
        around(s.box for s in lines),
        role=role_of(section),
        named_only=not address,
        confidence=min(sureness(s) for s in lines),
    )


def _holds(party: Party, segment: Segment) -> bool:
    """Whether a line stands within a party."""
    box = party.box
    own = segment.box
    return box.x0 - 2 < own.x1 and own.x0 < box.x1 + 2 and box.y0 - 2 <= own.middle <= box.y1 + 2


def _may_be_named(page: PageLines, segment: Segment) -> bool:
    headings = {section.row.number for section in page.sections}
    plain = is_company(segment.text) or sum(map(str.isdigit, segment.text)) <= DIGITS
    return plain and segment.row.number not in headings and not stops(segment) and is_name(segment.text)


def headlines(page: PageLines) -> Iterator[Party]:
    """The names at the top of a page: companies with their legal form, and the largest word mark."""
    if page.number > 1 or not page.rows:
        return
    usual = sorted(row.height for row in page.rows)[len(page.rows) // 2]
    lexicon = load_lexicon()
    found = 0
    for segment in page.segments:
        if segment.box.y0 > TOP * page.height or found == MOST:
            return
        tall = segment.height >= TALL * usual
        if not (tall or is_company(segment.text)) or not _may_be_named(page, segment):
            continue
        name = tidy_name(company_of(addressee(segment.text) or segment.text))
        titled = any(a.first == segment.first for a in find_anchors(segment.row, lexicon.types))
        if titled or len(name.split()) > WORDS:
            continue
        found += 1
        yield Party(
            name, segment.box, (), None, page.number, segment.box, named_only=True, confidence=sureness(segment)
        )
