"""What happened to documents, as figures are computed from it, and the figures. Times are aware UTC.

Every row here comes from rows that are only ever added (events, touches, corrections, decisions, audits, hands, pages
read, answers paid). `traits` alone are what the house knows of a document now: they say in which part a fact is
counted, never whether it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class Event(NamedTuple):
    """A change of state. `seq` orders events of one moment."""

    document_id: str
    at: datetime
    actor: str
    from_state: str | None
    to_state: str
    reason: str = ""
    seq: int = 0


class Touch(NamedTuple):
    """Seconds that a person spent on a document, and until when."""

    document_id: str
    at: datetime
    seconds: float


class Correction(NamedTuple):
    """A field that a person confirmed, or changed."""

    document_id: str
    term: str
    at: datetime
    changed: bool
    cause: str = ""


class Hand(NamedTuple):
    """A document handed to another tier."""

    document_id: str
    at: datetime
    to_tier: str


class Reading(NamedTuple):
    """Pages that a machine read."""

    document_id: str
    at: datetime
    pages: int


class Pay(NamedTuple):
    """What one answer to a micro-task was paid."""

    at: datetime
    amount: Decimal
    currency: str


class Traits(NamedTuple):
    """By what a document's facts are cut; empty where it is not known."""

    supplier: str = ""
    channel: str = ""
    document_type: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """A settled audit of a document that was let through; `weight` is the inverse of its chance to be drawn."""

    segment: str
    wrong: bool
    weight: float
    at: datetime
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """All that figures need of one client. The order of rows says nothing."""

    events: tuple[Event, ...] = ()
    touches: tuple[Touch, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # document -> why it first needed a person
    matches: Mapping[str, str] = field(default_factory=dict)  # document -> outcome of its first match
    audits: tuple[Audit, ...] = ()
    hands: tuple[Hand, ...] = ()
    readings: tuple[Reading, ...] = ()
    pay: tuple[Pay, ...] = ()
    traits: Mapping[str, Traits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` is None where there is nothing to compute it from.

    `label` says of what part: a state, a reason; empty for the whole. `dimension` and `part` say of which documents:
    those of a supplier, a channel, a week; empty for all of the client.
    """

    name: str
    value: float | None
    unit: str
    label: str = ""
    numerator: float | None = None
    denominator: float | None = None
    dimension: str = ""
    part: str = ""
