"""One scan of one client's inbox, with its lock held: claim, receive, recover, discard (reliability.md R3, R4).

Claimed files lie in `claim/` under the id of their receipt; what they were called stands in a journal beside them until
the receipt is written. After `discard_seconds` a claimed file is hashed again: equal, it is deleted; changed, it is a
new arrival.

>>> bool(_CLAIM_NAME.fullmatch(new_id()))
True
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.arrivals import GROUP_FILES, Arriving, Received
from flows.inbox import Found, Seen, Survey, place_of, shown, source_key, survey
from flows.quarantine import place_all
from flows.receiving import Receiver
from models.durable import claim, discard, drop, sync_folders, write_atomic
from models.errors import InvoiceError, UnreadableDocumentError, UnsupportedMediaTypeError
from models.settings import Settings
from models.store import clients, receipts
from models.store.audit import now
from models.store.blobs import Blobs
from models.store.clients import ClientFolders
from models.store.documents import new_id
from models.store.engine import Store
from models.tables import ReceiptRow

SCAN_FILES = 2000  # of one client in one scan, so that a dump of 10,000 does not keep the other clients waiting
_DISCARDS = 1000
_JOURNAL_END = ".names"
_CLAIM_NAME = re.compile(r"[0-9a-f]{32}")

PROBLEMS: dict[str, InvoiceError] = {
    "incomplete": UnreadableDocumentError("the file is not whole: its end is missing", code="incomplete"),
    "not_a_file": UnsupportedMediaTypeError("a link, pipe, socket or device, not a file", code="not_a_file"),
}


@dataclass(slots=True)
class Scan:
    """One scan of one client, with its lock held."""

    store: Store
    home: Path
    client_id: str
    settings: Settings
    seen: Seen
    received: list[Received] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    discarded: int = 0

    @property
    def folders(self) -> ClientFolders:
        """The client's folders."""
        return clients.folders(self.home, self.client_id)

    @property
    def receiver(self) -> Receiver:
        """Receives into this home, in this client's name."""
        return Receiver(self.store, self.home, self.settings, owner=self.client_id)


def scan_locked(run: Scan) -> Survey:
    """Do everything that a scan does, in order; what was done stands in `run`."""
    if not run.seen.recovered:
        _recover(run)
    looked = survey(run.folders.inbox, run.seen, run.settings.intake, SCAN_FILES)
    for start in range(0, len(looked.found), GROUP_FILES):
        _take_group(run, looked.found[start : start + GROUP_FILES])
    place_all(run.store, run.home, run.client_id)
    _discard_due(run)
    return looked


def _take_group(run: Scan, found: Sequence[Found]) -> None:
    """Claim a group of files and receive them; their names are written down first, for a claim forgets them."""
    named = [(new_id(), each) for each in found]
    journal = run.folders.claim / f"{new_id()}{_JOURNAL_END}"
    regular = {key: [shown(each.path.name), each.batch, each.problem] for key, each in named if not _left(each)}
    if regular:
        write_atomic(journal, json.dumps(regular).encode())
    arriving = [each for key, file in named if (each := _claim_one(run, key, file))]
    taken = {each.receipt_id for each in arriving if not _stays(each)}
    sync_folders([run.folders.claim, *(file.path.parent for key, file in named if key in taken)])
    run.received += run.receiver.receive(arriving)
    run.seen.kept |= {each.claim_path or "" for each in arriving if _stays(each)}
    drop([journal])


def _left(found: Found) -> bool:
    return found.problem == "not_a_file"


def _stays(arrived: Arriving | ReceiptRow) -> bool:
    """Whether the file lies in the inbox still, because it cannot be renamed into `claim/`."""
    return (arrived.claim_path or "").startswith(receipts.SOURCE)


