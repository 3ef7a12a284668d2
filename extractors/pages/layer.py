"""The text layer of one PDF page: its words, and the counts that tell whether to trust it.

Points, origin top left of the page as a viewer shows it. Words in text render mode 3 (invisible) are counted, never
returned: what a person cannot see is no part of an invoice.

>>> is_bold_name("ABCDEF+Arial-BoldMT"), is_bold_name("Helvetica")
(True, False)
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.pages.characters import Character, Token, join_words
from extractors.pages.objects import survey_objects
from extractors.pages.trust import Layer, count_nonsense, is_garbled
from models.document import Box, Word

_BOLD = re.compile(r"bold|black|heavy|demi(?!al)", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # font descriptor flag 19
_STROKED = {raw.FPDF_TEXTRENDERMODE_FILL_STROKE, raw.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP}  # bold by outlining
_UNSEEN = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}
_PRECISION = 1000.0  # device units a point, while the page's matrix is asked for
MOST_CHARACTERS = 200_000  # a dense page has 10,000


class _Style(NamedTuple):
    is_bold: bool
    is_unseen: bool


class _Frame(NamedTuple):
    """From the page's own coordinates (y up) to points from the top left of the shown page: x' = ax + by + c."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        x0, x1 = sorted((self.a * left + self.b * bottom + self.c, self.a * right + self.b * top + self.c))
        y0, y1 = sorted((self.d * left + self.e * bottom + self.f, self.d * right + self.e * top + self.f))
        return Box(round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))


def read_layer(page: pdfium.PdfPage) -> tuple[tuple[Word, ...], int, Layer]:
    """The visible words of a page made upright, the degrees clockwise that took, and what was counted."""
    frame, (width, height) = _frame(page), page.get_size()
    text_page = page.get_textpage()
    try:
        characters = list(_characters(text_page, frame))
        tokens = [token for token in join_words(characters) if _is_on_page(token.box, width, height)]
        styles = _styles(text_page, tokens)
    finally:
        text_page.close()
    turn = _most_common_turn(tokens)
    words = tuple(
        Word(token.text, _turned(token.box, turn, width, height), bold=style.is_bold)
        for token, style in zip(tokens, styles, strict=True)
        if not style.is_unseen
    )
    shown = "".join(token.text for token in tokens)
    found = survey_objects(page)
    long, nonsense = count_nonsense(tokens)
    layer = Layer(
        characters=len(shown),
        garbled=sum(map(is_garbled, shown)) if not shown.isascii() or not shown.isprintable() else 0,
        words=len(tokens),
        long=long,
        nonsense=nonsense,
        invisible=sum(style.is_unseen for style in styles),
        ink=found.ink,
        picture=found.picture,
        covered=found.covered,
    )
    return words, turn, layer


def is_bold_name(name: str) -> bool:
    """Whether a font's name says that it is bold."""
    return bool(_BOLD.search(name))


def _frame(page: pdfium.PdfPage) -> _Frame:
    """PDFium's own display matrix, asked for at three points: it knows crop box, rotation and user unit."""
    width, height = page.get_size()
    size = (0, 0, round(width * _PRECISION), round(height * _PRECISION), 0)
    x, y = ctypes.c_int(), ctypes.c_int()

    def shown(left: float, bottom: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, *size, left, bottom, x, y)
        return x.value / _PRECISION, y.value / _PRECISION

    (c, f), (ac, df), (bc, ef) = shown(0, 0), shown(100, 0), shown(0, 100)
    return _Frame((ac - c) / 100, (bc - c) / 100, c, (df - f) / 100, (ef - f) / 100, f)


def _characters(text_page: pdfium.PdfTextPage, frame: _Frame) -> Iterator[Character]:
    handle, rectangle = text_page.raw, raw.FS_RECTF()
    pointer = ctypes.byref(rectangle)
    get_unicode, get_box, to_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, frame.box
    nowhere = Box(0, 0, 0, 0)
    for index in range(min(raw.FPDFText_CountChars(handle), MOST_CHARACTERS)):
        code = get_unicode(handle, index)
        if 0xDC00 <= code <= 0xDFFF:
            continue  # the second half of the character before
        text = chr(code) if not 0xD800 <= code < 0xDC00 else _whole(code, get_unicode(handle, index + 1))
        if text.isspace() or text == "\0":
            yield Character(" ", nowhere, index)
        elif get_box(handle, index, pointer):
            yield Character(text, to_box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top), index)


def _whole(high: int, low: int) -> str:
    """The character of a surrogate pair, which PDFium gives in two halves."""
    if not 0xDC00 <= low <= 0xDFFF:
        return "\ufffd"
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _most_common_turn(tokens: list[Token]) -> int:
    """How the page must be turned so that most of its characters stand upright."""
    letters: dict[int, int] = {0: 0}
    for token in tokens:
        if len(token.text) > 1:
            letters[token.turn] = letters.get(token.turn, 0) + len(token.text)
    return max(letters, key=lambda turn: letters[turn])


def _turned(box: Box, turn: int, width: float, height: float) -> Box:
    """The box after the page of that size was turned clockwise."""
    for size in (height, width, height)[: turn // 90]:
        box = Box(size - box.y1, box.x0, size - box.y0, box.x1)
    return box


def _is_on_page(box: Box, width: float, height: float) -> bool:
    return box.x1 > 0 and box.y1 > 0 and box.x0 < width and box.y0 < height


def _styles(text_page: pdfium.PdfTextPage, tokens: list[Token]) -> list[_Style]:
    """How each word is drawn, by its first character; one look at each text object is enough."""
    known: dict[int | None, _Style] = {}
    styles = []
    for token in tokens:
        drawn = raw.FPDFText_GetTextObject(text_page, token.at)
        address = ctypes.cast(drawn, ctypes.c_void_p).value
        if address not in known:
            known[address] = _style(drawn) if address else _Style(is_bold=False, is_unseen=False)
        styles.append(known[address])
    return styles


def _style(drawn: Any) -> _Style:  # noqa: ANN401 - a ctypes pointer
    mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
    font = raw.FPDFTextObj_GetFont(drawn)
    is_bold = mode in _STROKED or bool(font and _is_bold_font(font))
    return _Style(is_bold, mode in _UNSEEN)


def _is_bold_font(font: raw.FPDF_FONT) -> bool:
    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, 128)
    return is_bold_name(name.value.decode("utf-8", "replace")) or bool(raw.FPDFFont_GetFlags(font) & _FORCE_BOLD)
