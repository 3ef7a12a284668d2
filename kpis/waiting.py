"""What it costs to leave a document for another business day, and how much of that a minute of work saves.

The queue is ordered by `Price.rank`: expected cost divided by expected minutes (the rule of weighted shortest job
first, W. E. Smith, "Various optimizers for single-stage production", 1956). Amounts are in the document's currency.
With `now` the moment and `next` the same hour of the next business day, the cost is the sum of

- discount: what the supplier gives for early payment, if its last moment lies in [now, next);
- fee: the fixed late fee, if the last moment to pay in time lies in [now, next);
- interest: gross x rate a year x days by which payment becomes later still;
- sla: penalty x (P(late | next) - P(late | now)), with P = exp(-slack / one day) and 1 once it is late;
- tied: gross x rate a year x days: an amount that nobody can plan with;
- answer: the penalty once more where a supplier has answered and waits for us.

The last moment to pay in time is the closing of the due date less finance's own days; a discount's is alike. Prices
hold for the hour in which they were made (`valid_until`).

>>> parse_discount("#SKONTO#TAGE=14#PROZENT=2.00#")
Discount(days=14, percent=2.0, base=None)
>>> effort_minutes(4.0, doubts=2)
4.0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import exp

from kpis.calendar import BusinessCalendar, calendar_of
from models.settings_review import ReviewSettings

_DAYS_OF_YEAR = 365.0
_DAY_SECONDS = 86_400.0
_FAR = timedelta(days=400)  # a date further away is not looked at: it costs nothing tomorrow
_BARE, _DOUBT = 0.5, 0.25  # of the office's minutes: to look at all, and for each doubt; two doubts make the average
_MOST_DOUBTS = 10
_DISCOUNT = re.compile(r"#SKONTO#TAGE=(\d{1,3})#PROZENT=(\d{1,2}\.\d\d)(?:#BASISBETRAG=(\d{1,12}\.\d\d))?#")
PARTS = ("discount", "fee", "interest", "sla", "tied", "answer")


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount for payment within so many days of the invoice's date, as XRechnung writes it in BT-20."""

    days: int
    percent: float
    base: float | None  # amount it is taken from; none: the gross total


@dataclass(frozen=True, slots=True)
class Facts:
    """What the price of a document depends on."""

    gross: float
    issued: date | None
    due: date | None
    sla_end: datetime
    doubts: int = 0
    discount: Discount | None = None
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """Cost of another business day, its parts (those above zero), the minutes of work, and until when it holds."""

    cost: float
    minutes: float
    valid_until: datetime
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def rank(self) -> float:
        """Cost saved by a minute of work."""
        return round(self.cost / self.minutes, 6)


def parse_discount(terms: str | None) -> Discount | None:
    """The first discount of payment terms that are written as XRechnung demands (BR-DE-18); free text gives none."""
    found = _DISCOUNT.search(terms or "")
    return Discount(int(found[1]), float(found[2]), float(found[3]) if found[3] else None) if found else None


def effort_minutes(usual: float, doubts: int) -> float:
    """Minutes that a person needs: half of the usual to look at all, a quarter for each doubt."""
    return usual * (_BARE + _DOUBT * min(doubts, _MOST_DOUBTS))


def price(facts: Facts, now: datetime, settings: ReviewSettings) -> Price:
    """What another business day costs."""
    office = calendar_of(settings)
    hour = now.replace(minute=0, second=0, microsecond=0)
    start = office.next_open(hour)
    until = max(start, hour + timedelta(hours=1))
    later = office.add_hours(start, office.day_hours)
    gross = max(facts.gross, 0.0)  # a credit note costs nothing by waiting but its SLA
    pay_end = _pay_end(facts.due, office, settings, start)
    parts = {
        "discount": _discount(facts, gross, office, settings, start, later),
        "fee": settings.late_fee if gross and _ends(pay_end, start, later) else 0.0,
        "interest": _interest(facts, gross, office, settings, start, later),
        "sla": settings.sla_penalty * (_late(facts, office, later) - _late(facts, office, start)),
        "tied": gross * settings.tied_up_percent / 100 / _DAYS_OF_YEAR * _days(start, later),
        "answer": settings.sla_penalty if facts.is_answered else 0.0,
    }
    told = {name: round(amount, 4) for name, amount in parts.items() if round(amount, 4) > 0}
    return Price(round(sum(told.values()), 4), effort_minutes(settings.review_minutes, facts.doubts), until, told)


def _pay_end(due: date | None, office: BusinessCalendar, settings: ReviewSettings, near: datetime) -> datetime | None:
    """The last moment at which finance can still pay by a date; None where there is no date near enough to matter."""
    if due is None or abs(due - near.date()) > _FAR:
        return None
    return office.end_of(due, settings.pay_days)


def _ends(moment: datetime | None, start: datetime, later: datetime) -> bool:
    return moment is not None and start <= moment < later


def _discount(
    facts: Facts, gross: float, office: BusinessCalendar, settings: ReviewSettings, start: datetime, later: datetime
) -> float:
    if facts.discount is None or facts.issued is None:
        return 0.0
    last = _pay_end(facts.issued + timedelta(days=facts.discount.days), office, settings, start)
    amount = (facts.discount.base or gross) * facts.discount.percent / 100
    return amount if _ends(last, start, later) else 0.0


def _interest(
    facts: Facts, gross: float, office: BusinessCalendar, settings: ReviewSettings, start: datetime, later: datetime
) -> float:
    last = _pay_end(facts.due, office, settings, start)
    if last is None:
        return 0.0
    return gross * settings.late_interest_percent / 100 / _DAYS_OF_YEAR * _days(max(start, last), later)


def _days(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0) / _DAY_SECONDS


def _late(facts: Facts, office: BusinessCalendar, at: datetime) -> float:
    """The probability that the SLA is missed by a document that is still here at a moment."""
    if at >= facts.sla_end:
        return 1.0
    if facts.sla_end - at > _FAR:
        return 0.0
    return exp(-office.hours_between(at, facts.sla_end) / (office.day_hours or 1.0))
