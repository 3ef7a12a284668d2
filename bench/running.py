"""Runs `facturier extract --json` and its kin as people do: in a process of its own, noting when each line came.

Seconds are wall clock, memory is MB of the parent without its reading children.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.machine import ONE_THREAD, resident_mb, tree_cpu_seconds

FACTURIER = str(Path(sys.executable).with_name("facturier"))

_LOOK_SECONDS = 0.5
_GOOD = (0, 3)  # done; done, and some documents need a person


@dataclass(slots=True)
class Run:
    """What one run printed: the lines that are JSON, those that are not, and the seconds before each line."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    exit_code: int = 0
    errors: str = ""


def extract(
    paths: Sequence[Path],
    *options: str,
    settings: Iterable[tuple[str, str]] = (),
    command: str = "extract",
    home: Path | None = None,
) -> Run:
    """Run `facturier extract --json` over files, or `match`; without a home in an empty one.

    `settings` are FACTURIER__SECTION__KEY pairs on top of the defaults.
    """
    run = Run()
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        environment = _environment(home or Path(empty)) | dict(settings)
        words = [FACTURIER, command, "--json", *options, *map(str, paths)]
        started = time.monotonic()
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, env=environment, text=True) as process:
            _listen(process, run)
        run.seconds, run.exit_code = time.monotonic() - started, process.returncode
        errors.seek(0)
        run.errors = errors.read()
    if run.exit_code not in _GOOD:
        print(f"facturier {command} ended with {run.exit_code}:\n{run.errors[-4000:]}", file=sys.stderr)
    return run


def facturier(home: Path, *words: str) -> None:
    """Run one command on a home; raises CalledProcessError where it fails."""
    subprocess.run([FACTURIER, *words], env=_environment(home), check=True, capture_output=True)


def _environment(home: Path) -> dict[str, str]:
    return dict(os.environ) | ONE_THREAD | {"FACTURIER_HOME": str(home)}


def _listen(process: subprocess.Popen[str], run: Run) -> None:
    assert process.stdout is not None
    last = looked = time.monotonic()
    for text in process.stdout:
        last, before = time.monotonic(), last
        run.peak_mb = max(run.peak_mb, resident_mb(process.pid))
        if last - looked > _LOOK_SECONDS:  # what it took is gone with it: look now and then
            looked, run.cpu_seconds = last, tree_cpu_seconds(process.pid)
        try:
            run.lines.append(json.loads(text))
        except ValueError:
            run.strange.append(text)
        else:
            run.pauses.append(last - before)
