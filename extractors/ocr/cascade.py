"""The two recognisers share the lines of a picture: which one's reading stands, and which is kept beside it.

The tiny recogniser costs a fifth of the small one. Where the weakest character of a word is sure enough, both read the
same (measured on scans and receipts: 99 of 100 such lines), so the small one is asked only about the parts of lines
that hold other words. Numbers must be surer than words.

>>> is_sure(ReadLine("Total", (0.1, 0.3, 0.5, 0.7, 0.9), (0.98,) * 5)), is_sure(ReadLine("12", (0.2, 0.7), (0.98,) * 2))
(True, False)
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from extractors.ocr.detection import Lines
from extractors.ocr.lines import ReadLine, Span, cut_line, has_repeats, read_cut, read_lines, split_words
from extractors.ocr.parts import read_unsure
from extractors.ocr.recognition import GreyImage

SURE_NUMBER, SURE_TEXT = 0.985, 0.975  # weakest character from which on a word of the tiny recogniser stands (measured)
DOUBTFUL = 0.7  # weakest character below which a word with digits needs a second opinion
# The tiny recogniser drops spaces: "20%100.00", "Total:12", "NetTotal". A sign or a small letter is hardly followed so.
_GLUED = re.compile(r"[%€£$:;)]\w|,[^\W\d_]|[a-zß-ÿ][A-ZÀ-Þ]|[^\W\d_]{3}\d+[.,]\d")


class Reading(NamedTuple):
    """A line as read, and what the other recogniser read where both did."""

    line: ReadLine
    other: ReadLine | None = None


class Cascade(Protocol):
    """A way to read the lines of a picture, in the order given."""

    def __call__(self, image: GreyImage, lines: Lines, /) -> tuple[Reading, ...]:
        """One reading a line."""
        ...


def read_well(image: GreyImage, lines: Lines) -> tuple[Reading, ...]:
    """The tiny recogniser where it is sure, else the small one."""
    cuts = [cut_line(image, line) for line in lines]
    quick = [read_cut(cut, "tiny") for cut in cuts]
    return tuple(
        Reading(line) if is_sure(line) else Reading(read_unsure(cut, line, is_sure_word, "small"), line)
        for cut, line in zip(cuts, quick, strict=True)
    )


def read_fast(image: GreyImage, lines: Lines) -> tuple[Reading, ...]:
    """The tiny recogniser everywhere; the small one gives its opinion on lines with a doubtful number."""
    quick = read_lines(image, lines, "tiny")
    doubtful = [index for index, line in enumerate(quick) if any(map(is_doubtful, split_words(line)))]
    other = dict(zip(doubtful, read_lines(image, lines[doubtful], "small"), strict=True))
    return tuple(Reading(line, other.get(at)) for at, line in enumerate(quick))


def is_sure(line: ReadLine) -> bool:
    """Whether a reading of the tiny recogniser can stand as it is."""
    words = split_words(line)
    return bool(words) and all(map(is_sure_word, words))


def is_sure_word(word: Span) -> bool:
    """Whether a word can stand; not if it may be two, nor with a row of like digits, of which some may be missing."""
    sure = SURE_NUMBER if has_digit(word.text) else SURE_TEXT
    return word.weakest >= sure and not has_repeats(word.text) and not _GLUED.search(word.text)


def is_doubtful(word: Span) -> bool:
    """Whether a number may be wrong, so that a second reading of it is worth having."""
    return word.weakest < DOUBTFUL and has_digit(word.text)


def has_digit(text: str) -> bool:
    """Whether a digit stands in it: money, dates and numbers do have one."""
    return any(character.isdigit() for character in text)
