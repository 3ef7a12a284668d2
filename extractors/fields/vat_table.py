"""The VAT recapitulation: rows with a rate, a taxable amount and a tax that is the rate of it.

Found by arithmetic, not by headings: on one row some a, b and a legal rate r with b = a * r / 100 to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.party import PageLines
from models.invoice import VatBreakdown

CENT = Decimal("0.015")
# Standard and reduced rates in force in the EU, GB, CH, NO and MY since 2015 (European Commission, taxation rates).
_RATES = (
        "19", "20", "21", "7", "5.5", "10", "22", "23", "25", "24", "8", "6", "9", "5", "13", "4", "12", "2.1",
        "17", "16", "14", "15", "18", "27", "7.7", "8.1", "2.5", "2.6", "3", "3.8", "11", "0",
)  # fmt: skip
RATES = tuple(map(Decimal, _RATES))


@dataclass(frozen=True)
class VatTable:
    """Rows of the recapitulation and their sums; sums are None without rows."""

    rows: tuple[VatBreakdown, ...] = ()

    @property
    def net(self) -> Decimal | None:
        """Sum of the taxable amounts."""
        return sum((row.taxable or Decimal(0) for row in self.rows), Decimal(0)) if self.rows else None

    @property
    def tax(self) -> Decimal | None:
        """Sum of the taxes."""
        return sum((row.tax or Decimal(0) for row in self.rows), Decimal(0)) if self.rows else None


def read_vat_table(
    pages: Sequence[PageLines],
    candidates: Mapping[tuple[int, int], Sequence[Candidate]],
    line_rows: frozenset[tuple[int, int]],
) -> VatTable:
    """The rows of the recapitulation, one for each rate (a table repeated on a second page counts once)."""
    found: dict[Decimal, VatBreakdown] = {}
    for page in pages:
        for row in page.rows:
            if (page.number, row.number) in line_rows:
                continue
            breakdown = breakdown_of(candidates[page.number, row.number])
            if breakdown is not None and breakdown.rate is not None:
                found.setdefault(breakdown.rate, breakdown)
    return VatTable(tuple(found.values()))


def breakdown_of(candidates: Sequence[Candidate]) -> VatBreakdown | None:
    """What a row taxes: a base, a legal rate and the tax that is the rate of it; None where it has no such three."""
    money = [c for c in sorted(candidates, key=lambda c: c.first) if c.kind == "money" and isinstance(c.value, Decimal)]
    shown = [
        c.value
        for c in candidates
        if c.kind in ("percent", "number") and isinstance(c.value, Decimal) and 0 <= c.value <= 30
    ]
    if len(money) < 2:
        return None
    rates = [r for r in shown if r in RATES] + [
        c.value for c in money if isinstance(c.value, Decimal) and c.value in RATES
    ]
    for rate in rates:
        for i, base in enumerate(money):
            for tax in money:
                if base is tax or not isinstance(base.value, Decimal) or not isinstance(tax.value, Decimal):
                    continue
                if tax.value == rate and tax.kind == "money" and rate not in shown:
                    continue
                close = abs(abs(base.value) * rate / 100 - abs(tax.value)) <= CENT
                if close and base.value and (rate or i == 0):
                    return VatBreakdown(rate=rate, taxable=base.value, tax=tax.value)
    return None
