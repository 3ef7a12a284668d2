"""Micro-tasks behind the scenes: cut out after a decision, known questions rotated, weeks topped up.

A document's tasks are made in the transaction that sends it to review, where the client's contract allows it. By night,
and by `facturier pay`, stale tasks are withdrawn and what a week is paid on top is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from assurance.pay import PaidWeek, statements, week_of
from models.settings import Settings
from models.settings_review import client_review
from models.status import Status
from models.store.clients import list_clients
from models.store.engine import Store
from models.store.micro_gold import rotate_gold
from models.store.micro_pay import entries_of, put_top_up
from models.store.micro_tasks import make_tasks, withdraw_stale
from models.tables import ClientRow, DocumentRow, TopUpRow

LATEST = 500  # documents of a client whose tasks are made by night where they are missing
OPEN_WEEKS = 5  # weeks that may still change: a dispute is settled later


@dataclass(frozen=True, slots=True)
class Night:
    """What a night did."""

    made: int = 0
    gold: int = 0
    withdrawn: int = 0
    weeks: int = 0


def allowed_terms(settings: Settings, client: ClientRow) -> tuple[str, ...]:
    """The values of a client that may be cut out; none while micro-tasks are turned off."""
    if not settings.micro.enabled:
        return ()
    return client_review(settings.review, client.review_json).micro_terms


def cut_after_decision(
    session: Session, settings: Settings, client: ClientRow, document: DocumentRow, at: datetime
) -> int:
    """Make the tasks of a document that was just sent to review; returns how many."""
    terms = allowed_terms(settings, client)
    return len(make_tasks(session, document, terms, at=at)) if terms and document.state == Status.IN_REVIEW else 0


def tend(store: Store, settings: Settings, at: datetime) -> Night:
    """The work of the night, in a transaction for each client and one for the weeks."""
    with store.read() as session:
        clients = list_clients(session)
    made = gold = 0
    for client in clients:
        terms = allowed_terms(settings, client)
        if not terms:
            continue
        with store.write() as session:
            query = select(DocumentRow).where(DocumentRow.client_id == client.id, DocumentRow.state == Status.IN_REVIEW)
            waiting = session.exec(query.order_by(col(DocumentRow.received_at).desc()).limit(LATEST)).all()
            made += sum(cut_after_decision(session, settings, client, document, at) for document in waiting)
            gold += rotate_gold(session, client.id, terms, at=at)
    with store.write() as session:
        withdrawn = withdraw_stale(session, at=at)
        weeks = write_top_ups(session, settings, at)
    return Night(made, gold, withdrawn, weeks)


def write_top_ups(session: Session, settings: Settings, at: datetime) -> int:
    """Write down what the last weeks are paid on top; returns how many statements changed."""
    changed = 0
    for week in last_weeks(settings, at, OPEN_WEEKS):
        for paid in paid_week(session, settings, week):
            row = TopUpRow(user_id=paid.user_id, week=week, currency=paid.currency, region=paid.region,
                           seconds=paid.seconds, earned=paid.earned, floor=paid.floor, top_up=paid.top_up,
                           made_at=at)  # fmt: skip
            changed += put_top_up(session, row)
    return changed


def paid_week(session: Session, settings: Settings, week: date) -> list[PaidWeek]:
    """Everybody's statements of a week."""
    return statements(week, entries_of(session, week, settings.review.timezone))


def last_weeks(settings: Settings, at: datetime, count: int) -> list[date]:
    """The Mondays of the last weeks where the office is, the present one first."""
    this = week_of(at.astimezone(ZoneInfo(settings.review.timezone)).date())
    return [this - timedelta(days=7 * back) for back in range(count)]
