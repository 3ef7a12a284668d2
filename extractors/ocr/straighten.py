"""Coordinates of a tilted page made level: the pixels stay as they are, only boxes are turned.

Pixels, y down; angles in degrees, positive where lines fall to the right.

>>> straighten_point((10.0, 0.0), 90.0, (0.0, 0.0))
(0.0, -10.0)
"""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from models.document import Box


def straighten_point(point: tuple[float, float], skew: float, centre: tuple[float, float]) -> tuple[float, float]:
    """Where a point lies after the page was turned back by `skew` about `centre`."""
    x, y = point[0] - centre[0], point[1] - centre[1]
    cosine, sine = cos(radians(skew)), sin(radians(skew))
    return round(centre[0] + x * cosine + y * sine, 3), round(centre[1] - x * sine + y * cosine, 3)


def straighten_box(corners: NDArray[np.float32], skew: float, centre: tuple[float, float]) -> Box:
    """The upright box of a quadrilateral of shape (4, 2) after that turn."""
    turned = [straighten_point((float(x), float(y)), skew, centre) for x, y in corners]
    xs, ys = [x for x, _ in turned], [y for _, y in turned]
    return Box(min(xs), min(ys), max(xs), max(ys))
