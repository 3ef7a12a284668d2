"""Webhooks by API: add, look, change, remove, a new secret, send again. A secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models.callable_url import check_url
from models.sealed import seal
from models.secret import home_secret
from models.signing import SECRETS, fresh_secret
from models.store.webhooks import (
    EVENTS,
    add_webhook,
    change_webhook,
    find_webhook,
    replay,
    rotate_secret,
    webhooks_of,
)
from models.tables import WebhookRow
from review.api.cells import MOMENT, NO_MOMENT, NUMBER, TEXT, answers, many, plain, reply, thing
from review.api.entry import Caller, GuardedRoute, caller_of, chosen_clients
from review.api.invoices import is_id
from review.api.once import Done, once
from review.api.paging import ClientId
from review.api.problems import RefusedError, not_there
from review.site import Site, site_of

Who = Annotated[Caller, Depends(caller_of)]
Event = Literal["invoice.validated", "invoice.corrected", "invoice.exception", "batch.published", "document.rejected"]
Url = Annotated[str, StringConstraints(min_length=8, max_length=500, pattern=r"^https?://[!-~]+$")]
Events = Annotated[list[Event], Field(min_length=1, max_length=len(EVENTS))]
router = APIRouter(route_class=GuardedRoute, tags=["webhooks"])

_HOOK = {"webhook_id": TEXT, "client_id": TEXT, "url": TEXT, "events": many({"type": "string", "enum": [*EVENTS]}),
         "state": {"type": "string", "enum": ["active", "paused", "gone"]}, "created_at": MOMENT,
         "old_secret_until": NO_MOMENT}  # fmt: skip
_SECRET = thing({**_HOOK, "secret": {"type": "string", "description": "whsec_..., shown this once"}})
_SENT = (400, 404, 409, 411, 413, 415)


class NewHook(BaseModel):
    """Where events of a client go from now on."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    url: Url
    events: Events


class HookChange(BaseModel):
    """What is to be different."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    events: Events | None = None
    state: Literal["active", "paused"] | None = None


@router.get("/webhooks", responses=answers(thing({"items": many(thing(_HOOK))}), refusals=(404,)), response_model=None)
def list_hooks(request: Request, who: Who, client: ClientId = None) -> Response:
    """All webhooks of the key's clients."""
    with site_of(request).store.read() as session:
        rows = webhooks_of(session, chosen_clients(who, client))
    return reply({"items": [_hook(row) for row in rows]})


@router.post("/webhooks", status_code=201, response_model=None,
             responses=answers(_SECRET, status=201, told="Added", refusals=_SENT))  # fmt: skip
def add_hook(request: Request, who: Who, new: NewHook) -> Response:
    """Send a client's events to an address, signed as Standard Webhooks say."""
    site = site_of(request)
    chosen_clients(who, new.client_id)
    _check_url(site, new.url)

    def act(session: Session) -> Done:
        secret = fresh_secret()
        row = add_webhook(session, client_id=new.client_id, url=new.url, events=new.events, actor=who.actor,
                          secret=seal(_key(site), secret), at=site.clock())  # fmt: skip
        return Done(201, {**_hook(row), "secret": secret})

    return once(request, who, new.model_dump_json(), act)


@router.get("/webhooks/{webhook_id}", responses=answers(thing(_HOOK), refusals=(404,)), response_model=None)
def one_hook(request: Request, who: Who, webhook_id: str) -> Response:
    """One webhook."""
    with site_of(request).store.read() as session:
        return reply(_hook(_find(session, webhook_id, who)))


@router.patch("/webhooks/{webhook_id}", responses=answers(thing(_HOOK), refusals=(400, 404, 411, 413, 415)),
              response_model=None)  # fmt: skip
def change_hook(request: Request, who: Who, webhook_id: str, change: HookChange) -> Response:
    """Change address or events; pause it, or let it go on."""
    site = site_of(request)
    if change.url is not None:
        _check_url(site, change.url)
    with site.store.write() as session:
        row = _find(session, webhook_id, who)
        change_webhook(session, row, url=change.url, events=change.events, state=change.state, actor=who.actor,
                       at=site.clock())  # fmt: skip
        return reply(_hook(row))


@router.delete("/webhooks/{webhook_id}", status_code=204, response_model=None, response_class=Response,
               responses=answers(None, status=204, told="Removed", refusals=(404,)))  # fmt: skip
def remove_hook(request: Request, who: Who, webhook_id: str) -> Response:
    """Send nothing there any more; what waits is not sent."""
    site = site_of(request)
    with site.store.write() as session:
        change_webhook(session, _find(session, webhook_id, who), state="removed", actor=who.actor, at=site.clock())
    return Response(status_code=204)


@router.post("/webhooks/{webhook_id}/rotate", responses=answers(_SECRET, refusals=(400, 404)), response_model=None)
def rotate_hook(request: Request, who: Who, webhook_id: str) -> Response:
    """A new secret; the old one signs along for a while, so that receivers can change over."""
    site = site_of(request)

    def act(session: Session) -> Done:
        secret, row, at = fresh_secret(), _find(session, webhook_id, who), site.clock()
        until = at + timedelta(hours=site.settings.webhooks.rotation_hours)
        rotate_secret(session, row, seal(_key(site), secret), until=until, actor=who.actor, at=at)
        return Done(200, {**_hook(row), "secret": secret})

    return once(request, who, "", act)


@router.post("/webhooks/{webhook_id}/replay", response_model=None,
             responses=answers(thing({"messages": NUMBER}), refusals=(400, 404)))  # fmt: skip
def replay_hook(request: Request, who: Who, webhook_id: str) -> Response:
    """Send the dead messages again, under their old ids."""

    def act(session: Session) -> Done:
        row = _find(session, webhook_id, who)
        return Done(200, {"messages": replay(session, row, actor=who.actor, at=site_of(request).clock())})

    return once(request, who, "", act)


def _check_url(site: Site, url: str) -> None:
    why = check_url(url, site.settings.webhooks)
    if why:
        raise RefusedError(422, at=("body", "url"), why=why)


def _find(session: Session, webhook_id: str, who: Caller) -> WebhookRow:
    row = find_webhook(session, webhook_id, who.clients) if is_id(webhook_id) else None
    if row is None:
        raise not_there()
    return row


def _key(site: Site) -> bytes:
    return home_secret(site.settings.home, SECRETS)


def _hook(row: WebhookRow) -> dict[str, Any]:
    return {"webhook_id": row.id, "client_id": row.client_id, "url": row.url, "events": row.events.split(),
            "state": row.state, "created_at": plain(row.created_at),
            "old_secret_until": plain(row.old_secret_until)}  # fmt: skip
