"""CPU seconds a page of our reading, of the bare networks on the same pixels, and of Tesseract.

    python bench/ocr.py PICTURE...

The first ratio is what turning upright, second readings and the making of pages cost: the target is 0.92 of the bare
networks' pages a second. The second is against pytesseract.
"""

from __future__ import annotations

import mimetypes
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from extractors.ocr import load_engine
from extractors.ocr.detection import find_lines
from extractors.ocr.lines import read_lines
from extractors.pages import read_pages, warm_up
from models.document import Document
from models.settings import LimitSettings, ReadingSettings

REPETITIONS = 3


def cpu_seconds(work: Callable[[], object]) -> float:
    """This process and its children: pytesseract starts a program."""
    before, started = time.process_time(), sum(_children())
    work()
    return time.process_time() - before + sum(_children()) - started


def _children() -> tuple[float, float]:
    import os

    times = os.times()
    return times.children_user, times.children_system


def measure(path: Path) -> dict[str, float]:
    document, media_type = Document(path.read_bytes(), path.name), mimetypes.guess_type(path.name)[0] or ""
    grey = np.asarray(Image.open(path).convert("L"))
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: read_pages(document, media_type, ReadingSettings(), LimitSettings()),
        "bare": lambda: read_lines(grey, find_lines(grey), "small"),
        "tesseract": lambda: load_engine("tesseract").recognise(grey, 200),
    }
    return {name: min(cpu_seconds(work) for _ in range(REPETITIONS)) for name, work in works.items()}


def main() -> None:
    warm_up(ReadingSettings())
    totals = dict.fromkeys(("ours", "bare", "tesseract"), 0.0)
    for path in map(Path, sys.argv[1:]):
        for name, seconds in measure(path).items():
            totals[name] += seconds
    pages = len(sys.argv) - 1
    print({name: round(seconds / pages, 3) for name, seconds in totals.items()}, "CPU seconds a page")
    print(f"pages a second: {totals['bare'] / totals['ours']:.2f} of the bare networks,", end=" ")
    print(f"{totals['tesseract'] / totals['ours']:.2f} times pytesseract")


if __name__ == "__main__":
    main()
