"""The flow that writes every client's export batches, each quarter of an hour; without a change it writes none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import flow

from flows.export_batch import Written, export_due
from flows.workshop import open_office
from models.store.clients import list_clients


@flow(name="export", persist_result=False)
async def export_clients(home: str | None = None) -> list[str]:
    """Finish what was cut off, write what is new; returns the folders."""
    done: list[Written] = []
    with open_office(Path(home) if home else None) as house:
        with house.store.read() as session:
            clients = list_clients(session)
        await asyncio.to_thread(export_due, house, clients, done.append)
    return [each.folder.as_posix() for each in done]
