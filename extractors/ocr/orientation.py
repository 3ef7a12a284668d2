"""Which way up a picture is: boxes on end say a quarter turn, a vote of lines read both ways says half a turn.

Angles in degrees clockwise by which the picture must be turned.

>>> are_on_end(np.array([[[0, 0], [9, 0], [9, 90], [0, 90]]], np.float32))
True
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from extractors.ocr.detection import Lines, find_lines, heights, lengths, turned_half
from extractors.ocr.lines import read_lines
from extractors.ocr.recognition import GreyImage, turned

ON_END = 1.8  # a box this much taller than long holds text on its side
PROBES, VOTERS = 3, 8
SURE = 0.9  # a picture whose probes read this well is the right way up
LEAD = 0.05  # by which upside down must read better


class Upright(NamedTuple):
    """A picture the right way up, its lines, and by how much it was turned to get there."""

    image: GreyImage
    lines: Lines
    rotation: int


def turn_upright(image: GreyImage) -> Upright:
    """Find the lines of a picture and turn both so that the text can be read."""
    lines = find_lines(image)
    rotation = 0
    if are_on_end(lines):
        image = turned(image, 90)
        lines, rotation = find_lines(image), 90
    if not _is_upside_down(image, lines):
        return Upright(image, lines, rotation)
    height, width = image.shape
    return Upright(turned(image, 180), turned_half(lines, width, height), rotation + 180)


def are_on_end(lines: Lines) -> bool:
    """Whether most of the text stands on its side, by length."""
    if not len(lines):
        return False
    long, tall = lengths(lines), heights(lines)
    on_end = float(tall[tall > ON_END * long].sum())
    return on_end > float(long[long > ON_END * tall].sum())


def measure_skew(lines: Lines) -> float:
    """The angle of the text in degrees, positive where lines fall to the right: the median, weighted by length."""
    if not len(lines):
        return 0.0
    along = lines[:, 1] - lines[:, 0]
    long, tall = lengths(lines), heights(lines)
    angles = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    weight = np.where(long > 3 * tall, long, 0)
    if not weight.any():
        return 0.0
    order = np.argsort(angles)
    middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    return float(angles[order][middle])


def _is_upside_down(image: GreyImage, lines: Lines) -> bool:
    voters = _medium(lines, VOTERS)
    if not len(voters) or _confidence(image, voters[:PROBES]) >= SURE:
        return False
    height, width = image.shape
    return _confidence(turned(image, 180), turned_half(voters, width, height)) > _confidence(image, voters) + LEAD


def _medium(lines: Lines, count: int) -> Lines:
    """Lines long enough to tell and short enough to be cheap: those nearest to ten heights."""
    long, tall = lengths(lines), heights(lines)
    order = np.argsort(np.abs(np.log(np.maximum(long, 1) / np.maximum(tall, 1) / 10)), kind="stable")
    return lines[order[:count]]


def _confidence(image: GreyImage, lines: Lines) -> float:
    read = read_lines(image, lines, "tiny")
    letters = sum(len(line.text) for line in read)
    return sum(line.confidence * len(line.text) for line in read) / letters if letters else 0.0
