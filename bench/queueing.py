"""A seeded office for comparing orders of work: invoices come in, one person works through them, delays cost money."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kpis.calendar import BusinessCalendar, calendar_of
from kpis.waiting import Discount, Facts, effort_minutes, price
from models.settings_review import ReviewSettings

START = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: documents settled, time limits missed, money lost."""

    settled: int
    breaches: int
    cost: float


def simulate(seed: random.Random, *, days: int, arrivals: int, order: str) -> Outcome:
    """Work through `days` of arrivals, more than one person can do on some of them, by `cost` or by `fifo`."""
    settings = ReviewSettings()
    office = calendar_of(settings)
    coming = [_arrival(seed, office, settings, day) for day in range(days) for _ in range(arrivals)]
    coming.sort(key=lambda one: one[0])
    waiting: list[tuple[datetime, Facts]] = []
    at, settled, breaches, cost = START, 0, 0, 0.0
    while coming or waiting:
        while coming and coming[0][0] <= at:
            waiting.append(coming.pop(0))
        if not waiting:
            at = office.next_open(coming[0][0])
            continue
        for chosen in _next(waiting, at, settings, order):
            waiting.remove(chosen)
            at = office.add_hours(at, effort_minutes(settings.review_minutes, chosen[1].doubts) / 60)
            settled += 1
            breaches += at > chosen[1].sla_end
            cost += _lost(chosen[1], at, office, settings)
    return Outcome(settled, breaches, round(cost, 2))


def _next(
    waiting: list[tuple[datetime, Facts]], at: datetime, settings: ReviewSettings, order: str
) -> list[tuple[datetime, Facts]]:  # fmt: skip
    """The next ten: prices hold for the hour anyway."""
    if order == "fifo":
        return waiting[:10]
    return sorted(waiting, key=lambda one: -price(one[1], at, settings).rank)[:10]


def _arrival(
    seed: random.Random, office: BusinessCalendar, settings: ReviewSettings, day: int
) -> tuple[datetime, Facts]:  # fmt: skip
    come = office.add_hours(START, day * office.day_hours + seed.random() * office.day_hours)
    issued = come.date() - timedelta(days=seed.randrange(1, 45))
    discount = Discount(seed.choice((8, 14)), 2.0, None) if seed.random() < 0.15 else None
    sla = settings.sla_hours * seed.choice((0.5, 1, 1, 3))
    facts = Facts(gross=round(seed.lognormvariate(6.5, 1.2), 2), issued=issued, due=_due(seed, issued),
                  sla_end=office.add_hours(come, sla), doubts=seed.randrange(0, 6), discount=discount)  # fmt: skip
    return come, facts


def _due(seed: random.Random, issued: date) -> date:
    return issued + timedelta(days=seed.choice((14, 30, 30, 45, 60)))


def _lost(facts: Facts, at: datetime, office: BusinessCalendar, settings: ReviewSettings) -> float:
    """What was truly lost by the moment of settling, by the terms themselves and not by the price."""
    pay = office.end_of(facts.due, settings.pay_days) if facts.due else at
    days = max((at - pay).total_seconds(), 0) / 86_400
    lost = (settings.late_fee if days else 0.0) + facts.gross * settings.late_interest_percent / 36_500 * days
    lost += settings.sla_penalty * (at > facts.sla_end)
    if facts.discount and facts.issued:
        last = office.end_of(facts.issued + timedelta(days=facts.discount.days), settings.pay_days)
        lost += facts.gross * facts.discount.percent / 100 * (at > last)
    return lost
