"""One warm parent as the controller sees it: a process, a channel to send jobs on, and its last words.

The process is started by a thread of its own that lives as long as the process: the kernel's parent-death signal
follows the thread that started a child, not its process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress

from extractors.sandbox import frames, launch
from models.settings import LimitSettings, ReadingSettings

GRACE_SECONDS = 5.0


class Keeper:
    """Starts one warm parent and keeps it until `close`."""

    def __init__(self, reading: ReadingSettings, limits: LimitSettings, jail: launch.Jail) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._last_words: deque[str] = deque(maxlen=5)
        self._process: subprocess.Popen[str] | None = None
        self._failure = ""
        started = threading.Event()
        orders = frames.Orders(
            channel=theirs.fileno(), reading=reading, limits=limits, uid=jail.uid, own_processes=jail.own_processes
        )
        arguments = [*jail.prefix, sys.executable, *launch.PROGRAM, orders.model_dump_json()]
        self._thread = threading.Thread(
            target=self._keep, args=(arguments, theirs, started), name="facturier-reader", daemon=True
        )
        self._thread.start()
        started.wait()

    def _keep(self, arguments: list[str], theirs: socket.socket, started: threading.Event) -> None:
        try:
            self._process = subprocess.Popen(
                arguments, env=launch.environment(), cwd="/", pass_fds=[theirs.fileno()], text=True, errors="replace",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            self._failure = str(error)
            return
        finally:
            theirs.close()
            started.set()
        with self._process:
            for line in self._process.stderr or ():
                self._last_words.append(line.strip()[:300])

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process that was started; with bubblewrap that is bwrap itself."""
        return self._process.pid if self._process else None

    @property
    def last_words(self) -> str:
        """The end of what the process wrote before it died."""
        return self._failure or " / ".join(self._last_words) or "it said nothing"

    def send_job(self) -> tuple[socket.socket, int]:
        """Ask for a child: the socket to talk to it, and a pipe on which its end will be told.

        Raises OSError when the process is gone.
        """
        ours, theirs = socket.socketpair()
        end_read, end_write = os.pipe()
        try:
            socket.send_fds(self._channel, [b"job"], [theirs.fileno(), end_write])
        except OSError:
            ours.close()
            os.close(end_read)
            raise
        finally:
            theirs.close()
            os.close(end_write)
        return ours, end_read

    def kill(self) -> None:
        """End it now; its children end with it."""
        if self._process:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)

    def close(self) -> None:
        """Close the channel, on which the process ends by itself; kill it if it does not."""
        self._channel.close()
        self._thread.join(GRACE_SECONDS)
        if self._thread.is_alive():
            self.kill()
            self._thread.join(GRACE_SECONDS)
