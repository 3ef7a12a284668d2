"""Parties that are known already: what confirmed invoices of this supplier say about seller and buyer.

What is remembered chooses among what is printed. A seller's name that is no text on the page (it is in the logo) is
given as remembered, without a place; an address is never given unless it is printed: suppliers move.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from extractors.fields.layout import Segment, Token
from extractors.fields.lexicon import squeeze
from extractors.fields.party import Party
from extractors.fields.places import printed_runs
from extractors.fields.roles import Chosen
from extractors.fields.sheet import Sheet
from models.document import Box

SURE, ONLY_REMEMBERED = 0.97, 0.9
ALIKE = 90  # of 100: texts from which two are the same name, a recogniser's slips allowed
SHORT = 5  # letters; shorter names are compared exactly
MISREAD = 84  # of 100: a word with a slip of the recogniser
PRINTED = 0.8  # share of an address's words that must stand on the pages
_WORD = re.compile(r"[^\W_]+")


class Known(NamedTuple):
    """What is remembered: the seller's name and address, and names of buyers."""

    seller: str | None
    address: str | None
    buyers: tuple[str, ...]
    read_as: str | None = None  # whom the reader took for the seller where a person said who it is


def recognise(
    known: Known, chosen: Mapping[str, Chosen], parties: Sequence[Party], sheets: Sequence[Sheet]
) -> dict[str, Chosen]:
    """Seller and buyer with what is remembered; roles of which nothing is known stay as they were read."""
    result = dict(chosen)
    seller = _seller(known, chosen.get("seller"), parties, sheets) if known.seller else None
    if seller is not None:
        result["seller"] = seller
        buyer = chosen.get("buyer")
        if buyer is not None and _is_name(buyer.party.name, known.seller or ""):
            del result["buyer"]
    for name in known.buyers:
        found = _named(name, parties, sheets)
        if found is not None and not _is_name(name, known.seller or ""):
            result["buyer"] = Chosen(found, SURE, _others(chosen.get("buyer"), found))
            break
    return result


def _seller(known: Known, read: Chosen | None, parties: Sequence[Party], sheets: Sequence[Sheet]) -> Chosen | None:
    """The remembered seller; None where it is neither printed nor overlooked in the way it was overlooked before."""
    name = known.seller or ""
    party = _named(name, parties, sheets)
    own = read.party if read is not None else None
    if party is None and own is not None and own.name and not _is_name(own.name, known.read_as or ""):
        return None  # another name stands there: it may be another supplier
    party = party or _remembered(name, own, sheets)
    box = _address_box(known.address, _sheet_of(party, sheets)) if known.address else None
    if known.address and box is not None:
        party = replace(party, address=(known.address,), address_box=box, letterhead=True)
    elif own is not None and not party.address and not _is_name(own.name, name):
        party = replace(party, address=own.address, address_box=own.address_box)
    return Chosen(party, ONLY_REMEMBERED if party.remembered else SURE, _others(read, party))


def _sheet_of(party: Party, sheets: Sequence[Sheet]) -> Sheet:
    return next(sheet for sheet in sheets if sheet.page.number == party.page)


def _others(read: Chosen | None, party: Party) -> tuple[Party, ...]:
    """The party that would have been chosen, as the first alternative."""
    if read is None or _is_name(read.party.name, party.name or ""):
        return read.others if read is not None else ()
    return (read.party, *read.others)[:2]


def _named(name: str, parties: Sequence[Party], sheets: Sequence[Sheet]) -> Party | None:
    """The party of this name, in its remembered spelling; else the line that is the name."""
    same = [p for p in parties if _is_name(p.name, name) or _is_part(p.name, name, sheets)]
    if same:
        best = max(same, key=lambda party: (bool(party.address), party.name == name))
        return replace(best, name=name)
    key = squeeze(name)
    for sheet in sheets:
        for segment in sheet.lines.segments:
            if len(key) > 3 and key in printed_runs(segment.tokens):
                return _line(name, segment, sheet)
    return None


def _line(name: str, segment: Segment, sheet: Sheet) -> Party:
    return Party(name, segment.box, (), None, sheet.page.number, segment.box, named_only=True)


def _remembered(name: str, read: Party | None, sheets: Sequence[Sheet]) -> Party:
    page = read.page if read is not None else sheets[0].page.number
    box = read.box if read is not None else Box(0, 0, 0, 0)
    address, address_box = (read.address, read.address_box) if read is not None else ((), None)
    return Party(name, None, address, address_box, page, box, remembered=True)


def _is_name(one: str | None, other: str) -> bool:
    if not one or not other:
        return False
    a, b = squeeze(one), squeeze(other)
    return a == b or (min(len(a), len(b)) > SHORT and ratio(a, b) >= ALIKE)


def _is_part(read: str | None, name: str, sheets: Sequence[Sheet]) -> bool:
    """Whether a party was read as a part of a name, all of which is printed: a salutation or a line was left out."""
    part, whole = squeeze(read or ""), squeeze(name)
    if len(part) <= SHORT or part not in whole:
        return False
    printed = {squeeze(word) for sheet in sheets for row in sheet.rows for word in _WORD.findall(row.text)}
    return all(squeeze(word) in printed for word in _WORD.findall(name))


def _address_box(address: str, sheet: Sheet) -> Box | None:
    """Where an address is printed: its longest word, where enough of its words stand on the page."""
    words = {squeeze(word) for word in _WORD.findall(address) if len(word) > 2 or word.isdigit()}
    printed = (token for row in sheet.rows for token in row.tokens)
    tokens = [(squeeze(word), token) for token in printed for word in _WORD.findall(token.text)]
    found = [(key, token) for key, token in tokens if key in words]
    seen = {key for key, _ in found}
    misread = {word for word in words - seen if len(word) > SHORT and _is_near(word, tokens)}
    if not found or len(seen) + len(misread) < PRINTED * len(words):
        return None
    return max(found, key=lambda pair: len(pair[0]))[1].box


def _is_near(word: str, tokens: Sequence[tuple[str, Token]]) -> bool:
    """Whether a word stands on the page as a reader of pictures may have misread it."""
    keys = {key for key, token in tokens if token.confidence < 1.0}
    return extractOne(word, keys, scorer=ratio, score_cutoff=MISREAD) is not None
