"""What the whole office costs over mere reading: `facturier up` against `facturier extract` on the same files.

    python bench/throughput.py [--documents 500] [--json]

Digital PDFs are made by our own generator. Reading is timed before and after, for the machine may be busy. The office
is started on an empty home with ports of its own, warmed with three files, then all files are dropped into an inbox at
once; the time ends when the table says that none of them is waiting to be read. The target is a ratio of 1.3.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: this folder must not hide the package `matching`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.running import FACTURIER, extract, facturier

SEED = 20260101
WARM_FILES = 3
CLIENT = "bench"
START_SECONDS = 180.0
DOCUMENT_SECONDS = 10.0  # more than this each, and something is broken
POLL_SECONDS = 0.2
TARGET = 1.3


def make_files(folder: Path, count: int) -> list[Path]:
    """`count` different digital PDFs."""
    from sample_invoices.generator import generate

    folder.mkdir()
    made = []
    for document in generate(SEED, count, render_pages=True):
        path = folder / f"invoice-{document.number:05d}.pdf"
        path.write_bytes(document.pdf)
        made.append(path)
    return made


@contextmanager
def office(home: Path) -> Iterator[int]:
    """`facturier up` on an empty home with one client, until both of its servers answer; gives its process id."""
    ports = free_ports(2)
    environment = dict(os.environ) | machine.ONE_THREAD
    environment |= {
        "FACTURIER_HOME": str(home),
        "FACTURIER__WEB__PORT": str(ports[0]),
        "FACTURIER__PREFECT__PORT": str(ports[1]),
    }
    environment.pop("PREFECT_API_URL", None)
    add_client(home)
    process = subprocess.Popen([FACTURIER, "up", "--home", str(home)], env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        for url in (f"http://127.0.0.1:{ports[1]}/api/health", f"http://127.0.0.1:{ports[0]}/health"):
            wait_for(partial(answers, url), START_SECONDS, f"{url} to answer", process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(90)
        except subprocess.TimeoutExpired:
            process.kill()


def add_client(home: Path) -> None:
    """Make the client and its folders by importing a supplier that sends nothing."""
    home.mkdir()
    suppliers = home / "suppliers.csv"
    suppliers.write_text("seller_id,name\nS-1,Nobody\n", encoding="utf-8")
    facturier(home, "import", "suppliers", str(suppliers), "--client", CLIENT)


def run_office(folder: Path, files: list[Path]) -> dict[str, Any]:
    """Seconds from the drop of all files until all are read and decided."""
    home = folder / "home"
    inbox = home / "clients" / CLIENT / "inbox"
    with office(home) as pid:
        warm, rest = files[:WARM_FILES], files[WARM_FILES:]
        drop(warm, inbox)
        wait_for(lambda: is_done(home, len(warm)), START_SECONDS, "the first files")
        started, cpu = time.monotonic(), machine.children_cpu_seconds(pid)
        drop(rest, inbox)
        seen = time.monotonic()
        wait_for(lambda: received(home) >= len(files), START_SECONDS, "the intake")
        taken_in = time.monotonic()
        wait_for(lambda: is_done(home, len(files)), DOCUMENT_SECONDS * len(files), "the last document")
        ended, after = time.monotonic(), machine.children_cpu_seconds(pid)
        spent = {name: after[name] - cpu.get(name, 0.0) for name in after}
        states = count_states(home)
    return {"seconds": ended - started, "cpu_seconds": spent, "intake_seconds": taken_in - seen, "states": states}


def drop(files: list[Path], inbox: Path) -> None:
    for path in files:
        shutil.copy(path, inbox / path.name)


def count_states(home: Path) -> dict[str, int]:
    """How many documents stand in each state; the database is only read."""
    with closing(sqlite3.connect(f"file:{home / 'facturier.db'}?mode=ro", uri=True, timeout=10)) as database:
        return dict(database.execute("SELECT state, count(*) FROM document GROUP BY state").fetchall())


def received(home: Path) -> int:
    return sum(count_states(home).values())


def is_done(home: Path, count: int) -> bool:
    states = count_states(home)
    return sum(states.values()) >= count and not states.keys() & {"received", "extracted", "matched"}


def wait_for(
    is_there: Callable[[], bool], seconds: float, what: str, process: subprocess.Popen[bytes] | None = None
) -> None:
    deadline = time.monotonic() + seconds
    while not is_there():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds:.0f} s in vain for {what}")
        if process is not None and process.poll() is not None:
            raise SystemExit(f"facturier up ended with {process.returncode}")
        time.sleep(POLL_SECONDS)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def measure(count: int, folder: Path) -> dict[str, Any]:
    """Reading, the office, reading again, on the same files."""
    print(f"making {count} invoices ...", file=sys.stderr)
    files = make_files(folder / "files", count + WARM_FILES)
    measured = files[WARM_FILES:]
    print("facturier extract ...", file=sys.stderr)
    before = extract(measured)
    print("facturier up ...", file=sys.stderr)
    up = run_office(folder, files)
    print("facturier extract ...", file=sys.stderr)
    after = extract(measured)
    reading = (before.seconds + after.seconds) / 2
    return {
        "documents": count,
        "extract_seconds": [round(before.seconds, 1), round(after.seconds, 1)],
        "extract_parent_mb": round(max(before.peak_mb, after.peak_mb)),
        "up_seconds": round(up["seconds"], 1),
        "up_intake_seconds": round(up["intake_seconds"], 1),
        "cpu_seconds": {
            "extract": round(min(before.cpu_seconds, after.cpu_seconds), 1),
            "up": {name: round(seconds, 1) for name, seconds in up["cpu_seconds"].items()},
        },
        "ratio": round(up["seconds"] / reading, 3),
        "target": TARGET,
        "documents_per_second": {"extract": round(count / reading, 2), "up": round(count / up["seconds"], 2)},
        "states": up["states"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    facts = machine.describe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = measure(given.documents, Path(folder))
    if given.json:
        print(json.dumps({"machine": facts, **figures}, indent=1))
        return 0
    print(machine.header())
    print(f"{figures['documents']} digital PDFs: extract {figures['extract_seconds']} s, up {figures['up_seconds']} s")
    print(f"ratio {figures['ratio']} (target at most {TARGET}); documents a second {figures['documents_per_second']}")
    print(f"CPU seconds {figures['cpu_seconds']}, parent of extract {figures['extract_parent_mb']} MB")
    print(f"intake {figures['up_intake_seconds']} s of it; states {figures['states']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
