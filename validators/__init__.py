"""Validating: the rules that an invoice must pass. Pure; the doors are named here.

>>> from datetime import date
>>> from models.invoice import Invoice
>>> found = validate(Invoice(invoice_number="F-1"), None, None, ValidationContext(today=date(2026, 6, 30)))
>>> [finding.rule for finding in found if finding.severity == "hold"]
['AP-SUPPLIER-UNKNOWN']
"""

from __future__ import annotations

from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.match import MatchResult
from validators import (
    arithmetic,
    codes,
    currency,
    dates,
    fraud,
    identifiers,
    lookalike,
    mandatory,
    mentions_fr,
    orders,
    outliers,
    payment,
    rounding,
    splitting,
    terms,
    vat,
    withholding,
)
from validators.context import DuplicateSuspect, Neighbour, ValidationContext
from validators.currency import currencies_of
from validators.duplicates import duplicate_key, find_duplicate_suspects
from validators.rounding import RoundingMode, rounding_mode
from validators.rule import RULES, Case, Rule

__all__ = [
    "RULES",
    "DuplicateSuspect",
    "Neighbour",
    "RoundingMode",
    "Rule",
    "ValidationContext",
    "currencies_of",
    "duplicate_key",
    "find_duplicate_suspects",
    "rounding_mode",
    "validate",
]

# Importing a family enters its rules; the list keeps every family in use.
FAMILIES = (
    arithmetic, rounding, withholding, codes, vat, currency, dates, terms, identifiers, mandatory, mentions_fr, orders,
    payment, fraud, lookalike, outliers, splitting,
)  # fmt: skip
_GRAVITY = {Severity.HOLD: 0, Severity.ERROR: 1, Severity.WARNING: 2, Severity.NOTE: 3}


def validate(
    invoice: Invoice, extraction: Extraction | None, match: MatchResult | None, context: ValidationContext
) -> tuple[Finding, ...]:
    """Everything that is wrong with an invoice, gravest first, none twice.

    The findings of the reader and of the supplier match are among them, so that the answer is complete. Never raises
    for a wrong invoice, however wrong.
    """
    inherited = (*(extraction.findings if extraction else ()), *(match.supplier.findings if match else ()))
    said = {finding.rule for finding in inherited}
    case = Case.from_stage(invoice, extraction, match, context)
    own = (finding for rule in RULES.values() if rule.id not in said for finding in rule.findings(case))
    unique = dict.fromkeys((*inherited, *own))
    return tuple(sorted(unique, key=lambda finding: _GRAVITY[finding.severity]))
