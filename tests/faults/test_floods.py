"""Many files at once, a full disk, files at bad moments (reliability.md tests 7, 9, 14)."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.watch import wakeups
from models.store import audit
from models.store.clients import add_client
from models.store.engine import Store

logger = logging.getLogger(__name__)


def drain(office: Any, deadline: float) -> int:
    """Scan until nothing more comes; how many files were received."""
    received = 0
    while time.monotonic() < deadline:
        report = office.scan()
        received += len(report.received)
        if not (report.received or report.more or report.waiting or report.discarded):
            break
    return received


def flood(office: Any, some_pdf: Any, count: int) -> None:
    inbox = office.folders().inbox
    for folder in range(10):
        (inbox / f"batch {folder}").mkdir()
    for number in range(count):
        (inbox / f"batch {number % 10}" / f"{number}.pdf").write_bytes(some_pdf(f"{number} " * 2000))


def check_flood(office: Any, count: int) -> None:
    assert office.states() == {"stored": count}
    assert len(office.documents()) == count
    assert {row.discarded_at is not None for row in office.receipts()} == {True}
    with office.store.read() as session:
        assert audit.verify(session) is None


def test_five_hundred_files_at_once_are_all_received(office: Any, some_pdf: Any) -> None:
    flood(office, some_pdf, 500)
    started = time.monotonic()
    assert drain(office, started + 60) == 500
    logger.info("500 files: %.0f a second", 500 / (time.monotonic() - started))
    check_flood(office, 500)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_thousand_files_at_once_are_all_received_within_five_minutes(office: Any, some_pdf: Any) -> None:
    flood(office, some_pdf, 10_000)
    started = time.monotonic()
    assert drain(office, started + 300) == 10_000
    logger.info("10,000 files: %.0f a second", 10_000 / (time.monotonic() - started))
    check_flood(office, 10_000)


def test_no_file_is_stranded_whenever_it_arrives(office: Any, some_pdf: Any) -> None:
    """Files that land before the start, between the first scan and the watch, and between two hints."""
    moments = [0.0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.31, 0.5, 0.9]
    office.drop("before.pdf", some_pdf("before"))

    async def steps() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number, moment in enumerate(moments):
            loop.call_later(moment, office.drop, f"{number}.pdf", some_pdf(str(number)))
        loop.call_later(20.0, stop.set)
        async for _reason in wakeups(lambda: [office.folders().inbox], 0.4, stop):
            office.scan()
            if len(office.documents()) == len(moments) + 1:
                stop.set()

    asyncio.run(steps())
    assert len(office.documents()) == len(moments) + 1


# --- a full disk ---


def may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An 8 MiB file system of its own; root only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        not may_mount()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("no right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def on_disk(office: Any, home: Path) -> Any:
    """Move the office, with its database and inbox, to another disk."""
    office.store.dispose()
    shutil.copy(office.home / "facturier.db", home / "facturier.db")
    office.home = home
    office.settings = office.settings.model_copy(update={"home": home})
    office.store = Store(office.settings.url)
    with office.store.write() as session:
        add_client(session, home, "acme")
    return office


def test_a_full_disk_loses_nothing_and_intake_resumes_alone(office: Any, small_disk: Path) -> None:
    on_disk(office, small_disk)
    wanted = {f"{number}.pdf": b"%PDF-1.7" + os.urandom(200_000) + b"%%EOF\n" for number in range(12)}
    for name, content in wanted.items():
        office.drop(name, content)
    filler = small_disk / "filler"
    with filler.open("wb") as out:
        free = shutil.disk_usage(small_disk).free
        out.write(b"x" * max(0, free - 300_000))
    reports = [office.scan() for _ in range(3)]
    assert any(report.alarms for report in reports)
    stored = {row.name for row in office.documents()}
    lying = [p.read_bytes() for folder in ("inbox", "claim") for p in (small_disk / "clients/acme" / folder).iterdir()]
    assert all(content in lying for name, content in wanted.items() if name not in stored)
    filler.unlink()
    started = time.monotonic()
    while len(office.documents()) < 12 and time.monotonic() - started < 60:
        office.scan()
    assert {row.name: office.content(row) for row in office.documents()} == wanted
    assert office.scan().alarms == ()
    assert list((small_disk / "store/.tmp").iterdir()) == []


@pytest.mark.parametrize("state", ["ro", "rw"])
def test_a_read_only_disk_is_an_alarm_until_it_is_writable_again(
    office: Any, small_disk: Path, some_pdf: Any, state: str
) -> None:
    on_disk(office, small_disk)
    office.drop("a.pdf", some_pdf())
    office.store.dispose()
    subprocess.run(["mount", "-o", f"remount,{state}", str(small_disk)], check=True)
    report = office.scan()
    assert bool(report.alarms) == (state == "ro")
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    office.scan()
    assert office.states() == {"stored": 1}


# --- a process that stands still while files land ---

_SCANNER = """
import sys
from pathlib import Path
from flows.intake import Seen, scan
from models.settings import Settings
from models.store.engine import Store
home = Path(sys.argv[1])
settings = Settings(home=home, policy={"release": "threshold"}, intake={"settle_seconds": 0.0, "discard_seconds": 0.0})
store, seen = Store(settings.url), Seen()
print("ready", flush=True)
for _line in sys.stdin:
    received, more = 0, True
    while more:
        report = scan(store, home, "acme", settings, seen)
        received, more = received + len(report.received), report.more
    print(received, flush=True)
"""


def start_scanner(office: Any, root: Path) -> Any:
    scanner = subprocess.Popen(
        [sys.executable, "-c", _SCANNER, str(office.home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert scanner.stdout is not None
    assert scanner.stdout.readline() == "ready\n"
    return scanner


def test_files_that_land_while_the_process_is_stopped_are_received_by_its_next_scan(office: Any, some_pdf: Any) -> None:
    with start_scanner(office, Path(__file__).parents[2]) as scanner:
        assert scanner.stdin is not None
        assert scanner.stdout is not None
        os.kill(scanner.pid, 19)
        flood(office, some_pdf, 200)
        os.kill(scanner.pid, 18)
        scanner.stdin.write("scan\n")
        scanner.stdin.flush()
        assert scanner.stdout.readline() == "200\n"
        scanner.stdin.close()
    assert office.states() == {"stored": 200}


@pytest.mark.slow
def test_two_scanners_of_one_inbox_receive_each_file_once(office: Any, some_pdf: Any) -> None:
    root = Path(__file__).parents[2]
    flood(office, some_pdf, 1500)
    scanners = [start_scanner(office, root) for _ in range(2)]
    total = 0
    for _ in range(8):
        for scanner in scanners:
            scanner.stdin.write("scan\n")
            scanner.stdin.flush()
        total += sum(int(scanner.stdout.readline()) for scanner in scanners)
    for scanner in scanners:
        scanner.stdin.close()
        scanner.stdout.close()
        assert scanner.wait(30) == 0
    assert total == 1500
    assert office.states() == {"stored": 1500}
