"""What missed targets cost: credits by bands of attainment, a cap, what is earned back, a bonus. Pure arithmetic.

Percentages are of the fees of the period; amounts are rounded to the cent, half up.

>>> bands = (Band(below=0.95, percent=Decimal(2)), Band(below=0.90, percent=Decimal(5)))
>>> band_percent(0.93, bands), band_percent(0.89, bands), band_percent(0.95, bands), band_percent(None, bands)
(Decimal('2'), Decimal('5'), Decimal('0.00'), Decimal('0.00'))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from models.contract import Band, Bonus, Fees

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


def cents(amount: Decimal) -> Decimal:
    """An amount to the cent, half up.

    >>> cents(Decimal("0.125"))
    Decimal('0.13')
    """
    return amount.quantize(_CENT, ROUND_HALF_UP)


def fees_of(fees: Fees, documents: int) -> Decimal:
    """The fees of a month with so many documents done.

    >>> fees_of(Fees(month=Decimal(1000), document=Decimal("0.80")), 250)
    Decimal('1200.00')
    """
    return cents(fees.month + fees.document * documents)


def band_percent(attainment: float | None, bands: Iterable[Band]) -> Decimal:
    """The percentage of the deepest band that an attainment lies below; nothing where there was nothing to attain."""
    if attainment is None:
        return ZERO
    return max((band.percent for band in bands if attainment < band.below), default=ZERO)


def percent_of(percent: Decimal, fees: Decimal) -> Decimal:
    """So many percent of the fees."""
    return cents(fees * percent / _HUNDRED)


def capped(owed: Sequence[Decimal], penalties: Decimal, cap: Decimal, fees: Decimal) -> Decimal:
    """Credits and penalties together, never more than the cap's share of the fees.

    >>> capped((Decimal(50), Decimal(80)), Decimal(20), Decimal(10), Decimal(1000))
    Decimal('100.00')
    """
    return min(cents(sum(owed, ZERO) + penalties), percent_of(cap, fees))


def earned_back(credit: Decimal, later: Sequence[bool], periods: int) -> Decimal:
    """What of a credit comes back: all of it, once so many periods after it were met in a row.

    `later` says of each period after the credit's, in order up to this one, whether every target was met. It comes
    back in the period that completes the row, and only then.

    >>> earned_back(Decimal(50), (True, True), 2), earned_back(Decimal(50), (True, True, True), 2)
    (Decimal('50'), Decimal('0.00'))
    """
    return credit if periods and len(later) == periods and all(later) else ZERO


def bonus_of(bonus: Bonus | None, attainments: Sequence[float | None], fees: Decimal) -> Decimal:
    """The bonus where every target that had documents is at least at its mark, and one had."""
    known = [each for each in attainments if each is not None]
    if bonus is None or not known or min(known) < bonus.above:
        return ZERO
    return percent_of(bonus.percent, fees)
