"""Text that is in a page's text layer and that nobody sees: invisible, transparent, pale, tiny, clipped, covered.

Points, origin top left. PDFium tells how each text is drawn and what is drawn over it; what is only suspected (pale,
covered, in a layer that may be off) is looked for in the drawn page, so that white letters on a dark bar stay words.
Source: ISO 32000-2, 8.11 (optional content), 9.3.6 (rendering modes), 11.6 (transparency).

>>> is_pale((255, 255, 255), (250, 250, 250)), is_pale((255, 255, 255), (0, 80, 160))
(True, False)
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.pages.characters import Token
from models.document import Box

ToBox = Callable[[float, float, float, float], Box]
Colour = tuple[int, int, int]
Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
INVISIBLE = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
WHITE: Colour = (255, 255, 255)
PALE = 40  # sum of the differences of three colours from which text can be told from what is behind it
FAINT = 26  # of 255: text that lets more than nine tenths of the page through
TINY = 1.8  # points of height
MOST_OBJECTS = 20_000
AT_ONCE = 64  # words that are held against all covers at once
MOST_DEPTH = 4
RECTANGLE = 6  # path segments at most
INSIDE = 0.8  # share of a word that must lie under what covers it
DPI = 100.0
CONTRAST = 24  # grey values between ink and paper
REPLACED = "covered by other text"
_TELLS = re.compile(r"\d")  # only words with digits are worth a look at pixels


class _Drawn(NamedTuple):
    """A text object: when it is drawn, and how."""

    order: int
    why: str  # for certain unseen
    colour: Colour | None
    clip: Box | None
    is_optional: bool  # in marked content that may be switched off


class _Cover(NamedTuple):
    order: int
    box: Box
    colour: Colour | None  # None: a picture


class _Scene(NamedTuple):
    texts: dict[int, _Drawn]
    covers: list[_Cover]


def unseen(page: pdfium.PdfPage, text_page: Any, tokens: Sequence[Token], to_box: ToBox) -> list[str]:  # noqa: ANN401
    """Why each word cannot be seen; empty for those that can."""
    scene = _survey(page, to_box)
    told, doubtful = [], []
    around = _around(tokens, scene.covers)
    for at, token in enumerate(tokens):
        drawn = raw.FPDFText_GetTextObject(text_page, token.at)
        text = scene.texts.get(_address(drawn)) if drawn else None
        why, is_sure = _why(token, text, around[at]) if text else ("", True)
        told.append(why)
        if not is_sure:
            doubtful.append(at)
    if any(_TELLS.search(tokens[at].text) for at in doubtful):
        _look(page, tokens, doubtful, told)
    else:
        for at in doubtful:
            told[at] = ""
    return told


def is_pale(one: Colour, other: Colour) -> bool:
    """Whether text of one colour cannot be told from a ground of the other."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) < PALE


def _why(token: Token, text: _Drawn, covers: list[_Cover]) -> tuple[str, bool]:
    """The reason, and whether it is sure without a look at the drawn page."""
    if text.why:
        return text.why, True
    if 0 < token.box.height < TINY:
        return "tiny", True
    if text.clip is not None and _share(token.box, text.clip) < 1 - INSIDE:
        return "clipped", True
    over = [cover for cover in covers if cover.order > text.order]
    if over:
        return "covered", over[-1].colour is None
    ground = [cover.colour for cover in covers if cover.order < text.order]
    behind = ground[-1] if ground else WHITE
    if text.colour is not None and behind is not None and is_pale(text.colour, behind):
        return "pale", False
    return ("switched off", False) if text.is_optional else ("", True)


def _around(tokens: Sequence[Token], covers: list[_Cover]) -> list[list[_Cover]]:
    """The covers in which most of each word lies, in drawing order: all words against all covers, some at a time."""
    if not covers or not tokens:
        return [[] for _ in tokens]
    others = np.array([cover.box for cover in covers], dtype=np.float64)
    found: list[list[_Cover]] = []
    for start in range(0, len(tokens), AT_ONCE):
        boxes = np.array([token.box for token in tokens[start : start + AT_ONCE]], dtype=np.float64)[:, None, :]
        wide = np.minimum(boxes[..., 2], others[:, 2]) - np.maximum(boxes[..., 0], others[:, 0])
        high = np.minimum(boxes[..., 3], others[:, 3]) - np.maximum(boxes[..., 1], others[:, 1])
        area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
        inside = (wide > 0) & (high > 0) & (area > 0) & (wide * high > INSIDE * area)
        found += [[covers[at] for at in np.flatnonzero(row)] for row in inside]
    return found


