from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import reportlab
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractors.ocr import OcrEngine, load_engine

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"  # Pillow's own font lacks accents

LINES = (
    "Dupont & Fils SARL",
    "12 rue de la Forêt, 69001 Lyon",
    "Facture n° FA-2026-0417 du 03/11/2026",
    "Désignation          Quantité      Prix",
    "Câble réseau 5 m            12     48,60",
    "Étagère murale               2    119,80",
    "Total HT 168,40   TVA 20 % 33,68",
    "Total TTC 202,08 EUR",
)


def draw_lines(lines: tuple[str, ...] = LINES, size: tuple[int, int] = (880, 620), height: int = 26) -> Image.Image:
    picture = Image.new("L", size, 255)
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(str(VERA), size=height)
    for row, line in enumerate(lines):
        pen.text((60, 40 + row * 2.2 * height), line, fill=0, font=font)
    return picture


@pytest.fixture(scope="session")
def picture() -> Image.Image:
    return draw_lines()


@pytest.fixture(scope="session")
def pixels(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture)


@pytest.fixture(scope="session")
def ppocr() -> OcrEngine:
    engine = load_engine("ppocr")
    engine.warm_up()
    return engine
