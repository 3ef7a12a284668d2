"""Rates of exchange by day, and conversion that says how old its rate is. A rate is how many units one euro buys.

Fixed rates are law: currencies that the euro replaced (Council regulations (EC) 2866/98, 1478/2000, 1086/2006,
1134/2007, 1135/2007, 694/2008, 671/2010, 870/2013, 851/2014, (EU) 2022/1208, and that for Bulgaria, 2026).

>>> convert(Decimal("655.957"), "FRF", "EUR", date(2026, 5, 4), ())
Converted(amount=Decimal('100.00'), day=None, age_days=0)
>>> usd = CurrencyRate(currency="USD", day=date(2026, 5, 1), per_euro="1.10", source="ECB")
>>> convert(Decimal("110"), "USD", "EUR", date(2026, 5, 4), [usd])
Converted(amount=Decimal('100.00'), day=datetime.date(2026, 5, 1), age_days=3)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from models.invoice import Frozen
from models.money import round_amount

EURO = "EUR"
_FIXED = """
ATS 13.7603
BEF 40.3399
BGN 1.95583
CYP 0.585274
DEM 1.95583
EEK 15.6466
ESP 166.386
FIM 5.94573
FRF 6.55957
GRD 340.750
HRK 7.53450
IEP 0.787564
ITL 1936.27
LTL 3.45280
LUF 40.3399
LVL 0.702804
MTL 0.429300
NLG 2.20371
PTE 200.482
SIT 239.640
SKK 30.1260
"""
FIXED: dict[str, Decimal] = {
    code: Decimal(rate) for code, rate in (line.split() for line in _FIXED.strip().split("\n"))
}


class CurrencyRate(Frozen):
    """How many of a currency one euro bought on a day, and who says so."""

    currency: str
    day: date
    per_euro: Decimal
    source: str


class Converted(NamedTuple):
    """An amount in another currency: the day of the rate (None where it is fixed or none is needed), and its age."""

    amount: Decimal
    day: date | None
    age_days: int


def rate_on(currency: str, day: date, rates: Iterable[CurrencyRate]) -> CurrencyRate | None:
    """The newest rate of a currency that is not after a day; fixed rates are always there."""
    if currency == EURO or currency in FIXED:
        return CurrencyRate(currency=currency, day=date.min, per_euro=FIXED.get(currency, Decimal(1)), source="fixed")
    known = (rate for rate in rates if rate.currency == currency and rate.day <= day and rate.per_euro > 0)
    return max(known, key=lambda rate: rate.day, default=None)


def convert(amount: Decimal, source: str, target: str, day: date, rates: Iterable[CurrencyRate]) -> Converted | None:
    """An amount in another currency at the newest rates not after the day; None where a rate is missing.

    The age is that of the older rate, in days. The amount is rounded once, to the target's minor unit.
    """
    if source == target:
        return Converted(amount, None, 0)
    rates = tuple(rates)
    left, right = rate_on(source, day, rates), rate_on(target, day, rates)
    if left is None or right is None:
        return None
    moving = [rate.day for rate in (left, right) if rate.day != date.min]
    oldest = min(moving, default=None)
    return Converted(
        round_amount(amount / left.per_euro * right.per_euro, target), oldest, (day - oldest).days if oldest else 0
    )
