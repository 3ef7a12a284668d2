"""What happened to documents, as figures are computed from it, and the figures. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A change of state."""

    document_id: str
    at: datetime
    actor: str
    from_state: str | None
    to_state: str


@dataclass(frozen=True, slots=True)
class Touch:
    """Seconds that a person spent on a document, and until when."""

    document_id: str
    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Correction:
    """A field that a person confirmed, or changed."""

    document_id: str
    term: str
    at: datetime
    changed: bool
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """A settled audit of a document that was let through; `weight` is the inverse of its chance to be drawn."""

    segment: str
    wrong: bool
    weight: float
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All that figures need of one client. Events are in order of time."""

    events: tuple[Event, ...] = ()
    touches: tuple[Touch, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # document -> why it first needed a person
    matches: Mapping[str, str] = field(default_factory=dict)  # document -> outcome of its first match
    audits: tuple[Audit, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` is None where there is nothing to compute it from.

    `label` says of what part: a state, a reason; empty for the whole.
    """

    name: str
    value: float | None
    unit: str
    label: str = ""
    numerator: float | None = None
    denominator: float | None = None
