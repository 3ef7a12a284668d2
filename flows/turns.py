"""Judging what may be approved without a person: in turn, so that no two invoices take the same open quantity.

On SQLite a write transaction is alone from its beginning. On PostgreSQL an invoice that would be approved waits for
the approvals under way and is judged again by what they left: what is gone then shows as a variance or as invoiced
already, and a person gets it.
"""

from __future__ import annotations

from sqlmodel import Session

from flows.judge import Judgement, Office, judge_reading
from models.decision import Outcome
from models.extraction import Extraction
from models.store.claims_orders import wait_turn
from models.tables import DocumentRow


def judge_in_turn(session: Session, office: Office, document: DocumentRow, extraction: Extraction) -> Judgement:
    """Judge a reading; where it would be approved, by what no other approval can take any more."""
    said = judge_reading(session, office, document, extraction)
    if said.decision.outcome is Outcome.APPROVE and wait_turn(session, document):
        return judge_reading(session, office, document, extraction)
    return said
