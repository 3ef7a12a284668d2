"""The flow that a supervisor sees: one run for each client and batch, from waiting jobs to published tables.

The job table holds the work; this flow takes it in chunks of a few seconds each, two at a time, so that the reading
children never wait. At its end a table shows every document's outcome with a link to its page.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

from prefect import flow
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.line import Line
from flows.outcomes import Outcomes
from flows.publish import PublishReport
from flows.steps import process_chunk, publish
from flows.workshop import open_line
from models.decision import REASON_TEXTS, Reason
from models.settings import Settings
from models.store.jobs import LANES, Group, Lease

CHUNK_DOCUMENTS: dict[str, int] = {"xml": 50, "pdf": 20, "ocr": 4}  # one to five seconds of work each
_IN_FLIGHT = 2

Work = Callable[[Line, Sequence[Lease], str, int], Awaitable[list[Outcomes]]]


@flow(name="ingest", flow_run_name="{client} / {batch}", persist_result=False)
async def ingest_batch(
    client: str, batch: str = "inbox", max_documents: int = 2000, home: str | None = None
) -> State[None]:
    """Take a client's waiting documents from bytes to published rows.

    Args:
        client: The client's id.
        batch: The sub-folder of its inbox, "inbox" for the inbox itself.
        max_documents: The most that this run takes; the rest is for the next run, so that others get their turn.
        home: FACTURIER_HOME; only for a run in a process of its own.
    """
    group = Group(client, "" if batch == "inbox" else batch)
    with open_line(Path(home) if home else None) as line:
        line.sweep()
        bar = await acreate_progress_artifact(progress=0.0, key="progress", description=f"{client} / {batch}")
        outcomes = await drain(line, group, max_documents, process_chunk, bar)
        report = await publish(line, client)
        await aupdate_progress_artifact(artifact_id=bar, progress=100.0)
        await _tell(line.house.settings, group, outcomes)
    return Completed(message=summary(outcomes, report))


async def drain(line: Line, group: Group, max_documents: int, work: Work, bar: UUID | None = None) -> list[Outcomes]:
    """Work on a group's jobs, lane by lane, until none is left or the limit is reached."""
    total = next((each.count for each in line.waiting() if each.client_id == group.client_id
                  and each.batch == group.batch), 0)  # fmt: skip
    outcomes: list[Outcomes] = []
    for lane in LANES:
        running: set[asyncio.Task[list[Outcomes]]] = set()
        while True:
            limit = min(CHUNK_DOCUMENTS[lane], max_documents - len(outcomes))
            leases = line.take(limit, lanes=(lane,), group=group) if limit > 0 else []
            if leases:
                running.add(asyncio.ensure_future(work(line, leases, lane, len(leases))))
            if not running:
                break
            if leases and len(running) < _IN_FLIGHT:
                continue
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            outcomes += [outcome for each in done for outcome in each.result()]
            if bar is not None and total:
                await aupdate_progress_artifact(artifact_id=bar, progress=min(99.0, 100 * len(outcomes) / total))
    return outcomes


async def plain_chunk(line: Line, leases: Sequence[Lease], lane: str, count: int) -> list[Outcomes]:  # noqa: ARG001
    """A chunk without Prefect: what the worker falls back on while the server is away."""
    return await asyncio.to_thread(lambda: list(line.work(leases)))


async def _tell(settings: Settings, group: Group, outcomes: Sequence[Outcomes]) -> None:
    """One table for the whole batch: artifacts cost 15 ms each, so never one a document."""
    if not outcomes:
        return
    await acreate_table_artifact(
        key="documents",
        description=plain_text(f"Outcomes of {group.client_id} / {group.batch or 'inbox'}"),
        table=[table_row(settings, each) for each in outcomes],
    )


def table_row(settings: Settings, outcome: Outcomes) -> dict[str, str]:
    """One document for a supervisor: first what became of it and where to go on."""
    told = {
        "file": outcome.name, "state": outcome.state.replace("_", " "),
        "why": ", ".join(map(reason_text, outcome.reasons)),
        "seller": outcome.seller_name, "number": outcome.invoice_number, "total": outcome.gross_total,
        "advice": outcome.advice,
    }  # fmt: skip
    address = f"{review_url(settings)}/documents/{outcome.document_id}"
    return {"page": f"[open]({address})"} | {name: plain_text(text) for name, text in told.items()}


def plain_text(text: str) -> str:
    r"""Text that Prefect's pages show as it is; they take it for Markdown, and a name may hold a picture to load.

    >>> plain_text("![x](http://example.com/seen) Ltd")
    '!\\[x\\](http:\\//example.com/seen) Ltd'
    """
    for character in ("\\", "[", "]", "<", "`"):
        text = text.replace(character, f"\\{character}")
    return text.replace("://", ":\\//").replace("www.", "www\\.")


def review_url(settings: Settings) -> str:
    """Where people reach the review site."""
    return settings.web.public_url or f"http://{settings.web.host}:{settings.web.port}"


def reason_text(reason: str) -> str:
    """A reason as a clerk says it.

    >>> reason_text("no_order"), reason_text("encrypted")
    ('no purchase order was found', 'encrypted')
    """
    return REASON_TEXTS[Reason(reason)][0] if reason in set(Reason) else reason


def summary(outcomes: Sequence[Outcomes], report: PublishReport) -> str:
    """The run in one line, for the list of runs."""
    states = Counter(outcome.state for outcome in outcomes)
    parts = [f"{count} {state.replace('_', ' ')}" for state, count in sorted(states.items())]
    became = ", ".join(parts) or "nothing to do"
    return f"{len(outcomes)} documents: {became}; {len(report.published)} published{_held(report)}"


def _held(report: PublishReport) -> str:
    return f", {len(report.held)} held by the gate" if report.held else ""
