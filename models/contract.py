"""The terms of service of one client: what is promised, by when, what stops the clock, and what a miss costs.

Shares in [0, 1], hours are business hours of the contract's own calendar, amounts are in the contract's currency.

>>> contract = Contract(name="Acme 2026", currency="EUR", valid_from=date(2026, 1, 1),
...                     turnaround=(Turnaround(name="standard", hours=16),))
>>> contract.turnaround[0].share, contract.calendar.country
(0.95, 'FR')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from models.history import Audit, Event
from models.invoice import Frozen
from models.settings_review import Span, read_span
from models.status import Status

PauseReason = Literal[
    "client_answer", "supplier_question", "missing_order", "client_approval", "client_outage", "client_hold"
]
REASONS: tuple[PauseReason, ...] = (
    "client_answer", "supplier_question", "missing_order", "client_approval", "client_outage", "client_hold",
)  # fmt: skip
Share = Annotated[float, Field(gt=0, le=1)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]
Weekday = Annotated[int, Field(ge=0, le=6)]  # Monday is 0


class Hours(Frozen):
    """When the service runs; `closed` are days of no work beside the holidays of the country."""

    country: str = Field("FR", pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    timezone: str = "Europe/Paris"
    hours: tuple[Span, ...] = Field(("08:30-12:30", "13:30-18:00"), min_length=1)
    weekdays: tuple[Weekday, ...] = Field((0, 1, 2, 3, 4), min_length=1)
    closed: tuple[date, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone, e.g. Europe/Paris")
        return value

    @field_validator("hours")
    @classmethod
    def _is_apart(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        spans = sorted(read_span(span) for span in value)
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise ValueError("spans overlap")
        return value


class Scope(Frozen):
    """To which documents a promise applies; what is left out stands for all."""

    document_types: tuple[str, ...] = ()  # invoice, credit_note, ...; one not yet read counts as an invoice
    tiers: tuple[str, ...] = ()  # routine, expert
    channels: tuple[str, ...] = ()  # folder, email, ...
    suppliers: tuple[str, ...] = ()  # seller_id
    from_amount: Decimal | None = None  # gross total, from
    to_amount: Decimal | None = None  # gross total, below


class Turnaround(Frozen):
    """A time limit from receipt to done: so many business hours, or a time on a working day so many days later."""

    name: str = Field(min_length=1, max_length=60)
    applies_to: Scope = Scope()
    hours: float | None = Field(None, gt=0, le=2000)
    days: int | None = Field(None, ge=0, le=250)  # working days after the day of receipt; 0: the same day
    by: time | None = None  # of that day, local; none: when the office closes
    share: Share = 0.95  # of documents that are done in time
    penalty: Amount = Decimal(0)  # for each late document

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        if (self.hours is None) == (self.days is None):
            raise ValueError("has either hours or days")
        if self.by is not None and self.days is None:
            raise ValueError("`by` goes with days (0: the same day)")
        return self


class Accuracy(Frozen):
    """A limit of the error rate of the audit sample; missed only where the whole interval lies above it."""

    limit: float = Field(gt=0, lt=1)
    confidence: float = Field(0.95, gt=0.5, lt=1)
    credit: Percent = Decimal(0)  # percent of the fees when missed


class Availability(Frozen):
    """The share of service hours without an outage; maintenance that was announced is left out."""

    share: Share = 0.99
    always: bool = False  # around the clock in place of the calendar's hours
    components: tuple[str, ...] = ()  # whose outages count; empty: all
    credit: Percent = Decimal(0)


class Pauses(Frozen):
    """What stops the clock of a document, and for how long at most in all."""

    reasons: tuple[PauseReason, ...] = ()
    longest: float | None = Field(None, gt=0)  # business hours


class Band(Frozen):
    """Below this attainment, so many percent of the period's fees are given back."""

    below: Share
    percent: Percent


class Credits(Frozen):
    """What a missed target of turnaround costs."""

    bands: tuple[Band, ...] = ()
    cap: Percent = Decimal(100)  # of the fees, credits and penalties together
    earn_back: int = Field(0, ge=0, le=24)  # periods met in a row after which a credit is taken back; 0: never

    @field_validator("bands")
    @classmethod
    def _costs_more_the_deeper(cls, value: tuple[Band, ...]) -> tuple[Band, ...]:
        ordered = sorted(value, key=lambda band: band.below)
        if any(low.below == high.below or low.percent < high.percent
               for low, high in pairwise(ordered)):  # fmt: skip
            raise ValueError("a lower band costs at least as much as a higher one, and each stands once")
        return value


class Bonus(Frozen):
    """Where every target of turnaround reaches this attainment, so many percent of the fees on top."""

    above: Share
    percent: Percent


