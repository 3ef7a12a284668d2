"""A correction checked at once: the rules run on what stands in the form, with the facts the store has at hand."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from models.extraction import Extraction
from models.finding import Finding
from models.match import MatchResult
from models.settings_rules import RulesSettings, client_rules
from models.store.lookup_suppliers import load_supplier
from models.tables import ClientRow, DocumentRow
from validators import RULES, ValidationContext, validate


def context_of(session: Session, document: DocumentRow, today: date) -> ValidationContext:
    """What the rules must know of this client and supplier. Duplicates are the worker's to find."""
    client = session.get(ClientRow, document.client_id)
    own = {number for number in (client.vat_id, client.legal_id) if number} if client else set()
    supplier = load_supplier(session, document.client_id, document.seller_id)
    rules = client_rules(RulesSettings(), client.rules_json if client else None)
    return ValidationContext(today=today, supplier=supplier, own_vat_ids=frozenset(own), rules=rules)


def recheck(
    extraction: Extraction, stored: tuple[Finding, ...], match: MatchResult | None, context: ValidationContext
) -> tuple[Finding, ...]:
    """The findings of a corrected invoice; what no rule over the document alone can tell stays as it was stored."""
    kept = tuple(finding for finding in stored if finding.rule not in RULES or finding.rule.startswith("AP-DUPLICATE"))
    fresh = validate(extraction.invoice, extraction, match or MatchResult(), context)
    return (*kept, *(finding for finding in fresh if finding not in kept))
