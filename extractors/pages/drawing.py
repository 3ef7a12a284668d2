"""Pictures of pages for people: turned, levelled, encoded.

A picture is an array of shape (height, width) or (height, width, 3), blue first, as OpenCV has them.

>>> turn_picture(np.zeros((2, 3), np.uint8), 90, 0.0).shape
(3, 2)
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import UnreadableDocumentError

Picture = NDArray[np.uint8]

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
PNG_LEVEL = 3  # three times faster than the default for a file a tenth larger


def turn_picture(picture: Picture, rotation: int, skew: float) -> Picture:
    """Turn clockwise by `rotation` (0, 90, 180, 270 degrees), then level text that falls by `skew` degrees."""
    if rotation in TURNS:
        picture = np.asarray(cv2.rotate(picture, TURNS[rotation]), np.uint8)
    if not skew:
        return picture
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    level = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(level, np.uint8)


def encode_png(picture: Picture) -> bytes:
    """The bytes of a PNG file."""
    done, encoded = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    if not done:
        raise UnreadableDocumentError("the page cannot be drawn")
    return bytes(encoded)
