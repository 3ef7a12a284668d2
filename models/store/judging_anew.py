"""Judging a document once more by what a person has said beside its values: the same values, as a new revision.

What was said of the earlier revision stays as it was said, so that labels can hold the first match against the last.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select, update

from models.errors import ConflictError
from models.store.claims import EDITABLE
from models.store.documents import add_extraction, load_extraction, new_id
from models.store.jobs import JUDGE, add_job
from models.store.pages_of import pages_of
from models.tables import DocumentRow, FindingRow


def judge_anew(session: Session, document: DocumentRow, *, actor: str, at: datetime) -> int:
    """Add a revision with the same values and ask for its judgement; returns the revision before.

    Raises:
        ConflictError: The document is not open, was never read, or somebody was faster.
    """
    if document.state not in EDITABLE:
        raise ConflictError(f"document {document.id} is {document.state} and cannot be judged anew")
    extraction = load_extraction(session, document.id)
    if extraction is None:
        raise ConflictError(f"document {document.id} was never read")
    session.flush()
    changed = session.exec(
        update(DocumentRow)
        .where(col(DocumentRow.id) == document.id, col(DocumentRow.version) == document.version)
        .values(version=document.version + 1, updated_at=at)
    )
    if changed.rowcount != 1:
        raise ConflictError(f"document {document.id} was changed by somebody else")
    session.refresh(document)
    before = document.revision
    add_extraction(session, document, extraction, origin="person", actor=actor, pages=pages_of(session, document.id))
    add_job(session, document, kind=JUDGE, lane="xml", at=at)  # no page is read again: the cheapest lane
    return before


def carry_findings(session: Session, document: DocumentRow, revision: int) -> None:
    """Show what was found before, until the judgement of the newest revision replaces it."""
    query = select(FindingRow).where(FindingRow.document_id == document.id, FindingRow.revision == revision)
    for row in session.exec(query).all():
        session.add(FindingRow(**row.model_dump() | {"id": new_id(), "revision": document.revision}))
    session.flush()
