"""Where the labels stand: runs of words of a row that the lexicon knows.

Boxes in points. Longest label first, left to right, no overlaps; a weak label in running text is no anchor.

>>> row = Row(1, 0, tuple(Token(t, Box(i * 40, 0, i * 40 + 38, 10), 1.0, False, squeeze(t))
...                       for i, t in enumerate(["Date", "de", "facture", ":", "12.03.2026"])))
>>> [(anchor.term, anchor.first, anchor.last) for anchor in find_anchors(row, load_lexicon().labels)]
[('issue_date', 0, 2)]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from extractors.fields.layout import Row, Token, around, segments_of
from extractors.fields.lexicon import Label, LabelIndex, load_lexicon, squeeze
from models.document import Box

__all__ = ["Anchor", "Box", "Row", "Token", "find_anchors", "find_sections", "load_lexicon", "squeeze"]

LONGEST = 6  # words in a label
STACKED = 1.2  # heights between the two rows of a label that stands in two
# The second row of a label, under `Invoice` or `Rechnung`.
_SECOND = frozenset({"no", "nr", "number", "nummer", "num", "numero", "date", "datum", "fecha", "data"})
# `Rechnungsnr./-datum`: a label of a number that announces its date as well.
_DATED = ("unddatum", "anddate", "etdate", "edata", "yfecha", "datum", "date", "fecha", "data")
TWINS = {"invoice_number": "issue_date", "order_reference": "order_date", "delivery_note": "delivery_date"}
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
    """The labels of a row, left to right; looked for once."""
    asked, found = row.memory.get(id(index), (None, ()))
    if asked is not index:
        found = _look_for(row, index)
        row.memory[id(index)] = (index, found)
    return tuple(found)


def _look_for(row: Row, index: LabelIndex) -> tuple[Anchor, ...]:
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


def find_all_anchors(rows: Sequence[Row], index: LabelIndex) -> dict[int, tuple[Anchor, ...]]:
    """The labels of all rows by row number, those in two rows (`Invoice` above `No.`) where the second one stands."""
    found = {row.number: find_anchors(row, index) for row in rows}
    for upper, row in pairwise(rows):
        if any(token.key in _SECOND for token in row.tokens):
            stacked = list(_stacked(upper, row, index))
            if len(stacked) == 1 and sum(row.breaks) > 2 and not any(map(str.isdigit, row.text)):
                continue  # a row of headings under a title
            taken = {at for anchor in stacked for at in range(anchor.first, anchor.last + 1)}
            kept = [a for a in found[row.number] if not taken & set(range(a.first, a.last + 1))]
            found[row.number] = tuple(sorted([*kept, *stacked], key=lambda a: a.first))
    return found


def _stacked(upper: Row, row: Row, index: LabelIndex) -> Iterator[Anchor]:
    """Second halves of labels, under a segment that is the first half."""
    for at, token in enumerate(row.tokens):
        ends = at + 1 == len(row.tokens) or row.breaks[at + 1] or token.text.endswith((":", "."))
        if token.key not in _SECOND or not row.breaks[at] or not ends:
            continue
        for segment in segments_of(upper):
            gap = token.box.y0 - segment.box.y1
            over = segment.box.x0 < token.box.x1 and segment.box.x1 > token.box.x0
            label = index.get("".join(t.key for t in segment.tokens) + token.key) if over else None
            if label is not None and label.strength >= UNKNOWN_NEXT and gap < STACKED * row.height:
                yield Anchor(label.term, label.strength, label.language, row, at, at)
                break


def twin_of(anchor: Anchor, index: LabelIndex) -> Anchor | None:
    """The date that a number's label announces too: `Rechnungsnr./-datum`, `Invoice No. and Date`."""
    term = TWINS.get(anchor.term)
    if term is None or not anchor.key.endswith(_DATED) or anchor.key in index:
        return None
    return replace(anchor, term=term)


def _dated(key: str, index: LabelIndex) -> Label | None:
    """The label of a number whose date stands with it."""
    if not key.endswith(_DATED):
        return None
    heads = (key.removesuffix(ending) for ending in _DATED if key.endswith(ending))
    return next((label for head in heads if (label := index.get(head)) and label.term in TWINS), None)


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
        label = index.find(key) or _dated(key, index) if token.key and not key.isdigit() else None
        if label and (best is None or label.key == key or label.strength >= best.strength * 0.8):
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
    if before.endswith((":", "-", "|", "•", ",", "·", "/", ")", ";", "–", "%", "*", "=", ">", "]")):
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
            if not row.breaks[anchor.first]:
                continue
            whole = _with_translation(anchor)
            closes = whole.last + 1 == len(row.tokens) or row.breaks[whole.last + 1]
            if closes or row.tokens[whole.last].text.endswith((":", "：", ".")):
                yield whole


def _with_translation(heading: Anchor) -> Anchor:
    """A heading with the colon that stands apart, and with its translation behind a slash, a bar or in brackets."""
    tokens, breaks, last = heading.row.tokens, heading.row.breaks, heading.last
    following = tokens[last + 1].text if last + 1 < len(tokens) and not breaks[last + 1] else ""
    if following in (":", "："):
        return replace(heading, last=last + 1)
    if not following.startswith(("/", "|", "(")) and not tokens[last].text.endswith("/"):
        return heading
    for end in range(last + 1, min(last + 1 + LONGEST, len(tokens))):
        is_end = end + 1 == len(tokens) or breaks[end + 1]
        if is_end or tokens[end].text.endswith((":", "：", ".", ")")):
            colon = not is_end and tokens[end + 1].text in (":", "：")
            return replace(heading, last=end + colon)
    return heading
