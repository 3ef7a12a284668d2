"""`facturier api-key` and `facturier webhook`: what connects to Facturier. Secrets are shown once, on stdout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import col, func, select

from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, complain, say, write_json, write_line, write_table
from models.callable_url import check_url
from models.sealed import seal
from models.secret import home_secret
from models.signing import SECRETS, fresh_secret
from models.store.api_keys import add_api_key, fresh_token, list_api_keys, revoke_api_key
from models.store.audit import now
from models.store.webhooks import (
    EVENTS,
    add_webhook,
    change_webhook,
    find_webhook,
    replay,
    rotate_secret,
    webhooks_of,
)
from models.tables import ApiKeyRow, WebhookMessageRow

ACTOR = "operator"


def run_create_key(
    house: House, name: str, clients: Sequence[str], scopes: Sequence[str], *, days: int, as_json: bool
) -> int:
    """Make a key and show it."""
    token, at = fresh_token(), now()
    with house.store.write() as session:
        row = add_api_key(session, token, name=name, clients=clients, scopes=scopes, actor=ACTOR, at=at,
                          expires_at=at + timedelta(days=days or house.settings.api.key_days))  # fmt: skip
    _show({"id": row.id, "name": row.name, "key": token, "expires_at": f"{row.expires_at:%Y-%m-%d}"}, as_json=as_json)
    say("The key is shown this once; only its hash is kept.")
    return EXIT_DONE


def run_list_keys(house: House, client: str | None, *, as_json: bool) -> int:
    """One line for each key."""
    with house.store.read() as session:
        rows = list_api_keys(session, [client] if client else None)
    if as_json:
        for row in rows:
            write_json(json.loads(row.model_dump_json(exclude={"key_hash"})))
        return EXIT_DONE
    heads = ("id", "name", "begins", "clients", "scopes", "until", "used", "state")
    write_table("API keys", heads, [_key_cells(row) for row in rows])
    return EXIT_DONE


def run_revoke_key(house: House, key_id: str) -> int:
    """End a key."""
    with house.store.write() as session:
        row = session.get(ApiKeyRow, key_id)
        if row is None:
            complain(f"facturier: no such key: {key_id}")
            return EXIT_FAILURE
        revoke_api_key(session, row, actor=ACTOR, at=now())
    say(f"The key {row.name} ({row.hint}...) opens nothing any more")
    return EXIT_DONE


def run_add_hook(house: House, client: str, url: str, events: Sequence[str], *, as_json: bool) -> int:
    """Add a webhook and show its secret."""
    why = check_url(url, house.settings.webhooks)
    if why:
        complain(f"facturier: {url} cannot be called: {why}")
        return EXIT_USAGE
    secret = fresh_secret()
    with house.store.write() as session:
        row = add_webhook(session, client_id=client, url=url, events=list(events) or EVENTS, actor=ACTOR, at=now(),
                          secret=seal(home_secret(house.home, SECRETS), secret))  # fmt: skip
    _show({"id": row.id, "url": row.url, "events": row.events, "secret": secret}, as_json=as_json)
    return EXIT_DONE


def run_list_hooks(house: House, client: str | None, *, as_json: bool) -> int:
    """One line for each webhook."""
    counted = select(WebhookMessageRow.webhook_id, WebhookMessageRow.state, func.count()).group_by(
        col(WebhookMessageRow.webhook_id), col(WebhookMessageRow.state)
    )
    with house.store.read() as session:
        rows = webhooks_of(session, [client] if client else None)
        counts = {(webhook, state): count for webhook, state, count in session.exec(counted).all()}
    heads = ("id", "client", "url", "events", "state", "waiting", "dead")
    cells = [(row.id, row.client_id, row.url, row.events, row.state, str(counts.get((row.id, "waiting"), 0)),
              str(counts.get((row.id, "dead"), 0))) for row in rows]  # fmt: skip
    if as_json:
        for each in cells:
            write_json(dict(zip(heads, each, strict=True)))
    else:
        write_table("Webhooks", heads, cells)
    return EXIT_DONE


def run_remove_hook(house: House, webhook_id: str) -> int:
    """Remove a webhook."""
    with house.store.write() as session:
        row = find_webhook(session, webhook_id, None)
        if row is None:
            return _no_hook(webhook_id)
        change_webhook(session, row, state="removed", actor=ACTOR, at=now())
    say(f"Nothing is sent to {row.url} any more")
    return EXIT_DONE


def run_rotate_hook(house: House, webhook_id: str, *, as_json: bool) -> int:
    """A new secret, shown once."""
    secret, at = fresh_secret(), now()
    with house.store.write() as session:
        row = find_webhook(session, webhook_id, None)
        if row is None:
            return _no_hook(webhook_id)
        rotate_secret(session, row, seal(home_secret(house.home, SECRETS), secret), actor=ACTOR, at=at,
                      until=at + timedelta(hours=house.settings.webhooks.rotation_hours))  # fmt: skip
    _show({"id": row.id, "secret": secret, "old_until": f"{row.old_secret_until:%Y-%m-%dT%H:%MZ}"}, as_json=as_json)
    return EXIT_DONE


def run_replay_hook(house: House, webhook_id: str, messages: Sequence[str]) -> int:
    """Send again."""
    with house.store.write() as session:
        row = find_webhook(session, webhook_id, None)
        if row is None:
            return _no_hook(webhook_id)
        count = replay(session, row, actor=ACTOR, at=now(), message_ids=list(messages) or None)
    say(f"{count} messages go out again")
    return EXIT_DONE


def _no_hook(webhook_id: str) -> int:
    complain(f"facturier: no such webhook: {webhook_id}")
    return EXIT_FAILURE


def _show(values: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        write_json(dict(values))
        return
    for name, value in values.items():
        write_line(f"{name}: {value}")


def _key_cells(row: ApiKeyRow) -> tuple[str, ...]:
    until = f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "-"
    used = f"{row.used_at:%Y-%m-%d %H:%M}" if row.used_at else "never"
    ended = row.expires_at is not None and row.expires_at <= now()
    state = "revoked" if row.revoked_at else "ended" if ended else "valid"
    return (row.id, row.name, row.hint, row.clients, row.scopes, until, used, state)
