"""Words as they stand on a page: in rows, one after the other, below and above each other; and labels made of them.

Gaps and drops are measured in heights of a line. Boxes in points from the top left.

>>> plain("Facture N°:"), bare("(FA-7),")
('factureno', 'FA-7')
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.document import Box, Page, Word

LONGEST = 80  # characters of a label, a shape or a value
LABEL_WORDS = 4
_GAP, _BELOW = 2.5, 3.0  # between words of one text, between a label and what stands under it; in heights of a line


class Spot(NamedTuple):
    """A word in its row."""

    page: Page
    row: tuple[Word, ...]
    at: int


def plain(text: str) -> str:
    """Letters and digits without accents, small: how words of a label are compared."""
    split = unicodedata.normalize("NFKD", text.replace("°", "o").replace("º", "o"))
    return "".join(c for c in split if c.isalnum()).casefold()


def bare(text: str) -> str:
    """A word without the marks around it."""
    return text.strip(" :;,.#()[]")


def spots(pages: Sequence[Page]) -> Iterator[Spot]:
    """Every word of the pages, row by row."""
    for page in pages:
        for row in _rows(page):
            for at in range(len(row)):
                yield Spot(page, row, at)


def _rows(page: Page) -> list[tuple[Word, ...]]:
    """The page's words line by line, each from left to right."""
    rows: list[list[Word]] = []
    words = [part for word in page.words for part in _parts(word)]
    for word in sorted(words, key=lambda one: (one.box.middle, one.box.x0)):
        last = rows[-1][0].box if rows else None
        if last is not None and abs(last.middle - word.box.middle) < max(last.height, 1) / 2:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [tuple(sorted(row, key=lambda one: one.box.x0)) for row in rows]


def _parts(word: Word) -> Iterator[Word]:
    """A word that a recogniser gave with blanks in it, cut into its own words, each with its share of the box."""
    if " " not in word.text:
        yield word
        return
    step, at = word.box.width / max(len(word.text), 1), 0
    for text in word.text.split(" "):
        if text:
            left = word.box.x0 + step * at
            yield word._replace(text=text, box=Box(left, word.box.y0, left + step * len(text), word.box.y1))
        at += len(text) + 1


def is_near(one: Word, other: Word) -> bool:
    """Whether a word follows another so closely that both are one text."""
    return other.box.x0 - one.box.x1 <= _GAP * max(one.box.height, 1)


def word_below(spot: Spot, end: int) -> Spot | None:
    """The word under a label."""
    first, last = spot.row[spot.at].box, spot.row[end - 1].box
    for row in _rows(spot.page):
        drop = row[0].box.middle - first.middle
        if first.height / 2 < drop <= _BELOW * max(first.height, 1):
            for at, word in enumerate(row):
                if word.box.x0 < last.x1 and word.box.x1 > first.x0:
                    return Spot(spot.page, row, at)
    return None


def beside(spot: Spot) -> str:
    """The label before a word, on its row; empty where there is none."""
    words: list[Word] = []
    for word in reversed(spot.row[: spot.at]):
        if len(words) == LABEL_WORDS or any(c.isdigit() for c in word.text):
            break
        if words and not is_near(word, words[0]):
            break
        words.insert(0, word)
    return _label(words)


def above(spot: Spot) -> str:
    """The label over a word; empty where there is none."""
    own = spot.row[spot.at].box
    over = [row for row in _rows(spot.page) if 0 < own.middle - row[0].box.middle <= _BELOW * max(own.height, 1)]
    words = [word for word in over[-1] if word.box.x0 < own.x1 and word.box.x1 > own.x0] if over else []
    return _label([] if any(c.isdigit() for word in words for c in word.text) else words[:LABEL_WORDS])


def _label(words: Sequence[Word]) -> str:
    text = " ".join(word.text for word in words if plain(word.text))
    return text if sum(c.isalpha() for c in text) > 1 and len(text) <= LONGEST else ""
