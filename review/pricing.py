"""The price of waiting after a person's act; the rest is the sweep's (review.sweeping)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from kpis.calendar import BusinessCalendar
from kpis.pricing import price_wait
from models.store.waiting import price_document
from models.tables import DocumentRow
from review.site import Site


def price_now(session: Session, site: Site, document: DocumentRow) -> None:
    """Price a document in the transaction of the act that changed it."""
    price_document(session, document, office=site.settings.review, pricer=price_wait, at=site.clock())


def hours_left(document: DocumentRow, calendar: BusinessCalendar, at: datetime) -> float | None:
    """Business hours until the document is due, negative when late; the clock stands while a supplier is asked."""
    if document.due_at is None:
        return None
    return calendar.hours_between(document.waits_since or at, document.due_at)
