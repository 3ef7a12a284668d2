"""CPU seconds a page of our recognition, of the bare networks on the same pixels, and of Tesseract.

    python bench/ocr.py [PICTURE ...] [--json]

Without pictures the scanned pictures of sample_invoices/ are read. The first ratio is what decoding, turning upright
and the making of pages cost: the target is 0.92 of the pages a second of the networks alone, which find the same lines
and read them by the same cascade. The second is against pytesseract. `small` is the detector with the small recogniser
on every line: what the cascade saves.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine

os.environ.update(machine.ONE_THREAD)  # before the libraries are loaded

import numpy as np
from PIL import Image

from extractors.ocr import load_engine
from extractors.ocr.cascade import read_well
from extractors.ocr.detection import find_lines
from extractors.ocr.lines import read_lines
from extractors.pages import read_pages, warm_up
from models.document import Document
from models.settings import LimitSettings, ReadingSettings

REPETITIONS = 3
TARGET, TARGET_TIMES = 0.92, 2.0
SAMPLES = Path(__file__).resolve().parents[1] / "sample_invoices" / "files"


def cpu_seconds(work: Callable[[], object]) -> float:
    """This process and its children: pytesseract starts a program."""
    before = _spent()
    work()
    return _spent() - before


def _spent() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure_picture(path: Path) -> dict[str, float]:
    """CPU seconds of one picture, each way the least of a few runs."""
    document, media_type = Document(path.read_bytes(), path.name), mimetypes.guess_type(path.name)[0] or ""
    grey = np.asarray(Image.open(path).convert("L"))
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: read_pages(document, media_type, ReadingSettings(), LimitSettings()),
        "bare": lambda: read_well(grey, find_lines(grey)),
        "small": lambda: read_lines(grey, find_lines(grey), "small"),
        "tesseract": lambda: load_engine("tesseract").recognise(grey, 200),
    }
    return {name: min(cpu_seconds(work) for _ in range(REPETITIONS)) for name, work in works.items()}


def measure(paths: list[Path]) -> dict[str, Any]:
    """CPU seconds a page over all pictures, and the two ratios."""
    warm_up(ReadingSettings())
    totals = dict.fromkeys(("ours", "bare", "small", "tesseract"), 0.0)
    for path in paths:
        for name, seconds in measure_picture(path).items():
            totals[name] += seconds
    return {
        "pages": len(paths),
        "cpu_seconds_a_page": {name: round(seconds / len(paths), 3) for name, seconds in totals.items()},
        "of_the_bare_networks": round(totals["bare"] / totals["ours"], 3), "target": TARGET,
        "times_pytesseract": round(totals["tesseract"] / totals["ours"], 2), "target_times": TARGET_TIMES,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, nargs="*", metavar="PICTURE")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    facts, title = machine.describe(), machine.header()
    pictures = given.pictures or sorted([*SAMPLES.rglob("*.jpg"), *SAMPLES.rglob("*.png")])
    if not pictures:
        parser.error("no pictures: name some, or make the samples")
    figures = measure(pictures)
    if given.json:
        print(json.dumps({"machine": facts, **figures}, indent=1))
        return 0
    print(title)
    print(f"{figures['pages']} pages, CPU seconds a page {figures['cpu_seconds_a_page']}")
    print(f"pages a second: {figures['of_the_bare_networks']} of the bare networks (target {TARGET}), "
          f"{figures['times_pytesseract']} times pytesseract (target {TARGET_TIMES})")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
