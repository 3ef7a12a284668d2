from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extractors.pages import read_pages, warm_up
from models.document import Document, Page
from models.settings import LimitSettings, ReadingSettings

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
TEXT = (
    "Invoice INV-2026-0042", "Issued 14 November 2026", "Acme Supplies Ltd, Leeds",
    "Paper A4, 40 boxes at 12.50", "Net 500.00", "VAT 20% 100.00", "Total due 600.00 GBP",
)  # fmt: skip
A5 = (420.0, 595.0)

Draw = Callable[[Canvas], None]


@pytest.fixture(scope="session", autouse=True)
def _warm() -> None:
    warm_up(ReadingSettings())


def picture(dpi: int = 150, mode: str = "L") -> Image.Image:
    """The text of TEXT on a sheet of A5."""
    size = (round(A5[0] * dpi / 72), round(A5[1] * dpi / 72))
    sheet = Image.new("L", size, 255)
    font = ImageFont.truetype(str(VERA), size=round(13 * dpi / 72))
    for row, line in enumerate(TEXT):
        ImageDraw.Draw(sheet).text((40 * dpi / 72, (50 + 30 * row) * dpi / 72), line, fill=0, font=font)
    return sheet.convert(mode)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pdf(*draws: Draw, size: tuple[float, float] = A5) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    for draw in draws:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write(canvas: Canvas, *, mode: int = 0, lines: tuple[str, ...] = TEXT) -> None:
    for row, line in enumerate(lines):
        text = canvas.beginText(40, 530 - 30 * row)
        text.setFont("Helvetica-Bold" if row == 0 else "Helvetica", 13)
        text.setTextRenderMode(mode)
        text.textOut(line)
        canvas.drawText(text)


def paste(canvas: Canvas, image: Image.Image | None = None) -> None:
    canvas.drawImage(ImageReader(image or picture()), 0, 0, *A5)


def read_all(content: bytes, media_type: str, limits: LimitSettings | None = None) -> tuple[Page, ...]:
    return read_pages(Document(content, "a"), media_type, ReadingSettings(), limits or LimitSettings())


def words(page: Page) -> list[str]:
    return [word.text for word in page.words]


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Ways to make a file and to read it; fixtures are the one thing that test modules can share."""
    return SimpleNamespace(
        picture=picture, encode=encode, pdf=pdf, write=write, paste=paste, read=read_all, words=words, text=TEXT
    )
