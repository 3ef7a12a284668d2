"""Webhooks and their messages: made from what the database says, so that none is lost and none is made twice.

A message is a row with a key that is unique for its webhook. Whoever sends it takes it for a while first
(`claimed_until`), so that no two send the same one; where a sender dies, another takes it again under the same id.
Secrets are sealed (models.sealed); here they are opaque.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from models.errors import ConflictError
from models.store.audit import record
from models.store.documents import new_id
from models.tables import ChangeRow, ClientRow, EventRow, WebhookMessageRow, WebhookRow, WebhookTryRow

EVENTS = ("invoice.validated", "invoice.corrected", "invoice.exception", "batch.published", "document.rejected")
LONGEST_ERROR = 300
MOST = 20  # webhooks of one client
_OF_OP = {"insert": "invoice.validated", "correct": "invoice.corrected", "tombstone": "invoice.corrected"}
_OF_STATE = {"in_review": "invoice.exception", "held": "invoice.exception", "duplicate": "invoice.exception",
             "quarantined": "invoice.exception", "rejected": "document.rejected"}  # fmt: skip
_STEP = 500  # rows of one look
_LATE = 1000  # numbers of events below the newest that may still be committed on PostgreSQL; changes have no gaps


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try. No status: nobody answered."""

    status: int | None
    milliseconds: float
    error: str = ""


def add_webhook(
    session: Session, *, client_id: str, url: str, events: Collection[str], secret: str, actor: str, at: datetime
) -> WebhookRow:
    """Send what happens from now on to an address.

    Raises:
        ConflictError: No such client, unknown events, or too many webhooks.
    """
    if session.get(ClientRow, client_id) is None:
        raise ConflictError(f"no such client: {client_id}")
    if len(webhooks_of(session, [client_id])) >= MOST:
        raise ConflictError(f"a client has at most {MOST} webhooks")
    row = WebhookRow(id=new_id(), client_id=client_id, url=url, events=_chosen(events), secret=secret, made_by=actor,
                     change_seq=session.exec(select(func.max(ChangeRow.change_seq))).one() or 0,
                     event_seq=session.exec(select(func.max(EventRow.seq))).one() or 0, created_at=at)  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor=actor, action="add_webhook", subject=f"webhook:{row.id}", client_id=client_id, at=at,
           after={"url": url, "events": row.events})  # fmt: skip
    return row


def webhooks_of(session: Session, clients: Collection[str] | None) -> tuple[WebhookRow, ...]:
    """The webhooks of these clients that were not removed; None stands for all clients."""
    query = select(WebhookRow).where(WebhookRow.state != "removed")
    query = query if clients is None else query.where(col(WebhookRow.client_id).in_(clients))
    return tuple(session.exec(query.order_by(col(WebhookRow.created_at), WebhookRow.id)))


def find_webhook(session: Session, webhook_id: str, clients: Collection[str] | None) -> WebhookRow | None:
    """A webhook of one of these clients; None where it was removed."""
    row = session.get(WebhookRow, webhook_id)
    if row is None or row.state == "removed" or (clients is not None and row.client_id not in clients):
        return None
    return row


def change_webhook(
    session: Session, row: WebhookRow, *, actor: str, at: datetime, url: str | None = None,
    events: Collection[str] | None = None, state: str | None = None,
) -> None:  # fmt: skip
    """Change address, events or state (active, paused, gone, removed)."""
    before = {"url": row.url, "events": row.events, "state": row.state}
    row.url, row.state = url or row.url, state or row.state
    row.events = row.events if events is None else _chosen(events)
    after = {"url": row.url, "events": row.events, "state": row.state}
    session.add(row)
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        told = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
        record(session, actor=actor, action="remove_webhook" if row.state == "removed" else "change_webhook",
               subject=f"webhook:{row.id}", client_id=row.client_id, at=at, **told)  # fmt: skip


def rotate_secret(session: Session, row: WebhookRow, secret: str, *, until: datetime, actor: str, at: datetime) -> None:
    """Sign with a new secret; the one before signs along until then."""
    row.secret, row.old_secret, row.old_secret_until = secret, row.secret, until
    session.add(row)
    record(session, actor=actor, action="rotate_webhook", subject=f"webhook:{row.id}", client_id=row.client_id, at=at,
           after={"old_until": until})  # fmt: skip


