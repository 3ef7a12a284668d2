"""The clock of a document under its contract: when it started, when it is due, how long it stood, what it shows.

A clock starts at receipt, or at the next opening where that was after the cut-off, and stops when the document is first
exported or rejected for good. Each target that applies has a clock of its own; the document is due by the earliest.
While a pause runs that the contract knows, the time limit moves on with it: pauses that overlap count once, and no more
hours in all than the contract allows. Hours are business hours of the contract's calendar.

>>> from datetime import date
>>> contract = Contract(name="A", valid_from=date(2026, 1, 1), turnaround=(Turnaround(name="all", hours=2),))
>>> facts = ClockFacts("d1", datetime(2026, 7, 13, 15, 0, tzinfo=UTC))  # 17:00 in Paris, on the eve of a holiday
>>> clock = clocks_of(facts, contract, (), datetime(2026, 7, 13, 15, 30, tzinfo=UTC))[0]
>>> clock.due.isoformat(), clock.state, clock.elapsed, clock.remaining
('2026-07-15T07:30:00+00:00', 'running', 0.5, 1.5)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from kpis.calendar import BusinessCalendar, Span
from models.contract import ClockFacts, Contract, Hours, Pause, Scope, Turnaround, contract_on

State = Literal["running", "paused", "met", "late"]
_UNREAD = "invoice"  # what a document counts as before it was read
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one document. `elapsed` and `remaining` in business hours; late: remaining is negative."""

    document_id: str
    target: str
    share: float
    penalty: Decimal
    started: datetime
    due: datetime
    stopped: datetime | None
    elapsed: float
    remaining: float
    paused: tuple[Span, ...]
    state: State

    @property
    def settled_at(self) -> datetime | None:
        """When it was settled whether the target is met: the end, or the time limit that passed; none: it runs."""
        if self.state in {"running", "paused"}:
            return None
        return self.due if self.state == "late" else self.stopped


def office_of(hours: Hours) -> BusinessCalendar:
    """The calendar of a contract."""
    return BusinessCalendar(hours.country, hours.timezone, hours.hours, hours.weekdays, hours.closed)


def clocks_of(facts: ClockFacts, contract: Contract, pauses: Sequence[Pause], now: datetime) -> tuple[Clock, ...]:
    """The clock of each target that applies to a document, as it stands now; none where it is exempt."""
    office = office_of(contract.calendar)
    started = started_at(facts.received_at, contract)
    spans = paused_spans(facts.document_id, contract, pauses, started, facts.stopped or now)
    return tuple(_clock(facts, target, office, started, spans, pauses, contract, now)
                 for target in contract.turnaround if applies(target.applies_to, facts))  # fmt: skip


def clock_of(facts: ClockFacts, contract: Contract, pauses: Sequence[Pause], now: datetime) -> Clock | None:
    """The clock that is due first; none where the document is exempt."""
    return min(clocks_of(facts, contract, pauses, now), key=lambda clock: clock.due, default=None)


def all_clocks(
    documents: Iterable[ClockFacts], contracts: Sequence[Contract], pauses: Sequence[Pause], now: datetime
) -> tuple[Clock, ...]:
    """Every clock of every document, each under the version that held when it was received."""
    found: list[Clock] = []
    for facts in documents:
        contract = contract_on(contracts, facts.received_at)
        if contract is not None:
            found.extend(clocks_of(facts, contract, pauses, now))
    return tuple(found)


def started_at(received: datetime, contract: Contract) -> datetime:
    """When the clock starts: at receipt in office hours, else the next opening; after the cut-off, another day's."""
    office = office_of(contract.calendar)
    local = received.astimezone(ZoneInfo(contract.calendar.timezone))
    spans = office.spans(local.date())
    if contract.cut_off is not None and spans and local.time() >= contract.cut_off:
        return office.next_open(max(received, spans[-1][1]))
    return office.next_open(received)


