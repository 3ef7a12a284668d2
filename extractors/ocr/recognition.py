"""What an OCR engine returns: words in the frame of the upright, straightened picture.

Units: pixels of the picture after it was turned clockwise by `rotation` (origin top left, x right, y down), then
straightened by `skew` degrees about its middle. Confidence in [0, 1]: the chance that the word is right.

>>> Recognition(words=(), rotation=90).skew
0.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.document import Box

GreyImage = NDArray[np.uint8]  # (height, width), 0 is black


class OcrWord(NamedTuple):
    """One word with its box in pixels, and what a second reading of the same pixels gave where it differs."""

    text: str
    box: Box
    confidence: float
    alternative: str = ""


def turned(image: GreyImage, rotation: int) -> GreyImage:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees, without loss."""
    return np.ascontiguousarray(np.rot90(image, -rotation // 90))


@dataclass(frozen=True, slots=True)
class Recognition:
    """The words of one picture, line by line from the top, and how the picture had to be turned for them.

    `rotation` is 0, 90, 180 or 270 degrees clockwise; `skew` is the angle of the text lines in degrees, positive
    where they fall to the right, which the boxes are already rid of.
    """

    words: tuple[OcrWord, ...]
    rotation: int = 0
    skew: float = 0.0


class OcrEngine(Protocol):
    """A reader of pictures. Engines hold no state of a page, so that one serves a whole process and its forks."""

    name: str

    def is_available(self) -> bool:
        """Whether everything it needs is installed; never raises."""
        ...

    def warm_up(self) -> None:
        """Load what is slow to load; raises EngineError where it cannot."""
        ...

    def recognise(self, image: GreyImage, dpi: float) -> Recognition:
        """Read one page; raises EngineError where the engine is missing or breaks."""
        ...
