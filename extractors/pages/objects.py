"""What is drawn on a PDF page besides text: pictures and how much of the page they take, paths, shadings, forms.

>>> Survey(ink=1, picture=0.9, covered=0.0).picture
0.9
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from math import sqrt
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

MOST_OBJECTS = 20_000  # a drawing can have a million; the first ones tell
MOST_NESTED = 200
FULL_PAGE = 0.6
SCAN_SHARE = 0.25  # of the page from which a picture is a scan and no logo


class Survey(NamedTuple):
    """`ink`: objects that are not text; `picture`: share of the page under pictures; `covered`: of text under one."""

    ink: int
    picture: float
    covered: float


def survey_objects(page: pdfium.PdfPage) -> Survey:
    """Count what is on the page, in drawing order."""
    width, height = page.get_size()
    ink = texts = texts_below = 0
    pictures = 0.0
    for drawn in _objects(page):
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
            continue
        ink += 1
        if kind == raw.FPDF_PAGEOBJ_IMAGE or (kind == raw.FPDF_PAGEOBJ_FORM and _holds_picture(drawn)):
            share = _area(drawn) / (width * height)
            pictures += share
            if kind == raw.FPDF_PAGEOBJ_IMAGE and share >= FULL_PAGE and not raw.FPDFPageObj_HasTransparency(drawn):
                texts_below = texts
    return Survey(ink, min(1.0, pictures), texts_below / texts if texts else 0.0)


def largest_picture(page: pdfium.PdfPage) -> int:
    """Pixels of the largest picture that the page draws, which PDFium would decode whole."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    largest = 0
    for drawn in _objects(page):
        is_picture = raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_IMAGE
        if is_picture and raw.FPDFImageObj_GetImagePixelSize(drawn, width, height):
            largest = max(largest, width.value * height.value)
    return largest


def picture_resolution(page: pdfium.PdfPage) -> float:
    """Dots an inch of the finest picture that fills much of the page; 0.0 where there is none."""
    page_area = page.get_width() * page.get_height()
    wide, high = ctypes.c_uint(), ctypes.c_uint()
    finest = 0.0
    for drawn in _objects(page):
        is_picture = raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_IMAGE
        area = _area(drawn) if is_picture else 0.0
        if area > SCAN_SHARE * page_area and raw.FPDFImageObj_GetImagePixelSize(drawn, wide, high):
            finest = max(finest, 72.0 * sqrt(wide.value * high.value / area))
    return finest


def _objects(page: pdfium.PdfPage) -> Iterator[Any]:
    for index in range(min(raw.FPDFPage_CountObjects(page), MOST_OBJECTS)):
        yield raw.FPDFPage_GetObject(page, index)


def _holds_picture(form: Any, depth: int = 3) -> bool:  # noqa: ANN401 - a ctypes pointer
    for index in range(min(raw.FPDFFormObj_CountObjects(form), MOST_NESTED)):
        inner = raw.FPDFFormObj_GetObject(form, index)
        kind = raw.FPDFPageObj_GetType(inner)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == raw.FPDF_PAGEOBJ_FORM and depth > 1 and _holds_picture(inner, depth - 1):
            return True
    return False


def _area(drawn: Any) -> float:  # noqa: ANN401 - a ctypes pointer
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(drawn, *sides):
        return 0.0
    left, bottom, right, top = (side.value for side in sides)
    return max(0.0, right - left) * max(0.0, top - bottom)
