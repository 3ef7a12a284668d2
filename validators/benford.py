"""The report on amounts of one supplier: first digits, round sums, weekends, amounts just below a limit. Report only.

First digits of amounts that grow over orders of magnitude follow Benford's law; invented ones seldom do. The fit is
told by chi-square (8 degrees of freedom, 5 % at 15.51) and by the mean absolute deviation with the bounds of
M. Nigrini, "Benford's Law", 2012, table 7.1. A supplier with one price list breaks it honestly: it says where to look,
no more.

>>> [round(share, 3) for share in BENFORD]
[0.301, 0.176, 0.125, 0.097, 0.079, 0.067, 0.058, 0.051, 0.046]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log10

from models.fraud import Past
from validators.outliers import SATURDAY
from validators.splitting import is_round, limit_below

BENFORD = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
CRITICAL = 15.507  # chi-square with 8 degrees of freedom at 5 %
NIGRINI = ((0.006, "close"), (0.012, "acceptable"), (0.015, "marginal"))  # mean absolute deviation up to
_BEYOND = "nonconforming"


@dataclass(frozen=True, slots=True)
class FirstDigits:
    """Observed shares of the digits 1 to 9, and how they fit."""

    shares: tuple[float, ...]
    chi_square: float
    deviation: float  # mean absolute

    @property
    def verdict(self) -> str:
        """close, acceptable, marginal or nonconforming."""
        return next((word for bound, word in NIGRINI if self.deviation <= bound), _BEYOND)


@dataclass(frozen=True, slots=True)
class AmountReport:
    """One supplier. `digits` is None where rows are missing: `missing` says how many."""

    seller_id: str
    name: str
    rows: int
    missing: int
    digits: FirstDigits | None
    round_share: float
    weekend_share: float
    below_share: float


def first_digit(amount: Decimal) -> int | None:
    """The first digit that is not zero.

    >>> first_digit(Decimal("0.0372")), first_digit(Decimal("-941")), first_digit(Decimal(0))
    (3, 9, None)
    """
    return next((digit for digit in amount.as_tuple().digits if digit), None)


def first_digits(amounts: Iterable[Decimal]) -> FirstDigits:
    """How the first digits of amounts are spread.

    >>> powers = first_digits(Decimal(2) ** at for at in range(600))
    >>> powers.verdict, powers.chi_square < CRITICAL
    ('close', True)
    >>> first_digits(Decimal(500 + at) for at in range(600)).verdict
    'nonconforming'
    """
    counts = Counter(digit for amount in amounts if (digit := first_digit(amount)))
    total = sum(counts.values())
    if not total:
        return FirstDigits((0.0,) * 9, 0.0, 0.0)
    shares = tuple(counts[digit] / total for digit in range(1, 10))
    pairs = list(zip(shares, BENFORD, strict=True))
    chi_square = total * sum((seen - law) ** 2 / law for seen, law in pairs)
    return FirstDigits(shares, round(chi_square, 3), round(sum(abs(seen - law) for seen, law in pairs) / 9, 5))


def amount_report(
    seller_id: str, name: str, past: Sequence[Past], *, limits: Sequence[Decimal], share: float, step: Decimal,
    least: int,
) -> AmountReport:  # fmt: skip
    """The report of one supplier; the law of first digits speaks from `least` invoices on."""
    rows = [row for row in past if row.amount]
    missing = max(0, least - len(rows))
    days = [row.issued or row.received for row in rows]
    return AmountReport(
        seller_id, name, len(rows), missing,
        first_digits(row.amount for row in rows) if not missing else None,
        _share(is_round(row.amount, step) for row in rows),
        _share(day.weekday() >= SATURDAY for day in days),
        _share(limit_below(row.amount, limits, share) is not None for row in rows),
    )  # fmt: skip


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return round(sum(found) / len(found), 4) if found else 0.0
