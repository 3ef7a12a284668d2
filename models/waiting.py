"""What the price of a document's waiting depends on, and that price as the document keeps it.

Amounts in the document's currency. kpis.pricing makes the one of the other; models.store.waiting loads and keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from models.settings_review import ReviewSettings


@dataclass(frozen=True, slots=True)
class Wait:
    """A document that waits. `due_at` is None before its time limit was set for the first time."""

    document_id: str
    received_at: datetime
    due_at: datetime | None = None
    gross: Decimal | None = None
    issued: date | None = None
    due: date | None = None  # to be paid by
    doubts: int = 0
    terms: str | None = None  # payment terms, where they name a discount
    is_answered: bool = False  # by the supplier


@dataclass(frozen=True, slots=True)
class WaitPrice:
    """What another business day costs, that cost for each minute of work, the sum's parts, and until when it holds."""

    document_id: str
    cost: float
    rank: float
    parts: dict[str, float]
    due_at: datetime
    valid_until: datetime


Pricer = Callable[[Wait, ReviewSettings, datetime], WaitPrice]
