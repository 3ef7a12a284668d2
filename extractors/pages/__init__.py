"""Pages to words: the text layer of a PDF where it can be trusted, else OCR; pictures always by OCR.

Boxes in points from the top left of the upright page. Meant to run in a child forked from a process that called
`warm_up`: the networks are loaded once and shared.

>>> read_pages(Document(b"", "scan.pdf"), PDF, ReadingSettings(), LimitSettings())
Traceback (most recent call last):
models.errors.EmptyFileError: no bytes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.pages.media import PDF, PICTURE_TYPES
from models.document import Document, Page
from models.errors import EmptyFileError, UnsupportedMediaTypeError
from models.settings import LimitSettings, ReadingSettings

if TYPE_CHECKING:
    from extractors.pages.drawing import Picture  # loads OpenCV

__all__ = ["PDF", "PICTURE_TYPES", "draw", "read_pages", "render_png", "warm_up"]


def read_pages(
    document: Document, media_type: str, reading: ReadingSettings, limits: LimitSettings
) -> tuple[Page, ...]:
    """Every page of a PDF or picture with its words, in file order.

    Raises EmptyFileError, EncryptedDocumentError, UnreadableDocumentError, UnsupportedMediaTypeError, or
    LimitExceededError (`resource_limit`) for too many pages or pixels, which the header tells before anything is
    decoded; EngineError where a picture must be read and no engine can.
    """
    _check(document.content, media_type)
    if media_type == PDF:
        from extractors.pages.pdf import read_pdf

        return read_pdf(document.content, reading, limits)
    from extractors.pages.pictures import read_pictures

    return read_pictures(document.content, media_type, reading, limits)


def render_png(
    content: bytes,
    media_type: str,
    number: int,
    dpi: int,
    limits: LimitSettings,
    *,
    rotation: int = 0,
    skew: float = 0.0,
) -> bytes:
    """Page `number` (from 1) as PNG in the frame of its words: one point is dpi / 72 pixels.

    `rotation` and `skew` are those of the `Page`; they matter for scans that lay turned or tilted. Raises as
    `read_pages` does, and UnreadableDocumentError where there is no such page.
    """
    from extractors.pages.drawing import encode_png

    return encode_png(draw(content, media_type, number, dpi, limits, rotation=rotation, skew=skew))


def draw(
    content: bytes,
    media_type: str,
    number: int,
    dpi: int,
    limits: LimitSettings,
    *,
    rotation: int = 0,
    skew: float = 0.0,
) -> Picture:
    """The same as pixels, blue first, as `extractors.pages.drawing` has them."""
    from extractors.pages.drawing import turn_picture

    _check(content, media_type)
    if media_type == PDF:
        from extractors.pages.pdf import draw_page

        return turn_picture(draw_page(content, number, dpi, limits), rotation, skew)
    from extractors.pages.pictures import draw_picture

    return turn_picture(draw_picture(content, media_type, number, dpi, limits), rotation, skew)


def warm_up(reading: ReadingSettings) -> None:
    """Load the OCR engine and the PDF library, so that forked children inherit them; a missing engine is not an error.

    The page that needs the engine will say that it is missing.
    """
    import extractors.pages.pdf
    import extractors.pages.pictures  # noqa: F401 - for the effect of loading
    from extractors.ocr import load_engine

    for name in (reading.engine, reading.second_engine):
        if load_engine(name).is_available():
            load_engine(name).warm_up()


def _check(content: bytes, media_type: str) -> None:
    if not content:
        raise EmptyFileError("no bytes")
    if media_type != PDF and media_type not in PICTURE_TYPES:
        raise UnsupportedMediaTypeError(f"{media_type} is neither PDF nor a picture")
