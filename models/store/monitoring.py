"""What the policy decided first of each document, for monitors that need no labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.store.audit_samples import POLICY
from models.tables import DecisionRow, DocumentRow


class Decided(NamedTuple):
    """One document's first decision. `features` are those of its evidence; `seller` is its supplier, known or not."""

    document_id: str
    segment: str
    score: float
    seller: str
    features: Mapping[str, float]
    at: datetime


def decided_between(session: Session, client_id: str, start: datetime, end: datetime) -> tuple[Decided, ...]:
    """The first decision of the policy on each document in [start, end), oldest first; only those with a segment."""
    query = (
        select(DecisionRow, DocumentRow.seller_id, DocumentRow.seller_name)
        .where(DecisionRow.document_id == DocumentRow.id, DecisionRow.client_id == client_id,
               DecisionRow.actor == POLICY, DecisionRow.segment != "", col(DecisionRow.created_at) >= start,
               col(DecisionRow.created_at) < end)
        .order_by(col(DecisionRow.created_at), DecisionRow.id)
    )  # fmt: skip
    first: dict[str, Decided] = {}
    for row, seller_id, seller_name in session.exec(query):
        if row.document_id not in first:
            features = json.loads(row.evidence_json or "{}").get("features", {})
            first[row.document_id] = Decided(row.document_id, row.segment, row.score, seller_id or seller_name or "",
                                             features, row.created_at)  # fmt: skip
    return tuple(first.values())
