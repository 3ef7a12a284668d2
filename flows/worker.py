"""The worker process of `facturier up`: watches every inbox, and runs the flows in this process, one after the other.

The scan goes on while a flow runs. While the Prefect server is away, documents flow all the same by plain functions.
Started as `python -m flows.worker`; SIGTERM ends it after the chunk in hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from flows.main import prepare_environment

prepare_environment()  # before Prefect is imported

from flows.api_health import is_server_up  # noqa: E402
from flows.heart import Pulse  # noqa: E402
from flows.ingest import drain, ingest_batch, plain_chunk  # noqa: E402
from flows.intake import Seen, scan  # noqa: E402
from flows.line import Line  # noqa: E402
from flows.post_approved import post_approved  # noqa: E402
from flows.publish import publish_approved  # noqa: E402
from flows.watch import wakeups  # noqa: E402
from flows.workshop import open_line  # noqa: E402
from models.store.clients import folders, list_clients  # noqa: E402
from models.store.documents import count_by_state  # noqa: E402
from models.store.jobs import Group  # noqa: E402

logger = logging.getLogger("facturier.worker")

_SHARE = 100  # documents that one batch may take while others wait
_FIGURES_SECONDS = 60.0
_SERVER_SECONDS = 90.0
_STOP_SECONDS = 20.0


class Worker:
    """Scans inboxes and works off jobs until told to stop."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_at = 0.0
        self.stop = asyncio.Event()
        self.work = asyncio.Event()
        self.pulse = Pulse(line.house.store)
        self._seen: dict[str, Seen] = {}
        self._alarms: set[str] = set()
        self._figures_at = 0.0
        self._swept_at = time.monotonic()
        self._needs_figures = False

    def request_stop(self) -> None:
        """Finish what is in hand, then end; may be called from any thread."""
        self.line.stopping.set()
        self._stop_at = self._stop_at or time.monotonic()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._end)

    def overdue(self) -> bool:
        """Whether the end was asked for long ago."""
        return self._stop_at > 0 and time.monotonic() - self._stop_at > _STOP_SECONDS

    def _end(self) -> None:
        self.stop.set()
        self.work.set()

    async def run(self) -> None:
        """Watch and work side by side."""
        self._loop = asyncio.get_running_loop()
        if self.line.stopping.is_set():
            return
        await asyncio.gather(self._watch(), self._work())

    # --- the watch ---

    async def _watch(self) -> None:
        settings = self.line.house.settings.intake
        async for _reason in wakeups(self._inboxes, settings.scan_seconds, self.stop):
            await asyncio.to_thread(self.pulse.beat, ("worker",))
            for client_id in self._clients():
                await self._scan(client_id)
            self.work.set()

    async def _scan(self, client_id: str) -> None:
        house = self.line.house
        seen = self._seen.setdefault(client_id, Seen())
        more = True
        while more and not self.stop.is_set():
            report = await asyncio.to_thread(scan, house.store, house.home, client_id, house.settings, seen)
            self._tell_alarms(report.alarms)
            more = report.more
            if report.received:
                counts = ", ".join(f"{count} {state}" for state, count in sorted(report.counts.items()))
                logger.info("%s: %s", client_id, counts)
                self.work.set()

    def _tell_alarms(self, alarms: tuple[str, ...]) -> None:
        for alarm in set(alarms) - self._alarms:
            logger.error("%s", alarm)
        self._alarms = (self._alarms | set(alarms)) if alarms else set()

    def _clients(self) -> list[str]:
        with self.line.house.store.read() as session:
            return [row.id for row in list_clients(session)]

    def _inboxes(self) -> list[Path]:
        return [folders(self.line.house.home, client_id).inbox for client_id in self._clients()]

    # --- the work ---

    async def _work(self) -> None:
        await self._wait_for_server()
        while not self.stop.is_set():
            await self.work.wait()
            self.work.clear()
            try:
                await self._work_off()
            except Exception:
                logger.exception("the work stopped; it is taken up again at the next scan")

    async def _work_off(self) -> None:
        self._sweep()
        while (groups := self.line.waiting()) and not self.stop.is_set():
            limit = _SHARE if len(groups) > 1 else self.line.house.settings.jobs.batch_documents
            for group in groups:
                await self._ingest(group, limit)
                if self.stop.is_set():
                    return
        await self._post()
        await self._figures()

    def _sweep(self) -> None:
        if time.monotonic() - self._swept_at >= self.line.house.settings.jobs.sweep_seconds:
            self._swept_at = time.monotonic()
            self.line.sweep()

    async def _ingest(self, group: Group, limit: int) -> None:
        self._needs_figures = True
        try:
            await ingest_batch(client=group.client_id, batch=group.batch or "inbox", max_documents=limit)
        except Exception as error:  # noqa: BLE001 - whatever stops Prefect must not stop the documents
            logger.warning("Prefect could not run the batch (%s); it goes on without", error)
            await drain(self.line, group, limit, plain_chunk)
            await asyncio.to_thread(publish_approved, self.line.house.store, group.client_id)

    async def _post(self) -> None:
        """Publish what reviewers approved since."""
        for client_id in self._clients():
            with self.line.house.store.read() as session:
                waiting = count_by_state(session, client_id).get("approved", 0)
            if not waiting:
                continue
            self._needs_figures = True
            try:
                await post_approved(client=client_id)
            except Exception as error:  # noqa: BLE001 - as above
                logger.warning("Prefect could not run the publication (%s); it goes on without", error)
                await asyncio.to_thread(publish_approved, self.line.house.store, client_id)

    async def _figures(self) -> None:
        if not self._needs_figures or time.monotonic() - self._figures_at < _FIGURES_SECONDS:
            return
        self._figures_at, self._needs_figures = time.monotonic(), False
        try:
            from flows.figures import report_figures  # draws scipy in, which the first documents need not wait for

            await report_figures()
            from flows.monitor_clients import watch_clients

            await watch_clients()
            from flows.certify_clients import certify_clients, uncertified_clients

            for client_id in uncertified_clients(self.line.house):
                await certify_clients(client_id)
        except Exception as error:  # noqa: BLE001 - figures are computed again at the next turn
            logger.warning("figures or monitors were not computed: %s", error)

    async def _wait_for_server(self) -> None:
        """Give the Prefect server time to start; without it the fallback works."""
        deadline = time.monotonic() + _SERVER_SECONDS
        while time.monotonic() < deadline and not self.stop.is_set():
            if await asyncio.to_thread(is_server_up):
                return
            await asyncio.sleep(0.25)


def main() -> None:
    """Work until a signal comes.

    The event loop has a thread of its own: in the main thread Prefect would catch SIGTERM while a flow runs, and crash
    the run instead of finishing what is in hand.
    """
    with open_line() as line:
        worker = Worker(line)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda _number, _frame: worker.request_stop())
        context = contextvars.copy_context()  # knows the open line
        thread = threading.Thread(target=lambda: context.run(asyncio.run, worker.run()), name="facturier-work")
        thread.start()
        while thread.is_alive():
            thread.join(1.0)
            if worker.overdue():
                logger.warning(
                    "not ended %.0f s after the signal; what is left is taken up at the next start", _STOP_SECONDS
                )
                os._exit(1)  # Prefect's client waits over a minute for a server that is gone; our record is whole


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    main()
