"""Keeps the prices of waiting right: what is stale is priced anew before the queue is shown, some at a time.

A price is that of the hour. New documents and those that moved come first; of the others so many are priced with each
look at the queue that a page stays quick, and all of them within a few looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.waiting import Facts, parse_discount, price
from models.settings_review import ReviewSettings, client_review
from models.store.waiting import StaleDocument, StoredPrice, has_stale, stale_documents, store_prices
from models.tables import ClientRow, DocumentRow
from review.site import Site

AT_ONCE = 400


def refresh_prices(site: Site, *, limit: int = AT_ONCE) -> int:
    """Price what is stale, at most `limit` documents; returns how many were. Opens its own transactions."""
    at = site.clock()
    with site.store.read() as session:
        if not has_stale(session, at):
            return 0
    with site.store.write() as session:
        return price_stale(session, site.settings.review, at, limit=limit)


def price_stale(session: Session, base: ReviewSettings, at: datetime, *, limit: int = AT_ONCE) -> int:
    """Price stale documents in an open transaction; returns how many were."""
    stale = stale_documents(session, at, limit=limit)
    overrides = {client.id: client.review_json for client in session.exec(select(ClientRow)).all()} if stale else {}
    settings = {name: client_review(base, own) for name, own in overrides.items()}
    store_prices(session, [price_one(one, settings[one.row.client_id], at) for one in stale])
    return len(stale)


def price_one(stale: StaleDocument, settings: ReviewSettings, at: datetime) -> StoredPrice:
    """The price of one document now."""
    row = stale.row
    due = row.due_at or first_due(row, settings)
    found = price(facts_of(stale, due), at, settings)
    until = max(found.valid_until, at + timedelta(minutes=1))
    return StoredPrice(row.id, found.cost, found.rank, found.parts, due, until)


def facts_of(stale: StaleDocument, due: datetime) -> Facts:
    """What the price depends on."""
    row = stale.row
    return Facts(gross=float(row.gross_total or 0), issued=row.issue_date, due=row.due_date, sla_end=due,
                 doubts=len(row.reasons.split()), discount=parse_discount(stale.terms),
                 is_answered=stale.is_answered)  # fmt: skip


def first_due(document: DocumentRow, settings: ReviewSettings) -> datetime:
    """When a document is due that no supplier's answer has held up yet."""
    return calendar_of(settings).add_hours(document.received_at, settings.sla_hours)


def hours_left(document: DocumentRow, calendar: BusinessCalendar, at: datetime) -> float | None:
    """Business hours until the document is due, negative when late; the clock stands while a supplier is asked."""
    if document.due_at is None:
        return None
    return calendar.hours_between(document.waits_since or at, document.due_at)
