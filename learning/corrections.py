"""What people confirmed as examples: approved documents with the words of their pages.

A term teaches where its approved value stands on the page for a reader to find; what a person knew otherwise teaches
nothing. Suppliers are either learned from or kept for judging, by a hash of their key: for good, and never both.

>>> is_held_out("demo/S-1"), is_held_out("demo/S-6")
(False, True)
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from extractors.fields.survey import Survey
from learning.material import Example
from learning.rows import best_survey
from learning.truth import is_right
from models.document import Page

SET = "corrections"
HELD_OUT = 0.3  # share of the suppliers
NAMES = ("seller_name", "buyer_name", "seller_address")  # found as parties, not as candidates
KNOWN_ELSEWHERE = frozenset({"currency", "payment_terms", "remittance"})  # often derived, or in words of their own


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One approved document: its values, and what a person changed on the way there."""

    key: str  # document id
    supplier: str  # client and seller: never on both sides of a split
    fields: Mapping[str, str]  # our names; values as text
    corrected: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)  # term to (before, after)
    pages: tuple[int, ...] = ()  # of the file; all if none is named
    language: str = ""


def examples(reviewed: Iterable[tuple[Reviewed, Sequence[Page]]]) -> Iterator[Example]:
    """An example for each document whose pages could be read again and show anything of what was approved."""
    for each, pages in reviewed:
        kept = tuple(page for page in pages if not each.pages or page.number in each.pages)
        made = Example(
            name=each.key, pages=kept, fields=dict(each.fields), visible=frozenset(), group=f"{SET}-{each.supplier}",
            set=SET, language=each.language,
        )  # fmt: skip
        seen = visible_terms(made) if any(page.words for page in kept) else frozenset()
        if seen:
            yield replace(made, visible=seen)


def visible_terms(example: Example) -> frozenset[str]:
    """The terms whose value stands on the pages as a candidate or as a party."""
    found = best_survey(example)
    return frozenset(term for term, value in example.fields.items() if _shows(found, term, value))


def _shows(found: Survey, term: str, value: str) -> bool:
    if term in KNOWN_ELSEWHERE:
        return False
    if term.endswith("_address"):
        return any(is_right(term, value, party.address_text[0]) for party in found.parties if party.address)
    if term in NAMES:
        return any(party.name and is_right(term, value, party.name) for party in found.parties)
    return any(is_right(term, value, candidate.text) for candidate in found.candidates)


def at_most(reviewed: Sequence[Reviewed], count: int) -> list[Reviewed]:
    """The first `count` documents of each supplier, in the order given."""
    taken: dict[str, int] = defaultdict(int)
    kept = []
    for each in reviewed:
        if taken[each.supplier] < count:
            kept.append(each)
        taken[each.supplier] += 1
    return kept


def is_held_out(supplier: str) -> bool:
    """Whether a supplier is kept for judging: the same answer in every home and for ever."""
    lot = hashlib.sha256(supplier.encode()).digest()
    return int.from_bytes(lot[:8]) < HELD_OUT * 2**64
