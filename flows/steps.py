"""Prefect's tasks: thin shells around plain functions. Orchestration costs by the task, so a task is a chunk.

Nothing is cached or persisted by Prefect: the job table is what makes a repeat harmless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from flows.line import Line
from flows.outcomes import Outcomes
from flows.publish import PublishReport, publish_approved
from models.status import Status
from models.store.jobs import Lease


@task(name="read and decide", task_run_name="{lane} x {count}", cache_policy=NO_CACHE, persist_result=False)
async def process_chunk(line: Line, leases: Sequence[Lease], lane: str, count: int) -> list[Outcomes]:  # noqa: ARG001
    """Take a chunk of documents from bytes to decision; what failed is logged with advice and told in the result."""
    outcomes = await asyncio.to_thread(lambda: list(line.work(leases)))
    logger = get_run_logger()
    for outcome in outcomes:
        if outcome.advice:
            why = ", ".join(outcome.reasons)
            logger.warning("%s (document %s): %s. %s", outcome.name, outcome.document_id, why, outcome.advice)
        elif outcome.state in {Status.HELD, Status.DUPLICATE}:
            logger.info("%s (document %s): %s, %s", outcome.name, outcome.document_id, outcome.state,
                        ", ".join(outcome.reasons))  # fmt: skip
    return outcomes


@task(
    name="publish",
    task_run_name="publish {client_id}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=1,
    retry_delay_seconds=2,
)
async def publish(line: Line, client_id: str) -> PublishReport:
    """Publish what is approved through the gate."""
    return await asyncio.to_thread(publish_approved, line.house.store, client_id)
