"""What `bench/speed.py` asks of reading for long and with several workers: memory that stays, and two cores that help.

Memory in MB resident of one process that reads document after document; speed in wall clock through the command.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.machine import resident_mb
from bench.running import extract as run_extract
from models.document import Document
from models.settings import LimitSettings, ReadingSettings

DOCUMENTS, WARM = 1_000, 100


def growth(files: Sequence[Path], documents: int = DOCUMENTS, warm: int = WARM) -> dict[str, Any]:
    """Memory of a process after the first `warm` documents and after all, without the children that hide a leak."""
    from extractors import extract

    reading = ReadingSettings(source="page", engine="null", second_engine="null")
    begun = 0.0
    for number, path in enumerate(islice(cycle(files), documents), start=1):
        extract(Document(path.read_bytes(), path.name), reading, LimitSettings())
        if number == warm:
            begun = resident_mb(os.getpid())
    ended = resident_mb(os.getpid())
    return {"documents": documents, "mb_after_warming": round(begun), "mb_at_the_end": round(ended),
            "grown_mb": round(ended - begun, 1)}  # fmt: skip


def two_workers(files: Sequence[Path]) -> dict[str, Any]:
    """Wall clock of one worker over that of two on the same scans; says something on an idle machine only."""
    one, two = (
        run_extract(files, "--source", "page", settings=(("FACTURIER__READING__WORKERS", count),))
        for count in ("1", "2")
    )
    return {"files": len(files), "one_worker_seconds": round(one.seconds, 1),
            "two_workers_seconds": round(two.seconds, 1), "times_faster": round(one.seconds / two.seconds, 2),
            "target": 1.5}  # fmt: skip
