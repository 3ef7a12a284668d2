"""Where the text lines of a picture are: PP-OCRv6's tiny detector and the boxes drawn from its map.

The detector gives each pixel a probability of belonging to the shrunk core of a line (differentiable binarisation,
arXiv:1911.08947); a box is the smallest rectangle around a core, grown back. A line is a quadrilateral, float32 of
shape (4, 2), in pixels, corners in reading direction: start top, end top, end bottom, start bottom.

>>> turned_half(np.array([[[0, 0], [9, 0], [9, 4], [0, 4]]], np.float32), width=100, height=50)[0, 0].tolist()
[91.0, 46.0]
"""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from extractors.ocr import weights
from extractors.ocr.recognition import GreyImage

Lines = NDArray[np.float32]  # (n, 4, 2)

PIXELS = 1280 * 905  # an A4 page with a long side of 1280: more costs time and finds no more (measured)
DENSE_PIXELS = 1600 * 1131  # for small print
SMALL_PRINT = 11.0  # height of a line, in pixels as the detector saw it, below which small print is looked at again
STRIDE = 32  # the network halves the picture five times

CORE_THRESHOLD = 0.3
BOX_THRESHOLD = 0.5
# Ratio of area to perimeter by which a core is grown back: the network's own setting, and the best measured.
GROWTH = 1.4
SMALLEST_SIDE = 3.0
MOST_LINES = 2000  # a page of tiny print has 300; noise can have any number

_MEAN = np.array([0.485, 0.456, 0.406])
_DEVIATION = np.array([0.229, 0.224, 0.225])
# One table a channel turns a grey value into what the network was trained on.
_TABLES = ((np.arange(256)[None, :] / 255 - _MEAN[:, None]) / _DEVIATION[:, None]).astype(np.float32)


def find_lines(image: GreyImage) -> Lines:
    """The text lines of a picture; small print is looked at twice, the second time larger."""
    lines, scale = _find_lines_within(image, PIXELS)
    if scale < 1 and len(lines) and float(np.median(heights(lines))) * scale < SMALL_PRINT:
        return _find_lines_within(image, DENSE_PIXELS)[0]
    return lines


def lengths(lines: Lines) -> NDArray[np.float32]:
    """Length of each line along its reading direction, in pixels; shape (n,)."""
    return np.asarray(np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1), np.float32)


def heights(lines: Lines) -> NDArray[np.float32]:
    """Height of each line across its reading direction, in pixels; shape (n,)."""
    return np.asarray(np.linalg.norm(lines[:, 3] - lines[:, 0], axis=1), np.float32)


def turned_half(lines: Lines, width: int, height: int) -> Lines:
    """The same lines after the picture of that size was turned by 180 degrees."""
    size = np.array([width, height], np.float32)
    return (size - lines)[:, [2, 3, 0, 1]]


def _find_lines_within(image: GreyImage, pixels: int) -> tuple[Lines, float]:
    height, width = image.shape
    scale = min(1.0, (pixels / (height * width)) ** 0.5)
    size = (_to_stride(width * scale), _to_stride(height * scale))
    interpolation = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
    small = cv2.resize(image, size, interpolation=interpolation) if size != (width, height) else image
    blob = _TABLES[:, small][None]
    session = weights.detector()
    probability = session.run(None, {session.get_inputs()[0].name: blob})[0][0, 0]
    lines = _draw_boxes(probability)
    return lines * np.array([width / size[0], height / size[1]], np.float32), scale


def _to_stride(pixels: float) -> int:
    return max(STRIDE, round(pixels / STRIDE) * STRIDE)


def _draw_boxes(probability: NDArray[np.float32]) -> Lines:
    mask = (probability > CORE_THRESHOLD).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [box for contour in contours[:MOST_LINES] if (box := _draw_box(contour, probability)) is not None]
    return np.array(boxes, np.float32).reshape(-1, 4, 2)


def _draw_box(contour: MatLike, probability: NDArray[np.float32]) -> NDArray[np.float32] | None:
    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    if min(width, height) < SMALLEST_SIDE or _mean_inside(contour, probability) < BOX_THRESHOLD:
        return None
    growth = width * height * GROWTH / (width + height)  # 2 x area x ratio / perimeter: on both sides together
    corners = cv2.boxPoints(((x, y), (width + growth, height + growth), angle))
    return _in_reading_order(corners)


def _mean_inside(contour: MatLike, probability: NDArray[np.float32]) -> float:
    x, y, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [contour], -1, 1, thickness=cv2.FILLED, offset=(-x, -y))
    return float(cv2.mean(probability[y : y + height, x : x + width], mask)[0])


def _in_reading_order(corners: MatLike) -> NDArray[np.float32]:
    """Start with the upper of the two leftmost corners, then clockwise."""
    left = sorted(corners.tolist())[:2]
    right = sorted(corners.tolist())[2:]
    (start_top, start_bottom), (end_top, end_bottom) = (
        sorted(pair, key=lambda point: point[1]) for pair in (left, right)
    )
    return np.array([start_top, end_top, end_bottom, start_bottom], np.float32)