def _claim_one(run: Scan, key: str, found: Found) -> Arriving | None:
    """Take one file out of the inbox; None where it vanished or may not be read."""
    relative = found.path.relative_to(run.folders.inbox)
    arriving = Arriving(
        client_id=run.client_id, source=found.path, name=shown(found.path.name), batch=found.batch, receipt_id=key,
        claim_path=source_key(relative, found.identity), problem=PROBLEMS.get(found.problem),
    )  # fmt: skip
    if _left(found):
        return arriving
    try:
        if claim(found.path, run.folders.claim / key):
            return replace(arriving, source=run.folders.claim / key, claim_path=f"claim/{key}")
    except FileNotFoundError:
        return None
    except OSError as error:
        run.alarms.append(f"{shown(str(found.path))}: {error.strerror}")
        return None
    return arriving  # it can only be copied, and stays for now


# --- after a crash ----------------------------------------------------------------------------------------------------


def _recover(run: Scan) -> None:
    """Receive what lies in `claim/` without a receipt; what has one is kept for its discard."""
    claim_folder = run.folders.claim
    Blobs(run.home).clear_staging(run.client_id)
    with run.store.read() as session:
        held = receipts.open_claims(session, run.client_id)
    journals = sorted(claim_folder.glob(f"*{_JOURNAL_END}"))
    names = _read_journals(journals)
    orphans = [
        path
        for path in sorted(claim_folder.iterdir())
        if _CLAIM_NAME.fullmatch(path.name) and f"claim/{path.name}" not in held
    ]
    run.received += run.receiver.receive([_orphan(run, path, names) for path in orphans])
    drop([*journals, *claim_folder.glob(".*.tmp"), *run.folders.quarantine.glob(".*.tmp")])
    run.seen.kept = {path for path in held if path.startswith(receipts.SOURCE)}
    run.seen.recovered = True


def _read_journals(journals: Sequence[Path]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for journal in journals:
        names |= json.loads(journal.read_bytes())
    return names


def _orphan(run: Scan, path: Path, names: dict[str, list[str]]) -> Arriving:
    name, batch, problem = names.get(path.name, [f"recovered-{path.name[:8]}", "", ""])
    return Arriving(
        client_id=run.client_id, source=path, name=name, batch=batch, receipt_id=_fresh_id(run, path.name),
        claim_path=f"claim/{path.name}", problem=PROBLEMS.get(problem),
    )  # fmt: skip


def _fresh_id(run: Scan, name: str) -> str:
    """The receipt id that the file's name promises, unless a receipt that was closed has it."""
    with run.store.read() as session:
        return new_id() if session.get(ReceiptRow, name) else name


# --- discarding -------------------------------------------------------------------------------------------------------


def _discard_due(run: Scan) -> None:
    """Compare claimed files whose time has come with what was stored: equal ones go, changed ones are received."""
    with run.store.read() as session:
        due = receipts.due_discards(session, run.client_id, now(), _DISCARDS)
    gone: list[ReceiptRow] = []
    for row in due:
        path = _place_of(run, row)
        try:
            outcome = discard(path, row.sha256 or "")
        except OSError as error:
            _keep(run, row, error)
            continue
        if outcome == "changed":
            run.received += run.receiver.receive([_late(row, path)])
        else:
            gone.append(row)
    if not gone:
        return
    sync_folders(folder for row in gone if (folder := _place_of(run, row).parent).is_dir())
    with run.store.write() as session:
        receipts.close(session, run.client_id, [row.id for row in gone], actor="intake")
    run.discarded += len(gone)


def _place_of(run: Scan, row: ReceiptRow) -> Path:
    where = row.claim_path or ""
    return run.folders.inbox / place_of(where) if _stays(row) else run.folders.root / where


def _keep(run: Scan, row: ReceiptRow, error: OSError) -> None:
    """A file that cannot be deleted stays, and is not tried again."""
    run.alarms.append(f"{row.original_name}: received, but its file cannot be deleted ({error.strerror})")
    with run.store.write() as session:
        receipts.keep_source(session, row.id)


def _late(row: ReceiptRow, path: Path) -> Arriving:
    """A claimed file that somebody wrote to after it was stored: a new arrival in its place."""
    return Arriving(client_id=row.client_id, source=path, name=row.original_name, batch=row.batch,
                    claim_path=row.claim_path, supersedes=row.id)  # fmt: skip
