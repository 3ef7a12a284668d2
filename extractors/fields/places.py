"""How a value stands on its page, in a form that another page of the same layout can be compared with.

Left context: the words before it in its segment, else of the nearest segment with words; above: the nearest segment
over it. Both squeezed, digits masked, so that `Nr. 4711` and `Nr. 4712` are the same context.

>>> mask("Rechnung Nr. 4711 / 03"), shape_of("INV-2026/004")
('rechnungnr#', 'A-9/9')
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from extractors.fields.candidates import Candidate
from extractors.fields.layout import Row, Segment, Token, around, segments_of
from extractors.fields.lexicon import squeeze
from extractors.fields.numbers import CODES
from extractors.fields.sheet import Sheet
from models.document import Box
from models.memory import CONTEXT, Place

ABOVE_ROWS = 6
ABOVE_HEIGHTS = 9.0
NEAR_X, NEAR_Y = 0.06, 0.08  # of the page: what counts as the same place
LEFT, ABOVE, SPOT = 0.4, 0.4, 0.2  # shares of the three in the likeness
OTHER_SHAPE = 0.12  # taken off where a number of a document is written differently
OTHER_LENGTH, GROWTH = 0.15, 2  # taken off where it has more digits more or less than this
READ_AS = "read_as"  # the constant that says whom the reader takes for the seller
_SIGNS = re.compile(r"[^A-Z0-9]")
_DIGITS = re.compile(r"\d[\d.,/ -]*")
_LETTERS, _NUMBERS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")


class Run(NamedTuple):
    """Words first to last of a row, as one value."""

    row: Row
    first: int
    last: int
    box: Box
    text: str


class Surroundings:
    """The rows of an invoice's pages, ready to be asked what stands around a place."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets: Mapping[int, Sheet] = {sheet.page.number: sheet for sheet in sheets}
        self._order = {sheet.page.number: at for at, sheet in enumerate(sheets)}

    def place(self, candidate: Candidate) -> Place:
        """How a candidate stands."""
        return self.place_of(candidate.row, candidate.first, candidate.last, candidate.box, candidate.text)

    def place_of(self, row: Row, first: int, last: int, box: Box, text: str) -> Place:
        """How the words first to last of a row stand."""
        sheet, at = self._sheets[row.page], self._order[row.page]
        width, height = max(sheet.page.width, 1.0), max(sheet.page.height, 1.0)
        return Place(
            left=_left(row, first),
            above=_above(sheet.rows, row, box),
            x0=_part(box.x0 / width),
            x1=_part(box.x1 / width),
            y=_part(box.middle / height),
            page=at + 1,
            from_end=len(self._order) - 1 - at,
            shape=shape_of(text)[:CONTEXT],
            digits=min(sum(map(str.isdigit, text)), CONTEXT),
            words=min(last - first + 1, 8),
        )


def likeness(known: Place, seen: Place) -> float:
    """How much alike two places are, in [0, 1]."""
    left = ratio(known.left, seen.left) / 100 if known.left or seen.left else 1.0
    above = ratio(known.above, seen.above) / 100 if known.above or seen.above else 1.0
    return LEFT * left + ABOVE * above + SPOT * _nearness(known, seen)


def misshape(known: Place, seen: Place) -> float:
    """What is taken off the likeness of a number of a document that is written differently."""
    other = OTHER_SHAPE if known.shape != seen.shape else 0.0
    return other + (OTHER_LENGTH if abs(known.digits - seen.digits) > GROWTH else 0.0)


def _nearness(known: Place, seen: Place) -> float:
    if known.page != seen.page and known.from_end != seen.from_end:
        return 0.0
    across = min(abs(known.x0 - seen.x0), abs(known.x1 - seen.x1))
    return math.exp(-across / NEAR_X - abs(known.y - seen.y) / NEAR_Y)


def printed_runs(tokens: Sequence[Token], most: int = 8) -> Iterator[str]:
    """Every run of up to `most` words, squeezed: a name is printed where it is one of them, not within a word."""
    for first in range(len(tokens)):
        key = ""
        for token in tokens[first : first + most]:
            key += token.key
            yield key


@lru_cache(maxsize=8192)
def mask(text: str) -> str:
    """A text as context: squeezed, every run of digits as one mark."""
    return "".join("#" if part == "\0" else squeeze(part) for part in re.split("(\0)", _DIGITS.sub("\0", text)))


def shape_of(text: str) -> str:
    """The shape of a value: A for letters, 9 for digits, runs as one."""
    return _NUMBERS.sub("9", _LETTERS.sub("A", text.strip()))


def plain_code(text: str) -> str:
    """An identifier's letters and digits."""
    return _SIGNS.sub("", text.upper())


def runs(sheets: Sequence[Sheet], words: int) -> Iterator[Run]:
    """Every run of this many words that stand close together."""
    for sheet in sheets:
        for row in sheet.rows:
            for first in range(len(row.tokens) - words + 1):
                last = first + words - 1
                if not any(row.breaks[first + 1 : last + 1]):
                    tokens = row.tokens[first : last + 1]
                    text = " ".join(token.text for token in tokens).strip("()[]:;,.")
                    yield Run(row, first, last, around(token.box for token in tokens), text)


def _left(row: Row, first: int) -> str:
    start = next((i for i in range(first, -1, -1) if row.breaks[i]), 0)
    own = " ".join(token.text for token in row.tokens[start:first])
    if _is_worded(own):
        return mask(own)[-CONTEXT:]
    for segment in reversed([s for s in segments_of(row) if s.last < first]):
        if _is_worded(segment.text):
            return mask(segment.text)[-CONTEXT:]
    return ""


def _above(rows: Sequence[Row], row: Row, box: Box) -> str:
    for other in reversed(rows[max(0, row.number - ABOVE_ROWS) : row.number]):
        if box.y0 - other.box.y1 > ABOVE_HEIGHTS * row.height:
            return ""
        for segment in segments_of(other):
            if _is_over(segment, box) and _is_worded(segment.text):
                return mask(segment.text)[:CONTEXT]
    return ""


def _is_over(segment: Segment, box: Box) -> bool:
    return segment.box.x0 < box.x1 and segment.box.x1 > box.x0 and segment.box.middle < box.y0


def _is_worded(text: str) -> bool:
    """Whether a text says something: letters that are no currency."""
    words = (part for part in re.findall(r"[^\W\d_]{2,}", text) if part.upper() not in CODES)
    return next(words, None) is not None


def _part(value: float) -> float:
    return round(max(-1.0, min(2.0, value)), 4)
