"""The flow that sends the mail that waits, every ten minutes where a mail server is set."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import flow

from flows.mail import send_waiting
from flows.workshop import open_office


@flow(name="mail", persist_result=False)
async def send_mail(home: str | None = None) -> None:
    """Send what is due; what a server refuses waits longer each time."""
    with open_office(Path(home) if home else None) as house:
        await asyncio.to_thread(send_waiting, house.store, house.settings.mail)