def make_messages(session: Session, *, at: datetime) -> int:
    """Make the messages of what has happened since the last look; returns how many.

    Messages and new marks are in the caller's one transaction: killed before its end, it is as if nobody had looked.
    """
    made = 0
    active = select(WebhookRow).where(WebhookRow.state == "active").order_by(WebhookRow.id).with_for_update()
    for webhook in session.exec(active).all():
        found = [*_of_changes(session, webhook), *_of_events(session, webhook)]
        wanted = {key: (event, body) for key, event, body in found if event in webhook.events.split()}
        known = set(session.exec(select(WebhookMessageRow.event_key).where(
            WebhookMessageRow.webhook_id == webhook.id, col(WebhookMessageRow.event_key).in_(wanted))))  # fmt: skip
        for key, (event, body) in wanted.items():
            if key not in known:
                session.add(_message(webhook, event, key, body, at))
                made += 1
        session.add(webhook)
    session.flush()
    return made


def is_news(session: Session) -> bool:
    """Whether something happened that an active webhook was not told yet: a cheap look before `make_messages`."""
    marks = session.exec(select(WebhookRow.change_seq, WebhookRow.event_seq).where(WebhookRow.state == "active")).all()
    if not marks:
        return False
    changed = session.exec(select(func.max(ChangeRow.change_seq))).one() or 0
    moved = session.exec(select(func.max(EventRow.seq))).one() or 0
    return any(changed > change_seq or moved > event_seq for change_seq, event_seq in marks)


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether a message is to be sent: a look that takes no lock."""
    return session.exec(_due(at).limit(1)).first() is not None


def claim_due(session: Session, *, at: datetime, lease: timedelta, limit: int) -> list[WebhookMessageRow]:
    """Take messages that are due, oldest first: until the lease ends nobody else sends them."""
    rows = list(session.exec(_due(at).limit(limit).with_for_update(skip_locked=True, of=WebhookMessageRow)))
    for row in rows:
        row.claimed_until = at + lease
        session.add(row)
    session.flush()
    return rows


def _due(at: datetime) -> SelectOfScalar[WebhookMessageRow]:
    free = or_(col(WebhookMessageRow.claimed_until).is_(None), col(WebhookMessageRow.claimed_until) <= at)
    return (
        select(WebhookMessageRow).join(WebhookRow, col(WebhookRow.id) == WebhookMessageRow.webhook_id)
        .where(WebhookMessageRow.state == "waiting", WebhookMessageRow.next_at <= at, free,
               WebhookRow.state == "active")
        .order_by(col(WebhookMessageRow.next_at), col(WebhookMessageRow.created_at), WebhookMessageRow.id)
    )  # fmt: skip


def settle_try(
    session: Session, message_id: str, outcome: Outcome, *, claimed_until: datetime | None,
    wait_of: Callable[[int], timedelta | None], at: datetime,
) -> None:  # fmt: skip
    """Note a try. `wait_of` says how long to wait after so many tries; None: dead. 410 closes the webhook.

    Where the lease was lost meanwhile, the try is noted by whoever has it now.
    """
    row = session.get(WebhookMessageRow, message_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "waiting" or row.claimed_until != claimed_until:
        return
    row.tries, row.claimed_until = row.tries + 1, None
    row.last_status, row.last_error = outcome.status, outcome.error[:LONGEST_ERROR]
    session.add(WebhookTryRow(message_id=row.id, number=row.tries, at=at, status=outcome.status,
                              milliseconds=outcome.milliseconds, error=row.last_error))  # fmt: skip
    wait = wait_of(row.tries)
    if outcome.status is not None and 200 <= outcome.status < 300:
        row.state, row.delivered_at = "delivered", at
    elif outcome.status == 410 or wait is None:
        row.state = "dead"
    else:
        row.next_at = at + wait
    session.add(row)
    if outcome.status == 410:
        webhook = session.get(WebhookRow, row.webhook_id)
        if webhook is not None and webhook.state == "active":
            change_webhook(session, webhook, state="gone", actor="webhooks", at=at)


def replay(
    session: Session, webhook: WebhookRow, *, actor: str, at: datetime, message_ids: Sequence[str] | None = None
) -> int:
    """Send again, under the same ids: what is dead, or the messages named; returns how many."""
    mine = update(WebhookMessageRow).where(col(WebhookMessageRow.webhook_id) == webhook.id)
    chosen = (
        col(WebhookMessageRow.state) == "dead" if message_ids is None else col(WebhookMessageRow.id).in_(message_ids)
    )
    done = session.connection().execute(
        mine.where(chosen).values(state="waiting", next_at=at, claimed_until=None, delivered_at=None)
    ).rowcount  # fmt: skip
    if done:
        record(session, actor=actor, action="replay_webhook", subject=f"webhook:{webhook.id}", at=at,
               client_id=webhook.client_id, after={"messages": done})  # fmt: skip
    return int(done)


def newest_messages(
    session: Session, webhooks: Collection[str], *, state: str = "", limit: int = 20
) -> tuple[WebhookMessageRow, ...]:
    """The newest messages of some webhooks, in one state or in any."""
    query = select(WebhookMessageRow).where(col(WebhookMessageRow.webhook_id).in_(webhooks))
    query = query.where(WebhookMessageRow.state == state) if state else query
    newest = query.order_by(col(WebhookMessageRow.created_at).desc(), col(WebhookMessageRow.id))
    return tuple(session.exec(newest.limit(limit)))


def _chosen(events: Collection[str]) -> str:
    if not events or set(events) - set(EVENTS):
        raise ConflictError("events are of " + ", ".join(EVENTS))
    return " ".join(event for event in EVENTS if event in events)


def _of_changes(session: Session, webhook: WebhookRow) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Key, event and data of the client's changes since the mark, which moves on."""
    newest = session.exec(select(func.max(ChangeRow.change_seq))).one() or 0  # before the rows: none is overtaken
    query = select(ChangeRow).where(ChangeRow.client_id == webhook.client_id,
                                    col(ChangeRow.change_seq) > webhook.change_seq)  # fmt: skip
    rows = session.exec(query.order_by(col(ChangeRow.change_seq)).limit(_STEP)).all()
    webhook.change_seq = rows[-1].change_seq if len(rows) == _STEP else max(newest, webhook.change_seq)
    for row in rows:
        event = _OF_OP.get(row.op, "invoice.corrected")
        yield f"{event}:{row.change_seq}", event, {
            "document_id": row.entity_id, "version": row.version, "op": row.op, "change_seq": row.change_seq,
            "batch_id": row.batch_id,
        }  # fmt: skip
    for batch_id in dict.fromkeys(row.batch_id for row in rows):
        ends = select(func.min(ChangeRow.change_seq), func.max(ChangeRow.change_seq), func.count())
        first, last, count = session.exec(ends.where(ChangeRow.batch_id == batch_id)).one()
        yield f"batch.published:{batch_id}", "batch.published", {
            "batch_id": batch_id, "first_change_seq": first, "change_seq": last, "changes": count,
        }  # fmt: skip


