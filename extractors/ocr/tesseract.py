"""Tesseract through pytesseract: the independent reader, for scripts and pages that PP-OCR does not read.

It wants the page upright and level; one that reads badly is asked for its orientation and read again turned.

>>> segmentation_mode(100, 400)
6
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytesseract
from pytesseract import Output

from extractors.ocr.recognition import GreyImage, OcrWord, Recognition, turned
from models.document import Box
from models.errors import EngineError

WANTED = ("eng", "fra", "deu", "spa", "ita", "nld", "por", "pol", "rus", "ukr", "ell")
AUTOMATIC, ONE_BLOCK = 3, 6
SURE = 0.6  # mean confidence below which the page may be the wrong way up
SECONDS = 60


class TesseractEngine:
    """Reads with every language of WANTED that is installed."""

    name = "tesseract"

    def is_available(self) -> bool:
        """Whether the program is there and speaks at least one language."""
        return bool(installed_languages())

    def warm_up(self) -> None:
        """Learn which languages there are; raises EngineError where there are none."""
        _languages()

    def recognise(self, image: GreyImage, dpi: float) -> Recognition:
        """Read one page, turned by its orientation where it reads badly as it is."""
        words = _read(image, dpi)
        if _confidence(words) >= SURE or not (rotation := _orientation(image, dpi)):
            return Recognition(words)
        again = _read(turned(image, rotation), dpi)
        if _confidence(again) <= _confidence(words):
            return Recognition(words)
        return Recognition(again, rotation)


@cache
def installed_languages() -> tuple[str, ...]:
    """The languages of WANTED that this machine's Tesseract has; empty where there is no Tesseract."""
    try:
        found = set(pytesseract.get_languages(config=""))
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError):
        return ()
    return tuple(language for language in WANTED if language in found)


def segmentation_mode(width: int, height: int) -> int:
    """One block for a till's slip, which is more than twice as tall as wide; else find the blocks."""
    return ONE_BLOCK if height > 2 * width else AUTOMATIC


def _languages() -> str:
    if not installed_languages():
        raise EngineError("Tesseract is not installed, or without a language: apt-get install tesseract-ocr")
    return "+".join(installed_languages())


def _read(image: GreyImage, dpi: float) -> tuple[OcrWord, ...]:
    height, width = image.shape
    config = f"--psm {segmentation_mode(width, height)} --dpi {round(dpi)}"
    found = _call(pytesseract.image_to_data, image, config, lang=_languages())
    keys = ("text", "conf", "left", "top", "width", "height")
    return tuple(
        OcrWord(text.strip(), Box(x, y, x + w, y + h), round(float(confidence) / 100, 4))
        for text, confidence, x, y, w, h in zip(*(found[key] for key in keys), strict=True)
        if text.strip() and float(confidence) >= 0
    )


def _orientation(image: GreyImage, dpi: float) -> int:
    """Degrees clockwise to upright; 0 where Tesseract cannot tell."""
    try:
        found = _call(pytesseract.image_to_osd, image, f"--psm 0 --dpi {round(dpi)}")
    except EngineError:
        return 0
    return int(found["rotate"]) % 360


def _call(function: Any, image: GreyImage, config: str, **options: str) -> dict[str, Any]:  # noqa: ANN401 - untyped library
    os.environ["OMP_THREAD_LIMIT"] = "1"  # its threads spin: the default costs five times the CPU
    try:
        found: dict[str, Any] = function(image, config=config, output_type=Output.DICT, timeout=SECONDS, **options)
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, RuntimeError, OSError) as error:
        raise EngineError(f"Tesseract: {error}") from error
    return found


def _confidence(words: tuple[OcrWord, ...]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
