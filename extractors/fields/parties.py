"""Seller, buyer and others as they stand on a page: blocks around a postal code, and what headings and labels name.

A letter's rules: the seller speaks in the letterhead, the line above the window and the foot; the buyer stands in
the window or under "bill to". Delivery and payer addresses belong to neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractors.fields.addresses import is_postal_line
from extractors.fields.blocks import block_party, sender_line
from extractors.fields.labelled import PARTIES, labelled_party, named_party
from extractors.fields.party import PageLines, Party


def find_parties(page: PageLines) -> Iterator[Party]:
    """All parties of a page: under headings first, then blocks with a postal code, top to bottom."""
    for section in page.sections:
        if section.term in PARTIES:
            party = labelled_party(page, section) or named_party(page, section)
            if party is not None:
                yield party
    for segment in page.segments:
        if is_postal_line(segment.text) and len(segment.text) > 6:
            party = sender_line(segment) or block_party(page, segment)
            if party is not None:
                yield party
