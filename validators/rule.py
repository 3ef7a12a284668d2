"""A rule: one decorated function that yields what is wrong. RULES holds them all under their ids.

Amounts compare exactly, or within a cent for each rounding that stands between them.

>>> sorted(RULES) == sorted({rule.id for rule in RULES.values()})
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from models.bounds import within_bounds
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.match import MatchResult
from models.money import decimal_text
from models.order import Supplier
from validators.context import ValidationContext

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at: the invoice without impossible amounts, how it was read, its match, facts from history."""

    stated: Invoice  # with impossible amounts, for the rule that names them
    invoice: Invoice
    extraction: Extraction | None
    match: MatchResult | None
    context: ValidationContext

    @classmethod
    def from_stage(
        cls, invoice: Invoice, extraction: Extraction | None, match: MatchResult | None, context: ValidationContext
    ) -> Case:
        """The case of an invoice as it was read."""
        return cls(invoice, within_bounds(invoice), extraction, match, context)

    @classmethod
    def of(cls, *, today: date = date(2026, 6, 30), match: MatchResult | None = None, **terms: Any) -> Case:  # noqa: ANN401 - terms of any type
        """A case of an invoice with these terms, and of `ValidationContext` fields among them, for trying a rule."""
        facts = {name: terms.pop(name) for name in tuple(terms) if name in ValidationContext.model_fields}
        extraction = terms.pop("extraction", None)
        return cls.from_stage(Invoice(**terms), extraction, match, ValidationContext(today=today, **facts))

    @property
    def is_xml(self) -> bool:
        """Whether the values come from an e-invoice, which has every formal term, rather than from a page."""
        return self.extraction is not None and self.extraction.source == "xml"

    @property
    def supplier(self) -> Supplier | None:
        """The master's record of the seller."""
        return self.context.supplier


class Breach(NamedTuple):
    """One way in which a rule does not hold; `severity` and `terms` override those of the rule."""

    message: str
    expected: str | None = None
    actual: str | None = None
    severity: Severity | None = None
    terms: tuple[str, ...] | None = None


Check = Callable[[Case], Iterable[Breach]]


class Rule(NamedTuple):
    """A rule's id (the standard's, or ours `AP-...`), what a breach does, what it is about, and where it is written."""

    id: str
    severity: Severity
    terms: tuple[str, ...]
    source: str
    check: Check

    def findings(self, case: Case) -> Iterable[Finding]:
        """What the rule finds wrong, as findings."""
        for breach in self.check(case):
            yield Finding(
                rule=self.id,
                severity=breach.severity or self.severity,
                terms=self.terms if breach.terms is None else breach.terms,
                message=breach.message,
                expected=breach.expected,
                actual=breach.actual,
            )


RULES: dict[str, Rule] = {}


def rule(identifier: str, severity: Severity, terms: tuple[str, ...], source: str) -> Callable[[Check], Check]:
    """Enter a function into RULES; a second rule of the same id is a mistake.

    Raises:
        ValueError: the id is taken by another function.
    """

    def enter(check: Check) -> Check:
        known = RULES.get(identifier)
        if known is not None and known.check.__qualname__ != check.__qualname__:
            raise ValueError(f"two rules have the id {identifier}")
        RULES[identifier] = Rule(identifier, severity, terms, source, check)
        return check

    return enter


def money(amount: Decimal | None) -> str:
    """An amount as people write it in a sentence: at least two decimals, no exponent.

    >>> money(Decimal("1E+3")), money(Decimal("2.5000")), money(Decimal("0.12345"))
    ('1000.00', '2.50', '0.12345')
    """
    if amount is None:
        return "nothing"
    plain = amount.normalize()
    return decimal_text(plain if int(plain.as_tuple().exponent) < -2 else plain.quantize(CENT))


def unequal(expected: Decimal, actual: Decimal, tolerance: Decimal = Decimal(0)) -> bool:
    """Whether two amounts differ by more than the tolerance; a difference equal to it is allowed."""
    return abs(expected - actual) > tolerance
