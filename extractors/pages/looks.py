"""What the first page of each invoice looks like, as bits: drawn small, in the child that reads the file anyway.

A second scan of the same paper is told by it where its number or its date is misread. An e-invoice has no paper, and a
page that cannot be drawn has no picture: neither is an error.

>>> looks_of(b"", "application/pdf", (), (), LimitSettings())
()
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from models.document import Page
from models.errors import FacturierError
from models.extraction import Extraction
from models.page_picture import PICTURE_DIGITS, PICTURE_SIZE, page_hash
from models.settings import LimitSettings

DPI = 36  # of a picture that is made 17 pixels wide
# What damaged pages raise when they are drawn: they have been read, and are merely not recognised by their looks.
_CANNOT = (FacturierError, ValueError, RuntimeError, OSError, LookupError, MemoryError)


def looks_of(
    content: bytes, media_type: str, read: Sequence[Extraction], pages: Sequence[Page], limits: LimitSettings
) -> tuple[tuple[int, str], ...]:
    """Page and the bits of its picture (hexadecimal), for each page on which an invoice begins."""
    turns = {page.number: page.rotation for page in pages}
    first = {each.pages[0] if each.pages else 1 for each in read if each.source == "page"}
    found: dict[int, str] = {}
    with suppress(*_CANNOT):
        for number in sorted(first & set(turns)):
            found[number] = _bits(content, media_type, number, turns[number], limits)
    return tuple(found.items())


def _bits(content: bytes, media_type: str, number: int, turn: int, limits: LimitSettings) -> str:
    from PIL import Image

    from extractors.pages import draw

    pixels = draw(content, media_type, number, DPI, limits, rotation=turn)
    picture = Image.fromarray(pixels[..., ::-1] if pixels.ndim == 3 else pixels)  # Pillow wants red first
    grey = picture.convert("L").resize(PICTURE_SIZE, Image.Resampling.BOX)
    return f"{page_hash(grey.tobytes()):0{PICTURE_DIGITS}x}"
