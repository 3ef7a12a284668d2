"""The PDF press: A4 with page numbers, an outline, title and language. The same pack gives the same bytes.

Letters are those of the fonts that lie with the library (Vera): they hold French and what an invoice writes; a letter
that they lack is shown as a question mark rather than as a box.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape

from reportlab.graphics.shapes import Drawing, PolyLine, String
from reportlab.graphics.shapes import Rect as Box
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from reports.content import Chart, Pack, Section, Table, Tile
from reports.drawing import INK, LINE, MUTED, WIDTH, Rect, Text, shapes_of

_ACCENT, _SOFT = "#1f5c7a", "#f3f6f8"
_SIDE, _TOP, _FOOT = 18 * mm, 18 * mm, 20 * mm
_ROOM = A4[0] - 2 * _SIDE
_PADDING = 6  # that the library adds inside its margins
_AHEAD = 90  # points that a long table's beginning needs on a page
_PLAIN, _BOLD = "Vera", "VeraBd"
_SHORT = 12  # rows of a table that is kept on one page
_LETTER = 0.52  # of the size: how wide a letter is on average
_LEAST, _MOST = 5, 46  # letters by which a column's width is reckoned
_TILES = 3  # beside each other


@cache
def _styles() -> dict[str, ParagraphStyle]:
    for name in (_PLAIN, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_BOLD, italic=_PLAIN, boldItalic=_BOLD)
    text = ParagraphStyle("text", fontName=_PLAIN, fontSize=9, leading=13, textColor=HexColor(INK), spaceAfter=4)

    def made(name: str, size: float, *, bold: bool = False, ink: str = INK, **more: float) -> ParagraphStyle:
        return ParagraphStyle(name, parent=text, fontName=_BOLD if bold else _PLAIN, fontSize=size, leading=size * 1.38,
                              textColor=HexColor(ink), **more)  # fmt: skip

    cell = made("cell", 7.6, spaceAfter=0)
    return {
        "text": text, "cell": cell, "head": made("head", 7.6, bold=True, spaceAfter=0),
        "number": ParagraphStyle("number", parent=cell, alignment=2),
        "head_number": ParagraphStyle("head_number", parent=made("head", 7.6, bold=True, spaceAfter=0), alignment=2),
        "title": made("title", 22, bold=True, spaceAfter=2), "client": made("client", 10, bold=True, ink=_ACCENT),
        "period": made("period", 12), "note": made("note", 7.6, ink=MUTED, spaceAfter=3),
        "section": made("section", 13, bold=True, spaceBefore=14, spaceAfter=5),
        "caption": made("caption", 8.6, bold=True, spaceBefore=6, spaceAfter=3),
        "tile": made("tile", 14, bold=True, spaceAfter=0), "tile_name": made("tile_name", 7.6, ink=MUTED, spaceAfter=0),
    }  # fmt: skip


class _Heading(Paragraph):  # type: ignore[misc]
    """A section's title that stands in the outline too."""

    def __init__(self, number: int, section: Section) -> None:
        super().__init__(f'<font color="{_ACCENT}">{number}</font>&nbsp; {escape(section.title)}', _styles()["section"])
        self._key, self._title = section.key, f"{number} {section.title}"

    def draw(self) -> None:
        """Draw it and note where it stands."""
        self.canv.bookmarkHorizontal(self._key, 0, self.height + 8)
        self.canv.addOutlineEntry(self._title, self._key, 0, 0)
        super().draw()


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that knows how many pages there are before it writes the first number."""

    pack: Pack

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        """Keep the page until all are known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its number."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            _foot(self, self.pack, number, len(self._pages))
            super().showPage()
        super().save()


def as_pdf(pack: Pack) -> bytes:
    """The report as PDF."""
    out = io.BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_SIDE - _PADDING, rightMargin=_SIDE - _PADDING, topMargin=_TOP,
        bottomMargin=_FOOT, invariant=1,
        title=f"{pack.title} – {pack.client} – {pack.period}", author="Facturier", subject=pack.period,
        lang=pack.language, displayDocTitle=True,
    )  # fmt: skip
    flow: list[Flowable] = [
        _say(pack.client, "client"), _say(pack.title, "title"), _say(pack.period, "period"),
        _say(pack.words.made, "note"), Spacer(1, 6),
    ]  # fmt: skip
    if pack.tiles:
        flow += [_tiles(pack.tiles), Spacer(1, 4)]
    for number, section in enumerate(pack.sections, 1):
        flow += _section(number, section)
    maker = type("Numbered", (_Numbered,), {"pack": pack})
    paper.build(flow, canvasmaker=maker)
    return out.getvalue()


