"""The parts of a line that one reading leaves unsure, cut out and read again; the rest stands.

A long line with one smeared number costs no more than the number. Parts are words in a row that are all sure or all
not; they meet in the white between two words. Positions are fractions of the line's length, columns are pixels of its
cut.

>>> line = ReadLine("a b", (0.1, 0.5, 0.9), (1.0, 1.0, 0.2))
>>> [tuple(part) for part in part_words(line, lambda word: word.weakest > 0.9)]
[(0, 1, True), (2, 3, False)]
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from extractors.ocr.lines import ReadLine, Span, inked_columns, measure_blanks, read_cut, split_words
from extractors.ocr.recognition import GreyImage
from extractors.ocr.weights import Size

NARROW_WHITE = 0.15  # heights of white between two words below which they are not parted: a letter might be cut
SHORT = 2.0  # heights: a sure part shorter than this is read again with its neighbours, for less than a call costs


class Part(NamedTuple):
    """Characters `start` to `end` of a line."""

    start: int
    end: int
    is_sure: bool


def read_unsure(cut: GreyImage, line: ReadLine, is_sure: Callable[[Span], bool], size: Size) -> ReadLine:
    """The line with what is not sure in it as the recogniser of that size reads it."""
    parts, edges = _divide(cut, line, part_words(line, is_sure))
    width = cut.shape[1]
    pieces = []
    for part, (left, right) in zip(parts, pairwise(edges), strict=True):
        if part.is_sure:
            within = slice(part.start, part.end)
            pieces.append(ReadLine(line.text[within], line.positions[within], line.probabilities[within]))
            continue
        again = read_cut(np.ascontiguousarray(cut[:, left:right]), size)
        at = tuple((left + position * (right - left)) / width for position in again.positions)
        pieces.append(again._replace(positions=at))
    joined = _join(pieces, [edge / width for edge in edges[1:-1]])
    return joined._replace(blanks=measure_blanks(cut, joined.positions))


def part_words(line: ReadLine, is_sure: Callable[[Span], bool]) -> list[Part]:
    """The words of a line, those in a row that are alike taken together; a line without words is one unsure part."""
    parts: list[Part] = []
    at = 0
    for word in split_words(line):
        at += len(line.text[at:]) - len(line.text[at:].lstrip(" "))
        end, sure = at + len(word.text), is_sure(word)
        if parts and parts[-1].is_sure == sure:
            parts[-1] = parts[-1]._replace(end=end)
        else:
            parts.append(Part(at, end, sure))
        at = end
    return parts or [Part(0, len(line.text), is_sure=False)]


def _divide(cut: GreyImage, line: ReadLine, parts: list[Part]) -> tuple[list[Part], list[int]]:
    """The parts that can be cut apart, and the columns at which: one more than there are parts."""
    height, width = cut.shape
    marks = inked_columns(cut)
    kept, edges = parts[:1], [0]
    for part in parts[1:]:
        before, after = (int(line.positions[at] * width) for at in (part.start - 1, part.start))
        white, middle = _widest_white(marks, before, after)
        if white < NARROW_WHITE * height or (kept[-1].is_sure and middle - edges[-1] < SHORT * height):
            kept[-1] = Part(kept[-1].start, part.end, is_sure=False)
        elif kept[-1].is_sure == part.is_sure:
            kept[-1] = kept[-1]._replace(end=part.end)
        else:
            kept.append(part)
            edges.append(middle)
    return kept, [*edges, width]


def _widest_white(marks: NDArray[np.intp], before: int, after: int) -> tuple[int, int]:
    """Width and middle, in columns, of the widest white between two columns."""
    edges = np.concatenate(([before], marks[(marks >= before) & (marks <= after)], [after]))
    widest = int(np.diff(edges).argmax())
    return int(edges[widest + 1] - edges[widest]) - 1, int(edges[widest + 1] + edges[widest]) // 2


def _join(pieces: list[ReadLine], between: list[float]) -> ReadLine:
    """One line of the pieces, a space where two of them meet."""
    text, positions, probabilities = pieces[0][:3]
    for at, piece in zip(between, pieces[1:], strict=True):
        text += " " + piece.text
        positions += (at, *piece.positions)
        probabilities += (1.0, *piece.probabilities)
    return ReadLine(text, positions, probabilities)
