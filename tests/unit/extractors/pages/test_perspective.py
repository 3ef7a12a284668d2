from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from extractors.pages import render_png
from extractors.pages.perspective import find_sheet, flatten
from models.settings import LimitSettings

VALUES = {"INV-2026-0042", "500.00", "100.00", "600.00"}
TABLE = 60  # grey value of what the sheet lies on
SEEN = np.array([[170, 140], [1010, 210], [1060, 1500], [90, 1420]], np.float32)


def photograph(sheet: Image.Image) -> Image.Image:
    """The sheet on a dark table, seen from the side."""
    pixels = np.asarray(sheet.convert("L"))
    height, width = pixels.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, SEEN)
    seen = cv2.warpPerspective(pixels, warp, (1200, 1600), borderValue=TABLE)
    noise = np.random.default_rng(7).normal(0, 4, seen.shape)
    return Image.fromarray(np.clip(seen + noise, 0, 255).astype(np.uint8))


def test_the_corners_of_a_photographed_sheet_are_found(make: SimpleNamespace) -> None:
    corners = find_sheet(np.asarray(photograph(make.picture(150))))
    assert corners is not None
    assert np.abs(corners - SEEN).max() < 15


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("HEIF", "image/heic")])
def test_a_photographed_sheet_is_read_flat(make: SimpleNamespace, kind: str, media_type: str) -> None:
    content = make.encode(photograph(make.picture(150)).convert("RGB"), kind)
    (page,) = make.read(content, media_type)
    assert set(make.words(page)) >= VALUES
    assert abs(page.skew) < 0.5
    assert page.height / page.width == pytest.approx(595 / 420, rel=0.12)


def test_the_drawn_page_is_in_the_frame_of_its_words(make: SimpleNamespace) -> None:
    content = make.encode(photograph(make.picture(150)), "JPEG")
    (page,) = make.read(content, "image/jpeg")
    drawn = cv2.imdecode(
        np.frombuffer(render_png(content, "image/jpeg", 1, 72, LimitSettings()), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    assert drawn.shape == (pytest.approx(page.height, abs=2), pytest.approx(page.width, abs=2))
    assert drawn[5:-5, 5:-5].min(axis=0).mean() > TABLE  # no table is left around the sheet


@pytest.mark.parametrize("fill", [255, 128, 0])
def test_a_picture_without_a_sheet_stays_as_it_is(fill: int) -> None:
    picture = np.full((900, 700), fill, np.uint8)
    assert flatten(picture) is picture


def test_a_scan_that_fills_its_picture_stays_as_it_is(make: SimpleNamespace) -> None:
    pixels = np.asarray(make.picture(150))
    assert flatten(pixels) is pixels
