"""What is read: bytes with an identity, and the pages and words found in them.

Units: points (1/72 inch). Origin: top left, x to the right, y down.

>>> Box(10, 20, 30, 26).height
6
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on a page in points, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """The y of the horizontal middle line."""
        return (self.y0 + self.y1) / 2

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


class Word(NamedTuple):
    """One word as it stands on the page; confidence in [0, 1], 1.0 for born-digital text."""

    text: str
    box: Box
    confidence: float = 1.0
    bold: bool = False
    alternative: str = ""  # what a second reader saw, where it differs


class Unseen(NamedTuple):
    """A word of the text layer that nobody sees on the page, and why."""

    text: str
    box: Box
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page, upright: its size in points, its words in no promised order, and who read them."""

    number: int  # from 1, within the file
    width: float
    height: float
    words: tuple[Word, ...]
    reader: str = "text"  # "text", or an engine's name such as "ppocr" or "tesseract"
    rotation: int = 0  # degrees clockwise by which the stored page was turned to be upright: 0, 90, 180, 270
    notes: tuple[str, ...] = field(default=())  # e.g. "text_layer_untrusted"
    skew: float = 0.0  # degrees by which its lines fell to the right; the boxes are rid of it
    hidden: tuple[Unseen, ...] = ()  # for the checks of a reading only; not handed on


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it came in. Its identity is the SHA-256 of its bytes; the name is only shown."""

    content: bytes
    name: str
    groups: tuple[tuple[int, ...], ...] = ()  # pages of each invoice as a person laid them out; empty: the reader says

    @property
    def sha256(self) -> str:
        """The identity, 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()
