"""Seller, buyer and others as they stand on a page: blocks around a postal code, and what headings and labels name.

A letter's rules: the seller speaks in the letterhead, the line above the window and the foot; the buyer stands in
the window or under "bill to". Delivery and payer addresses belong to neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors.fields.anchors import Anchor
from extractors.fields.blocks import block_party, postal_segments
from extractors.fields.labelled import PARTIES, labelled_party, named_party
from extractors.fields.lexicon import squeeze
from extractors.fields.name_lines import is_attention
from extractors.fields.names import is_company
from extractors.fields.party import PageLines, Party
from extractors.fields.sender_lines import sender_line
from extractors.fields.unaddressed import headed_party, headlines

SHORT = 4  # letters; a shorter name may begin an address by chance


def find_parties(page: PageLines) -> Iterator[Party]:
    """All parties of a page: under headings first, then blocks with a postal code, then names without an address."""
    blocks = [p for p in (sender_line(s) or block_party(page, s) for s in postal_segments(page)) if p is not None]
    headed = [party for section in page.sections for party in _under(page, section, blocks)]
    names = [*headed, *blocks]
    alone = [party for party in headlines(page) if not any(_is_part(party, other) for other in names)]
    known = sorted({p.name for p in (*names, *alone) if p.name and len(squeeze(p.name)) >= SHORT}, key=len)
    yield from headed
    yield from (_named_before(party, known) for party in blocks)
    yield from alone


def _under(page: PageLines, section: Anchor, blocks: Sequence[Party]) -> Iterator[Party]:
    """What a heading names; a person behind `Attn:` is no party."""
    if section.term not in PARTIES:
        return
    party = labelled_party(page, section) or named_party(page, section)
    if party is None:
        party = headed_party(page, section, blocks)
    person = is_attention(section) and not (party and party.name and is_company(party.name))
    if party is not None and not person:
        yield party


def _is_part(party: Party, other: Party) -> bool:
    """Whether a name stands within another mention of it."""
    return bool(party.name and other.name and squeeze(party.name) in squeeze(other.name) and _overlap(party, other))


def _overlap(party: Party, other: Party) -> bool:
    box = other.name_box
    own = party.box
    return box is not None and own.x0 < box.x1 and box.x0 < own.x1 and own.y0 < box.y1 and box.y0 < own.y1


def _named_before(party: Party, known: Sequence[str]) -> Party:
    """An address in one line that begins with a name known from elsewhere, parted from it."""
    if party.name or not party.address:
        return party
    line = party.address[0]
    for name in reversed(known):
        words = len(name.split())
        if squeeze(" ".join(line.split()[:words])) == squeeze(name) and len(line.split()) > words + 1:
            rest = " ".join(line.split()[words:]).strip(" ,;-–|")
            return replace(party, name=name, name_box=party.box, address=(rest, *party.address[1:]))
    return party
