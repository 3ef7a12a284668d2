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
from validators import arithmetic, codes, dates, identifiers, mandatory, orders, payment
from validators.context import DuplicateSuspect, Neighbour, ValidationContext
from validators.duplicates import duplicate_key, find_duplicate_suspects
from validators.rule import RULES, Case, Rule

__all__ = [
    "RULES",
    "DuplicateSuspect",
    "Neighbour",
    "Rule",
    "ValidationContext",
    "duplicate_key",
    "find_duplicate_suspects",
    "validate",
]

# Importing a family enters its rules; the list keeps every family in use.
FAMILIES = (arithmetic, codes, dates, identifiers, mandatory, orders, payment)
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
