"""The channel: what a scanner, a fax or a telephone's camera makes of a page, and where the words went.

A recipe says how bad it is. The page is rendered, bent, lit, dirtied and compressed; the 3x3 matrix returned takes
points of the clean page to points of the picture, so that boxes stay true. Randomness comes in as a numpy generator.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from models.document import Box

Pixels: TypeAlias = NDArray[np.uint8]
Matrix: TypeAlias = NDArray[np.float64]
FIXED_TIME = time.struct_time((2026, 9, 1, 8, 0, 0, 1, 244, 0))
PAPER = (252, 251, 247)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to damage a page. Angles in degrees clockwise, noise in grey levels, blur in pixels."""

    dpi: tuple[float, float] = (200.0, 200.0)
    mode: str = "grey"  # grey, colour, fax (1 bit), photo
    tilt: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    specks: int = 0
    fade: float = 0.0  # 0 is black ink on white paper, 1 is nothing left
    holes: bool = False
    stamp: str = ""
    quality: int = 60


def scan_page(pdf: bytes, index: int, recipe: Recipe, rng: np.random.Generator) -> tuple[Image.Image, Matrix]:
    """One page of a PDF (index from 0) as a picture, and the matrix from page points to picture points."""
    pixels, to_pixels = render(pdf, index, recipe)
    if recipe.holes:
        punch(pixels, recipe)
    if recipe.stamp:
        press_stamp(pixels, recipe, rng)
    bend = photo_matrix(pixels, rng) if recipe.mode == "photo" else tilt_matrix(pixels, recipe.tilt)
    pixels = warp(pixels, bend, desk=recipe.mode == "photo")
    pixels = soil(pixels, recipe, rng)
    if recipe.mode == "photo":
        pixels = light(pixels)
    to_points = np.diag([72 / recipe.dpi[0], 72 / recipe.dpi[1], 1.0])
    return finish(pixels, recipe), to_points @ bend @ to_pixels


def render(pdf: bytes, index: int, recipe: Recipe) -> tuple[Pixels, Matrix]:
    """The clean page in colour at the recipe's resolution."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[index]
        width, height = page.get_size()
        picture = page.render(scale=max(recipe.dpi) / 72, rev_byteorder=True).to_pil().convert("RGB")
    finally:
        document.close()
    size = (round(width * recipe.dpi[0] / 72), round(height * recipe.dpi[1] / 72))
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX) if picture.size != size else picture)
    tinted = np.minimum(pixels, np.array(PAPER, dtype=np.uint8))
    return tinted.copy(), np.diag([size[0] / width, size[1] / height, 1.0])


def tilt_matrix(pixels: Pixels, degrees: float) -> Matrix:
    """Rotation around the middle."""
    height, width = pixels.shape[:2]
    return np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), [0, 0, 1]])


def photo_matrix(pixels: Pixels, rng: np.random.Generator) -> Matrix:
    """A hand-held camera: the page's corners land a little off, within the frame."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    shift = inward * rng.uniform(0.03, 0.085, size=(4, 2)) * np.array([width, height])
    return np.asarray(cv2.getPerspectiveTransform(corners, (corners + shift).astype(np.float32)), dtype=np.float64)


def warp(pixels: Pixels, matrix: Matrix, *, desk: bool) -> Pixels:
    """Move the pixels; what is outside of the page is a desk or the scanner's lid."""
    height, width = pixels.shape[:2]
    border = (96, 74, 58) if desk else (244, 244, 242)
    return np.asarray(
        cv2.warpPerspective(
            pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border
        ),
        dtype=np.uint8,
    )


def soil(pixels: Pixels, recipe: Recipe, rng: np.random.Generator) -> Pixels:
    """Fade, blur, noise and specks."""
    work = pixels.astype(np.float32)
    work = work + (255 - work) * recipe.fade
    if recipe.blur:
        work = np.asarray(cv2.GaussianBlur(work, (0, 0), recipe.blur), dtype=np.float32)
    if recipe.noise:
        grain = rng.normal(0, recipe.noise, size=work.shape[:2]).astype(np.float32)
        work = work + grain[:, :, None]
    out = np.clip(np.rint(work), 0, 255).astype(np.uint8)
    height, width = out.shape[:2]
    for _ in range(recipe.specks):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(out, centre, int(rng.integers(1, 3)), (60, 60, 60), -1)
    return out


