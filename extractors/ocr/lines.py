"""Text of a line: cut out, scaled to 48 pixels, read by a PP-OCRv6 recogniser, split into words.

The recogniser gives a distribution over symbols for every 8 pixels of the cut; the best symbol of each column, with
repetitions and blanks removed, is the text (connectionist temporal classification). Each character keeps its column
and its probability. A word is as sure as its weakest character, which tells right from wrong words better than the
mean does. Positions are fractions of the line's length.

>>> split_words(ReadLine("a b", (0.1, 0.5, 0.9), (0.9, 1.0, 0.8)))[1].text
'b'
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.ocr import weights
from extractors.ocr.detection import Lines
from extractors.ocr.recognition import GreyImage
from extractors.ocr.weights import Size

HEIGHT = 48
# A column of the network is 8 pixels: of a row of like digits that stand closer it drops some. Stretched they part.
_REPEATED = re.compile(r"(\d)\1\1\1|\d{12,}")
STRETCH = 1.25
# Share of its width at which a recogniser reads a line. The small one's time grows with the pixels, and a tenth fewer
# lose nothing; at a fifth fewer it loses digits (measured).
SQUEEZE: dict[Size, float] = {"tiny": 1.0, "small": 0.9}
NARROWEST, WIDEST = 16, 3200  # pixels of a cut; the widest is what the networks were made for
UPRIGHT_RATIO = 1.5  # taller than this times its length: the text stands on its side, unless it is one character
# The recognisers drop spaces. Two characters are also two words where this many heights of white lie between them and
# the step is longer than usual in that line: a thin 1 in a till's type has white around it, but the usual step.
WIDE_BLANK, WIDE_STEP = 0.19, 1.3


class ReadLine(NamedTuple):
    """A line as read: for each character its position in [0, 1], its probability, the white before it in heights."""

    text: str
    positions: tuple[float, ...]
    probabilities: tuple[float, ...]
    blanks: tuple[float, ...] = ()  # empty where they were not measured

    @property
    def confidence(self) -> float:
        """Mean probability; 0.0 where nothing was read."""
        return sum(self.probabilities) / len(self.probabilities) if self.text else 0.0


class Span(NamedTuple):
    """A word within its line: `start` and `end` in [0, 1] along it, and its weakest character's probability."""

    text: str
    start: float
    end: float
    weakest: float


def read_lines(image: GreyImage, lines: Lines, size: Size) -> tuple[ReadLine, ...]:
    """Read each line of the picture, in the order given."""
    return tuple(read_cut(cut_line(image, line), size) for line in lines)


def has_repeats(text: str) -> bool:
    """Whether a row of like digits stands in it, of which a recogniser may have dropped some."""
    return bool(_REPEATED.search(text))


def _weakest(line: ReadLine) -> float:
    return min(line.probabilities, default=0.0)


def split_words(line: ReadLine) -> tuple[Span, ...]:
    """The words of a line: split at spaces, and where two characters stand far apart."""
    pitch = _pitch(line)
    spans: list[Span] = []
    start = 0
    for index in range(len(line.text) + 1):
        if index < len(line.text) and line.text[index] != " " and not (index > start and _is_apart(line, index, pitch)):
            continue
        if index > start:
            spans.append(_span(line, start, index, pitch))
        start = index + 1 if index < len(line.text) and line.text[index] == " " else index
    return tuple(spans)


def _is_apart(line: ReadLine, index: int, pitch: float) -> bool:
    is_far = line.positions[index] - line.positions[index - 1] > WIDE_STEP * pitch
    return is_far and bool(line.blanks) and line.blanks[index] > WIDE_BLANK


