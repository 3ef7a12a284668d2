"""What a challenger read of documents beside the champion, and who was right where a person has settled it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.status import Status
from models.store.documents import load_extraction
from models.store.edits import flat_values
from models.tables import DocumentRow, ShadowRow

SETTLED = (Status.APPROVED, Status.EXPORTED)
Differences = Mapping[str, tuple[str | None, str | None]]  # term to (champion, challenger)


@dataclass(frozen=True, slots=True)
class Settled:
    """One document that both have read: where they differ, and what was approved in the end, if it was."""

    document_id: str
    differences: Differences
    approved: Mapping[str, str] | None
    at: datetime


def add_shadow(
    session: Session, document: DocumentRow, kind: str, version: str, differences: Differences, *, at: datetime
) -> None:
    """Note what a challenger read differently; an older note of the same version is replaced."""
    told = json.dumps({"differences": {term: list(pair) for term, pair in differences.items()}})
    session.merge(ShadowRow(document_id=document.id, kind=kind, version=version, client_id=document.client_id,
                            verdict_json=told, at=at))  # fmt: skip


def shadows_of(session: Session, kind: str, version: str) -> list[Settled]:
    """All documents that a version has read along, in order of time."""
    query = select(ShadowRow, DocumentRow.state).where(
        ShadowRow.kind == kind, ShadowRow.version == version, ShadowRow.document_id == DocumentRow.id
    )
    rows: Sequence[tuple[ShadowRow, str]] = session.exec(query.order_by(col(ShadowRow.at))).all()
    return [_settled(session, row, state) for row, state in rows]


def _settled(session: Session, row: ShadowRow, state: str) -> Settled:
    told = json.loads(row.verdict_json)["differences"]
    differences = {term: (pair[0], pair[1]) for term, pair in told.items()}
    final = load_extraction(session, row.document_id) if differences and state in SETTLED else None
    return Settled(row.document_id, differences, flat_values(final.invoice) if final is not None else None, row.at)
