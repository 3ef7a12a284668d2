"""OCR engines as rows of a table: a picture in, words with boxes and confidences out.

To add one: a module with an `OcrEngine`, and its row in ENGINES.

>>> load_engine("null").recognise(None, 150).words
()
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from extractors.ocr.null import NullEngine
from extractors.ocr.recognition import OcrEngine, OcrWord, Recognition
from models.errors import SettingsError

__all__ = ["ENGINES", "OcrEngine", "OcrWord", "Recognition", "load_engine"]


def _ppocr() -> OcrEngine:
    from extractors.ocr.cascade import read_well
    from extractors.ocr.ppocr import PpOcrEngine

    return PpOcrEngine("ppocr", read_well)


def _ppocr_fast() -> OcrEngine:
    from extractors.ocr.cascade import read_fast
    from extractors.ocr.ppocr import PpOcrEngine

    return PpOcrEngine("ppocr-fast", read_fast)


def _tesseract() -> OcrEngine:
    from extractors.ocr.tesseract import TesseractEngine

    return TesseractEngine()


# Engines are imported when they are asked for: onnxruntime and OpenCV take half a second.
ENGINES: dict[str, Callable[[], OcrEngine]] = {
    "ppocr": _ppocr,
    "ppocr-fast": _ppocr_fast,
    "tesseract": _tesseract,
    "null": NullEngine,
}


@cache
def load_engine(name: str) -> OcrEngine:
    """The engine of that row, one for the process; raises SettingsError for a name that is in no row."""
    if name not in ENGINES:
        raise SettingsError(f"reading.engine: {name!r} is none of {', '.join(sorted(ENGINES))}")
    return ENGINES[name]()