def _pitch(line: ReadLine) -> float:
    """Usual distance from character to character."""
    steps = sorted(after - before for before, after in pairwise(line.positions))
    return steps[len(steps) // 2] if steps else 0.5


def _span(line: ReadLine, start: int, end: int, pitch: float) -> Span:
    first, last = line.positions[start], line.positions[end - 1]
    return Span(
        line.text[start:end],
        max(0.0, first - pitch / 2),
        min(1.0, last + pitch / 2),
        min(line.probabilities[start:end]),
    )


def cut_line(image: GreyImage, line: NDArray[np.float32]) -> GreyImage:
    """The line's pixels, level, HEIGHT tall."""
    length = max(1.0, float(np.linalg.norm(line[1] - line[0])))
    height = max(1.0, float(np.linalg.norm(line[3] - line[0])))
    size = (round(length), round(height))
    corners = np.array([[0, 0], [size[0], 0], [0, size[1]]], np.float32)
    turn = cv2.getAffineTransform(np.ascontiguousarray(line[[0, 1, 3]]), corners)
    cut = cv2.warpAffine(image, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    width = min(max(round(length / height * HEIGHT), NARROWEST), WIDEST)
    interpolation = cv2.INTER_AREA if size[1] > HEIGHT * 1.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cut, (width, HEIGHT), interpolation=interpolation), np.uint8)


def read_cut(cut: GreyImage, size: Size) -> ReadLine:
    """Read one cut; long repetitions are read a second time, stretched.

    In a batch the shorter lines would be padded, which costs more than the batch saves.
    """
    found = _read_as_wide(cut, size, SQUEEZE[size])
    if has_repeats(found.text):
        found = max(found, _read_as_wide(cut, size, STRETCH), key=_weakest)
    return found._replace(blanks=measure_blanks(cut, found.positions))


def _read_as_wide(cut: GreyImage, size: Size, share: float) -> ReadLine:
    width = min(max(round(cut.shape[1] * share), NARROWEST), WIDEST)
    if width != cut.shape[1]:
        interpolation = cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR
        cut = np.asarray(cv2.resize(cut, (width, HEIGHT), interpolation=interpolation), np.uint8)
    blob = np.repeat((cut / np.float32(127.5) - np.float32(1))[None, None], 3, axis=1)
    session = weights.recogniser(size)
    scores = session.run(None, {session.get_inputs()[0].name: blob})[0]
    return _decode(scores[0], weights.symbols(size))


def measure_blanks(cut: GreyImage, positions: tuple[float, ...]) -> tuple[float, ...]:
    """The widest white between each character and the one before, in heights of the cut; 0.0 for the first."""
    height, width = cut.shape
    marks = inked_columns(cut)
    columns = [min(int(position * width), width - 1) for position in positions]
    blanks = [0.0]
    for before, after in pairwise(columns):
        between = marks[(marks >= before) & (marks <= after)]
        edges = np.concatenate(([before], between, [after]))
        blanks.append(max(0.0, float(np.diff(edges).max()) - 1) / height)
    return tuple(blanks)


def inked_columns(cut: GreyImage) -> NDArray[np.intp]:
    """The columns of a cut in which there is ink of its text, from the left."""
    height = len(cut)
    level, _ = cv2.threshold(cut, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = cut <= level
    if ink.mean() > 0.5:  # white on black
        ink = ~ink
    ink[ink.mean(axis=1) > 0.8] = False  # a rule through or under the text
    return np.flatnonzero(ink[height // 8 : height - height // 8].any(axis=0))


def _decode(scores: NDArray[np.float32], alphabet: tuple[str, ...]) -> ReadLine:
    """The best path through `scores` of shape (columns, symbols)."""
    best = scores.argmax(axis=1)
    peak = scores.max(axis=1)
    changes = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(changes[1:], len(best))
    text, positions, probabilities = [], [], []
    for start, end in zip(changes.tolist(), ends.tolist(), strict=True):
        if best[start] == 0:
            continue
        top = start + int(peak[start:end].argmax())
        text.append(alphabet[best[start]])
        positions.append((top + 0.5) / len(best))
        probabilities.append(float(peak[top]))
    return ReadLine("".join(text), tuple(positions), tuple(probabilities))
