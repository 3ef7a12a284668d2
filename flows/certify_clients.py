"""The nightly flow that makes new certificates out of the labels, and shows in Prefect what may go through."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.commands.certify import cells, certify_for
from flows.house import House
from flows.workshop import open_office
from models.store.alarms import lowering
from models.store.audit import now
from models.store.certificates import certificates_of
from models.store.clients import list_clients

ACTOR = "nightly"
DUE = timedelta(hours=20)  # a certificate a night: testing more often would only spend the risk more often
_HEADINGS = ("state", "threshold", "labels", "wrong above", "bound", "missing")


@flow(name="certify", flow_run_name="certify {client}", persist_result=False)
async def certify_clients(client: str = "all", force: bool = False, home: str | None = None) -> None:
    """Make certificates for one client or for all; those that have one of today are left alone unless `force`."""
    with open_office(Path(home) if home else None) as house:
        for client_id in due_clients(house, client, force=force):
            made = await asyncio.to_thread(certify_for, house, client_id, actor=ACTOR)
            with house.store.read() as session:
                lowered = {each.segment for each in made if lowering(session, client_id, each.segment)}
            await acreate_table_artifact(
                key=f"certificates-{client_id.replace('_', '-')}",
                description=f"Certificates of {client_id}: at most {made[0].alpha:.2%} wrong",
                table=[{"segment": each.segment}
                       | dict(zip(_HEADINGS, cells(each, is_lowered=each.segment in lowered), strict=True))
                       for each in made],
            )  # fmt: skip


def uncertified_clients(house: House) -> list[str]:
    """Clients that never had a certificate: they need not wait for the night."""
    with house.store.read() as session:
        known = [row.id for row in list_clients(session)]
        return [each for each in known if not certificates_of(session, each, limit=1)]


def due_clients(house: House, client: str = "all", *, force: bool = False) -> list[str]:
    """Clients whose newest certificate is older than a night."""
    with house.store.read() as session:
        known = [row.id for row in list_clients(session) if client in {"all", row.id}]
        newest = {each: next(iter(certificates_of(session, each, limit=1)), None) for each in known}
    at = now()
    return [each for each, one in newest.items() if force or one is None or at - one.made_at >= DUE]
