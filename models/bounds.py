"""Amounts that can be true: what no ledger takes is left out before anybody computes with it.

A number such as 1E+999999 is short on paper and endless in decimal notation; sums with it overflow.

>>> from models.invoice import Invoice
>>> within_bounds(Invoice(gross_total="1E+400", net_total="5")).model_dump(exclude_none=True)["net_total"]
Decimal('5')
>>> within_bounds(Invoice(gross_total="1E+400")).gross_total is None
True
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from models.invoice import Frozen, Invoice

LARGEST_DIGITS = 13  # before the decimal point: what NUMERIC(15,2) holds
SMALLEST_EXPONENT = -30  # decimals beyond this are noise

F = TypeVar("F", bound=Frozen)


def is_bookable(amount: Decimal) -> bool:
    """Whether an amount fits a ledger: finite, less than ten to the thirteenth, a sane number of decimals."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= SMALLEST_EXPONENT and (
        not amount or amount.adjusted() < LARGEST_DIGITS
    )  # fmt: skip


def within_bounds(invoice: Invoice) -> Invoice:
    """The invoice without the numbers that are not bookable; the same object where all are."""
    bounded = _bounded(invoice)
    lines = tuple(map(_bounded, invoice.lines))
    rows = tuple(map(_bounded, invoice.vat_breakdown))
    if lines != invoice.lines or rows != invoice.vat_breakdown:
        return bounded.model_copy(update={"lines": lines, "vat_breakdown": rows})
    return bounded


def _bounded(value: F) -> F:
    update: dict[str, Any] = {
        name: None for name, number in value.__dict__.items() if isinstance(number, Decimal) and not is_bookable(number)
    }
    return value.model_copy(update=update) if update else value
