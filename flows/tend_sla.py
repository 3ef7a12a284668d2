"""The flows of levels of service: look at the clocks every few minutes, and tell the alarms that are new.

Each new alarm is an event of Prefect too (`facturier.alert.<kind>`), so that an automation can act on it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import flow
from prefect.events import emit_event

from flows.alerts import EVENT, send_alerts
from flows.sla import tend_clocks
from flows.workshop import open_office
from models.store.audit import now


@flow(name="sla", persist_result=False)
async def look_at_clocks(home: str | None = None) -> None:
    """Set time limits and risks, raise alarms, and tell them."""
    with open_office(Path(home) if home else None) as house:
        for alert in await asyncio.to_thread(tend_clocks, house.store, house.settings, now()):
            emit_event(event=f"{EVENT}.{alert.kind}",
                       resource={"prefect.resource.id": f"facturier.client.{alert.client_id or 'all'}"},
                       payload={"key": alert.key, "title": alert.title})  # fmt: skip
        await asyncio.to_thread(send_alerts, house.store, house.settings)


@flow(name="alerts", persist_result=False)
async def tell_alerts(home: str | None = None) -> None:
    """Tell what still waits: what an automation starts, or a person."""
    with open_office(Path(home) if home else None) as house:
        await asyncio.to_thread(send_alerts, house.store, house.settings)
