"""Receipts: one row for each arrival of a file, whatever became of it.

A receipt of a file that was taken from an inbox has the id under which the file lies in `claim/`, so that after a crash
the folder and the table can be compared by name alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from models.store.audit import Act, now, record
from models.tables import AuditRow, DocumentRow, ReceiptRow

STORED, DUPLICATE, QUARANTINED, CONTAINER, LATE = "stored", "duplicate", "quarantined", "container", "late_write"

SOURCE = "source:"  # a claim path that begins so names a file that stays in the inbox
LOST_RACE = (IntegrityError,)  # two processes received the same content: the second transaction was refused
COPY_PLACED = "quarantine_copy"  # the audit action that says that a document's file lies in quarantine/


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What intake knows of an arrival; `discard_at` is when its claimed file may go, or its quarantine be filled."""

    id: str
    client_id: str
    channel: str
    original_name: str
    batch: str
    size: int
    parent_id: str | None = None
    sha256: str | None = None
    claim_path: str | None = None
    discard_at: datetime | None = None


def audit_act(row: ReceiptRow) -> Act:
    """What the audit says of a receipt whose story no document's own audit row tells."""
    facts = {"name": row.original_name, "sha256": row.sha256, "document": row.document_id, "reason": row.reason}
    return Act(f"receipt:{row.state}", f"receipt:{row.id}", row.client_id, after=facts)


def open_claims(session: Session, client_id: str) -> set[str]:
    """The places of files that were received and not discarded yet, or were refused and left where they are."""
    query = select(ReceiptRow.claim_path).where(
        ReceiptRow.client_id == client_id,
        col(ReceiptRow.claim_path).is_not(None),
        col(ReceiptRow.discarded_at).is_(None)
        | ((col(ReceiptRow.state) == QUARANTINED) & col(ReceiptRow.claim_path).startswith(SOURCE)),
    )
    return {path for path in session.exec(query) if path}


def due_discards(session: Session, client_id: str, at: datetime, limit: int) -> list[ReceiptRow]:
    """Receipts whose claimed file may be compared and discarded now, the oldest first."""
    query = select(ReceiptRow).where(
        ReceiptRow.client_id == client_id,
        col(ReceiptRow.claim_path).is_not(None),
        col(ReceiptRow.discarded_at).is_(None),
        col(ReceiptRow.discard_at) <= at,
        ReceiptRow.state != QUARANTINED,
    )
    return list(session.exec(query.order_by(col(ReceiptRow.discard_at)).limit(limit)))


def unplaced(session: Session, client_id: str) -> list[ReceiptRow]:
    """Quarantined receipts whose file is not in the quarantine folder yet."""
    query = select(ReceiptRow).where(
        ReceiptRow.client_id == client_id,
        ReceiptRow.state == QUARANTINED,
        col(ReceiptRow.discard_at).is_not(None),
        col(ReceiptRow.discarded_at).is_(None),
    )
    return list(session.exec(query))


def unplaced_documents(session: Session, client_id: str) -> list[DocumentRow]:
    """Documents that were quarantined since their file was last put into the quarantine folder."""
    placed = select(AuditRow.seq).where(
        AuditRow.object == "document:" + col(DocumentRow.id),
        AuditRow.action == COPY_PLACED,
        col(AuditRow.at) >= col(DocumentRow.updated_at),
    )
    query = select(DocumentRow).where(
        DocumentRow.client_id == client_id, DocumentRow.state == "quarantined", ~placed.exists()
    )
    return list(session.exec(query))


def mark_documents_placed(session: Session, documents: list[DocumentRow], *, actor: str) -> None:
    """Note that the files of these quarantined documents lie in the quarantine folder."""
    for document in documents:
        record(session, actor=actor, action=COPY_PLACED, subject=f"document:{document.id}",
               client_id=document.client_id, at=max(now(), document.updated_at))  # fmt: skip


def close(session: Session, client_id: str, receipt_ids: list[str], *, actor: str, action: str = "discard") -> None:
    """Note that nothing of these receipts lies in `claim/` any more."""
    if not receipt_ids:
        return
    moment = now()
    session.exec(update(ReceiptRow).where(col(ReceiptRow.id).in_(receipt_ids)).values(discarded_at=moment))
    record(session, actor=actor, action=action, subject=f"client:{client_id}", client_id=client_id,
           after={"receipts": sorted(receipt_ids)}, at=moment)  # fmt: skip


def keep_source(session: Session, receipt_id: str) -> None:
    """Never try again to discard this file: it lies where we have no right to delete."""
    session.exec(update(ReceiptRow).where(col(ReceiptRow.id) == receipt_id).values(discard_at=None))


def members_of(session: Session, receipt_id: str) -> list[ReceiptRow]:
    """The receipts of what came in a mail or archive."""
    return list(session.exec(select(ReceiptRow).where(ReceiptRow.parent_id == receipt_id)))


def find_processed(session: Session, client_id: str, sha256: str) -> ReceiptRow | None:
    """The receipt of these bytes of `facturier process`, quarantined or container, from an earlier run."""
    query = select(ReceiptRow).where(
        ReceiptRow.client_id == client_id,
        ReceiptRow.sha256 == sha256,
        ReceiptRow.channel == "process",
        col(ReceiptRow.state).in_((QUARANTINED, CONTAINER)),
    )
    return session.exec(query).first()
