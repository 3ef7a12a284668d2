"""Export batches: which changes went to which target in which folder, each once.

A batch is reserved with everything its content depends on (settings, coding, the very steps) in one transaction, and
marked written when its files lie there. Between the two it is open: whoever runs next finishes it, to the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from models.errors import ConflictError
from models.invoice import LINE_TERMS, TERMS, Invoice, InvoiceLine, VatBreakdown, terms_of
from models.store.audit import next_number, record
from models.store.documents import new_id
from models.store.outputs import amount_of, number_of
from models.tables import (
    ChangeRow,
    DeliveryRow,
    DocumentRow,
    ExportBatchRow,
    InvoiceLineRow,
    InvoiceRow,
    VatBreakdownRow,
)

_VAT_TERMS = terms_of(VatBreakdown)
_NUMBERS = {"amount": amount_of, "number": number_of}
OPEN, WRITTEN = "open", "written"


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of an invoice, as it was then and stays."""

    document_id: str
    version: int
    seller_id: str | None
    document_type: str
    published_at: datetime
    sha256: str  # of the original
    media_type: str
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a target holds of a document: the version, or none where that was taken back; by which change and batch."""

    change_seq: int
    version: int | None
    batch_id: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A batch to be reserved."""

    client_id: str
    target: str
    changes: Sequence[ChangeRow]  # that it delivers
    last_seq: int  # of the changes that it looked at
    options_json: str
    actor: str
    at: datetime


def lock_target(session: Session, client_id: str, target: str) -> None:
    """Wait for other exporters of this client and target until this transaction ends."""
    next_number(session, _counter(client_id, target), count=0)


def _counter(client_id: str, target: str) -> str:
    return f"export:{client_id}:{target}"


def open_batch(session: Session, client_id: str, target: str) -> ExportBatchRow | None:
    """The batch that was reserved and not yet written."""
    query = select(ExportBatchRow).where(ExportBatchRow.client_id == client_id, ExportBatchRow.target == target,
                                         ExportBatchRow.state == OPEN)  # fmt: skip
    return session.exec(query.order_by(col(ExportBatchRow.seq))).first()


def last_seq(session: Session, client_id: str, target: str) -> int:
    """The newest change that a batch has looked at; 0 before the first."""
    query = select(func.max(ExportBatchRow.last_seq))
    found = session.exec(query.where(ExportBatchRow.client_id == client_id, ExportBatchRow.target == target)).one()
    return found or 0


def undelivered(session: Session, client_id: str, target: str, limit: int, seen: int) -> list[ChangeRow]:
    """Changes that are not delivered to the target, in order: those after `seen`, and those that could not be mapped.

    At most `limit` of each.
    """
    delivered = select(DeliveryRow).where(DeliveryRow.target == target,
                                          DeliveryRow.change_seq == ChangeRow.change_seq)  # fmt: skip
    query = select(ChangeRow).where(ChangeRow.client_id == client_id, ChangeRow.entity == "invoice",
                                    ~delivered.exists()).order_by(col(ChangeRow.change_seq)).limit(limit)  # fmt: skip
    return [
        *session.exec(query.where(col(ChangeRow.change_seq) <= seen)),
        *session.exec(query.where(col(ChangeRow.change_seq) > seen)),
    ]


def delivered_numbers(session: Session, client_id: str, target: str) -> list[tuple[str, str]]:
    """The suppliers' numbers that a target has been given, with the documents that bear them."""
    query = select(InvoiceRow.invoice_number, InvoiceRow.document_id).where(
        DeliveryRow.client_id == client_id, DeliveryRow.target == target, DeliveryRow.op != "tombstone",
        InvoiceRow.document_id == DeliveryRow.document_id, InvoiceRow.version == DeliveryRow.version,
    )  # fmt: skip
    return [(number, document) for number, document in session.exec(query) if number]


def held_by(session: Session, target: str, documents: Iterable[str]) -> dict[str, Delivered]:
    """What the target has of each document, by the newest delivery."""
    wanted = sorted(set(documents))
    found: dict[str, Delivered] = {}
    for start in range(0, len(wanted), 500):
        query = select(DeliveryRow).where(DeliveryRow.target == target,
                                          col(DeliveryRow.document_id).in_(wanted[start : start + 500]))  # fmt: skip
        for row in session.exec(query.order_by(col(DeliveryRow.change_seq))):
            version = None if row.op == "tombstone" else row.version
            found[row.document_id] = Delivered(row.change_seq, version, row.batch_id)
    return found


