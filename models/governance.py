"""What a periodic review of one client's service is made of: everything as it lies in the database, nothing computed.

Times are aware UTC; a period is [start, end).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from models.certificate import Certificate
from models.contract import Service
from models.history import History
from models.volumes import VolumeForecast


class Period(NamedTuple):
    """What a report is about, and when it was made."""

    start: datetime
    end: datetime
    at: datetime


class Lowered(NamedTuple):
    """A segment whose automation an alarm has stopped."""

    segment: str
    kind: str
    since: datetime


class Sampled(NamedTuple):
    """Documents that were drawn for an audit during the period, and those that nobody has looked at yet."""

    drawn: int = 0
    open: int = 0


class Incident(NamedTuple):
    """Something that went wrong."""

    kind: str
    title: str
    detail: str
    is_planned: bool
    started_at: datetime
    ended_at: datetime | None


class Chain(NamedTuple):
    """The check of the audit's hash chain: `problem` names the first bad row; rows of this client and of all."""

    problem: str | None
    rows: int
    own: int
    head: str
    head_at: datetime | None


class Account(NamedTuple):
    """A person who can see a client's documents; `seen` documents opened during the period."""

    login: str
    name: str
    role: str
    place: str
    country: str
    active: bool
    last_sign_in: datetime | None
    seen: int


class Gate(NamedTuple):
    """One run of the quality gate or of the checks of whole tables."""

    at: datetime
    kind: str  # batch, tables, intake
    state: str
    rows: int
    failed: int


class Answer(NamedTuple):
    """What the client said when it was asked."""

    at: datetime
    score: int
    comment: str


class Promise(NamedTuple):
    """Something that was agreed, who does it and until when."""

    id: str
    title: str
    owner: str
    due: date | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Governance:
    """All of one review."""

    client_id: str
    client_name: str
    period: Period
    review_json: str | None = None
    costs_json: str | None = None
    places: tuple[str, ...] = ()  # from where the contract lets documents be seen; empty: from anywhere
    history: History = field(default_factory=History)
    numbers: Mapping[str, str] = field(default_factory=dict)  # document -> invoice number
    service: Service = field(default_factory=lambda: Service(()))
    certificates: tuple[Certificate, ...] = ()
    lowered: tuple[Lowered, ...] = ()
    sampled: Sampled = field(default_factory=Sampled)
    forecast: VolumeForecast | None = None
    forecast_at: datetime | None = None
    told: Mapping[date, tuple[float, float, float]] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    chain: Chain = field(default_factory=lambda: Chain(None, 0, 0, "", None))
    accounts: tuple[Account, ...] = ()
    refused: int = 0  # times that a place kept somebody out
    words: int = 0  # approvals given where two persons are needed
    settled_by_two: int = 0  # documents that two persons answered for
    gates: tuple[Gate, ...] = ()
    asked: int = 0  # letters that asked the client during the period
    answers: tuple[Answer, ...] = ()
    actions: tuple[Promise, ...] = ()
