"""The totals that fit together best: net + tax = gross as a soft factor over the best candidates of each.

Scores are log-odds; the confidence of a value is its share of all readings (a softmax over the combinations), so a
rival that fits as well takes half of it.

>>> found = decode_totals({"net_total": {Decimal(100): 3.0}, "tax_total": {Decimal(20): 3.0, Decimal(100): 3.1},
...                        "gross_total": {Decimal(120): 3.0}}, Support())
>>> str(found["tax_total"][0].value), found["tax_total"][0].confidence > 0.9
('20', True)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import NamedTuple

CENT = Decimal("0.021")  # rounding per VAT rate may miss a cent or two
KEPT = 6  # candidates of each term
TRIPLE = ("net_total", "tax_total", "gross_total")
ADDS_UP, MISSES, ADJUSTED, TABLE, LINES, RATE = 5.0, -2.5, 3.6, 2.0, 1.5, 1.0


class Ranked(NamedTuple):
    """A value and its share of the probability; None as value means that the document does not show it."""

    value: Decimal | None
    confidence: float


@dataclass(frozen=True)
class Support:
    """What else on the page speaks for totals."""

    table_net: Decimal | None = None  # sum of the VAT table's taxable amounts
    table_tax: Decimal | None = None
    lines_sum: Decimal | None = None
    rates: tuple[Decimal, ...] = ()  # per cent values on the page
    adjustments: tuple[Decimal, ...] = ()  # charges as positive, allowances as negative amounts

    @property
    def table_gross(self) -> Decimal | None:
        """What the VAT table adds up to; many receipts print this sum only."""
        return abs(self.table_net + self.table_tax) if self.table_net and self.table_tax is not None else None


def decode_totals(scores: Mapping[str, Mapping[Decimal, float]], support: Support) -> dict[str, list[Ranked]]:
    """Rank the values of net, tax and gross; the first of each list belongs to the best combination."""
    options = _options(scores)
    best: tuple[float, tuple[Decimal | None, ...]] = (-math.inf, ())
    weights: list[dict[Decimal | None, float]] = [defaultdict(float) for _ in TRIPLE]
    for combination in product(*(options[term].items() for term in TRIPLE)):
        values = tuple(value for value, _ in combination)
        total = sum(score for _, score in combination) + fit(values, support)
        if total > best[0]:
            best = (total, values)
        odds = math.exp(min(total, 60.0))
        for column, value in zip(weights, values, strict=True):
            column[value] += odds
    return {term: _ranked(column, best[1][i]) for i, (term, column) in enumerate(zip(TRIPLE, weights, strict=True))}


def _options(scores: Mapping[str, Mapping[Decimal, float]]) -> dict[str, dict[Decimal | None, float]]:
    """The best values of each term and "not shown" (0), with values that complete a sum of two others."""
    kept: dict[str, dict[Decimal | None, float]] = {}
    for term in TRIPLE:
        ranked = sorted(scores.get(term, {}).items(), key=lambda pair: -pair[1])
        kept[term] = {None: 0.0, **dict(ranked[:KEPT])}
    for missing in TRIPLE:
        one, two = (term for term in TRIPLE if term != missing)
        for a, b in product(list(kept[one]), list(kept[two])):
            if a is None or b is None:
                continue
            value = a + b if missing == "gross_total" else b - a  # TRIPLE's order: the other part, then the sum
            for known, score in scores.get(missing, {}).items():
                if abs(known - value) <= CENT:
                    kept[missing][known] = score
    return kept


def fit(values: Sequence[Decimal | None], support: Support) -> float:
    """How well a combination agrees with itself and with the rest of the page."""
    net, tax, gross = values
    score = 0.0
    if net is not None and tax is not None and gross is not None:
        score += _sum_score(net, tax, gross, support)
    elif net is not None and gross is not None:
        score += 0.5 if net == gross else -1.5 if abs(net) > abs(gross) else 0.0
    elif tax is not None and gross is not None and abs(tax) > abs(gross) * Decimal("0.3"):
        score -= 3.0
    if tax is not None and net:
        score += _rate_score(net, tax, support)
    if support.table_net is not None and net is not None and abs(abs(support.table_net) - abs(net)) <= CENT:
        score += TABLE
    if support.table_tax is not None and tax is not None and abs(abs(support.table_tax) - abs(tax)) <= CENT:
        score += TABLE
    if support.table_gross is not None and gross is not None and abs(support.table_gross - abs(gross)) <= CENT:
        score += TABLE if None in (net, tax) or _is_of_table(values, support) else 0.0
    if support.lines_sum:
        hits = [v for v in (net, gross) if v is not None and abs(abs(v) - abs(support.lines_sum)) <= CENT]
        score += LINES if hits else 0.0
    return score


def _is_of_table(values: Sequence[Decimal | None], support: Support) -> bool:
    """Whether the net or the tax is what the VAT table adds up to."""
    pairs = zip(values, (support.table_net, support.table_tax), strict=False)
    return any(a is not None and b is not None and abs(abs(a) - abs(b)) <= CENT for a, b in pairs)


def _sum_score(net: Decimal, tax: Decimal, gross: Decimal, support: Support) -> float:
    difference = abs(gross) - abs(net) - abs(tax) if (net < 0) == (gross < 0) or net == 0 else gross - net - tax
    if abs(difference) <= CENT:
        return ADDS_UP if tax not in (0, net) else ADDS_UP - 2.5
    if any(abs(difference - adjustment) <= CENT for adjustment in support.adjustments):
        return ADJUSTED
    return MISSES


def _rate_score(net: Decimal, tax: Decimal, support: Support) -> float:
    rate = abs(tax / net) * 100
    if rate > 30:
        return -2.5
    near = any(abs(abs(net) * r / 100 - abs(tax)) <= Decimal("0.03") for r in support.rates if r)
    return RATE if near else 0.0


def _ranked(column: Mapping[Decimal | None, float], first: Decimal | None) -> list[Ranked]:
    mass = sum(column.values()) or 1.0
    ranked = [Ranked(value, odds / mass) for value, odds in sorted(column.items(), key=lambda pair: -pair[1])]
    return [r for r in ranked if r.value == first] + [r for r in ranked if r.value != first]
