"""What a contract comes to at a moment: clocks of all documents, the statement of a month, and who is at risk.

Both doors, the command line and the site, show what is computed here. Times are aware UTC.

>>> profile = staffing([("user:a", datetime(2026, 11, 16, 8, 10, tzinfo=UTC), 120.0)], OFFICE, MONDAY)
>>> profile[:3]  # from nine in Paris on; somebody worked from nine to ten on one of ten Mondays to Fridays
(1.0, 1.0, 1.0)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kpis.breach import Handling, Inflow, Job, breach_risk
from kpis.calendar import BusinessCalendar, Span
from kpis.clocks import Clock, all_clocks
from kpis.sla import Statement, month_of, statement
from models.contract import Service, Worked, contract_on
from models.decision import Reason

OFFICE = BusinessCalendar("FR", "Europe/Paris", ("09:00-12:00", "13:00-18:00"), (0, 1, 2, 3, 4))
MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
LOOK_BACK = timedelta(days=28)  # over which staffing and handling times are measured
_FEWEST_DAYS = 3  # of work before the measured staffing is believed
_PROFILE_HOURS = 24
_MINUTE = 60.0
_KINDS: Mapping[str, str] = {
    Reason.PRICE_VARIANCE: "amount", Reason.QUANTITY_VARIANCE: "amount", Reason.ARITHMETIC: "amount",
    Reason.OVER_LIMIT: "amount", Reason.SELLER_MISMATCH: "supplier", Reason.UNKNOWN_SUPPLIER: "supplier",
    Reason.LOOKALIKE_SUPPLIER: "supplier", Reason.NEW_BANK_ACCOUNT: "supplier", Reason.INVALID_BANK_ACCOUNT: "supplier",
    Reason.NO_ORDER: "order", Reason.AMBIGUOUS_ORDER: "order", Reason.CLOSED_ORDER: "order",
    Reason.ALREADY_INVOICED: "order",
}  # fmt: skip
_DOUBT = 0.25  # of the usual effort for each reason beside the first


def exception_of(reasons: str) -> str:
    """The kind of exception that a document's reasons are foremost about.

    >>> exception_of("low_confidence no_order"), exception_of("new_layout"), exception_of("")
    ('order', 'reading', 'none')
    """
    kinds = [_KINDS.get(reason, "reading") for reason in reasons.split()]
    return min(kinds, key=("order", "supplier", "amount", "reading").index, default="none")


def job_of(name: str, due: datetime, reasons: str, office: BusinessCalendar, now: datetime, ready: datetime) -> Job:
    """An open document as the simulation takes it."""
    doubts = len(reasons.split())
    return Job(name, office.hours_between(now, due), 1.0 + _DOUBT * max(min(doubts, 10) - 2, -2),
               max(office.hours_between(now, ready), 0.0), exception_of(reasons))  # fmt: skip


def staffing(
    touches: Iterable[tuple[str, datetime, float]], office: BusinessCalendar, now: datetime
) -> tuple[float, ...]:
    """How many people work in each business hour from now on, by who worked at that hour of the day lately.

    One person all the time while fewer than three days are known: what nobody measured is not foretold.
    """
    zone = ZoneInfo(office.timezone)
    people: dict[tuple[date, int], set[str]] = defaultdict(set)
    for actor, at, _seconds in touches:
        local = at.astimezone(zone)
        people[local.date(), local.hour].add(actor)
    days = {day for day, _ in people}
    if len(days) < _FEWEST_DAYS:
        return (1.0,) * _PROFILE_HOURS
    by_hour = {hour: sum(len(who) for (_, at), who in people.items() if at == hour) / len(days) for hour in range(24)}
    hours = (office.add_hours(now, ahead + 0.5).astimezone(zone).hour for ahead in range(_PROFILE_HOURS))
    return tuple(by_hour[hour] for hour in hours)


def risks(
    jobs: Sequence[Job], worked: Worked, office: BusinessCalendar, now: datetime, usual_minutes: float
) -> dict[str, float]:
    """The probability that each open document is late."""
    touches = worked.touches
    handling = Handling.of_minutes([seconds / _MINUTE for _, _, seconds in touches], usual_minutes)
    opened = office.spans(office.local_day(office.next_open(now)))
    hour = max(office.hours_between(opened[0][0], now), 0.0) if opened else 0.0
    return breach_risk(jobs, staffing(touches, office, now), handling, inflow(worked, office, now), hour)


def inflow(worked: Worked, office: BusinessCalendar, now: datetime) -> tuple[Inflow, ...]:
    """How many documents for people come in by the hour, by their time limit in half days of eight hours."""
    if not worked.arrivals:
        return ()
    first = min(came for came, _ in worked.arrivals)
    hours = max(office.hours_between(first, now), 1.0)
    counts = Counter(max(round(office.hours_between(came, due) / 4), 1) for came, due in worked.arrivals)
    return tuple(Inflow(count / hours, 4.0 * halves) for halves, count in sorted(counts.items()))


def clocks_now(service: Service, now: datetime) -> tuple[Clock, ...]:
    """Every clock of a client's documents."""
    return all_clocks(service.facts, service.contracts, service.pauses, now)


def open_limits(service: Service, now: datetime) -> dict[str, datetime]:
    """When each open document is due: by the earliest of its clocks."""
    limits: dict[str, datetime] = {}
    for clock in clocks_now(service._replace(facts=tuple(one for one in service.facts if one.stopped is None)), now):
        limits[clock.document_id] = min(limits.get(clock.document_id, clock.due), clock.due)
    return limits


def statements(service: Service, now: datetime, back: int = 0) -> tuple[Statement, ...]:
    """The statement of a month (`back`: so many before this one) with those before it that may be earned back."""
    contract = contract_on(service.contracts, now)
    if contract is None:
        return ()
    clocks = clocks_now(service, now)
    found: list[Statement] = []
    for month in range(back + contract.credits.earn_back, back - 1, -1):
        period = month_of(now, contract.calendar.timezone, month)
        made = statement(service.contracts, clocks, service.audits, service.outages, clipped(period, now), found,
                         _done(service, period))  # fmt: skip
        if made is not None:
            found.append(made)
    return tuple(found)


def clipped(period: Span, now: datetime) -> Span:
    """A period as far as it has passed: of the month to date only what was is measured."""
    return period[0], max(min(period[1], now), period[0] + timedelta(microseconds=1))


def _done(service: Service, period: Span) -> int:
    return sum(one.stopped is not None and period[0] <= one.stopped < period[1] for one in service.facts)
