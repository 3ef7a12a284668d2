"""The nightly flow of micro-tasks: tasks made and withdrawn, known questions rotated, weeks topped up to the floor."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.micro import tend
from flows.workshop import open_office
from models.store.audit import now


@flow(name="micro", persist_result=False)
async def tend_micro(home: str | None = None) -> None:
    """Look after the micro-tasks of every client whose contract allows them."""
    with open_office(Path(home) if home else None) as house:
        night = await asyncio.to_thread(tend, house.store, house.settings, now())
        await acreate_table_artifact(
            key="micro-tasks", description="What the night did",
            table=[{"what": name, "count": count} for name, count in asdict(night).items()],
        )  # fmt: skip
