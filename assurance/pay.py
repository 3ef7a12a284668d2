"""What a task pays: from measured time and the wage floor of the worker's region, and what a week is paid on top.

The rate is the 75th percentile of the measured seconds times the hourly floor, rounded up: three of four tasks pay more
than their time at the floor. Whoever is slower is paid the difference by the week, so that nobody's hour of active work
is below the floor. Seconds and amounts are Decimals. Idea: Fair Work, Whiting et al., HCOMP 2019.

>>> rate(Decimal(18), Decimal("12.00")), top_up(Decimal("3.00"), Decimal(1800), Decimal("12.00"))
(Decimal('0.0600'), Decimal('3.00'))
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from statistics import median
from typing import NamedTuple

from models.paid import Entry

HOUR = Decimal(3600)
TASK_STEP, WEEK_STEP, SECOND = Decimal("0.0001"), Decimal("0.01"), Decimal("0.1")
MEASURED = 20  # answers before the measured time takes the place of the assumed one


def percentile_75(seconds: Sequence[Decimal]) -> Decimal:
    """The least of the values that three of four do not exceed.

    >>> percentile_75([Decimal(each) for each in (4, 1, 3, 2)])
    Decimal('3')
    """
    return sorted(seconds)[ceil(0.75 * len(seconds)) - 1]


def usual(seconds: Sequence[Decimal], assumed: Decimal) -> Decimal:
    """The median of what was measured; what is assumed while too little was."""
    return Decimal(median(seconds)) if len(seconds) >= MEASURED else assumed


def rate(seconds: Decimal, hourly: Decimal) -> Decimal:
    """What a task of so many seconds pays, rounded up to a hundredth of a cent."""
    exact = Fraction(seconds) * Fraction(hourly) / 3600
    return Decimal(ceil(exact / Fraction(TASK_STEP))) * TASK_STEP


def active_seconds(wall: Decimal, visible: Decimal | None, middle: Decimal, factor: Decimal) -> Decimal:
    """The seconds that count: those in which the page was seen, never more than passed; a pause is cut.

    >>> ten, three = Decimal(10), Decimal(3)
    >>> active_seconds(Decimal(600), Decimal(12), ten, three), active_seconds(Decimal(600), None, ten, three)
    (Decimal('12.0'), Decimal('30.0'))
    >>> active_seconds(Decimal(5), Decimal(99), ten, three)  # the server's clock has the last word
    Decimal('5.0')
    """
    seen = wall if visible is None else min(wall, max(Decimal(0), visible))
    return max(Decimal(0), min(seen, middle * factor)).quantize(SECOND, ROUND_HALF_UP)


def top_up(earned: Decimal, seconds: Decimal, floor: Decimal) -> Decimal:
    """What is missing until so many seconds are paid at the floor, rounded up to a cent."""
    missing = Fraction(seconds) * Fraction(floor) / 3600 - Fraction(earned)
    return max(Decimal("0.00"), Decimal(ceil(missing / Fraction(WEEK_STEP))) * WEEK_STEP)


def hourly_wage(earned: Decimal, seconds: Decimal) -> Decimal:
    """What an hour of active work came to.

    >>> hourly_wage(Decimal("3.00"), Decimal(900))
    Decimal('12.00')
    """
    return (earned * HOUR / seconds).quantize(WEEK_STEP, ROUND_HALF_UP) if seconds else Decimal("0.00")


def to_cents(amount: Decimal) -> Decimal:
    """A sum of rates as it is paid out: rounded up, in the worker's favour."""
    return amount.quantize(WEEK_STEP, ROUND_CEILING)


def week_of(day: date) -> date:
    """The Monday of a day's week.

    >>> week_of(date(2026, 11, 22))
    datetime.date(2026, 11, 16)
    """
    return day - timedelta(days=day.weekday())


class PaidWeek(NamedTuple):
    """A week's statement: what the worker sees, what the office pays, what the CSV says."""

    week: date
    worker: str
    region: str
    tasks: int
    seconds: Decimal
    earned: Decimal
    floor: Decimal
    top_up: Decimal
    total: Decimal
    hourly: Decimal
    currency: str
    user_id: str


def settle_week(week: date, entries: Sequence[Entry]) -> PaidWeek:
    """One person's statement in one currency; the top-up brings the hour to the highest floor of the week.

    >>> done = Entry("u", "ann", "XA", "EUR", True, Decimal(60), Decimal("0.15"), Decimal("12.00"))
    >>> settle_week(date(2026, 11, 16), [done] * 10)[5:10]
    (Decimal('1.50'), Decimal('12.00'), Decimal('0.50'), Decimal('2.00'), Decimal('12.00'))
    """
    seconds = sum((each.seconds for each in entries), Decimal(0))
    earned = to_cents(sum((each.pay for each in entries), Decimal(0)))
    floor = max(each.hourly for each in entries)
    more = top_up(earned, seconds, floor)
    last, tasks = entries[-1], sum(each.is_answer for each in entries)
    return PaidWeek(week, last.worker, last.region, tasks, seconds, earned, floor, more,
                    earned + more, hourly_wage(earned + more, seconds), last.currency, last.user_id)  # fmt: skip


def statements(week: date, entries: Iterable[Entry]) -> list[PaidWeek]:
    """The statements of a week, one for each person and currency, by name."""
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for each in entries:
        found[each.user_id, each.currency].append(each)
    return sorted((settle_week(week, own) for own in found.values()), key=lambda one: (one.worker, one.currency))


def as_csv(weeks: Sequence[PaidWeek]) -> str:
    """Statements as CSV with the names of the columns; names of people cannot begin a formula.

    >>> as_csv([]).strip()
    'week,worker,region,tasks,seconds,earned,floor,top_up,total,hourly,currency,user_id'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(PaidWeek._fields)
    for each in weeks:
        worker = each.worker if each.worker[:1].isalnum() else f"'{each.worker}"
        writer.writerow(each._replace(worker=worker))
    return text.getvalue()
