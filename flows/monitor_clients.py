"""The flow that looks at every client's audits and drift each morning, and shows in Prefect what it found."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.monitor import look
from flows.workshop import open_office
from models.store.clients import list_clients


@flow(name="monitor", flow_run_name="monitor {client}", persist_result=False)
async def watch_clients(client: str = "all", home: str | None = None) -> None:
    """Raise what drift and audits have to raise, of one client or of all, and show each segment's state."""
    with open_office(Path(home) if home else None) as house:
        with house.store.read() as session:
            clients = [row for row in list_clients(session) if client in {"all", row.id}]
        for row in clients:
            found = await asyncio.to_thread(look, house, row)
            await acreate_table_artifact(
                key=f"monitor-{row.id.replace('_', '-')}",
                description=f"Audits and drift of {row.id}",
                table=[{"segment": one.segment, "audits": one.evidence.audits, "wrong": one.evidence.errors,
                        "evidence": round(one.evidence.value, 3), "alarm": one.alarm} for one in found],
            )  # fmt: skip