def _foot(canvas: Canvas, pack: Pack, number: int, pages: int) -> None:
    canvas.saveState()
    canvas.setStrokeColor(HexColor(LINE))
    canvas.line(_SIDE, _FOOT - 6, A4[0] - _SIDE, _FOOT - 6)
    canvas.setFont(_PLAIN, 7)
    canvas.setFillColor(HexColor(MUTED))
    canvas.drawString(_SIDE, _FOOT - 17, _clean(f"{pack.title} – {pack.client} – {pack.period}"))
    canvas.drawRightString(A4[0] - _SIDE, _FOOT - 17, pack.words.page.format(page=number, pages=pages))
    canvas.restoreState()


def _section(number: int, section: Section) -> Iterator[Flowable]:
    """The title stays with what comes first."""
    parts: list[Flowable] = [_say(one, "text") for one in section.paragraphs]
    parts += [KeepTogether([_say(chart.title, "caption"), _drawn(chart), _say(chart.says, "note")])
              for chart in section.charts]  # fmt: skip
    for table in section.tables:
        parts += _table(table)
    parts += [_say(one, "note") for one in section.notes]
    first = parts[:1]
    yield KeepTogether([_Heading(number, section), *first]) if first else _Heading(number, section)
    yield from parts[1:]


def _tiles(tiles: Sequence[Tile]) -> Grid:
    cells = [[_say(one.name, "tile_name"), _say(one.value, "tile"), _say(one.note, "tile_name")] for one in tiles]
    rows = [cells[at : at + _TILES] for at in range(0, len(cells), _TILES)]
    rows[-1] += [[] for _ in range(_TILES - len(rows[-1]))]
    look = TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 8), ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6), ("INNERGRID", (0, 0), (-1, -1), 5, HexColor("#ffffff")),
        *(("BACKGROUND", (at % _TILES, at // _TILES), (at % _TILES, at // _TILES), HexColor(_SOFT))
          for at in range(len(cells))),
    ])  # fmt: skip
    return Grid(rows, colWidths=[_ROOM / _TILES] * _TILES, style=look)


def _drawn(chart: Chart) -> Drawing:
    _styles()
    shapes, height = shapes_of(chart)
    drawing = Drawing(WIDTH, height)
    scale = min(_ROOM / WIDTH, 1.0)
    drawing.scale(scale, scale)
    drawing.width, drawing.height = WIDTH * scale, height * scale
    for shape in shapes:
        if isinstance(shape, Rect):
            drawing.add(Box(shape.x, height - shape.y - shape.height, shape.width, shape.height,
                            fillColor=HexColor(shape.fill), strokeColor=None))  # fmt: skip
        elif isinstance(shape, Text):
            drawing.add(String(shape.x, height - shape.y, _clean(shape.words), textAnchor=shape.anchor, fontSize=8,
                               fontName=_PLAIN, fillColor=HexColor(shape.fill)))  # fmt: skip
        else:
            points = [value for x, y in shape.points for value in (x, height - y)]
            drawing.add(PolyLine(points, strokeColor=HexColor(shape.stroke), strokeWidth=1.2))
    return drawing


def _table(table: Table) -> Iterator[Flowable]:
    rows = [[_say(head, "head_number" if at in table.numeric else "head") for at, head in enumerate(table.heads)]]
    rows += [[_say(cell, "number" if at in table.numeric else "cell") for at, cell in enumerate(row)]
             for row in table.rows]  # fmt: skip
    look = TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6), ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        *(("RIGHTPADDING", (at, 0), (at, -1), 12) for at in table.numeric if at < len(table.heads) - 1),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, HexColor(INK)), ("LINEBELOW", (0, 1), (-1, -1), 0.4, HexColor(LINE)),
    ])  # fmt: skip
    grid = Grid(rows, colWidths=_widths(table), repeatRows=1, style=look, hAlign="LEFT")
    caption = _say(table.caption, "caption")
    if len(table.rows) <= _SHORT:
        yield KeepTogether([caption, grid])
        return
    yield CondPageBreak(_AHEAD)
    yield caption
    yield grid


def _widths(table: Table) -> list[float]:
    """Columns as wide as what stands in them, within limits; the page's width in all."""
    if table.widths:
        return [_ROOM * share / sum(table.widths) for share in table.widths]
    letters = [
        min(max(_LEAST, max(map(len, head.split()), default=0), *(len(row[at]) for row in table.rows)), _MOST)
        for at, head in enumerate(table.heads)
    ]  # fmt: skip
    return [_ROOM * count / sum(letters) for count in letters]


def _say(text: str, style: str) -> Paragraph:
    return Paragraph(escape(_clean(text)), _styles()[style])


def _clean(text: str) -> str:
    """Text in letters that the font has; narrow and hard spaces are kept as hard ones."""
    _styles()
    known = pdfmetrics.getFont(_PLAIN).face.charToGlyph
    spaced = text.replace("\u202f", "\u00a0").replace("\u2212", "-").replace("\u2011", "-")
    return "".join(letter if ord(letter) in known or letter == "\n" else "?" for letter in spaced)
