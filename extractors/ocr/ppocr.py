"""PP-OCRv6 on onnxruntime: tiny detector, small or tiny recogniser, and the other recogniser as the second reader.

Boxes in pixels of the upright, straightened picture; see `extractors.ocr.recognition`.

>>> PpOcrEngine("ppocr", recogniser="small", second="tiny").name
'ppocr'
"""

from __future__ import annotations

import cv2
import numpy as np

from extractors.ocr import weights
from extractors.ocr.calibration import calibrated
from extractors.ocr.detection import Lines, heights, lengths
from extractors.ocr.lines import ReadLine, Span, read_lines, split_words
from extractors.ocr.orientation import measure_skew, turn_upright
from extractors.ocr.recognition import GreyImage, OcrWord, Recognition
from extractors.ocr.straighten import straighten_box
from extractors.ocr.weights import Size

DOUBTFUL = 0.7  # weakest character below which a word with digits is read again
SMALLEST_SKEW = 0.1  # degrees: less is the measurement's own error

cv2.setNumThreads(1)


class PpOcrEngine:
    """Reads with `recogniser`, and lines with a doubtful number also with `second`."""

    def __init__(self, name: str, *, recogniser: Size, second: Size) -> None:
        self.name = name
        self._recogniser = recogniser
        self._second = second

    def is_available(self) -> bool:
        """Whether the networks are installed."""
        return weights.is_installed()

    def warm_up(self) -> None:
        """Load the three networks and run each once, so that forked children start warm."""
        self.recognise(np.full((64, 320), 255, np.uint8), 150)
        strip: Lines = np.array([[[0, 0], [320, 0], [320, 48], [0, 48]]], np.float32)
        for size in (self._recogniser, self._second):
            read_lines(np.full((64, 320), 255, np.uint8), strip, size)

    def recognise(self, image: GreyImage, dpi: float) -> Recognition:  # noqa: ARG002 - the networks need no scale
        """Read one page whichever way up it is."""
        upright = turn_upright(image)
        lines = _in_order(upright.lines)
        skew = measure_skew(lines)
        skew = skew if abs(skew) >= SMALLEST_SKEW else 0.0
        read = read_lines(upright.image, lines, self._recogniser)
        again = self._read_again(upright.image, lines, read)
        height, width = upright.image.shape
        words = [
            OcrWord(
                span.text,
                straighten_box(_corners(line, span), skew, (width / 2, height / 2)),
                calibrated(span.weakest, has_digits=_has_digit(span.text)),
                _other_reading(span, again.get(index)),
            )
            for index, (line, text) in enumerate(zip(lines, read, strict=True))
            for span in split_words(text)
        ]
        return Recognition(tuple(words), upright.rotation, skew)

    def _read_again(self, image: GreyImage, lines: Lines, read: tuple[ReadLine, ...]) -> dict[int, ReadLine]:
        doubtful = [index for index, line in enumerate(read) if any(map(_is_doubtful, split_words(line)))]
        return dict(zip(doubtful, read_lines(image, lines[doubtful], self._second), strict=True))


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


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_doubtful(span: Span) -> bool:
    return span.weakest < DOUBTFUL and _has_digit(span.text)


def _other_reading(span: Span, again: ReadLine | None) -> str:
    """What the second reader saw where this word stands, if it is something else."""
    if again is None or not _is_doubtful(span):
        return ""
    characters = zip(again.text, again.positions, strict=True)
    text = "".join(character for character, at in characters if span.start <= at <= span.end).strip()
    return "" if text == span.text else text
