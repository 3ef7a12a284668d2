"""Where the labels stand: runs of words of a row that the lexicon knows.

Boxes in points. Longest label first, left to right, no overlaps; a weak label in running text is no anchor.

>>> row = Row(1, 0, tuple(Token(t, Box(i * 40, 0, i * 40 + 38, 10), 1.0, False, squeeze(t))
...                       for i, t in enumerate(["Date", "de", "facture", ":", "12.03.2026"])))
>>> [(anchor.term, anchor.first, anchor.last) for anchor in find_anchors(row, load_lexicon().labels)]
[('issue_date', 0, 2)]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.fields.layout import Row, Token, around
from extractors.fields.lexicon import LabelIndex, load_lexicon, squeeze
from models.document import Box

__all__ = ["Anchor", "Box", "Row", "Token", "find_anchors", "find_sections", "load_lexicon", "squeeze"]

LONGEST = 6  # words in a label
MISPLACED = 0.5  # strength factor of a label that stands inside of running text
UNKNOWN_NEXT = 0.75  # of a generic label such as "total" that a further word may turn into something else


@dataclass(frozen=True)
class Anchor:
    """A label on the page: its term (or decoy), how surely, in which language, and its tokens in the row."""

    term: str
    strength: float
    language: str
    row: Row
    first: int
    last: int

    @cached_property
    def box(self) -> Box:
        """The label's box."""
        return around(token.box for token in self.row.tokens[self.first : self.last + 1])

    @cached_property
    def key(self) -> str:
        """The squeezed label as printed."""
        return "".join(token.key for token in self.row.tokens[self.first : self.last + 1])


def find_anchors(row: Row, index: LabelIndex) -> tuple[Anchor, ...]:
    """The labels of a row, left to right."""
    found: list[Anchor] = []
    at = 0
    while at < len(row.tokens):
        anchor = _longest_at(row, at, index)
        if anchor is None:
            at += 1
            continue
        found.append(anchor)
        at = anchor.last + 1
    return tuple(found)


def _longest_at(row: Row, first: int, index: LabelIndex) -> Anchor | None:
    best: Anchor | None = None
    key = ""
    for last in range(first, min(first + LONGEST, len(row.tokens))):
        if last > first and row.breaks[last]:
            break
        token = row.tokens[last]
        if not token.key and not key:
            return None
        key += token.key
        label = index.find(key) if token.key and not key.isdigit() else None
        if label and (best is None or label.strength >= best.strength * 0.8):
            best = Anchor(label.term, label.strength * _placement(row, first, last), label.language, row, first, last)
        if token.text.endswith((":", "：")):
            break
    return best


def _placement(row: Row, first: int, last: int) -> float:
    """1 for a label that begins its segment or ends with a colon, less inside of running text."""
    if row.tokens[last].text.endswith((":", ".:", "#", "：")):
        return 1.0
    following = row.tokens[last + 1] if last + 1 < len(row.tokens) and not row.breaks[last + 1] else None
    factor = 1.0
    if (
        following is not None
        and following.key.isalpha()
        and len(following.key) > 3
        and not following.text.startswith("(")
    ):
        factor = UNKNOWN_NEXT
    if row.breaks[first]:
        return factor
    before = row.tokens[first - 1].text
    if before.endswith((":", "-", "|", "•", ",", "·", "/", ")", ";", "–")):
        return factor
    return factor * MISPLACED


def find_sections(rows: Sequence[Row], index: LabelIndex) -> Iterator[Anchor]:
    """Headings that open a party's details: labels that begin a segment and end it, or end with a colon."""
    known = load_lexicon().labels
    for row in rows:
        for anchor in find_anchors(row, index):
            if anchor.key not in index and anchor.key in known:
                continue  # one character off a heading, but a label as it stands
            if len(anchor.key) == 2 and row.tokens[anchor.first].text.isupper():
                continue  # a country, not "from"
            closes = anchor.last + 1 == len(row.tokens) or row.breaks[anchor.last + 1]
            colon = row.tokens[anchor.last].text.endswith((":", "："))
            if row.breaks[anchor.first] and (closes or colon or row.tokens[anchor.last].text.endswith(".")):
                yield anchor