def applies(scope: Scope, facts: ClockFacts) -> bool:
    """Whether a promise is made for a document; what is not known of it is in no list and above no amount."""
    lists = ((scope.document_types, facts.document_type or _UNREAD), (scope.tiers, facts.tier),
             (scope.channels, facts.channel), (scope.suppliers, facts.seller_id))  # fmt: skip
    if any(allowed and value not in allowed for allowed, value in lists):
        return False
    if scope.from_amount is None and scope.to_amount is None:
        return True
    if facts.gross is None:
        return False
    return (scope.from_amount or facts.gross) <= facts.gross and (
        scope.to_amount is None or facts.gross < scope.to_amount
    )


def paused_spans(
    document_id: str, contract: Contract, pauses: Iterable[Pause], started: datetime, until: datetime
) -> tuple[Span, ...]:
    """When the clock stood: spans in order, joined where they overlap, cut where the contract allows no more."""
    terms = contract.pauses
    spans = sorted(
        (max(one.started_at, started), min(one.ended_at or until, until))
        for one in pauses
        if one.reason in terms.reasons and one.document_id in {None, document_id}
    )
    joined: list[Span] = []
    for begin, end in spans:
        if begin >= end:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined) if terms.longest is None else _cut(joined, terms.longest, office_of(contract.calendar))


def _cut(spans: Iterable[Span], allowed: float, office: BusinessCalendar) -> tuple[Span, ...]:
    kept: list[Span] = []
    for begin, end in spans:
        hours = office.hours_between(begin, end)
        if hours > allowed + _EPSILON:
            if allowed > _EPSILON:
                kept.append((begin, office.add_hours(begin, allowed)))
            break
        kept.append((begin, end))
        allowed -= hours
    return tuple(kept)


def due_at(target: Turnaround, office: BusinessCalendar, started: datetime, spans: Sequence[Span]) -> datetime:
    """The time limit of a target, with the spans in which the clock stood."""
    plain = _unpaused(target, office, started)
    left = target.hours if target.hours is not None else office.hours_between(started, plain)
    at = started
    for begin, end in spans:
        ran = office.hours_between(at, begin)
        if ran >= left - _EPSILON:
            break
        left, at = left - ran, end
    return plain if at == started else max(plain, office.add_hours(at, left))


def _unpaused(target: Turnaround, office: BusinessCalendar, started: datetime) -> datetime:
    if target.hours is not None:
        return office.add_hours(started, target.hours)
    day = office.local_day(office.next_open(started))
    for _ in range(target.days or 0):
        opening = office.next_open(office.end_of(day))
        day = office.local_day(opening)
    if target.by is None:
        return office.end_of(day)
    due = datetime.combine(day, target.by, tzinfo=ZoneInfo(office.timezone)).astimezone(UTC)
    # Received after that time of the day itself: the promise is for the next working day.
    return due if due > started else _unpaused(target, office, office.next_open(office.end_of(day)))


def _clock(
    facts: ClockFacts, target: Turnaround, office: BusinessCalendar, started: datetime, spans: tuple[Span, ...],
    pauses: Sequence[Pause], contract: Contract, now: datetime,
) -> Clock:  # fmt: skip
    due, end = due_at(target, office, started, spans), facts.stopped or now
    stood = sum(office.hours_between(begin, stop) for begin, stop in spans)
    elapsed = office.hours_between(started, end) - stood  # negative where it was done before it started
    is_late = end > due
    state: State = "late" if is_late else "met" if facts.stopped else "running"
    if state == "running" and spans and spans[-1][1] >= now and _is_open(facts, contract, pauses, now):
        state = "paused"
    return Clock(facts.document_id, target.name, target.share, target.penalty, started, due, facts.stopped,
                 round(max(elapsed, 0.0), 6), round(office.hours_between(end, due), 6), spans, state)  # fmt: skip


def _is_open(facts: ClockFacts, contract: Contract, pauses: Iterable[Pause], now: datetime) -> bool:
    """Whether a pause of the document runs at this moment."""
    return any(
        one.reason in contract.pauses.reasons
        and one.document_id in {None, facts.document_id}
        and one.started_at <= now
        and (one.ended_at is None or one.ended_at > now)
        for one in pauses
    )
