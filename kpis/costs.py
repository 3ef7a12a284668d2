"""What an invoice costs: machine, people, micro-tasks, fees, and the client's part of transition and governance.

Amounts are exact, in one currency. A month is a twelfth of 365.25 days, so that periods of any length add up.

>>> start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
>>> spent = Spent(exported=100, pages=500, routine_seconds=7200.0)
>>> told = parts_of(spent, CostSettings(governance_month=Decimal(100)), start, end)
>>> told["people"], told["machine"], told["governance"]
(Decimal('56.0000'), Decimal('37.0000'), Decimal('98.5626'))
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import fsum
from typing import NamedTuple

from kpis.cases import Case
from models.history import History
from models.settings_service import CostSettings

PARTS = ("machine", "people", "micro", "fees", "transition", "governance")
_CENT_OF_CENT = Decimal("0.0001")
_HOUR, _MONTH_HOURS = Decimal(3600), Decimal("730.5")


class Spent(NamedTuple):
    """What was done in a period that costs something."""

    exported: int = 0
    pages: int = 0
    routine_seconds: float = 0.0
    expert_seconds: float = 0.0
    micro: Decimal = Decimal(0)


def spent_in(history: History, cases: Iterable[Case], settings: CostSettings, start: datetime, end: datetime) -> Spent:
    """Count what was done in a period: work on any document in it, whenever that leaves the house."""
    routine: list[float] = []
    expert: list[float] = []
    exported = 0
    for case in cases:
        exported += case.exported is not None and start <= case.exported < end
        for touch in case.touches:
            if start <= touch.at < end:
                is_expert = case.expert_since is not None and touch.at > case.expert_since
                (expert if is_expert else routine).append(touch.seconds)
    pages = sum(read.pages for read in history.readings if start <= read.at < end)
    paid = (pay.amount for pay in history.pay if start <= pay.at < end and pay.currency == settings.currency)
    return Spent(exported, pages, fsum(routine), fsum(expert), sum(paid, Decimal(0)))


def parts_of(spent: Spent, settings: CostSettings, start: datetime, end: datetime) -> dict[str, Decimal]:
    """The parts of what a period cost, each rounded to a hundredth of a cent."""
    hours = _hours(start, end)
    months = hours / _MONTH_HOURS
    parts = {
        "machine": spent.pages * settings.page + hours * settings.machine_hour * settings.machine_share,
        "people": (_seconds(spent.routine_seconds) * settings.routine_hour
                   + _seconds(spent.expert_seconds) * settings.expert_hour) / _HOUR,
        "micro": spent.micro,
        "fees": spent.exported * settings.fee_per_invoice + months * settings.licences_month,
        "transition": settings.transition / settings.transition_months * _written_off(settings, start, end),
        "governance": months * settings.governance_month,
    }  # fmt: skip
    return {name: parts[name].quantize(_CENT_OF_CENT, ROUND_HALF_UP) for name in PARTS}


def _written_off(settings: CostSettings, start: datetime, end: datetime) -> Decimal:
    """How many months of the period bear the transition."""
    if settings.transition_from is None:
        return _hours(start, end) / _MONTH_HOURS
    first = datetime.combine(settings.transition_from, time(0), UTC)
    last = first + timedelta(hours=float(_MONTH_HOURS * settings.transition_months))
    return max(_hours(max(start, first), min(end, last)), Decimal(0)) / _MONTH_HOURS


def _hours(start: datetime, end: datetime) -> Decimal:
    return Decimal((end - start) // timedelta(microseconds=1)) / Decimal(3_600_000_000)


def _seconds(seconds: float) -> Decimal:
    return Decimal(str(round(seconds, 3)))
