"""A helper process of the kill tests: forks one child for each ingest, so that a crash point costs a fork and no start.

Lines on stdin: {"home": ..., "variant": ...} forks a child that waits; its pid is printed. "go" lets it run; its wait
status is printed when it ended. Variants are our own bugs, planted to prove that the tests can fail.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows import claiming, receiving
from flows.intake import Seen, scan
from models import durable
from models.settings import Settings
from models.store.engine import Store


def unlink_before_commit() -> None:
    """The best-known product's order: the source goes inside the transaction that records it."""
    real = receiving.admit

    def admit(session: Any, entries: Any, **options: Any) -> Any:
        done = real(session, entries, **options)
        for entry in entries:
            if entry.facts.claim_path and entry.arrival:
                (HOME[0] / "clients/acme" / entry.facts.claim_path).unlink(missing_ok=True)
        return done

    receiving.admit = admit


def no_folder_sync() -> None:
    """Renames that a power cut may take back."""
    durable.sync_folders = lambda _folders: None
    claiming.sync_folders = durable.sync_folders


def no_journal() -> None:
    """A claim that forgets what the file was called."""
    claiming.write_atomic = lambda _path, _content: None


VARIANTS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "unlink_before_commit": unlink_before_commit,
    "no_folder_sync": no_folder_sync,
    "no_journal": no_journal,
}
HOME: list[Path] = []


def settings_of(home: Path) -> Settings:
    return Settings(home=home, policy={"release": "threshold"}, intake={"settle_seconds": 0.0, "discard_seconds": 0.0})


def ingest(home: Path) -> None:
    """Two scans with a fresh memory: receive and discard everything; the second finds nothing left to do."""
    settings, seen = settings_of(home), Seen()
    store = Store(settings.url)
    for _ in range(2):
        report = scan(store, home, "acme", settings, seen)
        if report.alarms:
            sys.stderr.write(f"{report.alarms}\n")
    store.dispose()


def child(home: Path, variant: str, gate: int) -> None:
    os.read(gate, 1)
    HOME.append(home)
    VARIANTS[variant]()
    ingest(home)
    sys.stderr.flush()
    os._exit(0)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        gate, opener = os.pipe()
        pid = os.fork()
        if pid == 0:
            child(Path(order["home"]), order["variant"], gate)
        os.close(gate)
        say(pid)
        sys.stdin.readline()
        os.write(opener, b"g")
        os.close(opener)
        _, status = os.waitpid(pid, 0)
        say(status)


if __name__ == "__main__":
    serve()
