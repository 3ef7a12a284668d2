"""The warm parent: imports everything once, then forks one child for each document and keeps its deadline.

It reads no document itself. Jobs come over a control socket, two descriptors each: the job's own socket, which the
child answers on, and a pipe for how the child ended. It has one thread only: a fork copies no other.
Times in seconds on the monotonic clock. When the control socket closes, everything ends.
"""

from __future__ import annotations

import gc
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from extractors.sandbox import child, confine, frames
from models.errors import FacturierError

IDLE_BEFORE_WARMING = 0.5  # text-only work must not wait for recognition models


@dataclass(slots=True)
class Job:
    """One running child."""

    pid: int
    pidfd: int
    progress: int  # read end of the pipe on which the child announces pages
    status: int  # write end of the controller's pipe
    scratch: str
    started: float
    deadline: float
    inherited: int  # resident bytes that it shares with the parent from the start
    timed_out: bool = False


class Zygote:
    """The loop: take jobs, keep deadlines, reap, report."""

    def __init__(self, orders: frames.Orders) -> None:
        self._orders = orders
        self._control = socket.socket(fileno=orders.channel)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._control, selectors.EVENT_READ)
        self._jobs: dict[int, Job] = {}  # by pidfd and by progress pipe
        self._warm = False

    def serve(self) -> None:
        """Work until the controller goes away."""
        while True:
            events = self._selector.select(self._patience())
            if not events and not self._jobs:
                self._warm_up()
            for key, _ in events:
                if key.fileobj is self._control:
                    if not self._take_job():
                        return self._end()
                elif job := self._jobs.get(key.fd):
                    handle = self._hear if key.fd == job.progress else self._finish
                    handle(job)
            self._keep_deadlines()

    def _running(self) -> list[Job]:
        return [job for fd, job in self._jobs.items() if fd == job.pidfd]

    def _patience(self) -> float | None:
        deadlines = [job.deadline for job in self._running() if not job.timed_out]
        if deadlines:
            return max(0.0, min(deadlines) - time.monotonic())
        return None if self._warm else IDLE_BEFORE_WARMING

    def _take_job(self) -> bool:
        """Fork a child for the next job; False when the controller has closed the channel."""
        message, descriptors, _, _ = socket.recv_fds(self._control, 16, 2)
        if not message:
            return False
        if len(descriptors) == 2:
            channel, status = socket.socket(fileno=descriptors[0]), descriptors[1]
            try:
                self._fork(channel, status)
            except OSError:  # no process or descriptor left; the closed pipe tells the controller
                os.close(status)
            channel.close()
        return True

    def _fork(self, channel: socket.socket, status: int) -> None:
        scratch = tempfile.mkdtemp(prefix="facturier-")
        progress, announce = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self._forget_others(status, progress)
                child.run(channel, announce, scratch, parent, self._orders)
            finally:
                os._exit(1)  # whatever happens, a child never goes on as a second parent
        with suppress(OSError):  # the child does it too; whoever comes first
            os.setpgid(pid, pid)
        os.close(announce)
        now = time.monotonic()
        job = Job(
            pid,
            os.pidfd_open(pid),
            progress,
            status,
            scratch,
            started=now,
            deadline=now + self._orders.limits.parse_seconds,
            inherited=confine.resident_bytes(),
        )
        for descriptor in (job.pidfd, job.progress):
            self._jobs[descriptor] = job
            self._selector.register(descriptor, selectors.EVENT_READ)

    def _forget_others(self, *descriptors: int) -> None:
        """In the child: close what belongs to the parent and to other jobs."""
        self._control.close()
        self._selector.close()
        for job in self._running():
            descriptors += (job.pidfd, job.progress, job.status)
        for descriptor in descriptors:
            os.close(descriptor)

    def _hear(self, job: Job) -> None:
        """More pages need recognition: move the deadline."""
        pages = len(os.read(job.progress, 512))
        if not pages:
            self._selector.unregister(job.progress)
            del self._jobs[job.progress]
            return
        limits = self._orders.limits
        job.deadline = min(job.started + limits.document_seconds, job.deadline + pages * limits.page_seconds)
        self._warm_up()  # the first one that needs it has loaded its own copy; the next will find ours

    def _warm_up(self) -> None:
        if not self._warm:
            self._warm = True
            with suppress(FacturierError):  # a missing engine is reported for the document that needs it
                from extractors.reader import warm_up

                warm_up(self._orders.reading)
                gc.freeze()

    def _keep_deadlines(self) -> None:
        now = time.monotonic()
        for job in self._running():
            if job.deadline <= now and not job.timed_out:
                job.timed_out = True
                _kill_group(job.pid)

    def _finish(self, job: Job) -> None:
        """The child has ended: end its descendants, remove its files, tell how it went."""
        _kill_group(job.pid)
        _, state, usage = os.wait4(job.pid, 0)
        for descriptor in (job.pidfd, job.progress):
            if self._jobs.pop(descriptor, None):
                self._selector.unregister(descriptor)
            os.close(descriptor)
        self._end_orphans()
        shutil.rmtree(job.scratch, ignore_errors=True)
        status = frames.Status(
            exit_code=os.WEXITSTATUS(state) if os.WIFEXITED(state) else None,
            signal=os.WTERMSIG(state) if os.WIFSIGNALED(state) else None,
            timed_out=job.timed_out,
            peak_bytes=max(0, usage.ru_maxrss * 1024 - job.inherited),
        )
        with suppress(OSError):  # the controller has stopped listening
            os.write(job.status, status.model_dump_json().encode())
        os.close(job.status)

    def _end_orphans(self) -> None:
        """Kill what left its process group and lost its parent: such processes became our children."""
        mine = {job.pid for job in self._running()}
        for _ in range(50):  # each kill may orphan another generation
            orphans = _children() - mine
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            if not orphans:
                return

    def _end(self) -> None:
        for job in self._running():
            _kill_group(job.pid)
            self._finish(job)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):  # before setpgid it is in our own group
        os.kill(pid, signal.SIGKILL)


def _children() -> set[int]:
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in listing.read_text(encoding="ascii").split()} if listing.exists() else set()


def main() -> None:
    """Entry of the process: orders come as the only argument, as JSON."""
    orders = frames.Orders.model_validate_json(sys.argv[1])
    if orders.uid is not None:
        confine.become(orders.uid)
    confine.adopt_orphans()
    confine.hide_from_siblings()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the controller, which closes the channel
    from extractors.reader import preload

    preload(orders.reading)
    gc.collect()
    gc.freeze()
    Zygote(orders).serve()


if __name__ == "__main__":
    main()
