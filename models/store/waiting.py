"""What each document's price of waiting depends on, and where that price is kept.

The price itself is computed by kpis.waiting, which knows no database; the door brings both together. A price is stale
once `waiting_until` has passed, and after every move, revision and decision, which set it to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, and_, col, func, or_, select

from models.status import Status
from models.tables import DocumentRow, ExtractionRow, SupplierQuestionRow

PRICED = (Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED)
_MARK = "#SKONTO#"


@dataclass(frozen=True, slots=True)
class StaleDocument:
    """A document whose price must be made anew, and what its columns alone do not say."""

    row: DocumentRow
    terms: str | None  # payment terms, where they name a discount
    is_answered: bool


@dataclass(frozen=True, slots=True)
class StoredPrice:
    """A price as the document keeps it."""

    document_id: str
    cost: float
    rank: float
    parts: dict[str, float]
    due_at: datetime
    valid_until: datetime


def stale_documents(session: Session, at: datetime, *, limit: int) -> tuple[StaleDocument, ...]:
    """Documents that wait for a person without a price that holds now; those without any price first."""
    query = select(DocumentRow).where(col(DocumentRow.state).in_(PRICED), or_(
        col(DocumentRow.waiting_until).is_(None), col(DocumentRow.waiting_until) <= at))  # fmt: skip
    query = query.where(col(DocumentRow.waits_since).is_(None))  # its clock stands
    rows = session.exec(query.order_by(col(DocumentRow.waiting_until).nulls_first()).limit(limit)).all()
    ids = [row.id for row in rows]
    terms, answered = _discounts(session, ids), _answered(session, ids)
    return tuple(StaleDocument(row, terms.get(row.id), row.id in answered) for row in rows)


def has_stale(session: Session, at: datetime) -> bool:
    """Whether any price must be made anew."""
    query = select(DocumentRow.id).where(col(DocumentRow.state).in_(PRICED), or_(
        col(DocumentRow.waiting_until).is_(None), col(DocumentRow.waiting_until) <= at))  # fmt: skip
    return session.exec(query.where(col(DocumentRow.waits_since).is_(None)).limit(1)).first() is not None


def store_prices(session: Session, prices: Sequence[StoredPrice]) -> None:
    """Keep prices; they are no act of anybody, so neither the version nor the audit trail moves."""
    if not prices:
        return
    table = DocumentRow.__table__  # type: ignore[attr-defined]
    change = update(table).where(table.c.id == bindparam("which")).values(
        waiting_cost=bindparam("cost"), waiting_rank=bindparam("rank"), waiting_parts_json=bindparam("parts"),
        due_at=bindparam("due"), waiting_until=bindparam("until"),
    )  # fmt: skip
    session.connection().execute(change, [
        {"which": one.document_id, "cost": one.cost, "rank": one.rank, "parts": json.dumps(one.parts),
         "due": one.due_at, "until": one.valid_until}
        for one in prices
    ])  # fmt: skip
    session.expire_all()


def _discounts(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Payment terms of the newest revision, where they name a discount in the marked form."""
    newest = and_(col(ExtractionRow.document_id) == DocumentRow.id, col(ExtractionRow.revision) == DocumentRow.revision)
    place = func.instr(ExtractionRow.extraction_json, _MARK)
    if session.get_bind().dialect.name != "sqlite":
        place = func.strpos(ExtractionRow.extraction_json, _MARK)
    query = select(DocumentRow.id, func.substr(ExtractionRow.extraction_json, place, 80)).join(ExtractionRow, newest)
    return {found: terms for found, terms in session.exec(query.where(col(DocumentRow.id).in_(ids), place > 0)).all()}  # noqa: C416


def _answered(session: Session, ids: Sequence[str]) -> frozenset[str]:
    query = select(SupplierQuestionRow.document_id).where(col(SupplierQuestionRow.document_id).in_(ids))
    return frozenset(session.exec(query.where(col(SupplierQuestionRow.answered_at).is_not(None))).all())
