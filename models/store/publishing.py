"""Publication: approved documents become rows that finance reads, and the change feed says so.

All of it is written in one transaction that the caller opens: versions, change numbers, moves, holds and the batch.
A killed publisher leaves nothing behind; one that runs again finds only what is still approved. `change_seq` has no
gaps because it is counted in the transaction that uses it; its counter's row is also the lock between publishers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col, func, or_, select

from models.decision import Outcome, Reason
from models.extraction import Extraction
from models.finding import Severity
from models.status import Status
from models.store.audit import next_number, record
from models.store.documents import load_extraction, move, new_id
from models.tables import (
    ChangeRow,
    DocumentRow,
    EventRow,
    FindingRow,
    InvoiceLineRow,
    InvoiceRow,
    PublishBatchRow,
    PublishHoldRow,
    VatBreakdownRow,
)

FEED = "change"  # the counter of the change feed
_BY_POLICY = ("AP-MATCH-NO-ORDER",)  # an error only where the client's policy asks for orders: then it decides so
WITHDRAWN = (Status.REJECTED, Status.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Approved:
    """A document as it was approved: what it says, and who let it through when."""

    document: DocumentRow
    extraction: Extraction
    approved_by: str
    approved_at: datetime
    open_rules: str = ""  # what still speaks against it, where no person approved it; separated by a space


@dataclass(frozen=True, slots=True)
class Publication:
    """An invoice ready for the table. `values` are columns of InvoiceRow; lines and VAT rows likewise, in order."""

    document_id: str
    client_id: str
    document_version: int  # compare-and-swap: the state of the document that the gate has seen
    invoice_key: str
    open_rules: str
    values: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    vat_breakdown: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The run of publication that rows belong to."""

    id: str
    client_id: str
    actor: str
    at: datetime


def load_approved(session: Session, client_id: str, limit: int) -> tuple[Approved, ...]:
    """Approved documents of a client that wait for publication, oldest first."""
    query = select(DocumentRow).where(DocumentRow.client_id == client_id, DocumentRow.state == Status.APPROVED)
    rows = session.exec(query.order_by(col(DocumentRow.received_at), col(DocumentRow.id)).limit(limit)).all()
    return tuple(found for row in rows if (found := _as_approved(session, row)) is not None)


def _as_approved(session: Session, row: DocumentRow) -> Approved | None:
    extraction = load_extraction(session, row.id, row.revision)
    approval = select(EventRow).where(EventRow.document_id == row.id, EventRow.to_state == Status.APPROVED)
    event = session.exec(approval.order_by(col(EventRow.seq).desc())).first()
    if extraction is None or event is None:
        return None
    return Approved(row, extraction, event.actor, event.at, " ".join(open_rules(session, row, event.actor)))


def open_rules(session: Session, document: DocumentRow, approved_by: str) -> tuple[str, ...]:
    """The errors and holds of the newest revision that nobody has answered for: none where a person approved it."""
    if approved_by.startswith("user:"):
        return ()
    query = select(FindingRow.rule).where(
        FindingRow.document_id == document.id, FindingRow.revision == document.revision,
        col(FindingRow.severity).in_([Severity.ERROR, Severity.HOLD]), col(FindingRow.rule).not_in(_BY_POLICY),
    )  # fmt: skip
    return tuple(sorted(set(session.exec(query))))


def lock_feed(session: Session, at: datetime) -> datetime:
    """Wait for other publishers: until this transaction ends nobody else publishes.

    Returns the time of publication: the present, but never before that of the last change, so that times in the feed
    run as its numbers do although publishers wait for each other and clocks are set back.
    """
    next_number(session, FEED, count=0)
    last = session.exec(select(ChangeRow).order_by(col(ChangeRow.change_seq).desc()).limit(1)).first()
    return at if last is None else max(at, last.published_at)


