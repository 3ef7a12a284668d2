"""What must be in place when a person approves before the worker judged the newest revision.

The person's word closes the matter: the match of the last judged revision is carried over, so that the order's open
quantities count, and the waiting judgement is called off.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from models.store.audit import now
from models.store.documents import load_extraction
from models.store.jobs import JUDGE
from models.tables import DocumentRow, JobRow, MatchLinkRow, MatchRow


def carry_match(session: Session, document: DocumentRow) -> MatchRow | None:
    """Give the newest revision the match of the one before, unless it has one already; returns it."""
    found = session.get(MatchRow, (document.id, document.revision))
    if found is not None:
        return found
    job = session.exec(select(JobRow).where(JobRow.document_id == document.id, JobRow.kind == JUDGE)).first()
    if job is not None and job.state in {
        "ready",
        "leased",
    }:  # a worker that is at it loses its lease and stores nothing
        job.state, job.reason, job.lease_owner, job.lease_until = "done", "settled by a person", None, None
        session.add(job)
    newest = select(MatchRow).where(MatchRow.document_id == document.id).order_by(col(MatchRow.revision).desc())
    source = session.exec(newest).first()
    if source is not None:
        values = source.model_dump() | {"revision": document.revision, "created_at": now()}
        found = MatchRow(**values)
        session.add(found)
        _carry_links(session, document, source.revision)
    session.flush()
    return found


def _carry_links(session: Session, document: DocumentRow, judged: int) -> None:
    """Links name lines by position: they are carried only where no line came or went."""
    before, after = load_extraction(session, document.id, judged), load_extraction(session, document.id)
    if before is None or after is None or len(before.invoice.lines) != len(after.invoice.lines):
        return
    query = select(MatchLinkRow).where(MatchLinkRow.document_id == document.id, MatchLinkRow.revision == judged)
    for link in session.exec(query).all():
        position = link.invoice_line - 1
        if position >= len(after.invoice.lines):
            continue
        old, new = before.invoice.lines[position].quantity, after.invoice.lines[position].quantity
        quantity = new if new != old else link.quantity  # the link's may be in the order's own unit
        session.add(MatchLinkRow(**link.model_dump() | {"revision": document.revision, "quantity": quantity}))
