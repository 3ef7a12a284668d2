"""The queue: documents that wait for a person, a page at a time.

Pages go by key (sort value, id), not by number, so that a document that leaves does not shift the others.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Numeric, cast
from sqlmodel import Session, and_, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.status import Status
from models.tables import DocumentRow

Order = Literal["oldest", "newest", "amount"]

TABS: dict[str, tuple[Status, ...]] = {
    "review": (Status.IN_REVIEW,),
    "held": (Status.HELD,),
    "duplicate": (Status.DUPLICATE,),
    "quarantined": (Status.QUARANTINED,),
    "working": (Status.RECEIVED, Status.EXTRACTED, Status.MATCHED),
    "approved": (Status.APPROVED,),
    "exported": (Status.EXPORTED,),
    "rejected": (Status.REJECTED,),
    "all": tuple(Status),
}
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants to see. `clients` is what the person may see at all and comes from the session only."""

    clients: frozenset[str] | None  # None: every client
    tab: str = "review"
    client: str = ""
    batch: str = ""
    reason: str = ""
    search: str = ""
    order: Order = "oldest"
    after: str = ""  # key of the last row seen


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue. `next_key` is empty on the last one."""

    rows: tuple[DocumentRow, ...]
    next_key: str


def list_documents(session: Session, filters: Filters, *, limit: int = PAGE_ROWS) -> QueuePage:
    """The documents that fit the filters, in their order."""
    query = select(DocumentRow).where(*_conditions(filters))
    query = _ordered(_after(query, filters), filters.order).limit(limit + 1)
    rows = session.exec(query).all()
    more = len(rows) > limit
    return QueuePage(tuple(rows[:limit]), row_key(rows[limit - 1], filters.order) if more else "")


def next_document(
    session: Session, filters: Filters, left: DocumentRow, *, actor: str, at: datetime
) -> DocumentRow | None:
    """The document after the one just left: not open at somebody else's desk, from the top again at the end."""
    free = or_(col(DocumentRow.claimed_by).is_(None), col(DocumentRow.claimed_by) == actor,
               col(DocumentRow.claimed_until) < at)  # fmt: skip
    for start in (row_key(left, filters.order), ""):
        following = replace(filters, after=start)
        query = select(DocumentRow).where(*_conditions(following), free, col(DocumentRow.id) != left.id)
        found = session.exec(_ordered(_after(query, following), filters.order).limit(1)).first()
        if found is not None:
            return found
    return None


def count_tabs(session: Session, filters: Filters) -> dict[str, int]:
    """How many documents each tab holds under the client filter."""
    query = select(DocumentRow.state, func.count()).group_by(DocumentRow.state)
    query = query.where(*_clients(filters.clients, filters.client))
    by_state = {state: int(count) for state, count in session.exec(query).all()}
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, states in TABS.items()}


def list_batches(session: Session, clients: Collection[str] | None, *, limit: int = 100) -> tuple[str, ...]:
    """The names of batches, newest names first."""
    query = select(DocumentRow.batch).where(DocumentRow.batch != "", *_clients(clients)).distinct()
    return tuple(session.exec(query.order_by(col(DocumentRow.batch).desc()).limit(limit)).all())


def row_key(row: DocumentRow, order: Order) -> str:
    """The key from which the next page starts."""
    sorted_by = str(row.gross_total or Decimal(0)) if order == "amount" else row.received_at.isoformat()
    return json.dumps([sorted_by, row.id])


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[Any] = [col(DocumentRow.state).in_(TABS[filters.tab])] if filters.tab != "all" else []
    found += _clients(filters.clients, filters.client)
    if filters.batch:
        found.append(DocumentRow.batch == filters.batch)
    if filters.reason:
        found.append((" " + col(DocumentRow.reasons) + " ").contains(f" {filters.reason} ", autoescape=True))
    if filters.search:
        sides = (DocumentRow.invoice_number, DocumentRow.seller_name, DocumentRow.name, DocumentRow.order_reference)
        found.append(or_(*(col(side).icontains(filters.search, autoescape=True) for side in sides)))
    return found


def _clients(clients: Collection[str] | None, chosen: str = "") -> list[ColumnElement[bool]]:
    found: list[Any] = []
    if clients is not None:
        found.append(col(DocumentRow.client_id).in_(sorted(clients)))
    if chosen:
        found.append(DocumentRow.client_id == chosen)
    return found


def _sort_value(order: Order) -> Any:  # noqa: ANN401 - an SQL expression
    if order == "amount":  # decimal text on SQLite: cast, or "9" would come after "10"
        return func.coalesce(cast(DocumentRow.gross_total, Numeric(24, 6, asdecimal=False)), 0)
    return col(DocumentRow.received_at)


def _ordered(query: SelectOfScalar[DocumentRow], order: Order) -> SelectOfScalar[DocumentRow]:
    value = _sort_value(order)
    if order == "oldest":
        return query.order_by(value, col(DocumentRow.id))
    return query.order_by(value.desc(), col(DocumentRow.id).desc())


def _after(query: SelectOfScalar[DocumentRow], filters: Filters) -> SelectOfScalar[DocumentRow]:
    start = _parse_key(filters.after, filters.order)
    if start is None:
        return query
    value, (bound, document_id) = _sort_value(filters.order), start
    if filters.order == "oldest":
        return query.where(or_(value > bound, and_(value == bound, col(DocumentRow.id) > document_id)))
    return query.where(or_(value < bound, and_(value == bound, col(DocumentRow.id) < document_id)))


def _parse_key(key: str, order: Order) -> tuple[float | datetime, str] | None:
    """A key as it came from a link; one that does not parse starts from the top."""
    try:
        bound, document_id = json.loads(key)
        return (float(bound) if order == "amount" else datetime.fromisoformat(bound)), str(document_id)
    except (ValueError, TypeError):
        return None
