r"""The quarantine folder: each refused file beside a .txt that says what happened and what to do.

The .txt is written first and names the receipt or document, so that after a crash the same place is found again: one
file is there once, however often the work was interrupted.

>>> safe_name("-rf\n")
'_-rf_'
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flows.inbox import shown
from models.durable import drop, is_free_name, make_folders, move_new, write_atomic, write_new
from models.errors import InvoiceError, invoice_error
from models.store import clients, receipts
from models.store.blobs import BlobDamagedError, Blobs
from models.store.engine import Store
from models.tables import DocumentRow, ReceiptRow

_NAME_BYTES = 150  # leaves room for a suffix of ours within the 255 bytes of a file name

_TEXT = """Facturier could not take this file.

File:     {name}
Reason:   {code}
What:     {detail}
To do:    {advice}

{ending}
{reference}
"""
# What to do about reasons that only an inbox knows.
_ADVICE = {
    "incomplete": "The file never became whole. Copy it into the inbox again and let the copying end.",
    "not_a_file": "Only files are taken, no links, pipes or devices. Copy the file itself into the inbox.",
}
_DROP_AGAIN = "When it is put right, drop it into the inbox again. Both files here may then be deleted."
_LEFT = "It was left where it lies, in the inbox; remove it from there."


def place_all(store: Store, home: Path, client_id: str) -> None:
    """Bring the quarantine folder up to the table: every refused file that is not there yet is put there."""
    with store.read() as session:
        refused, documents = receipts.unplaced(session, client_id), receipts.unplaced_documents(session, client_id)
    refused = [receipt for receipt in refused if _place_receipt(home, receipt)]
    placed = [document for document in documents if _place_document(home, document)]
    if refused or placed:
        with store.write() as session:
            receipts.close(session, client_id, [row.id for row in refused], actor="intake", action="quarantine")
            receipts.mark_documents_placed(session, placed, actor="intake")


def quarantine_document(store: Store, home: Path, document_id: str) -> None:
    """Put a copy of one quarantined document's file into the quarantine folder now; the next scan would do it too."""
    with store.read() as session:
        row = session.get(DocumentRow, document_id)
        waiting = row is not None and any(
            each.id == document_id for each in receipts.unplaced_documents(session, row.client_id)
        )
    if row is not None and waiting and _place_document(home, row):
        with store.write() as session:
            receipts.mark_documents_placed(session, [row], actor="intake")


def reason_of(error: InvoiceError) -> str:
    """How a refusal is kept in a receipt: `code: detail`."""
    return f"{error.reason_code}: {error.detail}"


def advice_for(code: str, error: InvoiceError) -> str:
    """What a person can do about a refusal."""
    return _ADVICE.get(code, error.advice)


def safe_name(name: str) -> str:
    """A file name that no program mistakes for an option, a path or a hidden file, at most 150 bytes long."""
    text = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name) or "_"
    text = f"_{text}" if text[0] in ".-~" else text
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending.encode()) > 10:
        stem, dot, ending = text, "", ""
    room = _NAME_BYTES - len(f"{dot}{ending}".encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending


def _place_receipt(home: Path, receipt: ReceiptRow) -> bool:
    """Put a refused file to its place; False, and nothing done, where the store no longer has it whole."""
    folders = clients.folders(home, receipt.client_id)
    code, _, detail = receipt.reason.partition(": ")
    where = receipt.claim_path or ""
    left = where.startswith(receipts.SOURCE)
    try:
        content = Blobs(home).read(receipt.sha256) if receipt.sha256 and not where else b""
    except BlobDamagedError:
        return False
    text = _explain(receipt.original_name, code, detail, f"Receipt:  {receipt.id}", left=left)
    target = _reserve(folders.quarantine, receipt.original_name, receipt.id, text)
    if where and not left:
        _bring(target, lambda path: _move_claimed(folders.root / where, path))
    elif content:
        _bring(target, lambda path: write_atomic(path, content))
    return True


def _move_claimed(source: Path, target: Path) -> None:
    if not is_free_name(source):
        move_new(source, target)


def _bring(target: Path, put: Callable[[Path], None]) -> None:
    """Put a file to its place unless an interrupted run did so already."""
    if is_free_name(target):
        put(target)


def _place_document(home: Path, document: DocumentRow) -> bool:
    """Copy a document's file out of the store; False, and nothing done, where the store no longer has it whole."""
    try:
        content = Blobs(home).read(document.sha256)
    except BlobDamagedError:
        return False
    folder = clients.folders(home, document.client_id).quarantine
    text = _explain(document.name, document.reason_code, document.reason_detail, f"Document: {document.id}", left=False)
    target = _reserve(folder, document.name, document.id, text)
    _bring(target, lambda path: write_atomic(path, content))
    return True


def _explain(name: str, code: str, detail: str, reference: str, *, left: bool) -> str:
    error = invoice_error(code, detail)
    return _TEXT.format(
        name=shown(name), code=code or error.code, detail=detail or "no more is known",
        advice=advice_for(code, error),
        ending=_LEFT if left else _DROP_AGAIN, reference=reference,
    )  # fmt: skip


def _reserve(folder: Path, name: str, owner: str, text: str) -> Path:
    """Find or make the place of a refused file: its own name, or that with its id where somebody has the name."""
    make_folders((folder,))
    plain = safe_name(name.rpartition("/")[2])
    stem, dot, ending = plain.rpartition(".")
    own = f"{stem}.{owner[:12]}.{ending}" if dot and stem else f"{plain}.{owner[:12]}"
    for candidate in (plain, own):
        note = folder / f"{candidate}.txt"
        if _belongs_to(note, owner):
            return folder / candidate
        if is_free_name(folder / candidate) and write_new(note, text.encode()):
            return folder / candidate
    drop((folder / f"{own}.txt",))  # only our id leads here: a note of an earlier version
    write_new(folder / f"{own}.txt", text.encode())
    return folder / own


def _belongs_to(note: Path, owner: str) -> bool:
    try:
        return owner in note.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
