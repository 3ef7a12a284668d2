"""Supplier rules applied to what was just read, before it is stored: the hook between reading and judging.

A rule that people had to correct is turned off here, so that it is not applied once more.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlmodel import Session

from flows.judge import Office
from learning.supplier_rules import Rule, apply_rule
from matching import match_supplier
from models.extraction import Extraction, Reading
from models.store.audit import now
from models.store.lookup_suppliers import candidate_suppliers
from models.store.teaching import rules_on, stop_if_wrong
from models.store.tolerances import matching_of


def with_taught(session: Session, office: Office, reading: Reading, at: datetime | None = None) -> Reading:
    """A reading with what the rules of its suppliers say; e-invoices and readings without words stay as they are."""
    if not reading.seen or not rules_on(session, office.client.id):
        return reading
    taught = tuple(_taught(session, office, each, reading, at or now()) for each in reading.extractions)
    return reading.model_copy(update={"extractions": taught})


def _taught(session: Session, office: Office, extraction: Extraction, reading: Reading, at: datetime) -> Extraction:
    if extraction.source != "page":
        return extraction
    suppliers = candidate_suppliers(session, office.client.id, extraction.invoice)
    settings = matching_of(office.client, office.settings.matching)
    seller = match_supplier(extraction.invoice, suppliers, office.own_ids, settings).seller_id
    for row in rules_on(session, office.client.id, seller) if seller else ():
        if not stop_if_wrong(session, row, at=at):
            sure = _sure(row.preview_json)
            extraction = apply_rule(Rule.model_validate_json(row.rule_json), extraction, reading.seen, sure)
    return extraction


def _sure(preview_json: str) -> float:
    """How sure a rule's value is: how often it was right when it was replayed."""
    return float(json.loads(preview_json).get("sure", 0.5))
