"""`facturier up` as a real process for tests: its ports, its children, and what finance reads from its database."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlmodel import Session

from flows.demo import CLIENT, load_demo
from flows.house import House
from models.migrate import migrate
from models.settings import Settings
from models.store.blobs import Blobs
from models.store.engine import Store
from models.tables import ClientRow

ROOT = Path(__file__).parents[1]
UP = (sys.executable, "-m", "flows.main", "up")
PATIENCE = 300.0  # seconds; a loaded machine with two cores is slow, but not that slow
_ACCOUNT = re.compile(r"shown this once: +(\S+) +(\S+)")


def free_ports(count: int) -> list[int]:
    """Ports of the loopback on which nobody listens."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def demo_home(root: Path) -> Path:
    """A new home with the demo's suppliers, orders and receipts, and an empty inbox."""
    home, master = root / "home", root / "master"
    home.mkdir()
    (master / "files").mkdir(parents=True)
    for path in (ROOT / "sample_invoices").glob("*.csv"):
        shutil.copy(path, master)
    store = Store(f"sqlite:///{home / 'facturier.db'}")
    migrate(store)
    load_demo(House(Settings(home=home), store, Blobs(home)), master)
    with store.write() as session:
        by_confidence(session)
    store.dispose()
    return home


def by_confidence(session: Session) -> None:
    """Let the demo's documents through by confidence alone: without its history there is nothing to certify by."""
    client = session.get_one(ClientRow, CLIENT)
    client.policy_json = '{"release": "threshold"}'
    session.add(client)


def until(happens: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait for something by deadline; its true value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := happens():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


class Up:
    """One home, and `facturier up` over it as often as a test starts it."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.web, self.prefect = free_ports(2)
        self.environment = os.environ | {
            "FACTURIER__WEB__PORT": str(self.web), "FACTURIER__PREFECT__PORT": str(self.prefect),
            "OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1",
            "FACTURIER__POLICY__RELEASE": "threshold",  # a home of a test has no labels to certify by
            **environment,
        }  # fmt: skip
        self.environment.pop("PREFECT_API_URL", None)
        self.said = home.with_suffix(".said")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, before: Sequence[str] = ()) -> None:
        """Start it; `before` is what runs it, for example a tracer."""
        with self.said.open("ab") as output:
            self.process = subprocess.Popen(
                [*before, *UP, "--home", str(self.home), *options], env=self.environment, cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_started(self) -> None:
        """Until it has told where to look."""
        begun = self.said.read_text().count("Starting ...") if self.said.exists() else 0
        until(lambda: self.said.read_text().count("Ctrl-C") >= max(begun, 1) or not self.is_running(), "the addresses")
        assert self.is_running(), self.story()

    def interrupt(self) -> float:
        """Ctrl-C; seconds until it had ended."""
        assert self.process is not None
        started = time.monotonic()
        for pid in self.family():
            if " ".join(UP) in command_line(pid) and not command_line(pid).startswith("strace"):
                os.kill(pid, signal.SIGINT)  # a tracer before it would keep the signal to itself
        self.process.wait(timeout=120)
        return time.monotonic() - started

    def clean_up(self) -> None:
        """End whatever a test left."""
        family = self.family()
        if self.is_running():
            self.interrupt()
        for pid in still_alive(family):
            os.kill(pid, signal.SIGKILL)

    def family(self) -> dict[int, str]:
        """All its processes, with the moment at which each was started."""
        return {} if self.process is None else descendants(self.process.pid)

    def child(self, *words: str) -> int:
        """The direct child whose command line has all these words; waits for it."""
        assert self.process is not None
        parent = self.process.pid

        def find() -> int:
            for pid in children(parent):
                if all(word in command_line(pid) for word in words):
                    return pid
            return 0

        return int(until(find, f"a child {words}", 60))

    @property
    def account(self) -> tuple[str, str]:
        """Login and password of the first account, as it was printed."""
        found = _ACCOUNT.search(self.said.read_text())
        assert found is not None
        return found.group(1), found.group(2)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query says, by Python's own SQLite, which cannot write here."""
        path = self.home / "facturier.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(query, values).fetchall()

    def counts(self) -> dict[str, int]:
        """Documents by state; empty while there is no database."""
        try:
            return dict(self.rows("SELECT state, count(*) FROM document GROUP BY state"))  # type: ignore[arg-type]
        except sqlite3.OperationalError:  # not migrated yet
            return {}

    def is_worked_off(self, files: int) -> bool:
        """Whether so many files were received and every document has left the line."""
        counts = self.counts()
        if not counts or self.rows("SELECT count(*) FROM receipt WHERE parent_id IS NULL")[0][0] < files:
            return False
        moving = sum(counts.get(state, 0) for state in ("received", "extracted", "matched", "approved"))
        return moving == 0 and self.rows("SELECT count(*) FROM job WHERE state IN ('ready', 'leased')")[0][0] == 0

    def ask(self, path: str, query: dict[str, Any] | None = None) -> Any:
        """What the Prefect API answers."""
        body = None if query is None else json.dumps(query).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.prefect}/api{path}", body,
                                         {"Content-Type": "application/json"})  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
            return json.load(answer)

    def story(self) -> str:
        """What it said and logged, for a failure's message."""
        logs = [f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
                for path in sorted((self.home / "logs").glob("*.log"))]  # fmt: skip
        return "\n".join([self.said.read_text(), *logs])


def children(parent: int) -> list[int]:
    """The processes that a process has started and that still run."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if (status := _status(pid)) and int(status[1]) == parent]


def descendants(ancestor: int) -> dict[int, str]:
    """A process and everything below it, with start times (so that a reused number is not mistaken)."""
    status = _status(ancestor)
    found = {ancestor: status[19]} if status else {}
    for child in children(ancestor):
        found |= descendants(child)
    return found


def still_alive(family: dict[int, str]) -> list[int]:
    """Which of these processes still run."""
    return [pid for pid, begun in family.items() if (status := _status(pid)) and status[19] == begun]


def command_line(pid: int) -> str:
    """What a process was started as; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _status(pid: int) -> list[str]:
    """State, parent and so on of a process; empty where it is gone or only waits to be buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] in "ZX" else fields
