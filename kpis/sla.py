"""Service levels of a period against the contract's targets, and the statement of what they cost.

A clock counts in the period in which it was settled whether its target is met: when the document was done in time, or
when the time limit passed. So each counts once, and a period that is over does not change. Amounts in the contract's
currency, shares in [0, 1], availability in hours.

>>> always = Availability(share=0.99, always=True)
>>> day = (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
>>> down = Outage(datetime(2026, 11, 2, 10, tzinfo=UTC), datetime(2026, 11, 2, 16, tzinfo=UTC))
>>> availability((down,), office_of(Hours()), always, day)
(0.75, 24.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from assurance import weighted_rate
from kpis.calendar import BusinessCalendar, Span
from kpis.clocks import Clock, office_of
from kpis.credits import ZERO, band_percent, bonus_of, capped, cents, earned_back, fees_of, percent_of
from models.contract import Accuracy, Availability, Contract, Hours, Outage, contract_on
from models.history import Audit

Kind = Literal["turnaround", "accuracy", "availability"]
_HOUR = 3600.0
__all__ = ["Attainment", "Hours", "Statement", "availability", "levels", "month_of", "statement"]


@dataclass(frozen=True, slots=True)
class Attainment:
    """One target in a period. `value` is None where there was nothing to measure: then it is not missed."""

    name: str
    kind: Kind
    target: float
    value: float | None
    met: float  # documents in time, audits without an error, hours up
    total: float
    low: float | None = None  # of the error rate
    high: float | None = None
    percent: Decimal = ZERO  # of the fees, as a credit
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What a period comes to. `net` is what the client pays: fees less the deduction, with bonus and what came back."""

    contract: str
    currency: str
    start: datetime
    end: datetime
    attainments: tuple[Attainment, ...]
    missed: tuple[Clock, ...]
    documents: int
    fees: Decimal
    credits: Decimal
    penalties: Decimal
    deduction: Decimal  # credits and penalties after the cap
    bonus: Decimal
    returned: Decimal  # earned back of an earlier period's deduction
    net: Decimal

    @property
    def is_met(self) -> bool:
        """Whether no target was missed."""
        return not any(each.is_missed for each in self.attainments)


def statement(
    contracts: Sequence[Contract], clocks: Iterable[Clock], audits: Iterable[Audit], outages: Iterable[Outage],
    period: Span, earlier: Sequence[Statement] = (), done: int | None = None,
) -> Statement | None:  # fmt: skip
    """The statement of a period; none where no contract held in it.

    Args:
        contracts: All versions; fees and bands are of the one in force when the period ends.
        clocks: Of every document, each under the version of its receipt.
        audits: Settled audits.
        outages: Outages and announced maintenance.
        period: From its start to before its end.
        earlier: Statements of the periods before it, in order, for what is earned back.
        done: Documents that were done in the period, for the fees; none: counted from the clocks.
    """
    contract = contract_on(contracts, period[1] - timedelta(microseconds=1))
    if contract is None:
        return None
    clocks = tuple(clocks)
    settled = [clock for clock in clocks if (at := clock.settled_at) is not None and period[0] <= at < period[1]]
    reached = levels(contract, settled, audits, outages, period)
    late = tuple(sorted((each for each in settled if each.state == "late"), key=lambda each: each.due))
    return _billed(contract, reached, late, _done(clocks, period) if done is None else done, period, earlier)


def _done(clocks: Iterable[Clock], period: Span) -> int:
    return len({one.document_id for one in clocks if one.stopped and period[0] <= one.stopped < period[1]})


def _billed(
    contract: Contract, reached: tuple[Attainment, ...], late: tuple[Clock, ...], documents: int, period: Span,
    earlier: Sequence[Statement],
) -> Statement:  # fmt: skip
    fees = fees_of(contract.fees, documents)
    owed = [percent_of(each.percent, fees) for each in reached]
    penalties = cents(sum((clock.penalty for clock in late), ZERO))
    deduction = capped(owed, penalties, contract.credits.cap, fees)
    bonus = bonus_of(contract.bonus, [each.value for each in reached if each.kind == "turnaround"], fees)
    returned = _returned(contract.credits.earn_back, reached, earlier)
    return Statement(
        contract.name, contract.currency, *period, reached, late, documents, fees, cents(sum(owed, ZERO)), penalties,
        deduction, bonus, returned, cents(fees - deduction + bonus + returned),
    )  # fmt: skip


