"""How an invoice rounds its VAT: once for each rate, or line by line. Both are allowed; which one fits is a fact.

Directive 2006/112 names no way of rounding; EN 16931 (BR-CO-17) rounds once for each rate, and many programs round
each line. Document allowances and charges count as one more line.

>>> lines = [{"net_amount": "0.04", "vat_rate": "20"}] * 3
>>> rounding_mode(Invoice(lines=lines, vat_breakdown=[{"rate": "20", "taxable": "0.12", "tax": "0.03"}]))
'per_line'
>>> rounding_mode(Invoice(vat_breakdown=[{"rate": "20", "taxable": "10.03", "tax": "2.01"}]))
'per_rate'
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from models.finding import Severity
from models.invoice import Invoice, VatBreakdown
from models.money import round_amount
from validators.rule import Breach, Case, money, per_cent, rule

RoundingMode = Literal["per_rate", "per_line", "both"]
ZERO = Decimal(0)


def tax_once(invoice: Invoice, row: VatBreakdown) -> Decimal | None:
    """The VAT of a rate, rounded once; None where base or rate are missing."""
    if row.rate is None or row.taxable is None:
        return None
    return round_amount(row.taxable * row.rate / 100, invoice.currency)


def tax_by_lines(invoice: Invoice, row: VatBreakdown) -> Decimal | None:
    """The VAT of a rate, rounded line by line; None where the lines do not tell its base."""
    if row.rate is None or row.taxable is None:
        return None
    nets = [line.net_amount for line in invoice.lines if line.vat_rate == row.rate]
    known = [net for net in nets if net is not None]
    if not known or len(known) < len(nets):
        return None
    rest = row.taxable - sum(known, ZERO)  # allowances and charges of the whole document
    if rest and not (invoice.allowance_total or invoice.charge_total):
        return None
    return sum((round_amount(net * row.rate / 100, invoice.currency) for net in (*known, rest)), ZERO)


def row_mode(invoice: Invoice, row: VatBreakdown) -> RoundingMode | None:
    """Which way of rounding gives the VAT of one rate; None where neither does, or nothing can be said."""
    if row.tax is None:
        return None
    once, by_lines = tax_once(invoice, row), tax_by_lines(invoice, row)
    fits_once = once is not None and abs(once) == abs(row.tax)
    fits_lines = by_lines is not None and abs(by_lines) == abs(row.tax)
    if fits_once and fits_lines and invoice.lines:
        return "both"
    return "per_rate" if fits_once else "per_line" if fits_lines else None


def rounding_mode(invoice: Invoice) -> RoundingMode | None:
    """Which way of rounding gives the VAT of every rate; None where no way does, or there is no VAT to round."""
    modes = {row_mode(invoice, row) for row in invoice.vat_breakdown if row.tax}
    if not modes or None in modes or {"per_rate", "per_line"} <= modes:
        return None
    return "per_line" if "per_line" in modes else "per_rate" if "per_rate" in modes else "both"


@rule("AP-VAT-ROUNDING", Severity.NOTE, ("vat_breakdown",), "directive 2006/112 art. 226; EN 16931-1:2017, BR-CO-17")
def rounded_once(case: Case) -> Iterable[Breach]:
    """The VAT of a rate is rounded once; rounding line by line is allowed too, and said.

    >>> lines = [{"net_amount": "0.04", "vat_rate": "20"}] * 3
    >>> list(rounded_once(Case.of(lines=lines, vat_breakdown=[{"rate": "20", "taxable": "0.12", "tax": "0.02"}])))
    []
    >>> by_line = Case.of(lines=lines, vat_breakdown=[{"rate": "20", "taxable": "0.12", "tax": "0.03"}])
    >>> [wrong.message for wrong in rounded_once(by_line)]
    ['The VAT at 20 % is rounded line by line: 0.03; rounded once it would be 0.02.']
    """
    for row in case.invoice.vat_breakdown:
        once = tax_once(case.invoice, row)
        if row.rate is not None and once is not None and row_mode(case.invoice, row) == "per_line":
            rate = per_cent(row.rate)
            text = f"The VAT at {rate} % is rounded line by line: {money(row.tax)}; rounded once it would be"
            yield Breach(f"{text} {money(once)}.", money(once), money(row.tax), figures={"rate": rate})
