"""Labels out of review: what a person's word on a judged document says about the reading and the match it corrected.

In the transaction of the act. A document that a hard gate held gets none: no score would have let it through, so it
proves nothing about those that one lets through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from models.certificate import DocumentEvidence, Label
from models.match import MatchResult
from models.status import Status
from models.store.documents import load_extraction
from models.store.edits import changed_terms
from models.store.labels import put_label
from models.tables import DecisionRow, DocumentRow, LabelRow, MatchRow

POLICY = "policy"
_FIRST = (
    select(DecisionRow).where(DecisionRow.document_id == bindparam("document"), DecisionRow.actor == POLICY)
    .order_by(col(DecisionRow.created_at)).limit(1)
)  # fmt: skip
ENOUGH = 50  # earlier invoices are counted up to here: more make no supplier better known
GATES = "gates"  # the feature that says how many gates held a document
# What a payment rests on. Who the seller is stands in the match, whatever its name was read as.
_TERMS = re.compile(
    r"invoice_number|issue_date|due_date|currency|net_total|tax_total|gross_total|payable_total|iban|order_reference"
    r"|document_type|lines\[\d+\]\.(?:quantity|net_amount|unit_price|order_reference|order_line)"
)
_PAID = (Status.APPROVED, Status.EXPORTED)


def label_document(
    session: Session, document: DocumentRow, *, actor: str, at: datetime, rejected: str = ""
) -> Label | None:
    """Label a document that a person has just settled; None where the policy judged it without a score, or a gate held.

    `rejected` is the reason's code: what is rejected would have been wrong to let through, however it was read.
    """
    decision = first_decision(session, document.id)
    if decision is None or not decision.segment or is_gated(decision):
        return None
    wrong = (f"rejected:{rejected}",) if rejected else tuple(sorted(_wrong(session, document, decision.revision)))
    label = Label(
        key=document.id, segment=decision.segment, seller=document.seller_id or document.seller_name or "",
        score=decision.score, wrong=bool(wrong), source="review", at=at, terms=wrong,
        score_version=str(json.loads(decision.versions_json).get("score", "")),
    )  # fmt: skip
    put_label(session, document.client_id, label, actor=actor)
    return label


def unlabel_document(session: Session, document: DocumentRow) -> None:
    """Take a review's labels back, because the act that made them was; what an audit found stays."""
    query = select(LabelRow).where(LabelRow.client_id == document.client_id, LabelRow.key == document.id)
    for row in session.exec(query).all():
        if Label.model_validate_json(row.label_json).source == "review":
            session.delete(row)
    session.flush()


def first_decision(session: Session, document_id: str) -> DecisionRow | None:
    """What the policy first said of a document: before any person had a hand in it."""
    return session.exec(_FIRST, params={"document": document_id}).first()


def is_gated(decision: DecisionRow) -> bool:
    """Whether a hard gate held the document."""
    if decision.evidence_json in {"", "{}"}:
        return True
    return DocumentEvidence.model_validate_json(decision.evidence_json).features.get(GATES, 0.0) > 0


def count_past(session: Session, document: DocumentRow, seller_id: str | None) -> int:
    """Earlier invoices of a supplier whose outcome is known: approved here, or labelled in an imported history."""
    if seller_id is None:
        return 0
    approved = select(DocumentRow.id).where(
        DocumentRow.client_id == document.client_id, DocumentRow.seller_id == seller_id,
        col(DocumentRow.state).in_(_PAID), DocumentRow.id != document.id,
    )  # fmt: skip
    count = session.exec(select(func.count()).select_from(approved.limit(ENOUGH).subquery())).one()
    if count >= ENOUGH:
        return ENOUGH
    told = f'"seller":{json.dumps(seller_id, ensure_ascii=False)},'
    history = select(LabelRow.key).where(
        LabelRow.client_id == document.client_id, col(LabelRow.label_json).contains('"source":"history"'),
        col(LabelRow.label_json).contains(told, autoescape=True),
    )  # fmt: skip
    return count + session.exec(select(func.count()).select_from(history.limit(ENOUGH - count).subquery())).one()


def _wrong(session: Session, document: DocumentRow, revision: int) -> Iterator[str]:
    """Terms and links that a payment rests on and that are not as they were first read and matched."""
    before, after = load_extraction(session, document.id, revision), load_extraction(session, document.id)
    if before is not None and after is not None:
        changes = changed_terms(before.invoice, after.invoice)
        if before.invoice.payable_total is None and after.invoice.payable_total == before.invoice.gross_total:
            changes.pop("payable_total", None)  # the gross total would have been paid, and rightly
        yield from (term for term in changes if _TERMS.fullmatch(term))
        if before.document_type != after.document_type:
            yield "document_type"
    first, last = _match(session, document.id, revision), _match(session, document.id, document.revision)
    if first is None or last is None:
        return
    if first.supplier.seller_id != last.supplier.seller_id:
        yield "seller"
    if _links(first) != _links(last):
        yield "links"


def _match(session: Session, document_id: str, revision: int) -> MatchResult | None:
    row = session.get(MatchRow, (document_id, revision))
    return MatchResult.model_validate_json(row.match_json) if row else None


def _links(match: MatchResult) -> set[tuple[int, str, str]]:
    return {(link.invoice_line, link.order, link.order_line) for link in match.lines}
