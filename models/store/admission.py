"""Writing a group of arrivals at once: blobs, documents, receipts, jobs, events and audit rows in few statements.

A group of fifty costs about what two documents cost one by one; the rows are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.status import Status
from models.store.audit import Act, record_all
from models.store.documents import Arrival, new_id
from models.store.found import search_words
from models.store.jobs import READ, lane_of
from models.store.receipts import DUPLICATE, STORED, ReceiptFacts, audit_act, close
from models.tables import BlobRow, DocumentRow, EventRow, JobRow, ReceiptRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One arrival: with `arrival` it is or becomes a document, without it only its receipt is kept."""

    facts: ReceiptFacts
    state: str  # where `arrival` is given: the state of a new document's receipt, stored or late_write
    arrival: Arrival | None = None
    media_type: str | None = None  # of the blob; None where the store keeps no bytes
    reason: str = ""
    supersedes: str | None = None  # a receipt that this one replaces


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of an entry."""

    state: str
    document_id: str | None


def admit(session: Session, entries: Sequence[Entry], *, actor: str, at: datetime) -> list[Admitted]:
    """Write everything about these arrivals; content that the client has already becomes a duplicate.

    Entries of one call belong to one client.
    """
    _add_blobs(session, entries, at)
    known = _known_documents(session, entries)
    documents: list[DocumentRow] = []
    done = [_decide(entry, known, documents, at) for entry in entries]
    session.add_all(documents)
    session.flush()
    session.add_all(_event(row, actor) for row in documents)
    session.add_all(_job(row, at) for row in documents)
    rows = [_receipt(entry, result, at) for entry, result in zip(entries, done, strict=True)]
    session.add_all(rows)
    session.flush()
    acts = [_document_act(row) for row in documents] + [audit_act(row) for row in rows if row.state != STORED]
    record_all(session, acts, actor=actor, at=at)
    for entry in entries:
        if entry.supersedes:
            close(session, entry.facts.client_id, [entry.supersedes], actor=actor, action="late_write")
    return done


def _add_blobs(session: Session, entries: Sequence[Entry], at: datetime) -> None:
    wanted = {each.facts.sha256: each for each in entries if each.media_type and each.facts.sha256}
    there = set(session.exec(select(BlobRow.sha256).where(col(BlobRow.sha256).in_(wanted))))
    session.add_all(
        BlobRow(sha256=sha256, size=entry.facts.size, media_type=entry.media_type or "", created_at=at)
        for sha256, entry in wanted.items()
        if sha256 not in there
    )
    session.flush()


def _known_documents(session: Session, entries: Sequence[Entry]) -> dict[str, str]:
    """Document ids by content, of what the client has already."""
    arrivals = [entry.arrival for entry in entries if entry.arrival]
    if not arrivals:
        return {}
    query = select(DocumentRow.sha256, DocumentRow.id).where(
        DocumentRow.client_id == arrivals[0].client_id,
        DocumentRow.part == 1,
        col(DocumentRow.sha256).in_({each.sha256 for each in arrivals}),
    )
    return {sha256: document_id for sha256, document_id in session.exec(query)}  # noqa: C416 - rows, not pairs


def _decide(entry: Entry, known: dict[str, str], documents: list[DocumentRow], at: datetime) -> Admitted:
    arrival = entry.arrival
    if arrival is None:
        return Admitted(entry.state, None)
    if arrival.sha256 in known:
        return Admitted(DUPLICATE, known[arrival.sha256])
    facts: dict[str, Any] = {name: getattr(arrival, name) for name in arrival.__slots__}
    words = search_words(facts["name"], batch=facts["batch"])
    row = DocumentRow(id=new_id(), **facts, state=Status.RECEIVED, received_at=at, updated_at=at, search_words=words)
    documents.append(row)
    known[arrival.sha256] = row.id
    return Admitted(entry.state, row.id)


def _event(row: DocumentRow, actor: str) -> EventRow:
    return EventRow(client_id=row.client_id, document_id=row.id, at=row.received_at, actor=actor, to_state=row.state)


def _job(row: DocumentRow, at: datetime) -> JobRow:
    return JobRow(id=new_id(), client_id=row.client_id, document_id=row.id, kind=READ, lane=lane_of(row.media_type),
                  state="ready", next_at=at, created_at=at)  # fmt: skip


def _receipt(entry: Entry, result: Admitted, at: datetime) -> ReceiptRow:
    facts = {name: getattr(entry.facts, name) for name in entry.facts.__slots__}
    return ReceiptRow(**facts, state=result.state, reason=entry.reason, document_id=result.document_id, received_at=at)


def _document_act(row: DocumentRow) -> Act:
    return Act("receive", f"document:{row.id}", row.client_id,
               after={"name": row.name, "sha256": row.sha256, "part": row.part})  # fmt: skip
