"""The flow that publishes what reviewers released."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.steps import publish
from flows.workshop import open_line


@flow(name="post approved", flow_run_name="publish {client}", persist_result=False)
async def post_approved(client: str, home: str | None = None) -> State[None]:
    """Publish a client's approved documents through the gate."""
    with open_line(Path(home) if home else None) as line:
        report = await publish(line, client)
    return Completed(message=f"{len(report.published)} published, {len(report.held or {})} held by the gate")
