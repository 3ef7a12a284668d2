"""Words to rows and segments: geometry only, no meaning.

Points from the top left. A row is what stands on one line; a segment is a run of its words without a wide gap. A word
that holds a label and its value (`Nr:4711`) is cut in two.

>>> page = Page(1, 595, 842, (Word("Total:12.00", Box(10, 10, 70, 20)),))
>>> [token.text for token in read_rows(page)[0].tokens]
['Total:', '12.00']
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from extractors.fields.lexicon import squeeze
from models.document import Box, Page, Word

MOST_WORDS = 4000  # a dense page of terms has 1,500; more is noise, and must not cost time
WIDE_GAP = 1.1  # of the row's height: wider gaps part two segments
# A label that has grown into its value or into its translation: after a colon, at a slash between two words, and
# where letters run into a date or an amount.
_CUTS = (
    re.compile(r"(?<=[^\W\d_])[.)]?[:：;#]+(?=[^\s/\\:])"),
    re.compile(r"(?<=[^\W\d_]{3})\.?/(?=[^\W\d_]{3})"),
    re.compile(r"(?<=[^\W\d_]{3})[.:]?(?=\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$)"),
    re.compile(r"(?<=[^\W\d_]{4})(?=(?:RM|[$€£])?\d+[.,]\d{2}$)"),
)
_ADDRESS = re.compile(r"//|@|www\.|\w\.\w{2,4}/")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or the part of one that stands for itself."""

    text: str
    box: Box
    confidence: float
    bold: bool
    key: str  # squeezed
    alternative: str = ""  # what a second reader saw


@dataclass(frozen=True)
class Row:
    """The tokens of one line, left to right. `number` counts over the page."""

    page: int
    number: int
    tokens: tuple[Token, ...]

    @cached_property
    def box(self) -> Box:
        """The smallest box around the row."""
        return around(token.box for token in self.tokens)

    @cached_property
    def height(self) -> float:
        """The median height of the row's words."""
        heights = sorted(token.box.height for token in self.tokens)
        return max(heights[len(heights) // 2], 1.0)

    @cached_property
    def text(self) -> str:
        """The words with a space between them, a tab where the gap is wide."""
        marks = ("\t" if wide else " " for wide in self.breaks)
        return "".join(mark + token.text for mark, token in zip(marks, self.tokens, strict=True))[1:]

    @cached_property
    def memory(self) -> dict[int, tuple[object, Any]]:
        """What was found in this row before, and what was looked for (by its `id`): several readers ask the same."""
        return {}

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each token starts in `text`."""
        starts, at = [], 0
        for token in self.tokens:
            starts.append(at)
            at += len(token.text) + 1
        return tuple(starts)

    @cached_property
    def breaks(self) -> tuple[bool, ...]:
        """For each token whether a wide gap stands before it."""
        gaps = (
            b.box.x0 - a.box.x1 > WIDE_GAP * self.height for a, b in zip(self.tokens, self.tokens[1:], strict=False)
        )
        return (True, *gaps)

    def tokens_of(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last token that a span of `text` touches."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        if self.starts[first] + len(self.tokens[first].text) <= start:
            first += 1
        last = bisect_left(self.starts, end) - 1
        return (first, last) if first <= last else (0, 0)


@dataclass(frozen=True)
class Segment:
    """A run of words without a wide gap."""

    row: Row
    first: int
    last: int

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens."""
        return self.row.tokens[self.first : self.last + 1]

    @cached_property
    def text(self) -> str:
        """Its words with one space between them."""
        return " ".join(token.text for token in self.tokens)

    @cached_property
    def box(self) -> Box:
        """The smallest box around it."""
        return around(token.box for token in self.tokens)

    @cached_property
    def height(self) -> float:
        """The median height of its words; the row's other segments may be larger."""
        heights = sorted(token.box.height for token in self.tokens)
        return max(heights[len(heights) // 2], 1.0)

    @cached_property
    def bold(self) -> bool:
        """Whether its first word is bold."""
        return self.tokens[0].bold


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all; raises ValueError where there is none."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


def clean_text(text: str) -> str:
    """Without lone surrogates, control and private-use characters (icon fonts)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c.isprintable() and not "\ue000" <= c <= "\uf8ff").strip()


def cut_word(word: Word) -> Iterator[Token]:
    """The tokens of one word."""
    text = clean_text(word.text)
    x0, y0, x1, y1 = word.box
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    ends = [m.end() for cut in _CUTS if (m := cut.search(text)) and "//" not in text and "@" not in text]
    other = clean_text(word.alternative) if len(ends) == 0 else ""
    at = 0
    for end in [*sorted({e for e in ends if 0 < e < len(text)}), len(text)]:
        part = text[at:end]
        left = box.x0 + box.width * at / max(len(text), 1)
        right = box.x0 + box.width * end / max(len(text), 1)
        if part.strip():
            yield Token(part, Box(left, box.y0, right, box.y1), word.confidence, word.bold, squeeze(part), other)
        at = end


def read_rows(page: Page) -> tuple[Row, ...]:
    """The rows of a page, top to bottom."""
    tokens = [token for word in page.words[:MOST_WORDS] for token in cut_word(word)]
    tokens.sort(key=lambda token: (token.box.middle, token.box.x0))
    open_rows: list[list[Token]] = []
    for token in tokens:
        row = _row_of(token, open_rows)
        if row is None:
            open_rows.append([token])
        else:
            row.append(token)
    lines = [sorted(row, key=lambda token: token.box.x0) for row in open_rows]
    lines.sort(key=lambda row: sum(token.box.middle for token in row) / len(row))
    return tuple(Row(page.number, number, tuple(line)) for number, line in enumerate(lines))


def _row_of(token: Token, rows: list[list[Token]]) -> list[Token] | None:
    """The row whose nearest word stands at the token's height (a tilted line drifts, its neighbours do not)."""
    best: list[Token] | None = None
    least = 0.5
    reach = 3 * max(token.box.height, 1.0)
    for row in rows[-8:]:
        if abs(row[-1].box.middle - token.box.middle) > reach:
            continue
        near = _nearest(row[-12:], token.box)
        height = max(min(near.box.height, token.box.height), 1.0)
        distance = abs(near.box.middle - token.box.middle) / height
        if distance < least:
            best, least = row, distance
    return best


def _nearest(tokens: Sequence[Token], box: Box) -> Token:
    """The token with the smallest gap beside a box."""
    best, least = tokens[0], math.inf
    for token in tokens:
        x0, _, x1, _ = token.box
        gap = max(x0 - box.x1, box.x0 - x1)
        if gap < least:
            best, least = token, gap
    return best


def segments_of(row: Row) -> Iterator[Segment]:
    """The segments of a row, left to right."""
    first = 0
    for i in range(1, len(row.tokens) + 1):
        if i == len(row.tokens) or row.breaks[i]:
            yield Segment(row, first, i - 1)
            first = i
