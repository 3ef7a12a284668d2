"""Who comes to the API, and whether they may: the key, its scope, its rate, the length and kind of what is sent.

All of it is decided before a byte of the body is read. A route has a row in API_ROUTES, or lets nobody in.

>>> API_ROUTES["GET", "/invoices"].scope, API_ROUTES["POST", "/documents"].body
('read', 'file')
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, NamedTuple

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.store.api_keys import find_api_key, is_stale, touch_api_key
from models.store.engine import Store
from review.api.problems import RefusedError
from review.site import Site, site_of
from review.throttle import MINUTE, Throttle, address_of

Scope = Literal["read", "ack", "upload", "webhooks"]
Body = Literal["none", "json", "file"]
JSON_BYTES = 2**20
WRONG_KEYS = 30  # from one address in a minute
LONGEST_KEY = 200
FILE_TYPES = (
    "application/octet-stream", "application/pdf", "application/xml", "text/xml", "image/tiff", "image/png",
    "image/jpeg", "image/heic", "application/zip", "message/rfc822",
)  # fmt: skip


class Entry(NamedTuple):
    """What a route asks for."""

    scope: Scope
    body: Body = "none"


API_ROUTES: dict[tuple[str, str], Entry] = {
    ("GET", "/invoices"): Entry("read"),
    ("GET", "/invoices/{document_id}.ubl.xml"): Entry("read"),
    ("GET", "/invoices/{document_id}.cii.xml"): Entry("read"),
    ("GET", "/invoices/{document_id}.facturx.pdf"): Entry("read"),
    ("GET", "/invoices/{document_id}"): Entry("read"),
    ("GET", "/changes"): Entry("read"),
    ("GET", "/exceptions"): Entry("read"),
    ("GET", "/matches"): Entry("read"),
    ("GET", "/kpis"): Entry("read"),
    ("GET", "/exports"): Entry("read"),
    ("GET", "/exports/{batch_id}"): Entry("read"),
    ("POST", "/exports/{batch_id}/ack"): Entry("ack", "json"),
    ("GET", "/documents"): Entry("read"),
    ("POST", "/documents"): Entry("upload", "file"),
    ("GET", "/documents/{document_id}"): Entry("read"),
    ("GET", "/webhooks"): Entry("webhooks"),
    ("POST", "/webhooks"): Entry("webhooks", "json"),
    ("GET", "/webhooks/{webhook_id}"): Entry("webhooks"),
    ("PATCH", "/webhooks/{webhook_id}"): Entry("webhooks", "json"),
    ("DELETE", "/webhooks/{webhook_id}"): Entry("webhooks"),
    ("POST", "/webhooks/{webhook_id}/rotate"): Entry("webhooks"),
    ("POST", "/webhooks/{webhook_id}/replay"): Entry("webhooks"),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is. Which clients a key sees comes from here only, never from the request (R16)."""

    key_id: str
    name: str
    clients: frozenset[str]

    @property
    def actor(self) -> str:
        """How the key is written in audit rows."""
        return f"api:{self.key_id[:8]}"


class Gate:
    """What the API remembers of its callers between requests: how often they came."""

    def __init__(self, per_minute: int) -> None:
        self.calls = Throttle(tries=per_minute, window=MINUTE)
        self.wrong = Throttle(tries=WRONG_KEYS, window=MINUTE)


class GuardedRoute(APIRoute):
    """A route that looks at its caller before it reads what was sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the guard."""
        handle = super().get_route_handler()
        rows = {method: API_ROUTES.get((method, self.path)) for method in self.methods or ()}

        async def guarded(request: Request) -> Response:
            entry = rows.get(request.method)
            if entry is None:
                raise RefusedError(403)
            request.state.caller = await run_in_threadpool(_admit, request, entry)
            _check_body(request, entry.body)
            return await handle(request)

        return guarded


def caller_of(request: Request) -> Caller:
    """Who was let in; a dependency of the whole API, so that a route without guard lets nobody in."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise RefusedError(403)
    return caller


def chosen_clients(caller: Caller, wanted: str | None) -> frozenset[str]:
    """The caller's clients, or the one that it asks for; another one is as one that is not there."""
    if wanted is None:
        return caller.clients
    if wanted not in caller.clients:
        raise RefusedError(404)
    return frozenset({wanted})


def _admit(request: Request, entry: Entry) -> Caller:
    site = site_of(request)
    gate: Gate = request.app.state.gate
    at, address = site.clock(), address_of(request, site.settings.web)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    row = None
    if scheme.lower() == "bearer" and token.isascii() and len(token) <= LONGEST_KEY:
        with site.store.read() as session:
            row = find_api_key(session, token.strip(), at=at)
    if row is None:
        _check_rate(gate.wrong, address, site)
        raise RefusedError(401, headers={"WWW-Authenticate": "Bearer"})
    _check_rate(gate.calls, row.id, site)
    if entry.scope not in row.scopes.split():
        raise RefusedError(
            403, headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{entry.scope}"'}
        )
    if is_stale(row, at):
        _touch(site.store, row.id, site)
    return Caller(row.id, row.name, frozenset(row.clients.split()))


def _touch(store: Store, key_id: str, site: Site) -> None:
    with store.write() as session:
        touch_api_key(session, key_id, at=site.clock())


def _check_rate(throttle: Throttle, key: str, site: Site) -> None:
    wait = throttle.wait(key, site.clock())
    if wait:
        raise RefusedError(429, headers={"Retry-After": str(max(1, ceil(wait.total_seconds())))})


def _check_body(request: Request, body: Body) -> None:
    """Raise where what is sent has no length, too great a one, or is of another kind."""
    if body == "none":
        return
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(411)
    limits = site_of(request).settings.limits
    if int(length[:18]) > (limits.file_bytes if body == "file" else JSON_BYTES):
        raise RefusedError(413)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (FILE_TYPES if body == "file" else ("application/json",)):
        raise RefusedError(415)
