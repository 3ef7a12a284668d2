from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from extractors.pages import render_png
from extractors.pages.pictures import assumed_dpi
from models.errors import LimitExceededError, UnreadableDocumentError, UnsupportedMediaTypeError
from models.settings import LimitSettings

VALUES = {"INV-2026-0042", "500.00", "100.00", "600.00"}


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("TIFF", "image/tiff"),
        ("HEIF", "image/heic"),
        ("WEBP", "image/webp"),
    ],
)
def test_every_kind_of_picture_is_read(make: SimpleNamespace, kind: str, media_type: str) -> None:
    (page,) = make.read(make.encode(make.picture(mode="RGB"), kind, dpi=(150, 150)), media_type)
    assert set(make.words(page)) >= VALUES
    assert page.reader == "ppocr"


def test_resolution_turns_pixels_into_points(make: SimpleNamespace) -> None:
    for dpi in (150, 240):
        (page,) = make.read(make.encode(make.picture(dpi), "PNG", dpi=(dpi, dpi)), "image/png")
        box = next(word.box for word in page.words if word.text == "600.00")
        assert (page.width, page.height) == (pytest.approx(420, abs=1), pytest.approx(595, abs=1))
        assert box.middle == pytest.approx(50 + 30 * 6 + 8, abs=5)


def test_a_sheet_without_resolution_is_taken_for_a4() -> None:
    assert assumed_dpi(1654, 2339) == pytest.approx(200, abs=1)
    assert assumed_dpi(1275, 1650) == pytest.approx(150, abs=1)
    assert assumed_dpi(576, 2000) == 150


def test_a_phone_that_lay_sideways_is_turned_by_exif(make: SimpleNamespace) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn 90 degrees clockwise
    content = make.encode(make.picture().rotate(90, expand=True), "JPEG", exif=exif, dpi=(150, 150))
    (page,) = make.read(content, "image/jpeg")
    assert (page.rotation, page.height > page.width) == (0, True)
    assert set(make.words(page)) >= VALUES


def test_a_scan_on_its_head_is_turned_and_drawn_upright(make: SimpleNamespace) -> None:
    content = make.encode(make.picture().rotate(180), "PNG", dpi=(150, 150))
    (page,) = make.read(content, "image/png")
    assert page.rotation == 180
    assert set(make.words(page)) >= VALUES
    drawn = render_png(content, "image/png", 1, 150, LimitSettings(), rotation=page.rotation, skew=page.skew)
    difference = np.abs(cv2.imdecode(np.frombuffer(drawn, np.uint8), 0).astype(int) - np.asarray(make.picture()))
    assert difference.mean() < 2


def test_a_tilted_scan_is_levelled_in_words_and_in_the_picture(make: SimpleNamespace) -> None:
    tilted = make.picture().rotate(-2, resample=Image.Resampling.BICUBIC, fillcolor=255)
    content = make.encode(tilted, "PNG", dpi=(150, 150))
    (page,) = make.read(content, "image/png")
    assert page.skew == pytest.approx(2, abs=0.3)
    box = next(word.box for word in page.words if word.text == "600.00")
    assert box.middle == pytest.approx(50 + 30 * 6 + 8, abs=5)
    drawn = render_png(content, "image/png", 1, 150, LimitSettings(), skew=page.skew)
    pixels = cv2.imdecode(np.frombuffer(drawn, np.uint8), 0)
    ink = np.flatnonzero((pixels < 128).any(axis=1))
    assert box.y0 * 150 / 72 - 8 < ink.max() < box.y1 * 150 / 72 + 8  # the last line ends where its box does


def test_every_page_of_a_tiff_is_read_with_its_own_resolution(make: SimpleNamespace) -> None:
    buffer = BytesIO()
    pages = [make.picture(), make.picture(200)]
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], dpi=(150, 150))
    first, second = make.read(buffer.getvalue(), "image/tiff")
    assert (first.number, second.number) == (1, 2)
    assert set(make.words(first)) >= VALUES
    assert set(make.words(second)) >= VALUES


def test_a_black_and_white_fax_with_flat_pixels_is_read(make: SimpleNamespace) -> None:
    fax = make.picture(204).resize((round(420 / 72 * 204), round(595 / 72 * 98))).convert("1", dither=0)
    (page,) = make.read(make.encode(fax, "TIFF", dpi=(204, 98), compression="group4"), "image/tiff")
    assert (page.width, page.height) == (pytest.approx(420, abs=1), pytest.approx(595, abs=4))
    assert {"INV-2026-0042", "600.00"} <= set(make.words(page))


def test_transparent_paper_is_white(make: SimpleNamespace) -> None:
    ink = make.picture()
    sheet = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    sheet.putalpha(ink.point(lambda value: 255 - value))
    assert set(make.words(make.read(make.encode(sheet, "PNG"), "image/png")[0])) >= VALUES


def test_sixteen_bits_a_pixel_are_read(make: SimpleNamespace) -> None:
    deep = Image.fromarray(np.asarray(make.picture()).astype(np.uint16) * 200)
    assert set(make.words(make.read(make.encode(deep, "PNG"), "image/png")[0])) >= VALUES


def test_a_bomb_is_refused_by_its_header(make: SimpleNamespace) -> None:
    content = make.encode(Image.new("1", (9000, 9000)), "PNG")
    assert len(content) < 50_000
    with pytest.raises(LimitExceededError) as caught:
        make.read(content, "image/png")
    assert caught.value.reason_code == "resource_limit"


def test_too_many_tiff_pages_are_refused(make: SimpleNamespace) -> None:
    buffer = BytesIO()
    pages = [Image.new("1", (20, 20))] * 4
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(LimitExceededError, match="4 pages"):
        make.read(buffer.getvalue(), "image/tiff", LimitSettings(ocr_pages=3))


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/tiff", "image/heic"])
def test_bytes_that_are_no_picture_are_unreadable(make: SimpleNamespace, media_type: str) -> None:
    for content in (b"\x89PNG\r\n\x1a\n" + bytes(40), b"II*\x00\x08\x00\x00\x00\xff\xff", b"nonsense"):
        with pytest.raises(UnreadableDocumentError):
            make.read(content, media_type)


def test_a_picture_cut_short_is_unreadable_and_not_half_read(make: SimpleNamespace) -> None:
    whole = make.encode(make.picture(), "PNG")
    with pytest.raises(UnreadableDocumentError):
        make.read(whole[: len(whole) // 2], "image/png")


def test_other_media_types_are_unsupported(make: SimpleNamespace) -> None:
    with pytest.raises(UnsupportedMediaTypeError):
        make.read(b"GIF", "text/plain")
