"""What people settled, for what learns from it: matches with what was read first, and labels with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.certificate import DocumentEvidence, Label
from models.invoice import Invoice
from models.match import MatchResult
from models.status import Status
from models.store.documents import load_extraction
from models.store.labelling import first_decision
from models.store.labels import labels_of
from models.tables import ClientRow, DecisionRow, DocumentRow, MatchRow

_PERSON = "user:"
_APPROVED = (Status.APPROVED, Status.EXPORTED)


@dataclass(frozen=True, slots=True)
class ConfirmedMatch:
    """One approved invoice as it was read first, and the match that a person let stand in the end."""

    document: DocumentRow
    invoice: Invoice
    match: MatchResult


@dataclass(frozen=True, slots=True)
class LabelledEvidence:
    """One label of a client with the evidence that the document was judged by."""

    client_id: str
    label: Label
    evidence: DocumentEvidence


def confirmed_matches(session: Session, client_id: str | None = None) -> list[ConfirmedMatch]:
    """Matches with an order of documents that a person approved, the newest first."""
    by_person = select(DecisionRow.document_id).where(col(DecisionRow.actor).startswith(_PERSON))
    query = (
        select(DocumentRow, MatchRow)
        .where(MatchRow.document_id == DocumentRow.id, MatchRow.revision == DocumentRow.revision)
        .where(col(DocumentRow.state).in_(_APPROVED), col(DocumentRow.id).in_(by_person))
    )
    if client_id is not None:
        query = query.where(DocumentRow.client_id == client_id)
    rows = session.exec(query.order_by(col(DocumentRow.updated_at).desc(), col(DocumentRow.id))).all()
    found = ((row, MatchResult.model_validate_json(told.match_json), load_extraction(session, row.id, 1))
             for row, told in rows)  # fmt: skip
    return [ConfirmedMatch(row, first.invoice, match) for row, match, first in found if match.lines and first]


def labelled_evidence(session: Session) -> list[LabelledEvidence]:
    """Every client's labels of documents that were judged here; an imported history has no evidence to learn from."""
    clients = session.exec(select(ClientRow.id)).all()
    return [
        LabelledEvidence(client_id, label, DocumentEvidence.model_validate_json(decision.evidence_json))
        for client_id in clients
        for label in labels_of(session, client_id)
        if (decision := first_decision(session, label.key)) is not None and decision.evidence_json not in {"", "{}"}
    ]
