"""The words of a page as the work page takes them: in reading order, with their rows, safe to show.

Boxes in points from the top left of the upright page. Rows are told by the middle of the words: what stands beside each
other belongs to one row, however far apart.

>>> from models.document import Box
>>> [word.text for word in in_rows([Word("234,56", Box(20, 0, 50, 10)), Word("1", Box(0, 1, 6, 11))])[0]]
['1', '234,56']
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import isfinite
from typing import Literal, NotRequired, TypedDict

from models.document import Page, Word

MOST_WORDS = 20_000  # of one page: a sheet full of 4 pt print has some 8,000
LONGEST = 200  # signs of one word
_BESIDE = 0.5  # share of the lower word's height by which two words of one row may be shifted
Shown = tuple[str, float, float, float, float, int]  # text, x0, y0, x1, y1, row
Reason = Literal["", "no_words", "no_page", "busy", "unreadable"]


class PageWords(TypedDict):
    """The answer for one page. `reason` says why there are no words; the sizes are absent where the page is unknown."""

    page: int
    reason: Reason
    words: list[Shown]
    width: NotRequired[float]
    height: NotRequired[float]


def page_words(pages: Sequence[Page], number: int, reason: Reason = "") -> PageWords:
    """The words of page `number`; with a reason where there are none."""
    page = next((page for page in pages if page.number == number), None)
    if page is None:
        return {"page": number, "reason": reason or "no_page", "words": []}
    rows = in_rows([word for word in page.words if _is_shown(word)][:MOST_WORDS])
    shown = [_shown(word, row) for row, words in enumerate(rows) for word in words]
    why: Reason = reason if shown else reason or "no_words"
    return {"page": number, "reason": why, "words": shown, "width": page.width, "height": page.height}


def in_rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words in reading order: rows from the top, each from the left."""
    rows: list[list[Word]] = []
    middle = height = 0.0
    for word in sorted(words, key=lambda word: word.box.middle):
        if rows and word.box.middle - middle <= _BESIDE * min(height, word.box.height):
            rows[-1].append(word)
            middle += (word.box.middle - middle) / len(rows[-1])
            height = max(height, word.box.height)
        else:
            rows.append([word])
            middle, height = word.box.middle, word.box.height
    return [sorted(row, key=lambda word: word.box.x0) for row in rows]


def plain_text(text: str) -> str:
    r"""A text without signs that are not seen: controls, and those that turn the direction of what follows.

    >>> plain_text("12\u202e34\x00")
    '1234'
    """
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})[:LONGEST].strip()


def _is_shown(word: Word) -> bool:
    box = word.box
    return all(map(isfinite, box)) and box.width > 0 and box.height > 0 and bool(plain_text(word.text))


def _shown(word: Word, row: int) -> Shown:
    x0, y0, x1, y1 = (round(value, 2) for value in word.box)
    return plain_text(word.text), x0, y0, x1, y1, row
