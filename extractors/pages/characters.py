"""Characters of a PDF's text layer become words: split at spaces and at gaps, letter-spaced headings joined again.

Points, origin top left. Boxes are the loose ones, a character's full advance by the font's full height: neighbours in
a word touch, and a narrow 1 is not torn from its 0.

>>> row = [Character(c, Box(10 * i, 0, 10 * i + 10, 12), 0) for i, c in enumerate("ab")]
>>> [word.text for word in join_words([*row, Character("c", Box(30, 0, 40, 12), 0)])]
['ab', 'c']
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from models.document import Box

GAP = 0.28  # heights between two characters from which they belong to two words; a space is 0.25 to 0.3 em
OVERLAP = 0.7  # heights by which a character may step back (kerning, accents set apart)
SPACED_LETTERS = 4  # single letters in a row from which they are one letter-spaced word
SPACED_GAP = 1.0  # heights between such letters at most
WORD_GAP = 1.7  # times the usual gap of such letters: there a new word starts
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
# PDFium says U+0002 for a hyphen at the end of a line; a soft hyphen that is on the page was printed.
HYPHENS = dict.fromkeys("\u0002\u00ad\u2010\u2011", "-")
SPELLINGS = LIGATURES | HYPHENS
DROPPED = frozenset("\u200b\u200c\u200d\u2060\ufeff\ufffe")  # marks without ink


class Character(NamedTuple):
    """One character, its loose box, and its place in the page's text."""

    text: str
    box: Box
    at: int


class Token(NamedTuple):
    """Characters that belong together; `at` is that of the first, `turn` what makes them run left to right.

    `turn` is 0, 90, 180 or 270 degrees clockwise; 0 for a single character, which does not tell.
    """

    text: str
    box: Box
    at: int
    turn: int = 0


def join_words(characters: Iterable[Character]) -> list[Token]:
    """The words of a page, in the order of its text."""
    words: list[Token] = []
    run: list[Character] = []
    for character in characters:
        if run and (character.text.isspace() or not _continues(run[-1].box, character.box)):
            words.append(_join(run))
            run = []
        if character.text not in DROPPED and not character.text.isspace():
            run.append(character)
    if run:
        words.append(_join(run))
    return _join_spaced(words)


def _continues(before: Box, after: Box) -> bool:
    height = max(before.height, after.height, 0.1)
    if abs(before.middle - after.middle) > 0.5 * height:
        return _continues_sideways(before, after)
    if -OVERLAP * height <= after.x0 - before.x1 < GAP * height:
        return True
    return -0.1 * height <= before.x0 - after.x1 < GAP * height  # text on its head


def _continues_sideways(before: Box, after: Box) -> bool:
    """Text on its side: the next character stands above or below, in the same column."""
    if abs((before.x0 + before.x1) - (after.x0 + after.x1)) > before.width:
        return False
    gap = max(after.y0 - before.y1, before.y0 - after.y1)
    return before.width > 0 and abs(gap) < GAP * max(before.width, after.width)


def _join(run: list[Character]) -> Token:
    boxes = [character.box for character in run]
    box = Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))
    text = "".join(SPELLINGS.get(character.text, character.text) for character in run)
    return Token(text if text.isascii() else unicodedata.normalize("NFC", text), box, run[0].at, _turn(boxes))


def _turn(boxes: list[Box]) -> int:
    right, down = boxes[-1].x0 - boxes[0].x0, boxes[-1].y0 - boxes[0].y0
    if abs(right) >= abs(down):
        return 180 if right < 0 else 0
    return 270 if down > 0 else 90


def _join_spaced(words: list[Token]) -> list[Token]:
    """Join runs such as ``R E C H N U N G``, which some producers set letter by letter."""
    joined: list[Token] = []
    start = 0
    while start < len(words):
        end = _end_of_letters(words, start)
        run = words[start:end]
        joined.extend(_split_run(run) if len(run) >= SPACED_LETTERS and _is_spelled(run) else run)
        start = end
    return joined


def _is_spelled(run: list[Token]) -> bool:
    return sum(token.text.isalpha() for token in run) >= SPACED_LETTERS


def _end_of_letters(words: list[Token], start: int) -> int:
    end = start + 1
    while end < len(words) and _is_next_letter(words[end - 1], words[end]):
        end += 1
    return end


def _is_next_letter(before: Token, after: Token) -> bool:
    if len(before.text) > 1 or len(after.text) > 1 or abs(before.box.middle - after.box.middle) > 1:
        return False
    gap = after.box.x0 - before.box.x1
    return 0 <= gap <= SPACED_GAP * max(before.box.height, after.box.height)


def _split_run(run: list[Token]) -> list[Token]:
    gaps = [after.box.x0 - before.box.x1 for before, after in pairwise(run)]
    usual = max(median(gaps), 0.5)
    words = [run[0]]
    for gap, token in zip(gaps, run[1:], strict=True):
        if gap > WORD_GAP * usual:
            words.append(token)
        else:
            last = words[-1]
            words[-1] = Token(last.text + token.text, last.box.union(token.box), last.at)
    return words