class Fees(Frozen):
    """What the service costs the client."""

    month: Amount = Decimal(0)
    document: Amount = Decimal(0)


class Contract(Frozen):
    """All terms from a day on, until another version holds."""

    name: str = Field(min_length=1, max_length=200)
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    valid_from: date
    notice_days: int = Field(90, ge=0)
    calendar: Hours = Hours()
    cut_off: time | None = None  # received after it, local: as if at the next working day's opening
    turnaround: tuple[Turnaround, ...] = Field(min_length=1)
    accuracy: Accuracy | None = None
    availability: Availability | None = None
    pauses: Pauses = Pauses()
    credits: Credits = Credits()
    bonus: Bonus | None = None
    fees: Fees = Fees()

    @field_validator("turnaround")
    @classmethod
    def _has_names(cls, value: tuple[Turnaround, ...]) -> tuple[Turnaround, ...]:
        if len({each.name for each in value}) < len(value):
            raise ValueError("two targets bear one name")
        return value

    @model_validator(mode="after")
    def _may_be_met(self) -> Self:
        opens = min(read_span(span)[0] for span in self.calendar.hours)
        for each in self.turnaround:
            if each.by is not None and each.by <= opens:
                raise ValueError(f"{each.name}: `by` {each.by:%H:%M} lies before the office opens")
        return self


class Pause(NamedTuple):
    """A span in which the clock may stand; of one document, or of all where it names none. Open: no end."""

    started_at: datetime
    ended_at: datetime | None
    reason: str
    document_id: str | None = None


class Outage(NamedTuple):
    """A span in which a part of the service was down, or was announced to be; open: it still is."""

    started_at: datetime
    ended_at: datetime | None
    component: str = ""
    is_planned: bool = False


class ClockFacts(NamedTuple):
    """What the clocks of a document depend on, beside pauses. `stopped`: when it was done; none: it is open."""

    document_id: str
    received_at: datetime
    stopped: datetime | None = None
    document_type: str | None = None
    tier: str = "routine"
    channel: str = "folder"
    seller_id: str | None = None
    gross: Decimal | None = None


class Worked(NamedTuple):
    """What people did lately: who, when, seconds; and when what they worked on had come and was due."""

    touches: tuple[tuple[str, datetime, float], ...] = ()
    arrivals: tuple[tuple[datetime, datetime], ...] = ()


class Difference(NamedTuple):
    """One term of two versions; none: it was not there."""

    term: str
    before: str | None
    after: str | None


def contract_on(contracts: Iterable[Contract], at: datetime) -> Contract | None:
    """The version that holds at a moment: the newest that is valid on its local day; the last of one day."""
    found: Contract | None = None
    for each in contracts:
        local = at.astimezone(ZoneInfo(each.calendar.timezone)).date()
        if each.valid_from <= local and (found is None or each.valid_from >= found.valid_from):
            found = each
    return found


def stopped_at(events: Iterable[Event]) -> datetime | None:
    """When a document was done: its first export, else a rejection that was not taken back. Events in order of time."""
    found: datetime | None = None
    for event in events:
        if event.to_state == Status.EXPORTED:
            return event.at
        found = event.at if event.to_state == Status.REJECTED else None
    return found


def differences(before: Contract | None, after: Contract) -> tuple[Difference, ...]:
    """What another version changes, term by term.

    >>> old = Contract(name="A", valid_from=date(2026, 1, 1), turnaround=(Turnaround(name="all", hours=16),))
    >>> new = old.model_copy(update={"turnaround": (Turnaround(name="all", hours=8),)})
    >>> differences(old, new)
    (Difference(term='turnaround.all.hours', before='16.0', after='8.0'),)
    """
    was = dict(_leaves(before.model_dump(mode="json"))) if before else {}
    now = dict(_leaves(after.model_dump(mode="json")))
    return tuple(
        Difference(term, was.get(term), now.get(term)) for term in {**was, **now} if was.get(term) != now.get(term)
    )


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(one, Mapping) for one in value):
        for number, inner in enumerate(value):
            own = str(inner.get("name", number + 1)) if isinstance(inner, Mapping) else str(number + 1)
            yield from _leaves({k: v for k, v in inner.items() if k != "name"}, f"{path}.{own}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        if value:
            yield path, ", ".join(map(str, value))
    elif value is not None:
        yield path, str(value)


class Service(NamedTuple):
    """What happened to a client's documents and to the service, as clocks and statements are computed from it."""

    contracts: tuple[Contract, ...]
    facts: tuple[ClockFacts, ...] = ()
    pauses: tuple[Pause, ...] = ()
    outages: tuple[Outage, ...] = ()
    audits: tuple[Audit, ...] = ()
