"""Paper: remembers every word with its box and term, and every stroke, so that a page can be drawn afterwards or not.

Points, origin top left, y down; `y` of a text is its baseline. Drawing happens from memory: it cannot change a word.

>>> paper = Paper(200.0, 300.0)
>>> _ = paper.text(10, 20, "F-1 2026", term="invoice_number")
>>> [word.text for word in paper.words], paper.prints[0].text
(['F-1', '2026'], 'F-1 2026')
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any, NamedTuple

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from models.document import Box
from sample_invoices.generator.sheet import FONTS, SCALE, Align, Printed, PrintedWord, register_fonts
from sample_invoices.generator.training.speech import fold

_WORD = re.compile(r"[^\s\u00a0\u202f]+")
_FOREIGN = str.maketrans("ąęńśźżĄĘŃŚŹŻ₹", "aenszzAENSZZR")  # what the fonts at hand cannot print


class Stroke(NamedTuple):
    """One thing to draw that is no text: a rule, or a box filled with a colour."""

    page: int
    box: Box
    colour: str
    filled: bool
    width: float


class Inked(NamedTuple):
    """One text to draw."""

    page: int
    x: float
    y: float
    text: str
    font: str
    size: float
    colour: str


@cache
def glyph_widths(font: str) -> dict[str, float]:
    """Width of each sign of a font at size one."""
    register_fonts()
    signs = [chr(number) for number in (*range(32, 383), 0x2019, 0x2022, 0x2013, 0x20AC, 0x202F, 0x20B9)]
    return {sign: float(pdfmetrics.stringWidth(fold(sign).translate(_FOREIGN), font, 1)) for sign in signs}


@cache
def rise_of(font: str) -> tuple[float, float]:
    """(above, below) the baseline at size one."""
    register_fonts()
    up, down = pdfmetrics.getAscentDescent(font, 1)
    return float(up), float(down)


class Paper:
    """The pages of one document."""

    def __init__(self, width: float, height: float, font: str = "helvetica") -> None:
        """A first page of this size in points."""
        self.width, self.height = width, height
        self.page = 1
        self.words: list[PrintedWord] = []
        self.prints: list[Printed] = []
        self.inked: list[Inked] = []
        self.strokes: list[Stroke] = []
        self._fonts, self._scale = FONTS[font], SCALE[font]

    def width_of(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text prints."""
        widths = glyph_widths(self._fonts[bold])
        return sum([widths.get(sign, 0.55) for sign in text]) * size * self._scale

    def text(  # noqa: PLR0913 - what a text looks like
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9.0,
        bold: bool = False,
        align: Align = "left",
        term: str = "",
        room: float = 0.0,
        colour: str = "#111111",
    ) -> float:
        """Print one line, smaller where it is wider than `room`; returns its width."""
        if not text.strip():
            return 0.0
        width = self.width_of(text, size, bold=bold)
        if room and width > room:
            size, width = size * room / width, room
        left = x if align == "left" else x - width if align == "right" else x - width / 2
        font = self._fonts[bold]
        self.inked.append(Inked(self.page, left, y, text, font, size * self._scale, colour))
        self._remember(left, y, text, font, size * self._scale, term)
        return width

    def _remember(self, left: float, y: float, text: str, font: str, size: float, term: str) -> None:
        up, down = rise_of(font)
        top, bottom = round(y - up * size, 2), round(y - down * size, 2)
        widths = glyph_widths(font)
        x, at, first = left, 0, len(self.words)
        for match in _WORD.finditer(text):
            x += sum([widths.get(sign, 0.55) for sign in text[at : match.start()]]) * size
            word, at = match.group(), match.end()
            end = x + sum([widths.get(sign, 0.55) for sign in word]) * size
            self.words.append(PrintedWord(word, Box(round(x, 2), top, round(end, 2), bottom), self.page, term))
            x = end
        if term and len(self.words) > first:
            box = self.words[first].box.union(self.words[-1].box)
            self.prints.append(Printed(term, text, self.page, box))

    def also(self, term: str) -> None:
        """What was printed last is the value of a further term."""
        last = self.prints[-1]
        self.prints.append(Printed(term, last.text, last.page, last.box))

    def wrap(self, text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
        """Break a text into rows no wider than `room`; a word that is wider stands alone."""
        rows = [""]
        for word in text.split(" "):
            longer = f"{rows[-1]} {word}".strip()
            if rows[-1] and self.width_of(longer, size, bold=bold) > room:
                rows.append(word)
            else:
                rows[-1] = longer
        return rows

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.5, colour: str = "#555555") -> None:
        """Remember a line."""
        self.strokes.append(Stroke(self.page, Box(x0, y0, x1, y1), colour, filled=False, width=width))

    def fill(self, box: Box, colour: str) -> None:
        """Remember a coloured box."""
        self.strokes.append(Stroke(self.page, box, colour, filled=True, width=0.0))

    def frame(self, box: Box, colour: str = "#777777") -> None:
        """Remember the four sides of a box."""
        x0, y0, x1, y1 = box
        for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.rule(*side, colour=colour)

    def next_page(self) -> None:
        """Turn the page."""
        self.page += 1

    def cut(self, height: float) -> None:
        """Cut the roll below the last row."""
        self.height = height

    def draw(self) -> bytes:
        """The pages as a PDF; signs that the fonts lack are drawn without their accents."""
        rl_config.useA85 = 0
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(self.width, self.height), invariant=1, pageCompression=1)
        for page in range(1, self.page + 1):
            for stroke in (each for each in self.strokes if each.page == page):
                self._draw_stroke(canvas, stroke)
            for inked in (each for each in self.inked if each.page == page):
                canvas.setFillColor(HexColor(inked.colour))
                canvas.setFont(inked.font, inked.size)
                canvas.drawString(inked.x, self.height - inked.y, printable(inked.text))
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    def _draw_stroke(self, canvas: Any, stroke: Stroke) -> None:  # noqa: ANN401 - reportlab has no stubs
        box = stroke.box
        if stroke.filled:
            canvas.setFillColor(HexColor(stroke.colour))
            canvas.rect(box.x0, self.height - box.y1, box.width, box.height, stroke=0, fill=1)
            return
        canvas.setStrokeColor(HexColor(stroke.colour))
        canvas.setLineWidth(stroke.width)
        canvas.line(box.x0, self.height - box.y0, box.x1, self.height - box.y1)


def printable(text: str) -> str:
    """A text in signs that the fonts hold."""
    return "".join(sign if sign.encode("cp1252", "ignore") else fold(sign).translate(_FOREIGN) for sign in text)
