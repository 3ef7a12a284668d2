"""Supplier memory at work: what a client's memory answers, and what it learns once a person has approved an invoice.

Learning is work of its own on the job table: it is tried again after a failure, and never touches the approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from sqlmodel import select

from extractors import ReaderPool
from extractors.sandbox.exchange import Recall
from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, safe, write_line
from models.document import Document
from models.durable import drop
from models.errors import InvoiceError
from models.memory import Fingerprint, Sample
from models.status import Status
from models.store import jobs, memory
from models.store.audit import now
from models.store.documents import load_extraction
from models.store.seen import kept_words
from models.tables import ClientRow, DocumentRow

ACTOR = "line"
_CONFIRMED = frozenset({Status.APPROVED, Status.EXPORTED})


def recall_of(house: House, client_id: str) -> Recall | None:
    """Answers from a client's memory; None while it is empty."""
    with house.store.read() as session:
        if not memory.has_memory(session, client_id):
            return None

    def recall(asked: Fingerprint) -> Sequence[Sample]:
        with house.store.read() as session:
            return memory.recall(session, client_id, asked)

    return recall


def start_learning(house: House, pool: ReaderPool, document: DocumentRow, content: bytes) -> Future[Sample] | None:
    """Have a confirmed invoice looked at again; None where it is not approved any more or was no page."""
    with house.store.read() as session:
        extraction = load_extraction(session, document.id)
    if document.state not in _CONFIRMED or extraction is None or extraction.source != "page":
        return None
    return pool.submit_learn(Document(content, document.name), extraction.pages, extraction.invoice)


def finish_learning(house: House, lease: jobs.Lease, learned: Future[Sample] | None) -> None:
    """Remember what was learned, if the approval still stands; a file that cannot be read again teaches nothing."""
    sample, reason = None, "nothing to learn"
    try:
        sample = learned.result() if learned is not None else None
    except InvoiceError as error:
        reason = error.reason_code
    with house.store.write() as session:
        jobs.finish(session, lease, reason="" if sample else reason)
        document = session.get_one(DocumentRow, lease.document_id)
        if sample is not None and document.state in _CONFIRMED:
            memory.learn(session, document, sample, actor=ACTOR, at=now())


def run_forget(house: House, client_id: str) -> int:
    """Delete a client's memory, and the words kept for training; say how much it was.

    Returns:
        0, or 2 where there is no such client.
    """
    with house.store.write() as session:
        if session.get(ClientRow, client_id) is None:
            complain(f"forget: there is no client {safe(client_id)}")
            return EXIT_USAGE
        count = memory.forget_client(session, client_id, actor="operator", at=now())
        hashes = session.exec(select(DocumentRow.sha256).where(DocumentRow.client_id == client_id)).all()
    drop(kept_words(house.home, each) for each in hashes)
    write_line(f"{count} remembered invoice{'s' * (count != 1)} of {client_id} forgotten")
    return EXIT_DONE
