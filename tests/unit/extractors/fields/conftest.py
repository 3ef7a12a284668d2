"""Pages written as text: a character is 6 points wide, a line 14 points high, so that a test shows its layout."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from extractors.fields import read_fields
from models.document import Box, Page, Word
from models.extraction import Extraction
from models.settings import ReadingSettings

CHARACTER, LINE, GLYPH = 6.0, 14.0, 10.0

PageMaker = Callable[..., Page]
Reader = Callable[..., Extraction]


def draw(text: str, number: int = 1, confidence: float = 1.0) -> Page:
    """The words of a text drawing where they stand in it; a line that begins with `*` is twice as large."""
    words = []
    top = 30.0
    for line in text.strip("\n").split("\n"):
        large = line.startswith("*")
        height = GLYPH * (2 if large else 1)
        for m in re.finditer(r"\S+", line.replace("*", " ", 1) if large else line):
            box = Box(m.start() * CHARACTER, top, m.end() * CHARACTER - 1, top + height)
            words.append(Word(m[0], box, confidence))
        top += LINE * (2 if large else 1)
    return Page(number, 595.0, 842.0, tuple(words))


@pytest.fixture
def page_of() -> PageMaker:
    """Draw a page from text."""
    return draw


@pytest.fixture
def read_one() -> Reader:
    """Read a drawn page as one invoice."""

    def read(*texts: str) -> Extraction:
        pages = tuple(draw(text, number) for number, text in enumerate(texts, start=1))
        (extraction,) = read_fields(pages, ReadingSettings(workers=1))
        return extraction

    return read
