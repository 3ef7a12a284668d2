"""Money: the one place where amounts are rounded. Half up, as European commercial practice has it.

>>> round_amount(Decimal("2.345"))
Decimal('2.35')
>>> decimal_text(Decimal("1E+3"))
'1000'
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MINOR_UNITS: dict[str, int] = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "TND": 3, "KWD": 3, "BHD": 3, "OMR": 3}


def round_amount(amount: Decimal, currency: str | None = None) -> Decimal:
    """Round half up to the currency's minor unit (ISO 4217; two digits where it is not listed)."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency or "", 2)), rounding=ROUND_HALF_UP)


def decimal_text(number: Decimal) -> str:
    """Decimal notation without exponent, digits as they are."""
    return format(number, "f")
