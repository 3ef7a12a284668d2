"""The flow that computes a client's figures and shows them in Prefect; the same rows feed page, API and command."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.report_kpis import compute_and_store, office_of
from flows.workshop import open_office
from models.store.audit import now
from models.store.clients import list_clients
from models.tables import KpiRow


@flow(name="figures", flow_run_name="figures of {client}", persist_result=False)
async def report_figures(client: str = "all", home: str | None = None) -> None:
    """Compute and store the KPIs of one client, or of all, and show them as a table."""
    with open_office(Path(home) if home else None) as house:
        store = house.store
        with store.read() as session:
            known = [row.id for row in list_clients(session)]
        for client_id in known if client == "all" else [client]:
            rows = await asyncio.to_thread(compute_and_store, store, client_id, now(), office=office_of(house.settings))
            await acreate_table_artifact(
                key=f"kpis-{client_id.replace('_', '-')}",
                description=f"Figures of {client_id}",
                table=table_of(rows),
            )


def table_of(rows: Sequence[KpiRow]) -> list[dict[str, str | float | None]]:
    """The figures as the artifact shows them."""
    return [{"figure": row.name, "of": row.label, "value": row.value, "unit": row.unit, "before": row.previous}
            for row in rows]  # fmt: skip
