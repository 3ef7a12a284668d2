"""Which amounts of a document fit together: sums of two others, parts of sums, taxes of bases, sums of tables.

Counted in cents without sign, so that a credit note counts like an invoice.

>>> sums = Arithmetic.count([Decimal("100.00"), Decimal("20.00"), Decimal("120.00")], (Decimal(20),))
>>> sums.signs(Decimal("120.00"))["cert_gross"], sums.signs(Decimal("20.00"))["cert_tax"]
(1.0, 1.0)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.items import LineTable
from extractors.fields.vat_table import VatTable

MOST = 60  # different amounts that are added up pairwise; those outside of lines first
SLACK = 1  # cents by which a rounded sum may miss
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class Arithmetic:
    """For each amount in cents how often it fits, and the sums of the tables."""

    whole: Counter[int] = field(default_factory=Counter)  # is the sum of two others
    part: Counter[int] = field(default_factory=Counter)  # is one of two that make a third
    certified: frozenset[tuple[str, int]] = frozenset()  # base, tax by a rate of the page, and their sum all stand here
    tables: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def of(
        cls, candidates: Sequence[Candidate], table: LineTable, vat: VatTable, rates: Sequence[Decimal]
    ) -> Arithmetic:
        """Count over all amounts of a document."""
        money = [c for c in candidates if c.kind == "money" and isinstance(c.value, Decimal)]
        money.sort(key=lambda c: (c.page, c.row.number) in table.rows)
        counted = cls.count([c.value for c in money if isinstance(c.value, Decimal)], rates)
        gross = vat.net + vat.tax if vat.net is not None and vat.tax is not None else None
        sums = {"lines_sum": table.total, "vat_net": vat.net, "vat_tax": vat.tax, "vat_gross": gross}
        known = {(name, cents(value)) for name, value in sums.items() if value is not None and abs(value) < LARGEST}
        return cls(counted.whole, counted.part, counted.certified, frozenset(known))

    @classmethod
    def count(cls, amounts: Iterable[Decimal], rates: Sequence[Decimal]) -> Arithmetic:
        """Count sums of two and taxes by the rates (per cent)."""
        values = list(dict.fromkeys(cents(a) for a in amounts if 0 < abs(a) < LARGEST))[:MOST]
        known = set(values)
        whole: Counter[int] = Counter()
        part: Counter[int] = Counter()
        certified: set[tuple[str, int]] = set()
        for i, one in enumerate(values):
            for two in values[i + 1 :]:
                total = next((one + two + d for d in (0, SLACK, -SLACK) if one + two + d in known), None)
                if total is None:
                    continue
                whole[total] += 1
                part[one] += 1
                part[two] += 1
                base, tax = max(one, two), min(one, two)
                if any(abs(base * rate / 100 - tax) <= 2 for rate in rates):
                    certified |= {("cert_net", base), ("cert_tax", tax), ("cert_gross", total)}
        return cls(whole, part, frozenset(certified))

    def signs(self, value: Decimal) -> dict[str, float]:
        """The features of one amount; those that do not hold are left out."""
        if abs(value) >= LARGEST:
            return {}
        at = cents(value)
        held = {name: 1.0 for name in CERTIFIED if (name, at) in self.certified}
        held |= {name: 1.0 for name in TABLES if (name, at) in self.tables}
        if self.whole[at]:
            held["sum_of_two"] = float(min(self.whole[at], 4))
        if self.part[at]:
            held["part_of_sum"] = float(min(self.part[at], 6))
        return held


CERTIFIED = ("cert_net", "cert_tax", "cert_gross")
TABLES = ("lines_sum", "vat_net", "vat_tax", "vat_gross")


def cents(value: Decimal) -> int:
    """An amount in cents, without sign."""
    return int((abs(value) * 100).to_integral_value())
