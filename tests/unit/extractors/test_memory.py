from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from extractors import extract
from models.document import Document
from models.settings import LimitSettings, ReadingSettings

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
WARM, DOCUMENTS, GROWTH_MB = 50, 250, 20.0


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 2**20


def invoice_pdf(number: int) -> bytes:
    """A digital invoice whose words differ from number to number."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    rows = [f"Supplier {number} Ltd", f"Invoice INV-{number:05d}", "Date 14.11.2026"]
    rows += [f"Item {number}-{row}  2  {number + row}.50  {2 * (number + row) + 1}.00" for row in range(20)]
    for row, text in enumerate([*rows, f"Total {number * 7}.00"]):
        canvas.drawString(60, 780 - 20 * row, text)
    canvas.save()
    return buffer.getvalue()


def slip(number: int) -> bytes:
    """A small picture; every one has another size, which is what makes a careless engine keep memory."""
    image = Image.new("L", (200 + 7 * number, 160 + 5 * number), 255)
    ImageDraw.Draw(image).text((20, 20), f"Shop {number}\nTotal {number}.50", fill=0)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_does_not_grow_with_the_documents() -> None:
    reading, grown = ReadingSettings(workers=1), []
    for number in range(DOCUMENTS):
        extract(Document(invoice_pdf(number), "a.pdf"), reading, LimitSettings())
        if number % 10 == 0:
            extract(Document(slip(number // 10 + 1), "a.png"), reading, LimitSettings())
        if number >= WARM:
            grown.append(resident_mb())
    early, late = np.median(grown[:40]), np.median(grown[-40:])
    assert late - early < GROWTH_MB
