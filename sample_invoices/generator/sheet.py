"""A sheet of paper that remembers what was printed on it: every word with its box, and which term it belongs to.

Points, origin top left, y down; `y` of a text is its baseline. With `pdf=None` nothing is drawn and only the words are
kept, which is what training on words and boxes needs.

>>> sheet = Sheet(None)
>>> _ = sheet.text(100, 50, "F-1 2026", term="invoice_number")
>>> [word.text for word in sheet.words], sheet.prints[0].text
(['F-1', '2026'], 'F-1 2026')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from models.document import Box

WIDTH, HEIGHT = 595.28, 841.89  # A4
FONTS = {
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "times": ("Times-Roman", "Times-Bold"),
    "courier": ("Courier", "Courier-Bold"),
    "vera": ("Vera", "VeraBd"),
}
SCALE = {"helvetica": 1.0, "times": 1.06, "courier": 0.88, "vera": 0.88}  # so that all look equally large
Align = Literal["left", "right", "centre"]


class PrintedWord(NamedTuple):
    """One word on a page; `term` is "" for words that are no value, `lines.2.quantity` for the second line's."""

    text: str
    box: Box
    page: int
    term: str


@dataclass(frozen=True, slots=True)
class Printed:
    """One value as it was printed."""

    term: str
    text: str
    page: int
    box: Box


def register_fonts() -> None:
    """Make the embedded font known; it comes with reportlab."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in ("Vera", "VeraBd"):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


class Sheet:
    """Pages of one document, on a reportlab canvas of invariant bytes or on none."""

    def __init__(self, pdf: Any, font: str = "helvetica", first_page: int = 1) -> None:  # noqa: ANN401 - no stubs
        """Start at `first_page` of the file."""
        register_fonts()
        self.pdf = pdf
        self.page = first_page
        self.first_page = first_page
        self.words: list[PrintedWord] = []
        self.prints: list[Printed] = []
        self._fonts = FONTS[font]
        self._scale = SCALE[font]

    def width_of(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text prints."""
        return float(pdfmetrics.stringWidth(text, self._fonts[bold], size * self._scale))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9.0,
        bold: bool = False,
        align: Align = "left",
        colour: str = "#111111",
        term: str = "",
    ) -> float:
        """Print one line of text; returns its width."""
        width = self.width_of(text, size, bold=bold)
        left = x - {"left": 0.0, "right": width, "centre": width / 2}[align]
        if self.pdf is not None:
            self.pdf.setFillColor(HexColor(colour))
            self.pdf.setFont(self._fonts[bold], size * self._scale)
            self.pdf.drawString(left, HEIGHT - y, text)
        self._remember(left, y, text, size, bold=bold, term=term)
        return width

    def _remember(self, left: float, y: float, text: str, size: float, *, bold: bool, term: str) -> None:
        up, down = pdfmetrics.getAscentDescent(self._fonts[bold], size * self._scale)
        boxes = []
        for match in re.finditer(r"[^\s\u00a0]+", text):
            start = left + self.width_of(text[: match.start()], size, bold=bold)
            box = Box(start, y - up, start + self.width_of(match.group(), size, bold=bold), y - down)
            boxes.append(Box(*(round(side, 2) for side in box)))
            self.words.append(PrintedWord(match.group(), boxes[-1], self.page, term))
        if term and boxes:
            self.prints.append(Printed(term, text, self.page, boxes[0].union(boxes[-1])))

    def fitting(self, text: str, size: float, room: float, *, bold: bool = False) -> float:
        """The size at which a text fits into a room: the one given, or as much smaller as it must be."""
        return size * min(1.0, room / max(self.width_of(text, size, bold=bold), 0.01))

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """Break a text into lines no wider than `width`; a word that is wider stands alone."""
        rows: list[str] = [""]
        for word in text.split(" "):
            longer = f"{rows[-1]} {word}".strip()
            if rows[-1] and self.width_of(longer, size, bold=bold) > width:
                rows.append(word)
            else:
                rows[-1] = longer
        return rows

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.6, colour: str = "#555555") -> None:
        """Draw a line."""
        if self.pdf is not None:
            self.pdf.setStrokeColor(HexColor(colour))
            self.pdf.setLineWidth(width)
            self.pdf.line(x0, HEIGHT - y0, x1, HEIGHT - y1)

    def frame(self, box: Box, *, fill: str | None = None, stroke: str | None = "#555555", radius: float = 0.0) -> None:
        """Draw a rectangle, filled or not."""
        if self.pdf is None:
            return
        self.pdf.setLineWidth(0.6)
        if fill:
            self.pdf.setFillColor(HexColor(fill))
        if stroke:
            self.pdf.setStrokeColor(HexColor(stroke))
        place = (box.x0, HEIGHT - box.y1, box.width, box.height)
        self.pdf.roundRect(*place, radius, stroke=int(stroke is not None), fill=int(fill is not None))

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw a filled circle."""
        if self.pdf is not None:
            self.pdf.setFillColor(HexColor(colour))
            self.pdf.circle(x, HEIGHT - y, radius, stroke=0, fill=1)

    def next_page(self) -> None:
        """Turn the page."""
        if self.pdf is not None:
            self.pdf.showPage()
        self.page += 1
