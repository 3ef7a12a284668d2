"""What a pilot's report is made of: settled documents with their times and labels, and the manual baseline."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, func, select

from models.certificate import Label
from models.status import Status
from models.store.documents import load_extraction
from models.store.engine import Store
from models.store.loading import Counts, ImportedFile, MasterRow, Plan, extra_of, plan_row, rows_of
from models.tables import DocumentRow, EventRow, LabelRow, ManualBaselineRow, TouchRow

_SETTLED = (Status.APPROVED, Status.EXPORTED, Status.REJECTED)


@dataclass(frozen=True, slots=True)
class Settled:
    """A document that people settled: what it cost them, whether the reader had been right, term by term."""

    document_id: str
    name: str
    sha256: str
    seller: str
    touch_seconds: float
    label: Label | None
    terms: Mapping[str, bool] = field(default_factory=dict)


def settled_documents(
    session: Session, client_id: str, terms: Sequence[str], *, since: datetime | None = None
) -> list[Settled]:
    """Every document that a person settled, in the order of arrival; those without any touch are left out."""
    touched = select(TouchRow.document_id, func.sum(TouchRow.seconds)).where(TouchRow.client_id == client_id)
    seconds: dict[str, float] = dict(session.exec(touched.group_by(col(TouchRow.document_id))).all())
    labels = _labels(session, client_id)
    query = select(DocumentRow).where(DocumentRow.client_id == client_id, col(DocumentRow.state).in_(_SETTLED))
    if since is not None:
        query = query.where(col(DocumentRow.received_at) >= since)
    return [
        Settled(row.id, row.name, row.sha256, row.seller_id or row.seller_name or "", seconds[row.id],
                labels.get(row.id), _right_terms(session, row.id, terms))
        for row in session.exec(query.order_by(col(DocumentRow.received_at), DocumentRow.id))
        if row.id in seconds
    ]  # fmt: skip


def count_received(session: Session, client_id: str, since: datetime | None = None) -> int:
    """How many documents came in."""
    query = select(func.count()).select_from(EventRow).where(EventRow.client_id == client_id)
    query = query.where(col(EventRow.from_state).is_(None))
    return session.exec(query if since is None else query.where(col(EventRow.at) >= since)).one()


def manual_seconds(session: Session, client_id: str) -> dict[str, float]:
    """File name or hash -> mean seconds of those who keyed it by hand."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in session.exec(select(ManualBaselineRow).where(ManualBaselineRow.client_id == client_id)):
        if row.seconds is not None:
            found[row.file].append(row.seconds)
    return {file: float(sum(times) / len(times)) for file, times in found.items()}


def store_baseline(store: Store, client_id: str, rows: Sequence[MasterRow], file: ImportedFile, actor: str) -> Counts:
    """Insert or update times of keying by hand."""
    plan, names = Plan(), ("file", "keyed_by")
    with store.read() as session:
        known = {(row.file, row.keyed_by): row for row in rows_of(session, ManualBaselineRow, client_id)}
    for row in rows:
        values: dict[str, Any] = {name: value for name, value in row.values.items() if name not in names}
        key = {"client_id": client_id, "file": row.values["file"], "keyed_by": row.values.get("keyed_by") or ""}
        before = known.get((key["file"], key["keyed_by"]))
        is_changed = plan_row(plan.chunk, ManualBaselineRow, key, values | extra_of(row.extra, before), before)
        plan.counts.add(is_new=before is None, is_changed=is_changed)
    return plan.write(store, client_id, file, actor)


def _labels(session: Session, client_id: str) -> dict[str, Label]:
    query = select(LabelRow).where(LabelRow.client_id == client_id).order_by(col(LabelRow.at))
    return {row.key: Label.model_validate(json.loads(row.label_json)) for row in session.exec(query)}


def _right_terms(session: Session, document_id: str, terms: Sequence[str]) -> dict[str, bool]:
    """Term -> whether the reader's value is the one that stands now; terms that neither has are left out."""
    first, last = load_extraction(session, document_id, 1), load_extraction(session, document_id)
    if first is None or last is None:
        return {}
    pairs = {term: (getattr(first.invoice, term), getattr(last.invoice, term)) for term in terms}
    return {term: read == final for term, (read, final) in pairs.items() if (read, final) != (None, None)}
