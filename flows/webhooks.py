"""Sending webhooks: messages are made from the database, signed, sent to an address that was looked at, tried again.

Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks. A receiver may get a message twice (a sender
that dies between the answer and the note of it): the id is the same, and what it announces is pulled by number.

>>> wait_after(1, (5.0, 30.0), 0.5), wait_after(3, (5.0, 30.0), 0.5)
(datetime.timedelta(seconds=5), None)
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx2

from flows.house import House
from models.callable_url import check_url, is_callable
from models.sealed import unseal
from models.secret import home_secret
from models.settings_output import WebhookSettings
from models.signing import SECRETS, signature
from models.store.audit import now
from models.store.webhooks import Outcome, claim_due, is_due, is_news, make_messages, settle_try
from models.tables import WebhookMessageRow, WebhookRow

logger = logging.getLogger("facturier.webhooks")
LEASE = timedelta(minutes=2)  # longer than any try: nobody else sends meanwhile
_AGENT = "Facturier/1"
_CHANCE = random.SystemRandom()
_PORTS = {"https": 443, "http": 80}
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go: where to, and signed with what."""

    message: WebhookMessageRow
    url: str
    secrets: tuple[str, ...]


class NotCallableError(OSError):
    """The address leads into a private network, or nowhere."""


def send_due(house: House, *, clock: Clock = now) -> int:
    """Make the messages of what happened, send what is due, note what became of each; returns how many were tried."""
    store, settings = house.store, house.settings.webhooks
    with store.read() as session:
        news = is_news(session)
    if news:
        with store.write() as session:
            make_messages(session, at=clock())
    parcels = _take(house, clock())
    if parcels:
        outcomes = asyncio.run(_send_all(parcels, settings, clock))
        with store.write() as session:
            for parcel, outcome in zip(parcels, outcomes, strict=True):
                settle_try(session, parcel.message.id, outcome, claimed_until=parcel.message.claimed_until,
                           wait_of=lambda tries: wait_after(tries, settings.waits_seconds, _CHANCE.random()),
                           at=clock())  # fmt: skip
    return len(parcels)


def wait_after(tries: int, waits: Sequence[float], chance: float) -> timedelta | None:
    """How long to wait after so many tries, give or take a fifth by chance in [0, 1]; None: given up."""
    if tries > len(waits):
        return None
    return timedelta(seconds=waits[tries - 1] * (0.8 + 0.4 * chance))


async def send(parcel: Parcel, settings: WebhookSettings, at: datetime) -> Outcome:
    """One try, with one limit of time on all of it. What is answered beyond the head is not read."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            status, error = await _post(parcel, settings, int(at.timestamp())), ""
    except TimeoutError:
        status, error = None, "no answer in time"
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ssl.SSLError, ValueError) as failure:
        status, error = None, f"{type(failure).__name__}: {failure}"
    if status is not None and not 200 <= status < 300:
        error = f"answered {status}"
    return Outcome(status, round((time.monotonic() - started) * 1000, 1), error)


async def _send_all(parcels: Sequence[Parcel], settings: WebhookSettings, clock: Clock) -> list[Outcome]:
    return await asyncio.gather(*(send(parcel, settings, clock()) for parcel in parcels))


async def _post(parcel: Parcel, settings: WebhookSettings, timestamp: int) -> int:
    """Post to the very address that was looked at: a name that leads elsewhere a moment later changes nothing."""
    why = check_url(parcel.url, settings)
    if why:
        raise NotCallableError(why)
    parts = urlsplit(parcel.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    address = await _resolve(host, port, settings.allow_networks)
    there = f"[{address}]" if ":" in address else address
    url = parts._replace(netloc=f"{there}:{port}", fragment="").geturl()
    message = parcel.message
    headers = {
        "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": _AGENT,
        "webhook-id": message.id, "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(parcel.secrets, message.id, timestamp, message.body),
    }  # fmt: skip
    async with (
        httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=settings.timeout_seconds) as client,
        client.stream("POST", url, content=message.body.encode(), headers=headers,
                      extensions={"sni_hostname": host}) as answer,
    ):  # fmt: skip
        return answer.status_code


async def _resolve(host: str, port: int, allowed: Sequence[str]) -> str:
    """An address of a name; refused where any of its addresses is private, so that no chance decides."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for *_, place in found]
    if not addresses or not all(is_callable(each, allowed) for each in addresses):
        raise NotCallableError("private_address")
    return addresses[0]


def _take(house: House, at: datetime) -> list[Parcel]:
    with house.store.read() as session:  # most looks find nothing, and take no lock
        if not is_due(session, at=at):
            return []
    with house.store.write() as session:
        rows = claim_due(session, at=at, lease=LEASE, limit=house.settings.webhooks.at_once)
        hooks = {row.webhook_id: session.get_one(WebhookRow, row.webhook_id) for row in rows}
    key = home_secret(house.home, SECRETS)
    return [Parcel(row, hooks[row.webhook_id].url, _secrets(hooks[row.webhook_id], key, at)) for row in rows]


def _secrets(webhook: WebhookRow, key: bytes, at: datetime) -> tuple[str, ...]:
    """The secrets in force, the newest first."""
    is_old = webhook.old_secret and webhook.old_secret_until is not None and at < webhook.old_secret_until
    sealed = (webhook.secret, webhook.old_secret) if is_old else (webhook.secret,)
    return tuple(unseal(key, each) for each in sealed)
