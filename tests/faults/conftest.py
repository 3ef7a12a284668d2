"""The kill harness: an ingest under strace that dies at its n-th call of one kind, and the check of what is left."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from flows.intake import Seen, scan
from models.durable import file_hash
from models.settings import Settings
from models.store import audit
from models.store.blobs import Blobs
from models.store.clients import add_client
from models.store.engine import Store
from models.tables import DocumentRow, EventRow, JobRow, ReceiptRow

HELPER = Path(__file__).with_name("ingest.py")
ROOT = Path(__file__).parents[2]
PDF = b"%PDF-1.7\n"
END = b"\n%%EOF\n"


def _pdf(text: str) -> bytes:
    return PDF + text.encode() * 100 + END


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("z1.pdf", _pdf("z1"))
        archive.writestr("z2.txt", b"no invoice in an archive")
    return out.getvalue()


def _mail() -> bytes:
    message = EmailMessage()
    message["From"] = "supplier@example.com"
    message.set_content("see attachment")
    message.add_attachment(_pdf("m1"), maintype="application", subtype="pdf", filename="m1.pdf")
    return message.as_bytes()


FILES: dict[str, bytes] = {
    "a.pdf": _pdf("a"),
    "march/b.pdf": _pdf("b"),
    "march/copy of a.pdf": _pdf("a"),
    "all.zip": _zip(),
    "mail.eml": _mail(),
    "notes.txt": b"no invoice",
}
DOCUMENTS = {hashlib.sha256(_pdf(name)).hexdigest() for name in ("a", "b", "z1", "m1")}
NAMES = {"a.pdf", "b.pdf", "copy of a.pdf", "all.zip", "mail.eml", "notes.txt", "z1.pdf", "z2.txt", "m1.pdf"}
SAFE_FILES = [name for name in FILES if name != "notes.txt"]


def settings_of(home: Path) -> Settings:
    return Settings(home=home, policy={"release": "threshold"}, intake={"settle_seconds": 0.0, "discard_seconds": 0.0})


def violations_after_crash(home: Path) -> list[str]:
    """I1 before anything is started again: each file is in the inbox, in claim/, in quarantine, or safely stored."""
    root = home / "clients/acme"
    lying = {
        file_hash(path)
        for name in ("inbox", "claim", "quarantine")
        for path in (root / name).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    store = Store(settings_of(home).url)
    with store.read() as session:
        recorded = {row.sha256 for row in session.exec(select(ReceiptRow)) if row.state != "quarantined"}
        broken = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
    store.dispose()
    found = [] if broken == "ok" else [f"integrity: {broken}"]
    for name, content in FILES.items():
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in lying and not (sha256 in recorded and Blobs(home).path(sha256).exists()):
            found.append(f"lost: {name}")
    return found


def restart(home: Path) -> None:
    """Start again as a new process would, until there is nothing left to do."""
    settings, seen = settings_of(home), Seen()
    store = Store(settings.url)
    for _ in range(4):
        report = scan(store, home, "acme", settings, seen)
        assert report.alarms == ()
    store.dispose()


def violations_after_restart(home: Path) -> list[str]:
    """I1 to I4 and I8 once everything was started again."""
    store = Store(settings_of(home).url)
    with store.read() as session:
        found = _table_violations(session, home)
    store.dispose()
    return found + _folder_violations(home)


def _table_violations(session: Session, home: Path) -> list[str]:
    documents, receipts = list(session.exec(select(DocumentRow))), list(session.exec(select(ReceiptRow)))
    found = []
    if sorted(row.sha256 for row in documents) != sorted(DOCUMENTS):
        found.append(f"{len(documents)} documents: {sorted(row.name for row in documents)}")
    found += [f"bytes of {row.name}" for row in documents if file_hash(Blobs(home).path(row.sha256)) != row.sha256]
    if sorted(row.original_name for row in receipts) != sorted(NAMES):
        found.append(f"receipts: {sorted(row.original_name for row in receipts)}")
    jobs = {row.document_id: row.state for row in session.exec(select(JobRow))}
    events = [row.document_id for row in session.exec(select(EventRow))]
    found += [f"stuck: {row.name}" for row in documents if jobs.get(row.id) != "ready"]
    found += [f"event of {row.name}" for row in documents if events.count(row.id) != 1]
    if (broken := audit.verify(session)) is not None:
        found.append(f"audit: {broken}")
    return found


def _folder_violations(home: Path) -> list[str]:
    root = home / "clients/acme"
    inbox = [path.name for path in (root / "inbox").rglob("*") if path.is_file()]
    claim = [path.name for path in (root / "claim").iterdir() if path.name != ".lock"]
    quarantine = sorted(path.name for path in (root / "quarantine").iterdir())
    staging = home / "store/.tmp"
    left = [path.name for path in staging.iterdir()] if staging.is_dir() else []
    wanted = ["notes.txt", "notes.txt.txt", "z2.txt", "z2.txt.txt"]
    found = [] if quarantine == wanted else [f"quarantine: {quarantine}"]
    return found + [f"{where}: {what}" for where, what in (("inbox", inbox), ("claim", claim), ("tmp", left)) if what]


@dataclass
class KillHarness:
    """Runs ingests under strace; each in a fresh copy of a prepared home."""

    folder: Path
    template: Path
    helper: subprocess.Popen[str]
    runs: int = 0

    def home(self) -> Path:
        self.runs += 1
        home = self.folder / f"home{self.runs}"
        shutil.copytree(self.template, home)
        return home

    def run(self, home: Path, trace: list[str], variant: str = "") -> int:
        """Ingest under strace; returns the wait status of the child."""
        assert self.helper.stdin is not None
        assert self.helper.stdout is not None
        self.helper.stdin.write(json.dumps({"home": str(home), "variant": variant}) + "\n")
        self.helper.stdin.flush()
        pid = int(self.helper.stdout.readline())
        tracer = subprocess.Popen(["strace", "-f", "-qq", *trace, "-p", str(pid)], stderr=subprocess.DEVNULL)
        self._wait_for_tracer(pid, tracer)
        self.helper.stdin.write("go\n")
        self.helper.stdin.flush()
        status = int(self.helper.stdout.readline())
        tracer.wait(timeout=30)
        return status

    def _wait_for_tracer(self, pid: int, tracer: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 20
        while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text():
            assert tracer.poll() is None, "strace could not attach"
            assert time.monotonic() < deadline, "strace did not attach"
            time.sleep(0.002)

    def inject(self, call: str, number: int, fault: str, variant: str = "") -> tuple[bool, list[str]]:
        """One ingest with a fault at the n-th call; whether the fault was reached, and what was then wrong."""
        home = self.home()
        log = home / "strace.log"
        trace = ["-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={number}", "-o", str(log)]
        status = self.run(home, trace, variant)
        reached = os.WIFSIGNALED(status) or "(INJECTED)" in log.read_text()
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
        found = violations_after_crash(home)
        restart(home)
        found += violations_after_restart(home)
        shutil.rmtree(home)
        return reached, [f"{call} {number} {fault}: {what}" for what in found]

    def points(self, call: str, fault: str, variant: str = "", step: int = 1) -> tuple[int, list[str]]:
        """Every (or every step-th) call of one kind until the ingest no longer reaches it."""
        number, reached_points, found = 1, 0, list[str]()
        while True:
            reached, wrong = self.inject(call, number, fault, variant)
            found += wrong
            if not reached:
                return reached_points, found
            number, reached_points = number + step, reached_points + 1


@pytest.fixture(scope="module")
def kill_harness(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Any]:
    """The harness; without strace a laptop skips and the CI fails."""
    if shutil.which("strace") is None:
        assert not os.environ.get("CI"), "strace is needed for the kill tests: install it"
        pytest.skip("strace is not installed")
    folder = tmp_path_factory.mktemp("kill")
    template = folder / "template"
    template.mkdir()
    shutil.copy(migrated_database, template / "facturier.db")
    store = Store(settings_of(template).url)
    with store.write() as session:
        add_client(session, template, "acme")
    store.dispose()
    for name, content in FILES.items():
        path = template / "clients/acme/inbox" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    with subprocess.Popen(
        [sys.executable, str(HELPER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as helper:
        yield KillHarness(folder, template, helper)
        assert helper.stdin is not None
        helper.stdin.close()