def load_version(session: Session, document_id: str, version: int) -> Version:
    """One version with its lines and VAT rows, with numbers written as the views write them.

    Raises:
        ConflictError: There is no such version.
    """
    row, document = session.get(InvoiceRow, (document_id, version)), session.get(DocumentRow, document_id)
    if row is None or document is None:
        raise ConflictError(f"version {version} of {document_id} was never published")
    lines = select(InvoiceLineRow).where(InvoiceLineRow.document_id == document_id, InvoiceLineRow.version == version)
    rates = select(VatBreakdownRow).where(VatBreakdownRow.document_id == document_id,
                                          VatBreakdownRow.version == version)  # fmt: skip
    invoice = Invoice(
        **_values(row, TERMS),
        lines=tuple(InvoiceLine(**_values(each, LINE_TERMS))
                    for each in session.exec(lines.order_by(col(InvoiceLineRow.position)))),
        vat_breakdown=tuple(VatBreakdown(**_values(each, _VAT_TERMS))
                            for each in session.exec(rates.order_by(col(VatBreakdownRow.position)))),
    )  # fmt: skip
    return Version(document_id, version, row.seller_id, row.document_type, row.published_at, document.sha256,
                   document.media_type, invoice)  # fmt: skip


def _values(row: InvoiceRow | InvoiceLineRow | VatBreakdownRow, terms: dict[str, Any]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in terms}
    return {
        name: _NUMBERS[terms[name].kind](value) if value is not None and terms[name].kind in _NUMBERS else value
        for name, value in found.items()
    }


def reserve(session: Session, wish: Wish) -> ExportBatchRow:
    """Give a batch its number and note its deliveries; the caller holds the target's lock."""
    seq = next_number(session, _counter(wish.client_id, wish.target))
    place = "" if wish.target == "files" else f"{wish.target}/"
    row = ExportBatchRow(
        id=new_id(), client_id=wish.client_id, target=wish.target, seq=seq,
        after_seq=last_seq(session, wish.client_id, wish.target), last_seq=wish.last_seq,
        folder=f"{place}{wish.at.date().isoformat()}/batch-{seq:06d}", options_json=wish.options_json,
        idempotency_key=f"{wish.client_id}:{wish.target}:{seq}", created_at=wish.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for change in wish.changes:
        session.add(DeliveryRow(
            idempotency_key=f"{wish.target}:{change.entity_id}:{change.version}:{change.op}",
            client_id=wish.client_id, document_id=change.entity_id, version=change.version, op=change.op,
            target=wish.target, change_seq=change.change_seq, batch_id=row.id, at=wish.at,
        ))  # fmt: skip
    session.flush()
    record(session, actor=wish.actor, action="export_batch", subject=f"export:{row.id}", client_id=wish.client_id,
           after={"target": wish.target, "seq": seq, "after": row.after_seq, "last": row.last_seq,
                  "changes": len(wish.changes)}, at=wish.at)  # fmt: skip
    return row


def mark_written(session: Session, batch_id: str, manifest: str, sha256: str, *, actor: str, at: datetime) -> None:
    """The batch's files lie in their folder, whole; a second word of it changes nothing."""
    row = session.get(ExportBatchRow, batch_id, with_for_update=True)
    if row is None or row.state == WRITTEN:
        return
    row.manifest_json, row.manifest_sha256, row.state, row.written_at = manifest, sha256, WRITTEN, at
    session.add(row)
    record(session, actor=actor, action="export_written", subject=f"export:{row.id}", client_id=row.client_id,
           after={"manifest": sha256, "folder": row.folder}, at=at)  # fmt: skip


def find_batch(session: Session, name: str, client_id: str | None) -> ExportBatchRow:
    """A batch by its id, or by `target:seq` or `seq` of a client.

    Raises:
        ConflictError: There is none of that name.
    """
    target, _, seq = name.rpartition(":")
    by_number = (ExportBatchRow.client_id == client_id) & (ExportBatchRow.target == (target or "files")) & (
        ExportBatchRow.seq == (int(seq) if seq.isdecimal() and len(seq) < 10 else -1)
    )  # fmt: skip
    mine = ExportBatchRow.id == name if client_id is None else (
        (ExportBatchRow.id == name) & (ExportBatchRow.client_id == client_id)
    )  # fmt: skip
    found = session.exec(select(ExportBatchRow).where(or_(mine, by_number))).first()
    if found is None:
        raise ConflictError(f"there is no batch {name!r} of {client_id or 'any client'}")
    return found


def told_of_batch(session: Session, batch_id: str, what: str) -> dict[str, Any]:
    """With which `coding` or `rates` a batch delivered its documents."""
    row = session.get(ExportBatchRow, batch_id)
    found = json.loads(row.options_json).get(what, {}) if row else {}
    return dict(found)
