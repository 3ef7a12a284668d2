"""Reminders to suppliers who have not answered: written when they are due, by the sweep."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from kpis.calendar import calendar_of
from kpis.limits import limit_after_answer
from models.settings_review import ReviewSettings, client_review
from models.store.contracts import contract_at
from models.store.questions import Resume, has_due_reminder, remind
from models.tables import ClientRow
from review.site import Site


def send_reminders(site: Site) -> int:
    """Write the reminders that are due now; returns how many. Opens its own transactions."""
    at = site.clock()
    with site.store.read() as session:
        if not has_due_reminder(session, at):
            return 0
    with site.store.write() as session:
        return remind(session, at=at, next_at=lambda client, when: reminder_at(session, site, client, when))


def reminder_at(session: Session, site: Site, client_id: str, at: datetime) -> datetime:
    """When a supplier is reminded who was asked at a moment: so many of the client's business days later."""
    settings = _settings(session, site, client_id)
    office = calendar_of(settings)
    return office.add_hours(at, settings.reminder_days * office.day_hours)


def resume_of(session: Session, site: Site, client_id: str, at: datetime) -> Resume:
    """How a clock that stood runs on at a moment: as many business hours are left as were when it was stopped."""
    office, contract = calendar_of(_settings(session, site, client_id)), contract_at(session, client_id, at)

    def resume(asked: datetime, due: datetime) -> datetime:
        plain = office.add_hours(office.next_open(at), office.hours_between(asked, due))
        return limit_after_answer(contract, asked, due, at) or plain

    return resume


def _settings(session: Session, site: Site, client_id: str) -> ReviewSettings:
    return client_review(site.settings.review, session.get_one(ClientRow, client_id).review_json)
