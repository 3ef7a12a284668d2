"""The processes of `facturier up`: started in order, restarted when they fall, ended in the reverse order.

Each child has a session of its own, so that Ctrl-C reaches only the supervisor; each dies with it (PDEATHSIG), so that
even kill -9 of the supervisor leaves nothing behind.
"""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 30.0
_RESTART_SECONDS = 5.0


@dataclass(slots=True)
class Child:
    """One process and how to start it; its output goes to a log file."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restarts: int = 0
    output: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.output is None:
            self.output = self.log.open("ab")
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=self.output,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread
        )  # fmt: skip

    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Ask it to end, and end it if it does not within half a minute."""
        if self.process is None:
            return
        if self.is_running():
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.output is not None:
            self.output.close()
            self.output = None

    def revive(self) -> str | None:
        """Start it again if it fell, not more often than every few seconds; what happened, for the operator."""
        if self.is_running() or self.process is None:
            return None
        if time.monotonic() - self.started_at < _RESTART_SECONDS:
            return None
        code = self.process.returncode
        self.restarts += 1
        self.start()
        return f"{self.name} ended (exit code {code}) and was started again; see {self.log}"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def python(*arguments: str) -> tuple[str, ...]:
    """A command of our own Python."""
    return (sys.executable, *arguments)


def is_port_free(host: str, port: int) -> bool:
    """Whether nobody listens on a port; port 0 is always free."""
    if port == 0:
        return True
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
