"""Approved documents that a person has looked at: what a reader may learn from, the newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from models.extraction import Extraction
from models.invoice import TERMS
from models.status import Status
from models.store.documents import load_extraction
from models.store.edits import flat_values
from models.tables import AuditSampleRow, CorrectionRow, DocumentRow

APPROVED = (Status.APPROVED, Status.EXPORTED)


@dataclass(frozen=True, slots=True)
class ReviewedDocument:
    """One of them: where its bytes lie, its approved values, and what a person changed."""

    document: DocumentRow
    extraction: Extraction
    corrected: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)

    @property
    def supplier(self) -> str:
        """Client and seller, as far as the seller is known."""
        return _supplier(self.document)

    @property
    def values(self) -> dict[str, str]:
        """The approved values of the header, as text."""
        return {term: value for term, value in flat_values(self.extraction.invoice).items() if term in TERMS}


def reviewed_documents(session: Session, client_id: str | None = None) -> list[ReviewedDocument]:
    """Every document of pages that a person confirmed or corrected and that stands approved, the newest first."""
    query = select(DocumentRow).where(
        col(DocumentRow.state).in_(APPROVED), DocumentRow.source == "page",
        col(DocumentRow.id).in_(select(CorrectionRow.document_id)),
    )  # fmt: skip
    if client_id is not None:
        query = query.where(DocumentRow.client_id == client_id)
    rows = session.exec(query.order_by(col(DocumentRow.updated_at).desc(), col(DocumentRow.id))).all()
    found = ((row, load_extraction(session, row.id)) for row in rows)
    return [ReviewedDocument(row, read, _corrected(session, row.id)) for row, read in found if read is not None]


def count_corrections(session: Session, since: datetime | None = None) -> int:
    """How many values people changed since a moment."""
    query = select(func.count()).select_from(CorrectionRow).where(col(CorrectionRow.changed))
    return int(session.exec(query if since is None else query.where(CorrectionRow.at > since)).one())


@dataclass(frozen=True, slots=True)
class WaitingDocument:
    """A document that waits for a person, or for an audit: how sure the reader was, and how its supplier stands."""

    document: DocumentRow
    supplier: str
    volume: int  # documents of the supplier since a moment
    labelled: int  # of these, looked at by a person


def waiting_documents(session: Session, client_id: str | None, since: datetime) -> list[WaitingDocument]:
    """Documents in review and those drawn for an audit that is open."""
    open_audits = select(AuditSampleRow.document_id).where(AuditSampleRow.state == "open")
    query = select(DocumentRow).where(
        or_(col(DocumentRow.state) == Status.IN_REVIEW, col(DocumentRow.id).in_(open_audits))
    )
    if client_id is not None:
        query = query.where(DocumentRow.client_id == client_id)
    volume = Counter(map(tuple, session.exec(_suppliers().where(DocumentRow.received_at >= since)).all()))
    looked_at = _suppliers().where(DocumentRow.received_at >= since,
                                   col(DocumentRow.id).in_(select(CorrectionRow.document_id)))  # fmt: skip
    labelled = Counter(map(tuple, session.exec(looked_at).all()))
    return [
        WaitingDocument(row, _supplier(row), volume[key], labelled[key])
        for row in session.exec(query).all()
        for key in [(row.client_id, row.seller_id, row.seller_name)]
    ]


def _suppliers() -> Any:  # noqa: ANN401 - a statement of three columns
    return select(DocumentRow.client_id, DocumentRow.seller_id, DocumentRow.seller_name)


def _supplier(row: DocumentRow) -> str:
    """Client and seller, as far as the seller is known."""
    return f"{row.client_id}/{row.seller_id or row.seller_name or row.id}"


def _corrected(session: Session, document_id: str) -> dict[str, tuple[str | None, str | None]]:
    """Term to what the reader had and what was approved: over several corrections, the first and the last."""
    query = select(CorrectionRow).where(CorrectionRow.document_id == document_id, col(CorrectionRow.changed))
    rows: Sequence[CorrectionRow] = session.exec(query.order_by(col(CorrectionRow.at))).all()
    found: dict[str, tuple[str | None, str | None]] = {}
    for row in rows:
        if row.term in TERMS:
            found[row.term] = (found[row.term][0] if row.term in found else row.before, row.after)
    return found
