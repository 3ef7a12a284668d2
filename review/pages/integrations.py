"""What connects to Facturier, for administrators: API keys, webhooks, their messages, batches without an answer.

Keys and secrets are shown once, in the answer to the form that made them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from models.callable_url import check_url
from models.errors import ConflictError
from models.sealed import seal
from models.secret import home_secret
from models.signing import SECRETS, fresh_secret
from models.store.acks import FEED, unacknowledged
from models.store.api_keys import SCOPES, add_api_key, fresh_token, list_api_keys, revoke_api_key
from models.store.webhooks import (
    EVENTS,
    add_webhook,
    change_webhook,
    find_webhook,
    newest_messages,
    replay,
    rotate_secret,
    webhooks_of,
)
from models.tables import ApiKeyRow, WebhookMessageRow
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
LONGEST_LIFE = 3650  # days
_RECENT, _DEAD = 10, 50


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown once."""

    key: str
    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class _Act:
    """One act on one thing of the visitor's clients, in its transaction."""

    session: Session
    site: Site
    visitor: Visitor
    key: str

    @property
    def clients(self) -> frozenset[str]:
        """Whose things may be touched."""
        return frozenset(client.id for client in self.visitor.clients)


@router.get("/integrations")
def integrations_page(request: Request) -> Response:
    """Keys, webhooks, what was sent and what was given up, and batches that nobody answered."""
    return _page(request)


@router.post("/integrations/keys")
async def add_key(request: Request) -> Response:
    """Make a key."""
    form, site, visitor = await request.form(), site_of(request), visitor_of(request)
    own = {client.id for client in visitor.clients}
    clients = [str(one) for one in form.getlist("clients") if str(one) in own]
    scopes = [scope for scope in SCOPES if scope in form.getlist("scopes")]
    token, at = fresh_token(), site.clock()
    try:
        with site.store.write() as session:
            row = add_api_key(session, token, name=str(form.get("name", "")), clients=clients, scopes=scopes, at=at,
                              expires_at=at + timedelta(days=_days(form, site)), actor=visitor.actor)  # fmt: skip
    except ConflictError:
        return _page(request, message="integrations.bad_key", status=422)
    return _page(request, shown=Shown("integrations.key_shown", row.name, token))


@router.post("/integrations/webhooks")
async def add_hook(request: Request) -> Response:
    """Add a webhook."""
    form, site, visitor = await request.form(), site_of(request), visitor_of(request)
    client, url = str(form.get("client", "")), str(form.get("url", "")).strip()[:500]
    events = [event for event in EVENTS if event in form.getlist("events")]
    if client not in {one.id for one in visitor.clients} or check_url(url, site.settings.webhooks):
        return _page(request, message="integrations.bad_hook", status=422)
    secret = fresh_secret()
    try:
        with site.store.write() as session:
            add_webhook(session, client_id=client, url=url, events=events, secret=_sealed(site, secret),
                        actor=visitor.actor, at=site.clock())  # fmt: skip
    except ConflictError:
        return _page(request, message="integrations.bad_hook", status=422)
    return _page(request, shown=Shown("integrations.secret_shown", url, secret))


@router.post("/integrations/{act}/{key}")
def do(request: Request, act: str, key: str) -> Response:
    """One act on one key, webhook or message: see the table below."""
    work = _ACTS.get(act)
    if work is None:
        raise not_found()
    site = site_of(request)
    with site.store.write() as session:
        shown = work(_Act(session, site, visitor_of(request), key))
    return _page(request, shown=shown, message="" if shown else "integrations.done")


def _revoke(do: _Act) -> None:
    row = do.session.get(ApiKeyRow, do.key)
    if row is None or not set(row.clients.split()) & do.clients:
        raise not_found()
    revoke_api_key(do.session, row, actor=do.visitor.actor, at=do.site.clock())


def _rotate(do: _Act) -> Shown:
    secret, at = fresh_secret(), do.site.clock()
    row = find_webhook(do.session, do.key, do.clients)
    if row is None:
        raise not_found()
    until = at + timedelta(hours=do.site.settings.webhooks.rotation_hours)
    rotate_secret(do.session, row, _sealed(do.site, secret), until=until, actor=do.visitor.actor, at=at)
    return Shown("integrations.secret_shown", row.url, secret)


def _to(state: str) -> Callable[[_Act], None]:
    """Bring a webhook into a state."""

    def bring(do: _Act) -> None:
        row = find_webhook(do.session, do.key, do.clients)
        if row is None:
            raise not_found()
        change_webhook(do.session, row, state=state, actor=do.visitor.actor, at=do.site.clock())

    return bring


def _replay_dead(do: _Act) -> None:
    row = find_webhook(do.session, do.key, do.clients)
    if row is None:
        raise not_found()
    replay(do.session, row, actor=do.visitor.actor, at=do.site.clock())


def _replay_one(do: _Act) -> None:
    message = do.session.get(WebhookMessageRow, do.key)
    row = find_webhook(do.session, message.webhook_id, do.clients) if message else None
    if row is None:
        raise not_found()
    replay(do.session, row, actor=do.visitor.actor, at=do.site.clock(), message_ids=[do.key])


_ACTS: dict[str, Callable[[_Act], Shown | None]] = {
    "revoke": _revoke, "rotate": _rotate, "pause": _to("paused"), "resume": _to("active"), "remove": _to("removed"),
    "replay-dead": _replay_dead, "replay": _replay_one,
}  # fmt: skip


def _days(form: FormData, site: Site) -> int:
    text = str(form.get("days", ""))
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else site.settings.api.key_days
    return min(max(days, 1), LONGEST_LIFE)


def _sealed(site: Site, secret: str) -> str:
    return seal(home_secret(site.settings.home, SECRETS), secret)


def _page(request: Request, *, message: str = "", shown: Shown | None = None, status: int = 200) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    clients, at = [client.id for client in visitor.clients], site.clock()
    hours = site.settings.api.ack_hours
    with site.store.read() as session:
        keys = list_api_keys(session, clients)
        hooks = webhooks_of(session, clients)
        ids = [hook.id for hook in hooks]
        dead = newest_messages(session, ids, state="dead", limit=_DEAD)
        recent = newest_messages(session, ids, limit=_RECENT)
        unacked = unacknowledged(session, at, hours=hours, clients=clients)
    return show(request, "integrations.html", status=status, message=message, shown=shown, keys=keys, hooks=hooks,
                dead=dead, recent=recent, unacked=unacked, scopes=SCOPES, events=EVENTS, hours=f"{hours:g}",
                urls={hook.id: hook.url for hook in hooks}, days=site.settings.api.key_days, feed=FEED)  # fmt: skip
