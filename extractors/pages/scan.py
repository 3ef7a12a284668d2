"""A picture of a page becomes a `Page`: the engine reads it, pixels become points.

Where the first engine is not installed, or finds next to nothing, the second reads.

>>> page_from_recognition(1, Recognition(()), (300, 600), 150, "null").width
144.0
"""

from __future__ import annotations

import numpy as np

from extractors.ocr import OcrEngine, Recognition, load_engine
from extractors.ocr.recognition import GreyImage
from extractors.progress import page_started
from models.document import Box, Page, Word
from models.errors import EngineError
from models.settings import ReadingSettings

POINTS = 72.0
FEW_WORDS = 3
INK = 8.0  # standard deviation of grey values below which a picture is an empty page


def read_scan(image: GreyImage, dpi: float, number: int, reading: ReadingSettings) -> Page:
    """Read a grey picture of a page; raises EngineError where no engine is installed."""
    first, *others = _available(reading)
    page_started()  # moves the deadline of a reading child
    found, name = first.recognise(image, dpi), first.name
    if len(found.words) < FEW_WORDS and others and float(np.std(image)) > INK:
        second = others[0].recognise(image, dpi)
        if _weight(second) > _weight(found):
            found, name = second, others[0].name
    height, width = image.shape
    return page_from_recognition(number, found, (width, height), dpi, name)


def page_from_recognition(number: int, found: Recognition, size: tuple[int, int], dpi: float, reader: str) -> Page:
    """The page in points; `size` is the picture's width and height in pixels before it was turned."""
    scale = POINTS / dpi
    width, height = size if found.rotation % 180 == 0 else size[::-1]
    words = tuple(
        Word(word.text, _scaled(word.box, scale), word.confidence, alternative=word.alternative) for word in found.words
    )
    return Page(
        number, width * scale, height * scale, words, reader=reader, rotation=found.rotation, skew=round(found.skew, 2)
    )


def _available(reading: ReadingSettings) -> list[OcrEngine]:
    engines = [load_engine(name) for name in (reading.engine, reading.second_engine)]
    available = [engine for engine in engines if engine.is_available()]
    if not available:
        raise EngineError(f"neither {reading.engine} nor {reading.second_engine} is installed")
    return available


def _weight(found: Recognition) -> float:
    return sum(word.confidence * len(word.text) for word in found.words)


def _scaled(box: Box, scale: float) -> Box:
    return Box(*(round(side * scale, 2) for side in box))