def lock_approved(session: Session, document_id: str, version: int) -> DocumentRow | None:
    """The document, if it is still approved and as the gate has seen it."""
    row = session.get(DocumentRow, document_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.state == Status.APPROVED and row.version == version else None


def publish(session: Session, batch: Batch, document: DocumentRow, publication: Publication) -> str | None:
    """Write the next version of an invoice and move its document to exported.

    Returns None, or why the table did not take it ("duplicate" or "not_storable"); then nothing was written.
    """
    key = free_key(session, batch.client_id, publication)
    if key is None:
        return "duplicate"
    version = _next_version(session, document.id)
    try:
        with session.begin_nested():
            _add_rows(session, batch, publication, key, version)
    except IntegrityError:
        return "duplicate"  # the constraint is the last word, whatever was looked up before
    except DataError:
        return "not_storable"  # a number or text that the database's column cannot hold
    move(session, document, Status.EXPORTED, actor=batch.actor, reason=f"batch {batch.id}", at=batch.at)
    return None


def _next_version(session: Session, document_id: str) -> int:
    newest = session.exec(select(func.max(InvoiceRow.version)).where(InvoiceRow.document_id == document_id)).one()
    return (newest or 0) + 1


def free_key(session: Session, client_id: str, publication: Publication) -> str | None:
    """The key for this invoice; None where another document is that invoice.

    A key that others had only in versions since corrected, or in invoices since withdrawn, is free again: it gets the
    document's id behind it, because the older rows stay.
    """
    key, document_id = publication.invoice_key, publication.document_id
    query = select(InvoiceRow.document_id, InvoiceRow.version, DocumentRow.state).where(
        InvoiceRow.client_id == client_id, InvoiceRow.document_id == DocumentRow.id,
        InvoiceRow.document_id != document_id,
        or_(InvoiceRow.invoice_key == key, InvoiceRow.invoice_key == key + "#" + col(InvoiceRow.document_id)),
    )  # fmt: skip
    others = session.exec(query).all()
    for other, version, state in others:
        if version == _next_version(session, other) - 1 and state not in WITHDRAWN:
            return None
    return f"{key}#{document_id}" if others else key


def _add_rows(session: Session, batch: Batch, publication: Publication, key: str, version: int) -> None:
    seq = next_number(session, FEED)
    same: dict[str, Any] = {"document_id": publication.document_id, "version": version, "client_id": batch.client_id}
    session.add(InvoiceRow(**publication.values, **same, invoice_key=key, change_seq=seq, batch_id=batch.id,
                           published_at=batch.at))  # fmt: skip
    session.add_all(InvoiceLineRow(**line, **same, position=at) for at, line in enumerate(publication.lines, 1))
    session.add_all(VatBreakdownRow(**row, **same, position=at) for at, row in enumerate(publication.vat_breakdown, 1))
    session.add(_change(batch, publication.document_id, "insert" if version == 1 else "correct", version, seq))
    session.flush()


def _change(batch: Batch, document_id: str, op: str, version: int, seq: int) -> ChangeRow:
    return ChangeRow(change_seq=seq, client_id=batch.client_id, entity="invoice", entity_id=document_id, op=op,
                     version=version, published_at=batch.at, batch_id=batch.id)  # fmt: skip


def withdraw_rejected(session: Session, batch: Batch) -> tuple[str, ...]:
    """A tombstone for each published invoice that was rejected since; returns their ids."""
    newest = (
        select(InvoiceRow.document_id, func.max(InvoiceRow.version).label("version"),
               func.max(InvoiceRow.change_seq).label("seq"))
        .where(InvoiceRow.client_id == batch.client_id).group_by(InvoiceRow.document_id).subquery()
    )  # fmt: skip
    buried = select(ChangeRow.change_seq).where(
        ChangeRow.entity_id == newest.c.document_id,
        ChangeRow.op == "tombstone",
        col(ChangeRow.change_seq) > newest.c.seq,
    )
    query = select(newest.c.document_id, newest.c.version).where(
        newest.c.document_id == DocumentRow.id, col(DocumentRow.state).in_(WITHDRAWN), ~buried.exists()
    )
    found = session.exec(query.order_by(newest.c.document_id)).all()
    for document_id, version in found:
        session.add(_change(batch, document_id, "tombstone", version, next_number(session, FEED)))
    return tuple(document_id for document_id, _ in found)


def hold_back(session: Session, batch: Batch, document: DocumentRow, expectation: str, message: str) -> None:
    """Give an approved document back to people, with the expectation that it failed; a duplicate as a duplicate."""
    is_duplicate = expectation == "duplicate"
    reason = Reason.DUPLICATE if is_duplicate else Reason.RULE_FAILED
    words = [reason.value, *(word for word in document.reasons.split() if word != reason)]
    document.reasons, document.outcome = " ".join(words), Outcome.DUPLICATE if is_duplicate else Outcome.REVIEW
    session.add(document)
    session.add(PublishHoldRow(batch_id=batch.id, document_id=document.id, expectation=expectation, message=message))
    _add_finding(session, batch, document, expectation, message)
    session.flush()
    text = f"gate {expectation}: {message}"
    move(session, document, Status.IN_REVIEW, actor=batch.actor, reason=text, at=batch.at)
    if is_duplicate:
        move(session, document, Status.DUPLICATE, actor=batch.actor, reason=text, at=batch.at)


def _add_finding(session: Session, batch: Batch, document: DocumentRow, expectation: str, message: str) -> None:
    """What the reviewer sees beside the other findings; once a revision."""
    rule = f"AP-GATE-{expectation.upper().replace('_', '-')}"
    known = select(FindingRow).where(FindingRow.document_id == document.id, FindingRow.rule == rule,
                                     FindingRow.revision == document.revision)  # fmt: skip
    if session.exec(known).first() is None:
        session.add(FindingRow(id=new_id(), client_id=batch.client_id, document_id=document.id, rule=rule,
                               revision=document.revision, severity=Severity.ERROR, message=message,
                               created_at=batch.at))  # fmt: skip


def add_batch(
    session: Session, batch: Batch, *, state: str, rows: int, held: int, suite_hash: str, result_json: str
) -> None:
    """The row of the batch, with what the gate said, and its audit row."""
    session.add(PublishBatchRow(id=batch.id, client_id=batch.client_id, created_at=batch.at, state=state, rows=rows,
                                held=held, suite_hash=suite_hash, result_json=result_json))  # fmt: skip
    record(session, actor=batch.actor, action=f"publish:{state}", subject=f"batch:{batch.id}",
           client_id=batch.client_id, after={"rows": rows, "held": held, "suite": suite_hash}, at=batch.at)  # fmt: skip


def is_refused_again(session: Session, client_id: str, result_json: str) -> bool:
    """Whether the client's newest batch was refused for the very same reasons: once is told once."""
    query = select(PublishBatchRow).where(PublishBatchRow.client_id == client_id)
    newest = session.exec(query.order_by(col(PublishBatchRow.created_at).desc())).first()
    return newest is not None and newest.state == "refused" and newest.result_json == result_json