def _of_events(session: Session, webhook: WebhookRow) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Key, event and data of the client's moves since the mark, which moves on."""
    late = 0 if session.get_bind().dialect.name == "sqlite" else _LATE
    newest = session.exec(select(func.max(EventRow.seq))).one() or 0
    query = select(EventRow).where(EventRow.client_id == webhook.client_id,
                                   col(EventRow.seq) > webhook.event_seq - late)  # fmt: skip
    if late:
        query = query.where(EventRow.at >= webhook.created_at)
    rows = session.exec(query.order_by(col(EventRow.seq)).limit(_STEP + late)).all()
    webhook.event_seq = (rows[-1].seq or 0) if len(rows) == _STEP + late else max(newest, webhook.event_seq)
    for row in rows:
        event = _OF_STATE.get(row.to_state)
        if event is not None:
            yield f"{event}:{row.seq}", event, {"document_id": row.document_id, "state": row.to_state,
                                                "event_seq": row.seq}  # fmt: skip


def _message(webhook: WebhookRow, event: str, key: str, data: dict[str, object], at: datetime) -> WebhookMessageRow:
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"type": event, "timestamp": moment, "data": {"client_id": webhook.client_id, **data}}
    return WebhookMessageRow(id=f"msg_{new_id()}", webhook_id=webhook.id, client_id=webhook.client_id, event=event,
                             event_key=key, body=json.dumps(body, separators=(",", ":")), created_at=at,
                             next_at=at)  # fmt: skip
