"""The daily look at whole tables: what finance reads and what clients sent, held against their suites.

Stored for each client and shown on the page of quality; in Prefect as a table. It stops nothing: a batch is stopped by
the gate (`flows.publish`), this finds what only shows across batches.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.workshop import open_office
from models.store.audit import now
from models.store.clients import list_clients
from models.store.engine import Store
from models.store.quality import Kept, add_quality_run, intake_frames, output_frames
from models.tables import QualityRunRow
from validators.expectations_tables import SUITES
from validators.quality import check_tables

ACTOR = "nightly"


@flow(name="quality", flow_run_name="quality {client}", persist_result=False)
async def check_quality(client: str = "all", home: str | None = None) -> None:
    """Look at the tables of one client or of all, and show what was found."""
    with open_office(Path(home) if home else None) as house:
        with house.store.read() as session:
            clients = [row.id for row in list_clients(session) if client in {"all", row.id}]
        for client_id in clients:
            runs = await asyncio.to_thread(look_at_tables, house.store, client_id)
            await acreate_table_artifact(
                key=f"quality-{client_id.replace('_', '-')}",
                description=f"Quality of the tables of {client_id}",
                table=[{"scope": run.scope, "rows": run.rows, "not met": run.failed, "run": run.id} for run in runs],
            )


def look_at_tables(store: Store, client_id: str, *, actor: str = ACTOR) -> list[QualityRunRow]:
    """Hold a client's tables against every suite and keep what was found; reading and writing do not block others."""
    runs = []
    for scope in SUITES:
        at = now()
        with store.read() as session:
            intake = scope == "intake"
            frames = intake_frames(session, client_id) if intake else output_frames(session, client_id, at)
        found = check_tables(scope, frames)
        with store.write() as session:
            kept = Kept(scope, found.rows, len(found.failed), found.suite_hash, found.result_json)
            runs.append(add_quality_run(session, client_id, kept, actor=actor, at=at))
    return runs
