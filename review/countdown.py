"""The time that is left, in words: business hours of the client, not hours of the clock.

>>> from review.language import TONGUES
>>> say_left(TONGUES["en"], 5 + 1 / 3), say_left(TONGUES["en"], -2.0), say_left(TONGUES["en"], 0.2)
('5 h 20 left', 'late by 2 h', '12 min left')
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.waiting import PARTS
from models.settings_review import ReviewSettings, client_review
from models.store.queue import DONE
from models.tables import ClientRow, DocumentRow
from review.language import Tongue
from review.pricing import hours_left
from review.site import Site

SOON = 2.0  # business hours


@dataclass(frozen=True, slots=True)
class Countdown:
    """What is shown of a document's time. `kind`: late, soon, fine, stopped, none."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The sum of what waiting costs, and its parts by name."""

    cost: float
    minutes: float
    parts: tuple[tuple[str, float], ...]


def say_left(tongue: Tongue, hours: float) -> str:
    """Hours that are left or over, in words."""
    minutes = round(abs(hours) * 60)
    whole, rest = divmod(minutes, 60)
    length = f"{whole} h {rest:02d}" if whole and rest else f"{whole} h" if whole else f"{rest} min"
    return tongue.t("clock.late" if hours < 0 else "clock.left", time=length)


def calendars(site: Site, clients: Iterable[ClientRow]) -> dict[str, BusinessCalendar]:
    """The calendar of each client."""
    return {client.id: calendar_of(settings_of(site, client)) for client in clients}


def settings_of(site: Site, client: ClientRow) -> ReviewSettings:
    """The review settings that hold for a client."""
    return client_review(site.settings.review, client.review_json)


def count_down(
    document: DocumentRow, offices: Mapping[str, BusinessCalendar], at: datetime, tongue: Tongue
) -> Countdown:  # fmt: skip
    """A document's countdown at a moment."""
    office = offices.get(document.client_id)
    left = hours_left(document, office, at) if office and document.state not in DONE else None
    if left is None:
        return Countdown("none", "")
    if document.waits_since is not None:
        return Countdown("stopped", tongue.t("clock.stopped", left=say_left(tongue, left)))
    return Countdown("late" if left < 0 else "soon" if left < SOON else "fine", say_left(tongue, left))


def why_first(document: DocumentRow) -> Waiting | None:
    """The parts of a document's price, largest first; None where none is stored."""
    stored = json.loads(document.waiting_parts_json)
    parts = tuple(sorted(((name, float(stored[name])) for name in PARTS if name in stored), key=lambda one: -one[1]))
    minutes = document.waiting_cost / document.waiting_rank if document.waiting_rank else 0.0
    return Waiting(document.waiting_cost, minutes, parts) if parts else None
