"""The text layer of one PDF page: its words, and the counts that tell whether to trust it.

Points, origin top left of the page as a viewer shows it. Words that nobody sees (`unseen`) are counted and kept apart:
what a person cannot see is no part of an invoice.

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
from extractors.pages.unseen import unseen
from models.document import Box, Unseen, Word

_BOLD = re.compile(r"bold|black|heavy|demi(?!al)", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # font descriptor flag 19
_STROKED = {raw.FPDF_TEXTRENDERMODE_FILL_STROKE, raw.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP}  # bold by outlining
_PRECISION = 1000.0  # device units a point, while the page's matrix is asked for
MOST_CHARACTERS = 200_000  # a dense page has 10,000
MOST_HIDDEN = 5_000  # words


class Text(NamedTuple):
    """The text layer of a page: what is seen, what is not, how it was turned, and what was counted."""

    words: tuple[Word, ...]
    turn: int  # degrees clockwise
    layer: Layer
    hidden: tuple[Unseen, ...] = ()


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


def read_layer(page: pdfium.PdfPage) -> Text:
    """The visible words of a page made upright, those that nobody sees, and what was counted."""
    frame, (width, height) = _frame(page), page.get_size()
    text_page = page.get_textpage()
    try:
        everything = join_words(_characters(text_page, frame))
        tokens = [token for token in everything if _is_on_page(token.box, width, height)]
        bold = _bold(text_page, tokens)
        whys = unseen(page, text_page, tokens, frame.box)
    finally:
        text_page.close()
    turn = _most_common_turn(tokens)
    boxes = [_turned(token.box, turn, width, height) for token in tokens]
    words = tuple(
        Word(token.text, box, bold=is_bold)
        for token, box, is_bold, why in zip(tokens, boxes, bold, whys, strict=True) if not why
    )  # fmt: skip
    hidden = [Unseen(token.text, box, why) for token, box, why in zip(tokens, boxes, whys, strict=True) if why]
    if len(tokens) < len(everything):
        outside = (token for token in everything if not _is_on_page(token.box, width, height))
        hidden += [Unseen(token.text, _turned(token.box, turn, width, height), "outside") for token in outside]
    return Text(words, turn, _count(page, tokens, len(tokens) - len(words)), tuple(hidden[:MOST_HIDDEN]))


def _count(page: pdfium.PdfPage, tokens: list[Token], invisible: int) -> Layer:
    shown = "".join(token.text for token in tokens)
    found = survey_objects(page)
    long, nonsense = count_nonsense(tokens)
    return Layer(
        characters=len(shown),
        garbled=sum(map(is_garbled, shown)) if not shown.isascii() or not shown.isprintable() else 0,
        words=len(tokens),
        long=long,
        nonsense=nonsense,
        invisible=invisible,
        ink=found.ink,
        picture=found.picture,
        covered=found.covered,
    )


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


def _bold(text_page: pdfium.PdfTextPage, tokens: list[Token]) -> list[bool]:
    """Whether each word is bold, by its first character; one look at each text object is enough."""
    known: dict[int | None, bool] = {}
    found = []
    for token in tokens:
        drawn = raw.FPDFText_GetTextObject(text_page, token.at)
        address = ctypes.cast(drawn, ctypes.c_void_p).value
        if address not in known:
            known[address] = bool(address) and _is_bold(drawn)
        found.append(known[address])
    return found


def _is_bold(drawn: Any) -> bool:  # noqa: ANN401 - a ctypes pointer
    font = raw.FPDFTextObj_GetFont(drawn)
    return raw.FPDFTextObj_GetTextRenderMode(drawn) in _STROKED or bool(font and _is_bold_font(font))


def _is_bold_font(font: raw.FPDF_FONT) -> bool:
    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, 128)
    return is_bold_name(name.value.decode("utf-8", "replace")) or bool(raw.FPDFFont_GetFlags(font) & _FORCE_BOLD)
