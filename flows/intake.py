"""Intake: from a client's inbox, or from a path, to documents that wait for reading; no file is ever lost.

Every file is at any moment in the inbox, in `claim/`, in the quarantine, or has a receipt whose document's bytes lie in
the store. A scan is the truth; events only make it come sooner (reliability.md R1 to R4). One scanner at a time works
on a client: a lock in `claim/` that dies with its process.

>>> IntakeReport().counts
{}
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.arrivals import Arriving, Received
from flows.claiming import PROBLEMS, Scan, scan_locked
from flows.inbox import Seen, Survey, shown
from flows.quarantine import quarantine_document
from flows.receiving import Receiver
from models.durable import NotAFileError, file_hash
from models.errors import InvoiceError, UnreadableDocumentError
from models.settings import Settings
from models.store import clients, receipts
from models.store.documents import find_document
from models.store.engine import Store
from models.store.jobs import ENVIRONMENT_ERRORS
from models.tables import DocumentRow, ReceiptRow

__all__ = ["IntakeReport", "Received", "Seen", "quarantine_document", "receive_bytes", "receive_path", "scan"]


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What one scan did. `alarms` are for a person: what could not be done, and where."""

    received: tuple[Received, ...] = ()
    waiting: int = 0  # files that still arrive
    skipped: int = 0  # temporary names
    oldest_wait: float = 0.0  # seconds
    discarded: int = 0  # claimed files that were compared and deleted
    more: bool = False  # scan again at once
    busy: bool = False  # another process scans this client
    alarms: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many files ended in each state."""
        return dict(Counter(each.state for each in self.received))


def scan(store: Store, home: Path, client_id: str, settings: Settings, seen: Seen) -> IntakeReport:
    """Look over a client's inbox once and receive what is ready.

    Args:
        store: The database.
        home: FACTURIER_HOME.
        client_id: A client that exists.
        settings: All settings.
        seen: What this process remembers of this inbox; a new one at the start.

    Returns:
        What was done. What the machine refused (disk full, no right, database down) is an alarm, and the next scan
        tries again; nothing is lost meanwhile.
    """
    home = home.resolve()
    run = Scan(store, home, client_id, settings, seen)
    looked = Survey()
    try:
        run.folders.make()
        with _lock(run.folders.claim) as locked:
            if not locked:
                return IntakeReport(busy=True)
            looked = scan_locked(run)
    except ENVIRONMENT_ERRORS as error:
        seen.recovered = False  # the next scan compares claim/ with the table before it goes on
        run.alarms.append(f"{client_id}: {error}")
    return IntakeReport(
        received=tuple(run.received), waiting=looked.waiting, skipped=looked.skipped, oldest_wait=looked.oldest_wait,
        discarded=run.discarded, more=looked.more, alarms=(*looked.alarms, *run.alarms),
    )  # fmt: skip


def receive_path(store: Store, home: Path, client_id: str, path: Path, settings: Settings) -> list[Received]:
    """Receive a file that stays where it is (`facturier process`); a mail or archive gives its members too.

    The same content a second time changes nothing: its documents are returned as duplicates.
    """
    try:
        sha256 = file_hash(path)
    except NotAFileError:
        return [_refused(path, PROBLEMS["not_a_file"])]
    except OSError as error:
        return [_refused(path, UnreadableDocumentError(f"{error.strerror}"))]
    arriving = Arriving(client_id, path, shown(path.name), channel="process")
    return _known(store, arriving, sha256) or _receive_one(store, home, arriving, settings)


def receive_bytes(
    store: Store,
    home: Path,
    client_id: str,
    name: str,
    content: bytes,
    settings: Settings,
    *,
    channel: str = "process",
    actor: str = "intake",
) -> list[Received]:
    """Receive bytes that came otherwise (an upload); the same content a second time changes nothing."""
    arriving = Arriving(client_id, content, shown(name), channel=channel)
    known = _known(store, arriving, hashlib.sha256(content).hexdigest())
    return known or _receive_one(store, home, arriving, settings, actor=actor)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Hold the lock of a claim folder; False where another process has it. It ends with its process."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


# --- the process channel ----------------------------------------------------------------------------------------------


def _receive_one(
    store: Store, home: Path, arriving: Arriving, settings: Settings, *, actor: str = "intake"
) -> list[Received]:
    clients.folders(home, arriving.client_id).make()
    return Receiver(store, home.resolve(), settings, actor=actor).receive([arriving])


def _known(store: Store, arriving: Arriving, sha256: str) -> list[Received]:
    """What an earlier run made of the same bytes; empty where they are new."""
    with store.read() as session:
        document = find_document(session, arriving.client_id, sha256)
        if document is not None:
            return [_again(arriving.name, document)]
        receipt = receipts.find_processed(session, arriving.client_id, sha256)
        if receipt is None:
            return []
        members = receipts.members_of(session, receipt.id)
        return [_from_row(row) for row in (*members, receipt)]


def _again(name: str, document: DocumentRow) -> Received:
    return Received(name, document.batch, "", receipts.DUPLICATE, document.id, document.media_type)


def _from_row(row: ReceiptRow) -> Received:
    code, _, detail = row.reason.partition(": ")
    return Received(row.original_name, row.batch, row.id, row.state, row.document_id, parent_id=row.parent_id,
                    code=code, detail=detail)  # fmt: skip


def _refused(path: Path, error: InvoiceError) -> Received:
    return Received(shown(path.name), "", "", receipts.QUARANTINED, code=error.reason_code, detail=error.detail,
                    advice=error.advice)  # fmt: skip
