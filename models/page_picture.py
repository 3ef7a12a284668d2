"""What a page looks like, as 256 bits: of a second scan of the same paper few of them differ.

>>> page_hash(bytes(range(17)) * 16) == 2**256 - 1
True
"""

from __future__ import annotations

PICTURE_SIZE = _WIDE, _HIGH = 17, 16  # pixels of the picture that is hashed
PICTURE_DIGITS = 64  # hexadecimal


def page_hash(pixels: bytes) -> int:
    """The difference hash of a page, 256 bits: whether each of 16 x 17 grey pixels is darker than its right neighbour.

    Raises:
        ValueError: It is another number of pixels.
    """
    if len(pixels) != _WIDE * _HIGH:
        raise ValueError(f"{len(pixels)} pixels instead of {_WIDE} x {_HIGH}")
    bits = (pixels[at] < pixels[at + 1] for row in range(_HIGH) for at in range(row * _WIDE, row * _WIDE + _WIDE - 1))
    return sum(1 << place for place, bit in enumerate(bits) if bit)
