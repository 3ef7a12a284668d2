"""How the allowances and charges of a whole document fall on its VAT rates, which only their sums tell.

EN 16931 wants each allowance (BG-20) and charge (BG-21) with its VAT category, and each rate's base to be its lines
less allowances plus charges (BR-S-08 and its kin). The difference between base and lines is what falls on that rate.

>>> rows = (VatBreakdown(rate=Decimal(20), taxable=Decimal(90), category="S"),)
>>> lines = (InvoiceLine(net_amount=Decimal(100), vat_rate=Decimal(20)),)
>>> [str(part.amount) for part in parts_of(Invoice(allowance_total=Decimal(10), vat_breakdown=rows, lines=lines))]
['10']
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from models.invoice import Invoice, InvoiceLine, VatBreakdown

ZERO = Decimal(0)
REASONS = {False: ("95", "Allowance"), True: ("ABK", "Charge")}  # UNTDID 5189: discount; UNTDID 7161: miscellaneous


class Part(NamedTuple):
    """One allowance or charge with the rate on which it falls."""

    is_charge: bool
    amount: Decimal
    rate: Decimal | None
    category: str | None


def parts_of(invoice: Invoice) -> tuple[Part, ...]:
    """Allowances and charges by VAT rate; one of each without a rate where the sums do not tell."""
    allowance, charge = invoice.allowance_total or ZERO, invoice.charge_total or ZERO
    if not allowance and not charge:
        return ()
    rows = invoice.vat_breakdown
    gaps = [(row, (row.taxable or ZERO) - _net_at(row, invoice)) for row in rows]
    both = charge - sum((gap for _, gap in gaps if gap > 0), ZERO)
    if not gaps or both < 0 or both != allowance + sum((gap for _, gap in gaps if gap < 0), ZERO):
        found = [(False, allowance, VatBreakdown()), (True, charge, VatBreakdown())]
    else:
        found = [(False, both, gaps[0][0]), (True, both, gaps[0][0]), *((gap > 0, abs(gap), row) for row, gap in gaps)]
    merged: dict[tuple[bool, Decimal | None, str | None], Decimal] = {}
    for is_charge, amount, row in found:
        key = (is_charge, row.rate, row.category)
        merged[key] = merged.get(key, ZERO) + amount
    return tuple(Part(key[0], amount, key[1], key[2]) for key, amount in merged.items() if amount)


def _net_at(row: VatBreakdown, invoice: Invoice) -> Decimal:
    return sum((line.net_amount or ZERO for line in invoice.lines if is_of(line, row, invoice)), ZERO)


def is_of(line: InvoiceLine, row: VatBreakdown, invoice: Invoice) -> bool:
    """Whether a line is taxed by this row of the recapitulation."""
    return line.vat_rate == row.rate or (line.vat_rate is None and len(invoice.vat_breakdown) == 1)
