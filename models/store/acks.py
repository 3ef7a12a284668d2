"""What the finance system says of what it was given: taken under its own number, or refused. Rows are only added.

A batch is either one of files (export_batch, its rows are deliveries) or one of the change feed (publish_batch, its
rows are changes). A version that was posted stays posted: the same word again changes nothing, another one is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Exists, exists, literal, tuple_
from sqlmodel import Session, col, or_, select

from models.columns import Instant
from models.errors import ConflictError
from models.store.audit import Act, record_all, wait_for_audit
from models.store.documents import new_id
from models.tables import AckRow, ApiKeyRow, ChangeRow, DeliveryRow, ExportBatchRow, PublishBatchRow

FEED = "feed"  # the target of what is pulled through the API
AckState = Literal["posted", "refused"]


@dataclass(frozen=True, slots=True)
class Said:
    """One word on one document. Without a version: the newest one in the batch."""

    document_id: str
    state: AckState
    version: int | None = None
    erp_number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that may be acknowledged: what it holds is `rows` of (document, version)."""

    id: str
    client_id: str
    target: str  # feed, or the target of an export
    at: datetime
    last_seq: int
    rows: tuple[tuple[str, int], ...]
    manifest: str = ""  # JSON, of a batch of files


def find_batch(session: Session, batch_id: str, clients: Collection[str] | None) -> Batch | None:
    """The batch of files or of the feed, if it is one of these clients'; None as clients stands for all."""
    files = session.get(ExportBatchRow, batch_id)
    if files is not None and _is_of(files.client_id, clients) and files.state == "written":
        return _of_files(session, files)
    fed = session.get(PublishBatchRow, batch_id)
    if fed is None or not _is_of(fed.client_id, clients) or fed.state != "published":
        return None
    return _of_feed(session, fed)


def list_batches(
    session: Session, clients: Collection[str], *, kind: str | None, after: Sequence[object] | None, limit: int
) -> list[Batch]:
    """Batches behind a position (time, id), the oldest first; `kind` files or feed, None both."""
    found: list[Batch] = []
    if kind != FEED:
        written = select(ExportBatchRow).where(col(ExportBatchRow.client_id).in_(clients),
                                               ExportBatchRow.state == "written")  # fmt: skip
        place = col(ExportBatchRow.created_at), col(ExportBatchRow.id)
        written = written if after is None else written.where(tuple_(*place) > _place(after))
        found += [_of_files(session, row) for row in session.exec(written.order_by(*place).limit(limit))]
    if kind != "files":
        fed = select(PublishBatchRow).where(col(PublishBatchRow.client_id).in_(clients),
                                            PublishBatchRow.state == "published")  # fmt: skip
        place = col(PublishBatchRow.created_at), col(PublishBatchRow.id)
        fed = fed if after is None else fed.where(tuple_(*place) > _place(after))
        found += [_of_feed(session, row) for row in session.exec(fed.order_by(*place).limit(limit))]
    return sorted(found, key=lambda batch: (batch.at, batch.id))[:limit]


def acks_of(session: Session, batch: Batch) -> dict[tuple[str, int], AckRow]:
    """The last word on each version of a batch that somebody said something of."""
    query = select(AckRow).where(_named_in(batch)).order_by(col(AckRow.at), AckRow.id)
    wanted = set(batch.rows)
    return {place: row for row in session.exec(query) if (place := (row.document_id, row.version)) in wanted}


def acknowledge(session: Session, batch: Batch, said: Sequence[Said], *, actor: str, at: datetime) -> list[AckRow]:
    """Note what was said; returns one row for each word, that of the first time where it was said before.

    Raises:
        ConflictError: A document is not in the batch, is named twice, or was posted under another number.
    """
    wait_for_audit(session)  # two answers at once: the second sees what the first has said
    newest = dict(sorted(batch.rows, key=lambda row: row[1]))  # document to its newest version in the batch
    found: list[AckRow] = []
    acts: list[Act] = []
    for word in said:
        version = newest.get(word.document_id) if word.version is None else word.version
        if version is None or (word.document_id, version) not in batch.rows:
            raise ConflictError(f"{word.document_id} is not in this batch", code="not_in_batch")
        if any((row.document_id, row.version) == (word.document_id, version) for row in found):
            raise ConflictError(f"{word.document_id} is named twice", code="named_twice")
        known = newest_ack(session, word.document_id, version)
        if known is not None and _same(known, word):
            found.append(known)
            continue
        if known is not None and known.state == "posted":
            raise ConflictError(f"{word.document_id} is posted as {known.erp_number}", code="already_posted")
        row = _row(batch, word, version, actor, at)
        session.add(row)
        found.append(row)
        acts.append(_act(row))
    record_all(session, acts, actor=actor, at=at)
    return found