def _returned(periods: int, reached: Iterable[Attainment], earlier: Sequence[Statement]) -> Decimal:
    if not periods or len(earlier) < periods:
        return ZERO
    later = [each.is_met for each in earlier[len(earlier) - periods + 1 :]]
    later.append(not any(each.is_missed for each in reached))
    return earned_back(earlier[-periods].deduction, later, periods)


def levels(
    contract: Contract, settled: Sequence[Clock], audits: Iterable[Audit], outages: Iterable[Outage], period: Span
) -> tuple[Attainment, ...]:
    """Each target of the contract with what was reached in a period; those of older versions that still counted too."""
    known = {target.name: target.share for target in contract.turnaround}
    shares = {clock.target: clock.share for clock in settled} | known
    found = [_turnaround(contract, name, share, settled) for name, share in shares.items()]
    if contract.accuracy is not None:
        found.append(_accuracy(contract.accuracy, [one for one in audits if period[0] <= one.at < period[1]]))
    if contract.availability is not None:
        found.append(_availability(contract.availability, contract, outages, period))
    return tuple(found)


def _turnaround(contract: Contract, name: str, share: float, settled: Iterable[Clock]) -> Attainment:
    own = [clock for clock in settled if clock.target == name]
    met = sum(clock.state == "met" for clock in own)
    value = met / len(own) if own else None
    percent = band_percent(value, contract.credits.bands)
    return Attainment(name, "turnaround", share, value, met, len(own), percent=percent,
                      is_missed=value is not None and value < share)  # fmt: skip


def _accuracy(terms: Accuracy, audits: Sequence[Audit]) -> Attainment:
    """The weighted error rate; missed only where chance does not explain it."""
    right = sum(not one.wrong for one in audits)
    if not audits:
        return Attainment("accuracy", "accuracy", terms.limit, None, 0, 0)
    rate = weighted_rate([(one.wrong, one.weight) for one in audits], terms.confidence)
    is_missed = rate.interval.low > terms.limit
    return Attainment("accuracy", "accuracy", terms.limit, rate.value, right, len(audits), rate.interval.low,
                      rate.interval.high, terms.credit if is_missed else ZERO, is_missed)  # fmt: skip


def _availability(terms: Availability, contract: Contract, outages: Iterable[Outage], period: Span) -> Attainment:
    value, hours = availability(outages, office_of(contract.calendar), terms, period)
    is_missed = value is not None and value < terms.share
    return Attainment("availability", "availability", terms.share, value, round((value or 0.0) * hours, 6), hours,
                      percent=terms.credit if is_missed else ZERO, is_missed=is_missed)  # fmt: skip


def availability(
    outages: Iterable[Outage], office: BusinessCalendar, terms: Availability, period: Span
) -> tuple[float | None, float]:
    """The share of service hours in which everything was up, and those hours; announced maintenance is no service hour.

    An outage that runs over into announced maintenance counts for the part outside only.
    """
    of_terms = [one for one in outages
                if one.is_planned or not terms.components or one.component in terms.components]  # fmt: skip
    planned = _joined(_clipped([one for one in of_terms if one.is_planned], period))
    all_down = _joined(_clipped(of_terms, period))

    def hours(spans: Iterable[Span]) -> float:
        if terms.always:
            return sum((end - begin).total_seconds() / _HOUR for begin, end in spans)
        return sum(office.hours_between(begin, end) for begin, end in spans)

    left_out = hours(planned)
    service = hours([period]) - left_out
    if service <= 0:
        return None, 0.0
    return 1.0 - (hours(all_down) - left_out) / service, round(service, 6)


def _clipped(outages: Iterable[Outage], period: Span) -> list[Span]:
    spans = [(max(one.started_at, period[0]), min(one.ended_at or period[1], period[1])) for one in outages]
    return [(begin, end) for begin, end in spans if begin < end]


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def month_of(at: datetime, timezone: str, back: int = 0) -> Span:
    """The local calendar month that a moment lies in, or so many months before it.

    >>> month_of(datetime(2026, 11, 20, tzinfo=UTC), "Europe/Paris")[0].isoformat()
    '2026-10-31T23:00:00+00:00'
    """
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    first = local.year * 12 + local.month - 1 - back

    def start(month: int) -> datetime:
        return datetime(month // 12, month % 12 + 1, 1, tzinfo=zone).astimezone(UTC)

    return start(first), start(first + 1)
