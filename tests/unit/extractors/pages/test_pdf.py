from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from models.document import Box, Page
from models.errors import EmptyFileError, EncryptedDocumentError, LimitExceededError, UnreadableDocumentError
from models.settings import LimitSettings

PDF = "application/pdf"
VALUES = {"INV-2026-0042", "500.00", "100.00", "600.00", "12.50"}


def box_of(page: Page, text: str) -> Box:
    return next(word.box for word in page.words if word.text == text)


def changed(content: bytes, **entries: object) -> bytes:
    """The PDF with entries of its first page replaced."""
    from io import BytesIO

    with pikepdf.open(BytesIO(content)) as file:
        for key, value in entries.items():
            file.pages[0]["/" + key] = value
        buffer = BytesIO()
        file.save(buffer)
        return buffer.getvalue()


def test_the_text_layer_gives_words_boxes_and_bold(make: SimpleNamespace) -> None:
    (page,) = make.read(make.pdf(make.write), PDF)
    assert (page.reader, page.width, page.height, page.rotation) == ("text", 420, 595, 0)
    assert set(make.words(page)) >= VALUES
    box = box_of(page, "600.00")
    assert (box.x0, box.middle) == (pytest.approx(97.8, abs=1), pytest.approx(595 - 350 - 4, abs=3))
    assert {word.text for word in page.words if word.bold} == {"Invoice", "INV-2026-0042"}