def newest_ack(session: Session, document_id: str, version: int | None = None) -> AckRow | None:
    """The last word on a document, or on one version of it."""
    query = select(AckRow).where(AckRow.document_id == document_id)
    if version is not None:
        query = query.where(AckRow.version == version)
    newest_first = query.order_by(col(AckRow.version).desc(), col(AckRow.at).desc(), col(AckRow.id).desc())
    return session.exec(newest_first).first()


def unacknowledged(
    session: Session, at: datetime, *, hours: float, clients: Collection[str] | None = None
) -> list[tuple[Batch, int]]:
    """Batches older than so many hours of which a row has no word yet, with the number of such rows; oldest first.

    A batch of the feed counts where the client has a key that may acknowledge: others read the tables.
    """
    before = at - timedelta(hours=hours)
    files = select(ExportBatchRow.id).where(ExportBatchRow.state == "written", col(ExportBatchRow.written_at) < before)
    files = files.where(exists().where(col(DeliveryRow.batch_id) == ExportBatchRow.id, ~_acked_delivery()))
    fed = select(PublishBatchRow.id).where(PublishBatchRow.state == "published",
                                           col(PublishBatchRow.created_at) < before)  # fmt: skip
    fed = fed.where(col(PublishBatchRow.client_id).in_(_acknowledging(session, at)))
    fed = fed.where(exists().where(col(ChangeRow.batch_id) == PublishBatchRow.id, ~_acked_change()))
    found: list[tuple[Batch, int]] = []
    for batch_id in (*session.exec(files), *session.exec(fed)):
        batch = find_batch(session, batch_id, clients)
        if batch is not None and (missing := len(set(batch.rows)) - acknowledged(session, batch)) > 0:
            found.append((batch, missing))
    return sorted(found, key=lambda each: each[0].at)


def acknowledged(session: Session, batch: Batch) -> int:
    """How many versions of a batch somebody has said something of."""
    return len(acks_of(session, batch))


def _named_in(batch: Batch) -> ColumnElement[bool]:
    delivered = select(DeliveryRow.document_id).where(DeliveryRow.batch_id == batch.id)
    changed = select(ChangeRow.entity_id).where(ChangeRow.batch_id == batch.id)
    return or_(col(AckRow.document_id).in_(delivered), col(AckRow.document_id).in_(changed))


def _of_files(session: Session, row: ExportBatchRow) -> Batch:
    query = select(DeliveryRow.document_id, DeliveryRow.version).where(DeliveryRow.batch_id == row.id)
    rows = session.exec(query.order_by(col(DeliveryRow.change_seq))).all()
    return Batch(row.id, row.client_id, row.target, row.created_at, row.last_seq,
                 tuple((one, version) for one, version in rows), row.manifest_json)  # fmt: skip


def _of_feed(session: Session, row: PublishBatchRow) -> Batch:
    query = select(ChangeRow).where(ChangeRow.batch_id == row.id).order_by(col(ChangeRow.change_seq))
    changes = session.exec(query).all()
    return Batch(row.id, row.client_id, FEED, row.created_at, max((each.change_seq for each in changes), default=0),
                 tuple((each.entity_id, each.version) for each in changes))  # fmt: skip


def _place(after: Sequence[object]) -> ColumnElement[tuple[object, ...]]:
    at, batch_id = after
    return tuple_(literal(at, Instant()), literal(batch_id))


def _acknowledging(session: Session, at: datetime) -> set[str]:
    """Clients with a living key that may acknowledge."""
    rows = session.exec(select(ApiKeyRow).where(col(ApiKeyRow.revoked_at).is_(None),
                        or_(col(ApiKeyRow.expires_at).is_(None), col(ApiKeyRow.expires_at) > at))).all()  # fmt: skip
    return {client for row in rows if "ack" in row.scopes.split() for client in row.clients.split()}


def _acked_delivery() -> Exists:
    return exists().where(col(AckRow.document_id) == DeliveryRow.document_id,
                          col(AckRow.version) == DeliveryRow.version)  # fmt: skip


def _acked_change() -> Exists:
    return exists().where(col(AckRow.document_id) == ChangeRow.entity_id, col(AckRow.version) == ChangeRow.version)


def _is_of(client_id: str, clients: Collection[str] | None) -> bool:
    return clients is None or client_id in clients


def _same(row: AckRow, word: Said) -> bool:
    return (row.state, row.erp_number, row.reason) == (word.state, word.erp_number, word.reason)


def _row(batch: Batch, word: Said, version: int, actor: str, at: datetime) -> AckRow:
    return AckRow(id=new_id(), client_id=batch.client_id, target=batch.target, batch_id=batch.id,
                  document_id=word.document_id, version=version, state=word.state, erp_number=word.erp_number,
                  reason=word.reason, actor=actor, at=at)  # fmt: skip


def _act(row: AckRow) -> Act:
    said = {"said": row.state, "version": row.version, "erp_number": row.erp_number, "reason": row.reason}
    after = {name: value for name, value in said.items() if value != ""} | {"batch": row.batch_id}
    return Act("acknowledge", f"document:{row.document_id}", row.client_id, after=after)