def light(pixels: Pixels) -> Pixels:
    """Light from the upper left, the shadow of a hand below right."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    fall = 1.04 - 0.30 * (0.6 * x / width + 0.4 * y / height)
    shadow = ((x - width) / (0.55 * width)) ** 2 + ((y - height) / (0.35 * height)) ** 2 < 1
    soft = cv2.GaussianBlur(shadow.astype(np.float32), (0, 0), width / 40)
    lit = pixels * (fall * (1 - 0.22 * soft))[:, :, None] * np.array([1.0, 0.985, 0.94])
    return np.asarray(np.clip(np.rint(lit), 0, 255), dtype=np.uint8)


def punch(pixels: Pixels, recipe: Recipe) -> None:
    """Two holes of a file, 80 mm apart."""
    step, height = recipe.dpi[1] / 25.4, pixels.shape[0]
    for offset in (-40, 40):
        centre = (round(12 * step), round(height / 2 + offset * step))
        cv2.circle(pixels, centre, round(3 * step), (150, 150, 150), -1)


def press_stamp(pixels: Pixels, recipe: Recipe, rng: np.random.Generator) -> None:
    """The mail room's stamp: red, in a frame, a little askew, over free paper at the lower third."""
    scale = recipe.dpi[0] / 200
    layer = np.full_like(pixels, 255)
    height, width = pixels.shape[:2]
    (wide, high), _ = cv2.getTextSize(recipe.stamp, cv2.FONT_HERSHEY_DUPLEX, 1.3 * scale, 2)
    x, y = round(width * 0.12), round(height * 0.72)
    pad = round(16 * scale)
    cv2.rectangle(layer, (x - pad, y - high - pad), (x + wide + pad, y + pad), (190, 40, 50), max(2, round(3 * scale)))
    cv2.putText(layer, recipe.stamp, (x, y), cv2.FONT_HERSHEY_DUPLEX, 1.3 * scale, (190, 40, 50), 2, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((x + wide / 2, y), float(rng.uniform(3, 8)), 1.0)
    layer = np.asarray(cv2.warpAffine(layer, turn, (width, height), borderValue=(255, 255, 255)), dtype=np.uint8)
    np.minimum(pixels, layer, out=pixels)


def finish(pixels: Pixels, recipe: Recipe) -> Image.Image:
    """The picture in the recipe's mode."""
    picture = Image.fromarray(pixels)
    if recipe.mode == "fax":
        return picture.convert("L").point(lambda grey: 255 if grey > 150 else 0).convert("1")
    return picture.convert("L") if recipe.mode == "grey" else picture


def move_box(box: Box, matrix: Matrix) -> Box:
    """The upright box around a box that was moved by a matrix."""
    corners = np.array([[box.x0, box.y0, 1], [box.x1, box.y0, 1], [box.x1, box.y1, 1], [box.x0, box.y1, 1]])
    moved = corners @ matrix.T
    flat = moved[:, :2] / moved[:, 2:]
    (x0, y0), (x1, y1) = flat.min(axis=0), flat.max(axis=0)
    return Box(*(round(float(side), 2) for side in (x0, y0, x1, y1)))


def pictures_to_pdf(pictures: list[Image.Image], recipe: Recipe) -> bytes:
    """A scanner's PDF: one picture a page, no text layer."""
    out = io.BytesIO()
    options: dict[str, Any] = {"quality": recipe.quality, "dpi": recipe.dpi}
    pictures[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=pictures[1:],
        creationDate=FIXED_TIME,
        modDate=FIXED_TIME,
        producer="Scanner",
        **options,
    )
    return out.getvalue()


def picture_to_file(picture: Image.Image, recipe: Recipe, suffix: str) -> bytes:
    """One picture as .jpg, .png or .tiff."""
    out = io.BytesIO()
    options: dict[str, dict[str, Any]] = {
        "jpg": {"format": "JPEG", "quality": recipe.quality},
        "png": {"format": "PNG", "optimize": True},
        "tiff": {"format": "TIFF", "compression": "group4"},
    }
    picture.save(out, dpi=recipe.dpi, **options[suffix])
    return out.getvalue()
