"""Small arithmetic around a total: money given minus change, a total before and after rounding.

>>> from decimal import Decimal as D
>>> facts = TotalFacts(cash_fits=frozenset({D("21.20")}), rounded=frozenset(), unrounded=frozenset())
>>> D("21.20") in facts.cash_fits
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.links import Link

LARGEST_ROUNDING = Decimal("0.05")
GOOD = 0.5  # a link from which a label is believed here


@dataclass(frozen=True)
class TotalFacts:
    """Values that are a cash difference, and those after and before a printed rounding."""

    cash_fits: frozenset[Decimal] = frozenset()
    rounded: frozenset[Decimal] = frozenset()
    unrounded: frozenset[Decimal] = frozenset()


def read_facts(candidates: Sequence[Candidate], links: Mapping[int, Sequence[Link]]) -> TotalFacts:
    """Look for the three facts among the labelled amounts of a document."""
    cash, roundings, totals = set(), set(), set()
    values = {abs(c.value) for c in candidates if c.kind == "money" and isinstance(c.value, Decimal)}
    for candidate in candidates:
        if candidate.kind != "money" or not isinstance(candidate.value, Decimal):
            continue
        terms = {
            link.anchor.term for link in links.get(id(candidate), ()) if link.quality * link.anchor.strength >= GOOD
        }
        value = candidate.value
        if terms & {"cash", "prepaid_total"}:
            cash.add(abs(value))
        if "rounding" in terms and 0 < abs(value) <= LARGEST_ROUNDING:
            roundings.add(value)
        if terms & {"gross_total", "net_total", "payable_total"}:
            totals.add(value)
    differences = {a - b for a in cash for b in cash if a > b}
    pairs = {(total, total + sign * r) for total in totals for r in roundings for sign in (1, -1)}
    hits = {(before, after) for before, after in pairs if abs(after) in values}
    even = {
        (before, after) for before, after in hits if after % LARGEST_ROUNDING == 0 and before % LARGEST_ROUNDING != 0
    }
    return TotalFacts(
        cash_fits=frozenset(differences & values),
        rounded=frozenset(after for _, after in even),
        unrounded=frozenset(before for before, _ in even),
    )