def test_words_and_picture_share_one_frame(make: SimpleNamespace) -> None:
    from extractors.pages import render_png

    content = make.pdf(make.write)
    box = box_of(make.read(content, PDF)[0], "INV-2026-0042")
    pixels = cv2.imdecode(np.frombuffer(render_png(content, PDF, 1, 144, LimitSettings()), np.uint8), 0)
    assert pixels.shape == (1190, 840)
    ink = np.argwhere(pixels < 128)
    inside = (ink >= [box.y0 * 2, box.x0 * 2]).all(1) & (ink <= [box.y1 * 2, box.x1 * 2]).all(1)
    first_row = ink[ink[:, 0] < 160]
    assert len(first_row) > inside.sum() > 0.5 * len(first_row)  # "Invoice" is the rest


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotate_that_makes_the_page_upright_is_obeyed(make: SimpleNamespace, turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        width, height = size
        canvas.translate(*{90: (width, 0), 180: (width, height), 270: (0, height)}[turn])
        canvas.rotate(turn)
        make.write(canvas)

    size = (595.0, 420.0) if turn % 180 else (420.0, 595.0)
    (page,) = make.read(changed(make.pdf(draw, size=size), Rotate=turn), PDF)
    straight = make.read(make.pdf(make.write), PDF)[0]
    assert (page.width, page.height, page.rotation) == (420, 595, 0)
    for word, expected in zip(page.words, straight.words, strict=True):
        assert word.text == expected.text
        assert tuple(word.box) == pytest.approx(tuple(expected.box), abs=0.1)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_that_a_viewer_shows_turned_is_made_upright(make: SimpleNamespace, rotate: int) -> None:
    from extractors.pages import render_png

    content = changed(make.pdf(make.write), Rotate=rotate)
    (page,) = make.read(content, PDF)
    straight = make.read(make.pdf(make.write), PDF)[0]
    assert (page.width, page.height, page.rotation, page.reader) == (420, 595, 360 - rotate, "text")
    assert {word.text for word in page.words} >= VALUES
    assert tuple(box_of(page, "600.00")) == pytest.approx(tuple(box_of(straight, "600.00")), abs=0.1)
    turned = render_png(content, PDF, 1, 72, LimitSettings(), rotation=page.rotation)
    upright = render_png(make.pdf(make.write), PDF, 1, 72, LimitSettings())
    pixels = [cv2.imdecode(np.frombuffer(png, np.uint8), 0).astype(int) for png in (turned, upright)]
    assert np.abs(pixels[0] - pixels[1]).mean() < 1


def test_a_crop_box_moves_the_origin_and_hides_what_is_outside(make: SimpleNamespace) -> None:
    whole = make.read(make.pdf(make.write), PDF)[0]
    (page,) = make.read(changed(make.pdf(make.write), CropBox=pikepdf.Array([20, 0, 420, 520])), PDF)
    assert (page.width, page.height) == (400, 520)
    assert "INV-2026-0042" not in make.words(page)
    moved, straight = box_of(page, "600.00"), box_of(whole, "600.00")
    assert tuple(moved) == pytest.approx((straight.x0 - 20, straight.y0 - 75, straight.x1 - 20, straight.y1 - 75))


def test_letter_spaced_headings_are_words(make: SimpleNamespace) -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(40, 560)
        text.setFont("Helvetica", 14)
        text.setCharSpace(6)
        text.textOut("RECHNUNG NR")
        canvas.drawText(text)
        make.write(canvas)

    read = make.words(make.read(make.pdf(draw), PDF)[0])
    assert {"RECHNUNG", "NR"} <= set(read)


def test_columns_that_nearly_touch_stay_apart(make: SimpleNamespace) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(40, 100, "11.10")
        canvas.drawString(40 + canvas.stringWidth("11.10", "Helvetica", 10) + 5, 100, "12.00")
        make.write(canvas)

    assert {"11.10", "12.00"} <= set(make.words(make.read(make.pdf(draw), PDF)[0]))


def test_the_scanners_own_text_is_not_believed(make: SimpleNamespace) -> None:
    def draw(canvas: Canvas) -> None:
        make.paste(canvas)
        make.write(canvas, mode=3, lines=tuple(line.replace("0", "8") for line in make.text))

    (page,) = make.read(make.pdf(draw), PDF)
    assert (page.reader, page.notes) == ("ppocr", ("text_layer_by_scanner",))
    assert {"INV-2026-0042", "600.00"} <= set(make.words(page))


def test_text_under_the_scan_is_not_believed(make: SimpleNamespace) -> None:
    def draw(canvas: Canvas) -> None:
        make.write(canvas, lines=("Total due 999.99", "and more than twenty characters"))
        make.paste(canvas)

    (page,) = make.read(make.pdf(draw), PDF)
    assert page.reader == "ppocr"
    assert "999.99" not in make.words(page)


def test_hidden_words_on_an_honest_page_are_left_out_and_noted(make: SimpleNamespace) -> None:
    def draw(canvas: Canvas) -> None:
        make.write(canvas)
        text = canvas.beginText(40, 60)
        text.setFont("Helvetica", 10)
        text.setTextRenderMode(3)
        text.textOut("Total 1.00")
        canvas.drawText(text)

    (page,) = make.read(make.pdf(draw), PDF)
    assert (page.reader, page.notes) == ("text", ("hidden_text",))
    assert "1.00" not in make.words(page)


def test_a_scan_is_read_by_ocr_in_points(make: SimpleNamespace) -> None:
    (page,) = make.read(make.pdf(make.paste), PDF)
    assert (page.reader, page.notes) == ("ppocr", ("no_text_layer",))
    assert set(make.words(page)) >= VALUES
    assert page.width == pytest.approx(420, abs=1)
    assert box_of(page, "600.00").middle == pytest.approx(50 + 30 * 6 + 8, abs=5)


def test_a_stamp_on_a_scan_does_not_stand_for_the_page(make: SimpleNamespace) -> None:
    def draw(canvas: Canvas) -> None:
        make.paste(canvas)
        canvas.drawString(40, 30, "Received by accounts 17 November 2026")

    (page,) = make.read(make.pdf(draw), PDF)
    assert page.notes == ("text_layer_partial",)
    assert {"INV-2026-0042", "Received"} <= set(make.words(page))


def test_an_empty_page_has_no_words_and_needs_no_ocr(make: SimpleNamespace) -> None:
    first, second = make.read(make.pdf(make.write, lambda canvas: canvas.setFont("Helvetica", 10)), PDF)
    assert (second.number, second.words, second.reader) == (2, (), "text")
    assert first.words


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyFileError),
        (b"%PDF-1.7\n%%EOF", UnreadableDocumentError),
        (b"not a PDF at all", UnreadableDocumentError),
    ],
)
def test_what_is_no_pdf_is_refused(make: SimpleNamespace, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        make.read(content, PDF)


def test_a_password_is_asked_for(make: SimpleNamespace) -> None:
    from io import BytesIO

    buffer = BytesIO()
    with pikepdf.open(BytesIO(make.pdf(make.write))) as file:
        file.save(buffer, encryption=pikepdf.Encryption(owner="owner", user="user"))
    with pytest.raises(EncryptedDocumentError):
        make.read(buffer.getvalue(), PDF)


def test_too_many_pages_and_too_many_scans_are_refused(make: SimpleNamespace) -> None:
    with pytest.raises(LimitExceededError, match="3 pages"):
        make.read(make.pdf(*[make.write] * 3), PDF, LimitSettings(pages=2))
    with pytest.raises(LimitExceededError, match="OCR"):
        make.read(make.pdf(make.paste, make.paste), PDF, LimitSettings(ocr_pages=1))
    assert len(make.read(make.pdf(*[make.write] * 3), PDF, LimitSettings(ocr_pages=1))) == 3


def test_a_scan_with_too_many_pixels_is_refused_before_it_is_decoded(make: SimpleNamespace) -> None:
    with pytest.raises(LimitExceededError, match="pixels"):
        make.read(make.pdf(make.paste), PDF, LimitSettings(page_pixels=100_000))


def test_a_poster_is_drawn_within_the_limits(make: SimpleNamespace) -> None:
    from extractors.pages import render_png

    content = changed(make.pdf(make.write), MediaBox=pikepdf.Array([0, 0, 14000, 14000]))
    limits = LimitSettings(page_side_pixels=500)
    pixels = cv2.imdecode(np.frombuffer(render_png(content, PDF, 1, 150, limits), np.uint8), 0)
    assert max(pixels.shape) <= 500


def test_a_page_that_is_not_there_cannot_be_drawn(make: SimpleNamespace) -> None:
    from extractors.pages import render_png

    with pytest.raises(UnreadableDocumentError, match="no page 2"):
        render_png(make.pdf(make.write), PDF, 2, 72, LimitSettings())
