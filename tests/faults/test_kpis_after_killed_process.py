"""`facturier process` on real invoices, killed with -9 again and again: its figures are those of a recount (100)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from flows.report_kpis import compute_and_store
from models.store import audit
from models.store.audit import now
from models.store.engine import Store
from tests.faults.recount import recount
from tests.running import ROOT, demo_home

KILLS = 6
FILES = (
    "de-06-xrechnung.xml", "en-04-ubl.xml", "en-05-ubl-credit-note.xml", "de-01-din-5008.pdf", "fr-11-avoir.pdf",
    "fr-01-trois-voies-conforme.pdf", "fr-04-ecart-de-prix.pdf", "fr-09-total-faux.pdf", "fr-13-deux-factures.pdf",
    "en-09-password.pdf", "en-06-scan-300.pdf",
)  # fmt: skip
LEASE = 4.0  # seconds; then the next run may take what a killed one held
SETTINGS = {"FACTURIER__INTAKE__SETTLE_SECONDS": "0", "FACTURIER__JOBS__LEASE_SECONDS": str(LEASE),
            "FACTURIER__JOBS__BACKOFF_SECONDS": "[0.1]", "OMP_THREAD_LIMIT": "1"}  # fmt: skip


def start(home: Path, folder: Path) -> subprocess.Popen[bytes]:
    """One run in a session of its own, so that its reading children die with it."""
    command = (sys.executable, "-m", "flows.main", "process", str(folder), "--client", "demo")
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | SETTINGS | {"FACTURIER_HOME": str(home)},
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip


def events_in(home: Path) -> int:
    with closing(sqlite.connect(f"file:{home / 'facturier.db'}?mode=ro", uri=True)) as base:
        return int(base.execute("SELECT COUNT(*) FROM event").fetchone()[0])


def kill_amid(home: Path, folder: Path, dice: random.Random) -> bool:
    """Kill a run a moment after it has moved a document; False where it ended before."""
    before = events_in(home)
    running = start(home, folder)
    while running.poll() is None and events_in(home) == before:
        time.sleep(0.01)
    time.sleep(dice.random() * 0.7)
    was_running = running.poll() is None
    if was_running:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    return was_running


def differences(home: Path) -> list[str]:
    """Where the figures of all that happened are not what a count of the raw rows gives."""
    path, at = home / "facturier.db", now() + timedelta(seconds=1)
    store = Store(f"sqlite:///{path}")
    kept = {(row.name, row.label): row.value for row in compute_and_store(store, "demo", at)}
    counted = recount(path, "demo", at - timedelta(days=30), at)
    with store.read() as session:
        broken = audit.verify(session)
    store.dispose()
    assert counted["documents_received", ""]
    return [f"{key}: {kept.get(key)!r} is {value!r}" for key, value in counted.items() if kept.get(key) != value] + (
        [broken] if broken else [])  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_figures_after_killed_runs_of_process_are_the_recount(tmp_path: Path) -> None:
    home, folder, dice = demo_home(tmp_path), tmp_path / "came", random.Random(100)
    folder.mkdir()
    for name in FILES:
        shutil.copy(ROOT / "sample_invoices" / "files" / name, folder)
    killed = 0
    for _ in range(KILLS):
        killed += kill_amid(home, folder, dice)
        assert differences(home) == []
        time.sleep(LEASE)
    finished = start(home, folder)
    finished.wait(timeout=300)
    assert finished.returncode in {0, 3}
    assert differences(home) == []
    assert killed >= KILLS // 2
    with closing(sqlite.connect(home / "facturier.db")) as base:
        waiting = base.execute("SELECT COUNT(*) FROM document WHERE state = 'received'").fetchone()[0]
        files = base.execute("SELECT COUNT(DISTINCT sha256) FROM document").fetchone()[0]
    assert (waiting, files) == (0, len(FILES))
