"""How long reading takes, by kind of document, and what confinement and fields cost.

    python bench/speed.py DATA_DIR [--files 20] [--json]

Compared in the same run with what does the hard part: a digital PDF against pdfplumber's own `extract_words`, a scan
against the bare networks on the same pixels. In-process times are CPU seconds of one core, the least of three; the cost
of confinement is wall clock through the pool. Sets: xml_xrechnung, smartap and hybrid_misc (digital), hybrid_scans.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine

os.environ.update(machine.ONE_THREAD)  # before the libraries are loaded

from bench.running import extract as run_extract
from bench.workers import growth, two_workers
from models.document import Document
from models.settings import LimitSettings, ReadingSettings

REPETITIONS = 3
MEMORY_FILES = 200
LIMITS = LimitSettings()
PAGE = ReadingSettings(source="page")
Json = dict[str, Any]


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process, the least of a few runs: what others do on the machine hardly shows."""
    return min(_once(work) for _ in range(REPETITIONS))


def _once(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def xml_speed(files: Sequence[Path]) -> Json:
    from extractors.einvoice import read_xml

    contents = [path.read_bytes() for path in files]
    read_xml(contents[0], LIMITS)
    times = [1000 * cpu(partial(read_xml, content, LIMITS)) for content in contents]
    one, all_of_them = run_extract(files[:1]), run_extract(files)
    within = (all_of_them.seconds - one.seconds) / max(1, len(files) - 1)
    return {"files": len(files), "ms_mean": _round(mean(times)), "ms_median": _round(median(times)),
            "ms_most": _round(max(times)), "target_ms": 10,
            "ms_a_file_within_one_extract": _round(1000 * within)}  # fmt: skip


def digital_speed(files: Sequence[Path]) -> Json:
    """Bytes to fields, against pdfplumber's words of the same pages."""
    import pdfplumber

    from extractors import extract
    from extractors.fields import read_fields
    from extractors.pages import read_pages

    def theirs(content: bytes) -> None:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            for page in pdf.pages:
                page.extract_words()

    text_only = PAGE.model_copy(update={"engine": "null", "second_engine": "null"})
    ours = plumber = words = fields = 0.0
    pages = 0
    for path in files:
        document = Document(path.read_bytes(), path.name)
        read = read_pages(document, "application/pdf", text_only, LIMITS)
        pages += len(read)
        ours += cpu(partial(extract, document, text_only, LIMITS))
        plumber += cpu(partial(theirs, document.content))
        words += cpu(partial(read_pages, document, "application/pdf", text_only, LIMITS))
        fields += cpu(partial(read_fields, read, text_only))
    return {
        "files": len(files), "pages": pages, "bytes_to_fields_ms_a_page": _round(1000 * ours / pages),
        "pdfplumber_words_ms_a_page": _round(1000 * plumber / pages), "ratio_to_pdfplumber": _round(ours / plumber),
        "our_words_ms_a_page": _round(1000 * words / pages), "fields_ms_a_page": _round(1000 * fields / pages),
    }  # fmt: skip


def scan_speed(files: Sequence[Path]) -> Json:
    """Scan to words, against the bare networks on the same pixels."""
    import numpy as np
    import pypdfium2
    from PIL import Image

    from extractors.ocr.cascade import read_well
    from extractors.ocr.detection import find_lines
    from extractors.pages import read_pages, warm_up

    def grey_pages(path: Path) -> Iterator[Any]:
        if path.suffix.lower() != ".pdf":
            yield np.asarray(Image.open(path).convert("L"))
            return
        for page in pypdfium2.PdfDocument(path.read_bytes()):
            yield page.render(scale=PAGE.render_dpi / 72, grayscale=True).to_numpy().squeeze()

    warm_up(PAGE)
    ours = bare = 0.0
    pages = 0
    for path in files:
        document, kind = Document(path.read_bytes(), path.name), _media_type(path)
        greys = list(grey_pages(path))
        pages += len(greys)
        ours += _once(partial(read_pages, document, kind, PAGE, LIMITS))
        bare += sum(_once(lambda: read_well(grey, find_lines(grey))) for grey in greys)  # noqa: B023
    return {"files": len(files), "pages": pages, "pages_a_second": _round(pages / ours),
            "bare_networks_pages_a_second": _round(pages / bare), "ratio_to_bare": _round(bare / ours),
            "target_ratio": 0.92}  # fmt: skip


def confinement(files: Sequence[Path]) -> Json:
    """What a child of its own costs a document, and what starting the pool takes: wall clock, one worker."""
    from extractors import ReaderPool, extract

    reading = PAGE.model_copy(update={"source": "xml", "workers": 1})
    documents = [Document(path.read_bytes(), path.name) for path in files]
    bare = min(_wall(lambda: [extract(each, reading, LIMITS) for each in documents]) for _ in range(REPETITIONS))
    started = time.monotonic()
    with ReaderPool(reading, LIMITS) as pool:
        pool.read(documents[0])
        first = time.monotonic() - started
        confined = min(_wall(lambda: [pool.read(each) for each in documents]) for _ in range(REPETITIONS))
        jail = pool.jail.name
    cost = (confined - bare) / len(documents)
    return {"jail": jail, "documents": len(documents), "start_seconds": _round(first),
            "ms_a_document": _round(1000 * cost)}  # fmt: skip


def memory(files: Sequence[Path]) -> Json:
    """The parent of `facturier extract` at its highest, over many files."""
    run = run_extract(files)
    return {"files": len(files), "answers": len(run.lines), "parent_mb": round(run.peak_mb),
            "seconds": _round(run.seconds), "target_mb": 500}  # fmt: skip


def _wall(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _media_type(path: Path) -> str:
    from extractors import sniff

    return sniff(path.read_bytes())


def _round(value: float) -> float:
    return round(value, 3 if value < 10 else 1)


def some(folder: Path, name: str, count: int) -> list[Path]:
    """Up to `count` files of a set, evenly over its sorted names; none where the set is not there."""
    found = sorted(path for path in (folder / name / "files").glob("*") if path.is_file())
    step = max(1, len(found) // count)
    return found[::step][:count]


def measure(data: Path, count: int) -> Json:
    digital = some(data, "smartap", count // 2) + some(data, "hybrid_misc", count // 2)
    many = [path for name in ("xml_misc", "smartap", "hybrid_misc") for path in some(data, name, MEMORY_FILES)]
    parts: dict[str, tuple[Callable[[Sequence[Path]], Json], list[Path]]] = {
        "xml": (xml_speed, some(data, "xml_xrechnung", 10 * count)),
        "digital_pdf": (digital_speed, digital),
        "scan": (scan_speed, some(data, "hybrid_scans", max(1, count // 4))),
        "confinement": (confinement, some(data, "xml_xrechnung", count)),
        "memory": (memory, many[:MEMORY_FILES]),
        "growth_over_1000_documents": (growth, digital),
        "two_workers": (two_workers, some(data, "hybrid_scans", max(8, count // 2))),
    }
    report: Json = {}
    for name, (work, files) in parts.items():
        if not files:
            print(f"{name}: no files in {data}, skipped", file=sys.stderr)
            continue
        print(f"{name}: {len(files)} files ...", file=sys.stderr)
        report[name] = work(files)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--files", type=int, default=20, help="files of each kind; the time grows with it")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    facts, title = machine.describe(), machine.header()
    report = measure(given.data, max(4, given.files))
    if given.json:
        print(json.dumps({"machine": facts, **report}, indent=1))
        return 0
    print(title)
    for name, figures in report.items():
        print(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
