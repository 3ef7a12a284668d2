"""A rule: one decorated function that yields what is wrong. RULES holds them all under their ids.

Amounts compare exactly, or within a cent for each rounding that stands between them.

>>> sorted(RULES) == sorted({rule.id for rule in RULES.values()})
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from models.reference import squeeze
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

    @property
    def seller_country(self) -> str:
        """The seller's country by its VAT id, else by the master data; ISO 3166, empty where neither says."""
        return country_code(self.invoice.seller_vat_id) or (self.supplier.country if self.supplier else None) or ""

    @property
    def buyer_country(self) -> str:
        """The buyer's country by its VAT id; ISO 3166, empty where there is none."""
        return country_code(self.invoice.buyer_vat_id)

    @property
    def mentions(self) -> frozenset[str] | None:
        """What the words say beside the values (`models.mentions`); None where nobody looked, as at a typed value."""
        found = self.extraction.mentions if self.extraction else None
        return None if found is None else frozenset(found)

    def says(self, *names: str) -> bool:
        """Whether the words are known to say one of these things."""
        return bool((self.mentions or frozenset()).intersection(names))


def says(*mentions: str) -> Extraction:
    """The reading of a page whose words say these things, for trying a rule."""
    return Extraction(invoice=Invoice(), evidence={}, source="page", mentions=mentions)


class Breach(NamedTuple):
    """One way in which a rule does not hold; `severity` and `terms` override those of the rule.

    `message` is the English sentence. Other languages have theirs in the site's catalogue, `rule.<id>` or, with
    `says`, `rule.<id>_<says>`, and put `expected`, `actual` and `figures` into it.
    """

    message: str
    expected: str | None = None
    actual: str | None = None
    severity: Severity | None = None
    terms: tuple[str, ...] | None = None
    says: str = ""  # which of the rule's sentences, where it has several
    figures: Mapping[str, str] | None = None  # what else the sentence names, for other languages


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
                says=breach.says,
                figures=tuple((breach.figures or {}).items()),
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


def country_code(vat_id: str | None) -> str:
    """The country of a VAT id; empty where it does not begin with one.

    >>> country_code("EL 094259216"), country_code("XI123"), country_code("4711")
    ('GR', 'GB', '')
    """
    prefix = squeeze(vat_id)[:2]
    return {"EL": "GR", "XI": "GB"}.get(prefix, prefix) if len(prefix) == 2 and prefix.isalpha() else ""


def per_cent(rate: Decimal) -> str:
    """A rate as people write it.

    >>> per_cent(Decimal("5.500")), per_cent(Decimal("1E+1"))
    ('5.5', '10')
    """
    return decimal_text(rate.normalize())


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
