"""A photographed sheet made flat: its four corners are found, and the picture is warped to what a scanner would give.

Only where a bright, four-cornered sheet lies clearly on a darker table; every other picture stays as it is. Pixels.

>>> find_sheet(np.zeros((400, 300), np.uint8)) is None
True
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]  # (4, 2), clockwise from the top left

SIDE = 600  # pixels of the picture in which the sheet is looked for
LEAST, MOST = 0.2, 0.97  # share of the picture that a sheet takes
CONTRAST = 40.0  # grey values by which the sheet is brighter than what it lies on
FILLED = 0.9  # share of the four-cornered hull that is bright: a sheet is one piece
EDGE = 3  # pixels of the small picture between a corner and the picture's edge
BEND = 0.02  # of the outline's length by which it may leave a straight line
SKEWED = 0.02  # of a side by which opposite corners must be off, or there is nothing to correct


def flatten(picture: Picture) -> Picture:
    """The sheet alone, as a rectangle; the same picture where no sheet stands out."""
    grey = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    corners = find_sheet(grey)
    if corners is None:
        return picture
    top, right, bottom, left = _sides(corners)
    width, height = round(max(top, bottom)), round(max(left, right))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(picture, warp, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


def find_sheet(grey: Picture) -> Corners | None:
    """The corners of the sheet that a photograph shows; None where none stands out or it lies straight already."""
    scale = min(1.0, SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    level, bright = cv2.threshold(cv2.GaussianBlur(small, (0, 0), 3), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    outline = cv2.convexHull(max(outlines, key=cv2.contourArea))
    corners = cv2.approxPolyDP(outline, BEND * cv2.arcLength(outline, closed=True), closed=True)
    found = np.asarray(corners, np.int32).reshape(-1, 2)
    if len(found) != 4 or not _is_sheet(np.asarray(small, np.uint8), np.asarray(bright, np.uint8), found, level):
        return None
    ordered = _clockwise(found.astype(np.float32))
    return ordered / np.float32(scale) if _is_skewed(ordered) else None


def _is_sheet(grey: Picture, bright: Picture, corners: NDArray[np.int32], level: float) -> bool:
    edge = np.array([grey.shape[1], grey.shape[0]]) - 1 - EDGE
    if corners.min() < EDGE or (corners > edge).any():
        return False  # it runs out of the picture: its corners are not its own
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(inside, corners, 255)
    share = float(inside.mean()) / 255
    if not LEAST <= share <= MOST or level <= 0:
        return False
    sheet, table = cv2.mean(grey, inside)[0], cv2.mean(grey, cv2.bitwise_not(inside))[0]
    return sheet - table >= CONTRAST and cv2.mean(bright, inside)[0] >= 255 * FILLED


def _clockwise(corners: Corners) -> Corners:
    """From the top left: its coordinates have the least sum, those of the bottom right the greatest."""
    total, difference = corners.sum(axis=1), corners[:, 1] - corners[:, 0]
    order = [int(total.argmin()), int(difference.argmin()), int(total.argmax()), int(difference.argmax())]
    return corners[order]


def _is_skewed(corners: Corners) -> bool:
    """Whether the sheet is not an upright rectangle that fills the picture's frame anyway, and has four corners."""
    if len({tuple(corner) for corner in corners.tolist()}) < 4:
        return False
    top, right, bottom, left = _sides(corners)
    tilt = abs(float(corners[1, 1] - corners[0, 1])) / max(top, 1.0)
    off = max(abs(top / max(bottom, 1.0) - 1), abs(left / max(right, 1.0) - 1), tilt)
    return off >= SKEWED


def _sides(corners: Corners) -> tuple[float, float, float, float]:
    """Lengths of the top, right, bottom and left side."""
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    return top, right, bottom, left
