"""`facturier lifecycle`: a document's status of the French reform, on the terminal or as a CDAR message in a file."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import Session, col, select

from flows.exports.cdar import Message, write_cdar
from flows.terminal import EXIT_DONE, EXIT_FAILURE, complain, write_line
from models.lifecycle import REASONS, lifecycle_of
from models.status import Status
from models.store.documents import load_extraction
from models.store.engine import Store
from models.tables import ClientRow, DocumentRow, EventRow


def run_lifecycle(store: Store, document_id: str, out: Path | None) -> int:
    """Print the status, and write the message where a file is named; 1 where there is no such document."""
    with store.read() as session:
        document = session.get(DocumentRow, document_id)
        message = message_of(session, document) if document else None
    if message is None:
        complain(f"there is no document {document_id!r} that was read")
        return EXIT_FAILURE
    found = message.found
    reasons = ", ".join(f"{REASONS[code][1]} ({code})" for code in found.reasons)
    write_line(f"{found.code} {found.name_fr} ({found.name_en}){': ' if reasons else ''}{reasons}")
    if out is not None:
        out.write_bytes(write_cdar(message))
    return EXIT_DONE


def message_of(session: Session, document: DocumentRow) -> Message | None:
    """What there is to tell of a document; None where nothing was read of it yet."""
    read = load_extraction(session, document.id, document.revision) if document.revision else None
    if read is None:
        return None
    newest = select(EventRow).where(EventRow.document_id == document.id).order_by(col(EventRow.seq).desc()).limit(1)
    event = session.exec(newest).first()
    client = session.get_one(ClientRow, document.client_id)
    reason = event.reason if event else ""
    return Message(
        document.id,
        read.invoice,
        lifecycle_of(document.state, reason, asked=document.waits_since is not None),
        event.at if event else document.received_at,
        note=reason.partition(" ")[2] if document.state == Status.REJECTED else "",  # the person's own words
        buyer_name=client.name,
        buyer_id=client.legal_id or "",
    )
