"""Picture files: PNG, JPEG, TIFF with any number of pages, HEIC. Opened by Pillow, which is told the format.

Size and number of pages are checked from the headers before a pixel is decoded. Points are pixels * 72 / dpi; where
the file names no believable resolution, one is assumed from the shape (`assumed_dpi`).

>>> round(assumed_dpi(1654, 2339))
200
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from typing import NamedTuple

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from extractors.ocr.recognition import GreyImage
from extractors.pages.drawing import Picture
from extractors.pages.media import PICTURE_TYPES
from extractors.pages.perspective import flatten
from extractors.pages.scan import read_scan
from models.document import Page
from models.errors import LimitExceededError, UnreadableDocumentError
from models.settings import LimitSettings, ReadingSettings

A4_WIDTH, LETTER_WIDTH = 8.27, 8.5  # inches
A4_SHAPE, LETTER_SHAPE = 2**0.5, 11 / 8.5  # long side by short side
USUAL_DPI = 150.0
BELIEVABLE_INCHES = (2.0, 25.0)  # length of the long side of what people scan
READ_SIDE = 2600  # pixels: a photo of 12 megapixels shows no more to the recogniser than this does
FAX_BLUR = 1.2  # pixels; smooths the steps of black and white pictures, which the networks never saw

PHOTOGRAPHS = frozenset({"JPEG", "HEIF", "WEBP", "MPO"})  # formats that cameras write; a sheet in them is made flat

# What Pillow and libheif raise for bytes that are no picture.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    RuntimeError,
    OverflowError,
    struct.error,
)

pillow_heif.register_heif_opener()


class _Sheet(NamedTuple):
    image: Image.Image  # upright, one of the modes 1, L, RGB
    dpi: tuple[float, float]  # across and down


def read_pictures(content: bytes, media_type: str, reading: ReadingSettings, limits: LimitSettings) -> tuple[Page, ...]:
    """Read every page of a picture file."""
    sheets = _sheets(content, media_type, limits)
    return tuple(read_scan(*to_grey(sheet), number, reading) for number, sheet in enumerate(sheets, start=1))


def draw_picture(content: bytes, media_type: str, number: int, dpi: int, limits: LimitSettings) -> Picture:
    """One page in colour at `dpi` pixels an inch."""
    sheet = next(islice(_sheets(content, media_type, limits, start=number), 1), None)
    if sheet is None:
        raise UnreadableDocumentError(f"there is no page {number}")
    size = [max(1, round(pixels * dpi / own)) for pixels, own in zip(sheet.image.size, sheet.dpi, strict=True)]
    if max(size) > limits.page_side_pixels or size[0] * size[1] > limits.page_pixels:
        raise LimitExceededError(f"page {number} would have {size[0]} x {size[1]} pixels")
    picture = cv2.resize(np.asarray(sheet.image.convert("RGB")), size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[:, :, ::-1])


def to_grey(sheet: _Sheet) -> tuple[GreyImage, float]:
    """Pixels for the recogniser and their resolution: square, smooth, not larger than needed."""
    image = np.asarray(sheet.image.convert("L"))
    two_tone = sheet.image.mode == "1" or _is_two_tone(image)
    across, down = sheet.dpi
    scale = min(1.0, READ_SIDE / max(image.shape[1], image.shape[0] * across / down))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale * across / down)))
    if size != (image.shape[1], image.shape[0]):
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if two_tone:
        image = cv2.GaussianBlur(image, (0, 0), FAX_BLUR)
    return np.ascontiguousarray(image, np.uint8), across * scale


def assumed_dpi(width: int, height: int) -> float:
    """Resolution of a picture that names none: a sheet of A4 or Letter fills it, or it is a slip at 150 dpi."""
    short, long = sorted((width, height))
    if abs(long / short - A4_SHAPE) < 0.05:
        return short / A4_WIDTH
    if abs(long / short - LETTER_SHAPE) < 0.02:
        return short / LETTER_WIDTH
    return USUAL_DPI


def _sheets(content: bytes, media_type: str, limits: LimitSettings, start: int = 1) -> Iterator[_Sheet]:
    """The pages from number `start` on; nothing is decoded before it is asked for."""
    with warnings.catch_warnings(), _blamed_on_file(media_type):
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, and of sizes that `_sheet` refuses by itself
        with Image.open(BytesIO(content), formats=[PICTURE_TYPES[media_type]]) as file:
            for number in range(max(1, start), _count(file, limits.ocr_pages) + 1):
                yield _sheet(file, number, limits)


@contextmanager
def _blamed_on_file(media_type: str) -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise LimitExceededError(str(error)) from error
    except MemoryError as error:
        raise LimitExceededError("the picture does not fit into memory") from error
    except _BROKEN as error:
        raise UnreadableDocumentError(f"{media_type}: {error}") from error


def _count(file: Image.Image, most: int) -> int:
    """Pages in the file; an animation counts as its first picture."""
    count = int(getattr(file, "n_frames", 1)) if file.format == "TIFF" else 1
    if count > most:
        raise LimitExceededError(f"{count} pages, more than {most}")
    return count


def _sheet(file: Image.Image, number: int, limits: LimitSettings) -> _Sheet:
    if number > 1 or file.format == "TIFF":
        file.seek(number - 1)
    width, height = file.size
    if max(width, height) > limits.page_side_pixels or width * height > limits.page_pixels:
        raise LimitExceededError(f"page {number} has {width} x {height} pixels")
    dpi = _resolution(file)
    upright = ImageOps.exif_transpose(file)
    if upright.size != file.size:
        dpi = dpi[::-1]
    image = _flat(upright)
    if file.format not in PHOTOGRAPHS or image.mode == "1":
        return _Sheet(image, dpi)
    pixels = np.asarray(image)
    sheet = flatten(pixels)
    if sheet is pixels:
        return _Sheet(image, dpi)
    assumed = assumed_dpi(sheet.shape[1], sheet.shape[0])  # a camera knows nothing of inches
    return _Sheet(Image.fromarray(sheet), (assumed, assumed))


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency (paper is white), and with 8 bits a channel."""
    if image.mode in {"1", "L", "RGB"}:
        return image.copy() if image.mode == "1" else image.convert(image.mode)
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image).convert("RGB")
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """16 or 32 bits a pixel, spread over the range that the picture uses."""
    deep = np.asarray(image).astype(np.float64)
    low, high = float(deep.min()), float(deep.max())
    return Image.fromarray(((deep - low) * (255 / max(high - low, 1))).astype(np.uint8))


def _resolution(file: Image.Image) -> tuple[float, float]:
    width, height = file.size
    across, down = (float(value) for value in file.info.get("dpi", (0, 0)))
    if across > 0 and down > 0 and 0.3 < across / down < 3.5:
        inches = max(width / across, height / down)
        if BELIEVABLE_INCHES[0] <= inches <= BELIEVABLE_INCHES[1]:
            return across, down
    assumed = assumed_dpi(width, height)
    return assumed, assumed


def _is_two_tone(image: GreyImage) -> bool:
    """Black and white only, whatever the file calls it; every seventh row tells."""
    rows = image[::7]
    return bool(((rows == 0) | (rows == 255)).all())
