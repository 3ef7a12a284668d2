"""The flow that forecasts every client's volumes each morning and shows them in Prefect."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.volumes import forecast_client
from flows.workshop import open_office
from models.store.audit import now
from models.store.clients import list_clients


@flow(name="forecast", flow_run_name="forecast of {client}", persist_result=False)
async def forecast_volumes(client: str = "all", home: str | None = None) -> None:
    """Forecast one client, or all; what cannot be forecast yet is left out."""
    with open_office(Path(home) if home else None) as house:
        with house.store.read() as session:
            chosen = [row for row in list_clients(session) if client in {"all", row.id}]
        for each in chosen:
            told = await asyncio.to_thread(forecast_client, house.store, house.settings, each, now())
            if told is not None:
                await acreate_table_artifact(
                    key=f"forecast-{each.id.replace('_', '-')}",
                    description=f"Volumes of {each.id}",
                    table=[{"day": str(one.day), "expected": one.expected, "from": one.low80, "to": one.high80}
                           for one in told.forecast.days],
                )  # fmt: skip
