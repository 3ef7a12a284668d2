"""When to scan: at the start, every few seconds, and sooner where the file system says that something came.

Events are only a hint: they may be lost, late or never come (a network share, a queue that overflows), and the scan
finds everything without them. Whatever happens to the watcher, the timer goes on.

>>> import asyncio
>>> async def first() -> str:
...     async for reason in wakeups(lambda: [], scan_seconds=60.0, stop=asyncio.Event()):
...         return reason
...     return ""
>>> asyncio.run(first())
'start'
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from watchfiles import awatch

logger = logging.getLogger(__name__)

_DEBOUNCE_MS = 300  # a dump of many files is one hint, not hundreds


async def wakeups(
    folders: Callable[[], Sequence[Path]], scan_seconds: float, stop: asyncio.Event
) -> AsyncIterator[str]:
    """Say when to scan, until `stop` is set.

    Args:
        folders: Gives the inboxes as they are now; asked again at every turn, so that new clients and folders that
            come back are watched.
        scan_seconds: The longest time between two scans.
        stop: Ends the iteration, at the latest a moment after it is set.

    Yields:
        "start", "timer", or "change".
    """
    hint = asyncio.Event()
    watcher = _Watcher(hint)
    try:
        yield "start"
        while not stop.is_set():
            watcher.follow(await asyncio.to_thread(_present, folders()))
            reason = await _next(hint, stop, scan_seconds)
            if reason:
                yield reason
    finally:
        await watcher.close()


async def _next(hint: asyncio.Event, stop: asyncio.Event, seconds: float) -> str:
    """Wait for a hint, the time or the end; "" at the end."""
    waits = [asyncio.create_task(event.wait()) for event in (hint, stop)]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    hinted = hint.is_set()
    hint.clear()
    if stop.is_set():
        return ""
    return "change" if done and hinted else "timer"


def _present(folders: Sequence[Path]) -> dict[Path, int]:
    """The folders that exist, with their inodes: one that was replaced must be watched anew."""
    found = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            found[folder] = folder.stat().st_ino
    return found


class _Watcher:
    """A task that turns file events into a hint; when it breaks it is started again at the next turn."""

    def __init__(self, hint: asyncio.Event) -> None:
        self._hint = hint
        self._watched: dict[Path, int] = {}
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, folders: dict[Path, int]) -> None:
        """Watch exactly these folders."""
        if folders == self._watched and self._task is not None and not self._task.done():
            return
        for gone in self._watched.keys() - folders.keys():
            logger.error("the inbox %s is gone; the scan goes on and it is taken up again when it comes back", gone)
        if self._watched:
            self._hint.set()  # what came between two watches is found by a scan, not by an event
        self._stop.set()
        self._watched, self._stop = folders, asyncio.Event()
        self._task = asyncio.create_task(self._watch(list(folders), self._stop)) if folders else None

    async def close(self) -> None:
        """End the watch."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self, folders: list[Path], stop: asyncio.Event) -> None:
        try:
            async for _changes in awatch(*folders, stop_event=stop, watch_filter=None, debounce=_DEBOUNCE_MS,
                                         ignore_permission_denied=True):  # fmt: skip
                self._hint.set()
        except (OSError, RuntimeError) as error:  # limits of inotify, a folder that vanished, the watcher's own errors
            logger.error("the file watcher stopped (%s); files are still found by the scan", error)  # noqa: TRY400
            await asyncio.sleep(1.0)  # a watcher that breaks at once must not be restarted without a pause