def _look(page: pdfium.PdfPage, tokens: Sequence[Token], doubtful: list[int], told: list[str]) -> None:
    """Take back the suspicion of words whose ink stands on the drawn page, unless other words stand in their place."""
    width, height = page.get_size()
    scale = min(DPI / 72, (4_000_000 / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True, prefer_bgrx=False)
    try:
        picture: Picture = np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    finally:
        bitmap.close()
    sure = [token.box for at, token in enumerate(tokens) if not told[at]]
    for at in doubtful:
        box = tokens[at].box
        near = [other for other in sure if _share(box, other)]
        is_overwritten = any(_share(box, other) > 1 - INSIDE for other in near)  # that ink may be another word's
        if is_overwritten and told[at] == "covered":
            told[at] = REPLACED
        elif not is_overwritten and _has_ink(picture, box, near, scale):
            told[at] = ""


def _has_ink(picture: Picture, box: Box, near: list[Box], scale: float) -> bool:
    """Whether a place of the drawn page shows anything that is not the ink of the words that reach into it."""
    x0, y0, x1, y1 = (max(0, round(side * scale)) for side in box)
    pixels = picture[y0:y1, x0:x1]
    if near:
        is_own = np.ones(pixels.shape, dtype=bool)
        for other in near:
            left, top, right, bottom = (round(side * scale) for side in other)
            rows = slice(max(0, top - 1 - y0), max(0, bottom + 1 - y0))
            is_own[rows, max(0, left - 1 - x0) : max(0, right + 1 - x0)] = False
        pixels = pixels[is_own]
    return bool(pixels.size) and int(pixels.max()) - int(pixels.min()) >= CONTRAST


def _share(box: Box, other: Box) -> float:
    """The share of a box that lies in another."""
    wide = min(box.x1, other.x1) - max(box.x0, other.x0)
    high = min(box.y1, other.y1) - max(box.y0, other.y0)
    area = box.width * box.height
    return wide * high / area if wide > 0 and high > 0 and area > 0 else 0.0


def _survey(page: pdfium.PdfPage, to_box: ToBox) -> _Scene:
    """Every text and everything that can cover one, in drawing order, forms looked into."""
    texts: dict[int, _Drawn] = {}
    covers: list[_Cover] = []
    for order, (drawn, matrix) in enumerate(_walk(page)):
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts[_address(drawn)] = _text(drawn, order, matrix, to_box)
        elif (cover := _cover(drawn, kind, order, matrix, to_box)) is not None:
            covers.append(cover)
    return _Scene(texts, covers)


def _walk(page: pdfium.PdfPage) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Objects with the matrices of the forms around them, innermost first; at most MOST_OBJECTS."""
    left = MOST_OBJECTS
    count = raw.FPDFPage_CountObjects(page)
    stack: list[tuple[Any, tuple[Any, ...], int]] = []
    for index in range(min(count, MOST_OBJECTS)):
        stack.append((raw.FPDFPage_GetObject(page, index), (), 0))
        while stack and left > 0:
            drawn, around, depth = stack.pop()
            left -= 1
            if raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_FORM and depth < MOST_DEPTH:
                matrix = raw.FS_MATRIX()
                raw.FPDFPageObj_GetMatrix(drawn, matrix)
                inner = min(raw.FPDFFormObj_CountObjects(drawn), left)
                stack += [(raw.FPDFFormObj_GetObject(drawn, at), (matrix, *around), depth + 1)
                          for at in reversed(range(inner))]  # fmt: skip
            yield drawn, around


def _text(drawn: Any, order: int, around: tuple[Any, ...], to_box: ToBox) -> _Drawn:  # noqa: ANN401 - a ctypes pointer
    mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
    red, green, blue, alpha = (ctypes.c_uint(255) for _ in range(4))
    is_stroked = mode in {raw.FPDF_TEXTRENDERMODE_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE_CLIP}
    get = raw.FPDFPageObj_GetStrokeColor if is_stroked else raw.FPDFPageObj_GetFillColor
    has_colour = bool(get(drawn, red, green, blue, alpha))
    why = "invisible" if mode in INVISIBLE else "transparent" if has_colour and alpha.value < FAINT else ""
    colour = (red.value, green.value, blue.value) if has_colour else None
    return _Drawn(order, why, colour, _clip(drawn, around, to_box), _is_optional(drawn))


def _is_optional(drawn: Any) -> bool:  # noqa: ANN401 - a ctypes pointer
    """Whether the object stands between the marks of optional content (/OC)."""
    for at in range(min(raw.FPDFPageObj_CountMarks(drawn), MOST_DEPTH)):
        name, size = ctypes.create_string_buffer(32), ctypes.c_ulong()
        mark = raw.FPDFPageObj_GetMark(drawn, at)
        pointer = ctypes.cast(name, ctypes.POINTER(raw.FPDF_WCHAR))
        if raw.FPDFPageObjMark_GetName(mark, pointer, 32, size) and name.raw[:4] == "OC".encode("utf-16-le"):
            return True
    return False


def _cover(drawn: Any, kind: int, order: int, around: tuple[Any, ...], to_box: ToBox) -> _Cover | None:  # noqa: ANN401
    """A picture or a filled rectangle that lets nothing through."""
    if kind not in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH} or raw.FPDFPageObj_HasTransparency(drawn):
        return None
    colour = None
    if kind == raw.FPDF_PAGEOBJ_PATH:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(drawn, fill, stroke)
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        is_filled = fill.value and raw.FPDFPageObj_GetFillColor(drawn, red, green, blue, alpha)
        if not is_filled or raw.FPDFPath_CountSegments(drawn) > RECTANGLE:
            return None
        colour = (red.value, green.value, blue.value)
    box = _bounds(drawn, around, to_box)
    clip = _clip(drawn, around, to_box) if box else None
    if box is None or (clip is not None and (box := _meet(box, clip)) is None):
        return None
    return _Cover(order, box, colour)


def _bounds(drawn: Any, around: tuple[Any, ...], to_box: ToBox) -> Box | None:  # noqa: ANN401 - a ctypes pointer
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(drawn, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    return _placed([(left, bottom), (right, top), (left, top), (right, bottom)], around, to_box)


def _clip(drawn: Any, around: tuple[Any, ...], to_box: ToBox) -> Box | None:  # noqa: ANN401 - a ctypes pointer
    """The bounds of what an object is clipped to; None where it is not."""
    clip = raw.FPDFPageObj_GetClipPath(drawn)
    count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
    result: Box | None = None
    for path in range(min(max(count, 0), 8)):
        points = [*_points(clip, path)]
        if len(points) < 3:
            continue
        box = _placed(points, around, to_box)
        result = box if result is None else _meet(result, box) or Box(0, 0, 0, 0)
    return result


def _points(clip: Any, path: int) -> Iterator[tuple[float, float]]:  # noqa: ANN401 - a ctypes pointer
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(min(raw.FPDFClipPath_CountPathSegments(clip, path), 64)):
        segment = raw.FPDFClipPath_GetPathSegment(clip, path, at)
        if segment and raw.FPDFPathSegment_GetPoint(segment, x, y):
            yield x.value, y.value


def _placed(points: list[tuple[float, float]], around: tuple[Any, ...], to_box: ToBox) -> Box:
    """The bounds of points on the page, through the matrices of the forms around."""
    for matrix in around:
        points = [(matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f) for x, y in points]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return to_box(min(xs), min(ys), max(xs), max(ys))


def _meet(one: Box, other: Box) -> Box | None:
    box = Box(max(one.x0, other.x0), max(one.y0, other.y0), min(one.x1, other.x1), min(one.y1, other.y1))
    return box if box.x1 > box.x0 and box.y1 > box.y0 else None


def _address(drawn: Any) -> int:  # noqa: ANN401 - a ctypes pointer
    return ctypes.cast(drawn, ctypes.c_void_p).value or 0
