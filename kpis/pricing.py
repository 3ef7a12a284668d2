"""The time limit of a document and the price of its waiting, as both doors set them. Pure.

>>> from datetime import UTC
>>> wait = Wait("d1", received_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
>>> price_wait(wait, ReviewSettings(sla_hours=2), wait.received_at).due_at.isoformat()
'2026-11-20T10:00:00+00:00'
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kpis.calendar import calendar_of
from kpis.waiting import Facts, parse_discount, price
from models.settings_review import ReviewSettings
from models.waiting import Wait, WaitPrice

_SHORTEST = timedelta(minutes=1)


def price_wait(wait: Wait, settings: ReviewSettings, at: datetime) -> WaitPrice:
    """The price of one document at a moment, and when it is due."""
    due = wait.due_at or first_due(wait.received_at, settings)
    found = price(facts_of(wait, due), at, settings)
    return WaitPrice(wait.document_id, found.cost, found.rank, found.parts, due, max(found.valid_until, at + _SHORTEST))


def facts_of(wait: Wait, due: datetime) -> Facts:
    """What the price depends on."""
    return Facts(gross=float(wait.gross or 0), issued=wait.issued, due=wait.due, sla_end=due, doubts=wait.doubts,
                 discount=parse_discount(wait.terms), is_answered=wait.is_answered)  # fmt: skip


def first_due(received_at: datetime, settings: ReviewSettings) -> datetime:
    """When a document is due that no supplier's answer has held up yet."""
    return calendar_of(settings).add_hours(received_at, settings.sla_hours)
