"""PP-OCRv6 on onnxruntime: the tiny detector finds lines, a cascade of the two recognisers reads them.

Boxes in pixels of the upright, straightened picture; see `extractors.ocr.recognition`.

>>> from extractors.ocr.cascade import read_well
>>> PpOcrEngine("ppocr", read_well).name
'ppocr'
"""

from __future__ import annotations

import cv2
import numpy as np

from extractors.ocr import weights
from extractors.ocr.calibration import calibrated
from extractors.ocr.cascade import Cascade, has_digit, is_doubtful
from extractors.ocr.detection import Lines, heights, lengths
from extractors.ocr.lines import ReadLine, Span, read_lines, split_words
from extractors.ocr.orientation import measure_skew, turn_upright
from extractors.ocr.recognition import GreyImage, OcrWord, Recognition
from extractors.ocr.straighten import straighten_box

SMALLEST_SKEW = 0.1  # degrees: less is the measurement's own error

cv2.setNumThreads(1)


class PpOcrEngine:
    """Reads the lines of an upright picture as `cascade` does."""

    def __init__(self, name: str, cascade: Cascade) -> None:
        self.name = name
        self._cascade = cascade

    def is_available(self) -> bool:
        """Whether the networks are installed."""
        return weights.is_installed()

    def warm_up(self) -> None:
        """Load the three networks and run each once, so that forked children start warm."""
        self.recognise(np.full((64, 320), 255, np.uint8), 150)
        strip: Lines = np.array([[[0, 0], [320, 0], [320, 48], [0, 48]]], np.float32)
        for size in weights.RECOGNISERS:
            read_lines(np.full((64, 320), 255, np.uint8), strip, size)

    def recognise(self, image: GreyImage, dpi: float) -> Recognition:  # noqa: ARG002 - the networks need no scale
        """Read one page whichever way up it is."""
        upright = turn_upright(image)
        lines = _in_order(upright.lines)
        skew = measure_skew(lines)
        skew = skew if abs(skew) >= SMALLEST_SKEW else 0.0
        height, width = upright.image.shape
        words = [
            OcrWord(
                span.text,
                straighten_box(_corners(line, span), skew, (width / 2, height / 2)),
                calibrated(span.weakest, has_digits=has_digit(span.text)),
                _other_reading(span, reading.other),
            )
            for line, reading in zip(lines, self._cascade(upright.image, lines), strict=True)
            for span in split_words(reading.line)
        ]
        return Recognition(tuple(words), upright.rotation, skew)


def _in_order(lines: Lines) -> Lines:
    """Top to bottom, then left to right; single tall characters lie as they are, other lines on end are turned."""
    if not len(lines):
        return lines
    usual = float(np.median(heights(lines)))
    on_end = (heights(lines) > 1.5 * lengths(lines)) & (heights(lines) > 2.5 * usual)
    lines = np.where(on_end[:, None, None], np.roll(lines, -1, axis=1), lines)
    return lines[np.lexsort((lines[:, 0, 0], lines[:, :, 1].mean(axis=1)))]


def _corners(line: Lines, span: Span) -> Lines:
    along_top, along_bottom = line[1] - line[0], line[2] - line[3]
    return np.array(
        [
            line[0] + along_top * span.start,
            line[0] + along_top * span.end,
            line[3] + along_bottom * span.end,
            line[3] + along_bottom * span.start,
        ]
    )


def _other_reading(span: Span, again: ReadLine | None) -> str:
    """What the second reader saw where this word stands, if it is something else."""
    if again is None or not is_doubtful(span):
        return ""
    characters = zip(again.text, again.positions, strict=True)
    text = "".join(character for character, at in characters if span.start <= at <= span.end).strip()
    return "" if text == span.text else text
