"""The queue: documents that wait for a person, a page at a time.

Pages go by key (sort value, id), not by number, so that a document that leaves does not shift the others. What waits
for a supplier or was put off is not under its state's tab until it comes back, which it does by itself. In the order of
waiting an expert sees what asks for the expert's own skills first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Numeric, cast, false
from sqlmodel import Session, and_, col, func, not_, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.status import Status
from models.store.audit import now
from models.store.found import matches
from models.tables import DocumentRow

Order = Literal["waiting", "oldest", "newest", "amount", "due"]

TABS: dict[str, tuple[Status, ...]] = {
    "review": (Status.IN_REVIEW,),
    "held": (Status.HELD,),
    "duplicate": (Status.DUPLICATE,),
    "quarantined": (Status.QUARANTINED,),
    "waiting": (Status.IN_REVIEW, Status.HELD),
    "postponed": (Status.IN_REVIEW, Status.HELD),
    "working": (Status.RECEIVED, Status.EXTRACTED, Status.MATCHED),
    "approved": (Status.APPROVED,),
    "exported": (Status.EXPORTED,),
    "rejected": (Status.REJECTED,),
    "all": tuple(Status),
}
PARKED = TABS["waiting"]  # states in which a document can wait for a supplier or be put off
SETTLED = frozenset({"working", "approved", "exported", "rejected"})
DONE = (Status.APPROVED, Status.EXPORTED, Status.REJECTED)  # settled: no time runs any more
PAGE_ROWS = 50
COUNTED = 10_000  # a tab is counted up to here: settled documents grow without end
_Start = tuple[float | datetime, str, bool]  # bound, id of the last row, whether it asked for the visitor's skills
_LATE = "9999-12-30T00:00:00+00:00"  # what has no time limit comes last


class Limits(NamedTuple):
    """Up to when something is due soon, and today, in the business hours of a client."""

    client_id: str
    soon: datetime
    today: datetime


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants to see. `clients` is what the person may see at all and comes from the session only."""

    clients: frozenset[str] | None  # None: every client
    tab: str = "review"
    client: str = ""
    batch: str = ""
    reason: str = ""
    search: str = ""
    who: str = ""  # mine, nobody; empty: everybody's
    tag: str = ""
    tier: str = ""
    due: str = ""  # late, soon, today (later today); what waits for an answer is due nothing
    order: Order = "waiting"
    after: str = ""  # key of the last row seen
    me: str = ""  # the visitor's login
    skills: frozenset[str] = frozenset()  # the visitor's, if an expert
    states: frozenset[str] = frozenset()  # that the words of the search name
    at: datetime = field(default_factory=now)
    limits: tuple[Limits, ...] = ()  # what soon and today mean, by client

    @property
    def sort(self) -> Order:
        """The order that is meant: what is settled costs nothing by waiting, the newest come first."""
        return "newest" if self.order == "waiting" and self.tab in SETTLED else self.order


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue. `next_key` is empty on the last one."""

    rows: tuple[DocumentRow, ...]
    next_key: str


def list_documents(session: Session, filters: Filters, *, limit: int = PAGE_ROWS) -> QueuePage:
    """The documents that fit the filters, in their order."""
    rows: list[DocumentRow] = []
    for query in _parts(filters):
        rows += session.exec(query.limit(limit + 1 - len(rows))) if len(rows) <= limit else ()
    more = len(rows) > limit
    return QueuePage(tuple(rows[:limit]), row_key(rows[limit - 1], filters) if more else "")


def next_document(
    session: Session, filters: Filters, left: DocumentRow, *, actor: str, at: datetime
) -> DocumentRow | None:
    """The document after the one just left, from the top at the end: neither open at nor given to another."""
    login = actor.removeprefix("user:")
    free = or_(col(DocumentRow.claimed_by).is_(None), col(DocumentRow.claimed_by) == actor,
               col(DocumentRow.claimed_until) < at)  # fmt: skip
    own = or_(col(DocumentRow.assigned_to).is_(None), col(DocumentRow.assigned_to) == login)
    for start in (row_key(left, filters), ""):
        for query in _parts(replace(filters, after=start, at=at)):
            found = session.exec(query.where(free, own, col(DocumentRow.id) != left.id).limit(1)).first()
            if found is not None:
                return found
    return None


def count_tabs(session: Session, filters: Filters) -> dict[str, int]:
    """How many documents each tab holds under the filters, up to COUNTED."""
    return {tab: count_fitting(session, replace(filters, tab=tab)) for tab in TABS}


def count_fitting(session: Session, filters: Filters, *, most: int = COUNTED) -> int:
    """How many documents fit, counted up to a limit."""
    some = select(DocumentRow.id).where(*_conditions(filters)).limit(most).subquery()
    return int(session.exec(select(func.count()).select_from(some)).one())


def list_batches(session: Session, clients: Collection[str] | None, *, limit: int = 100) -> tuple[str, ...]:
    """The names of batches, newest names first."""
    query = select(DocumentRow.batch).where(DocumentRow.batch != "", *_clients(clients)).distinct()
    return tuple(session.exec(query.order_by(col(DocumentRow.batch).desc()).limit(limit)).all())


def row_key(row: DocumentRow, filters: Filters) -> str:
    """The key from which the next page starts; its third word says that the row asked for the visitor's skills."""
    is_own = row.tier == "expert" and row.skill in filters.skills
    return json.dumps([_KEYS[filters.sort](row), row.id, *([True] if is_own else [])])


_KEYS: dict[Order, Any] = {
    "waiting": lambda row: row.waiting_rank,
    "amount": lambda row: str(row.gross_total or Decimal(0)),
    "oldest": lambda row: row.received_at.isoformat(),
    "newest": lambda row: row.received_at.isoformat(),
    "due": lambda row: row.due_at.isoformat() if row.due_at else _LATE,
}
_RISING = frozenset({"oldest", "due"})
_NUMBERS = frozenset({"amount", "waiting"})


def _parts(filters: Filters) -> Iterator[SelectOfScalar[DocumentRow]]:
    """What to list, one query after the other, so that each goes along the index of its order."""
    start = _parse_key(filters.after, filters.sort)
    query = select(DocumentRow).where(*_conditions(filters))
    if not filters.skills or filters.sort != "waiting":
        yield _ordered(_after(query, filters.sort, start), filters.sort)
        return
    own = and_(DocumentRow.tier == "expert", col(DocumentRow.skill).in_(sorted(filters.skills)))
    is_within = start is not None and not start[2]
    if not is_within:
        yield _ordered(_after(query.where(own), filters.sort, start), filters.sort)
    yield _ordered(_after(query.where(not_(own)), filters.sort, start if is_within else None), filters.sort)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[Any] = [*_of_tab(filters.tab, filters.at), *_clients(filters.clients, filters.client)]
    if filters.batch:
        found.append(DocumentRow.batch == filters.batch)
    if filters.reason:
        found.append(_holds(col(DocumentRow.reasons), filters.reason))
    if filters.tag:
        found.append(_holds(col(DocumentRow.tags), filters.tag))
    if filters.tier:
        found.append(DocumentRow.tier == filters.tier)
    if filters.due:
        found.append(_due(filters))
    if filters.who:
        own = col(DocumentRow.assigned_to)
        found.append(own.is_(None) if filters.who == "nobody" else own == filters.me)
    return found + (matches(filters.search, filters.states) if filters.search else [])


def _due(filters: Filters) -> ColumnElement[bool]:
    """What is due in the part of time that is wanted; the parts do not overlap."""
    due, client = col(DocumentRow.due_at), col(DocumentRow.client_id)
    running = and_(col(DocumentRow.waits_since).is_(None), col(DocumentRow.state).not_in(DONE))
    if filters.due == "late":
        return and_(running, due < filters.at)
    parts = [
        and_(client == one.client_id, due >= filters.at, due < one.soon)
        if filters.due == "soon"
        else and_(client == one.client_id, due >= max(filters.at, one.soon), due < one.today)
        for one in filters.limits
    ]
    return and_(running, or_(false(), *parts))


def _holds(words: Any, word: str) -> Any:  # noqa: ANN401 - an SQL expression
    return (" " + words + " ").contains(f" {word} ", autoescape=True)


def _of_tab(tab: str, at: datetime) -> list[Any]:
    """What belongs under a tab at a moment."""
    if tab == "all":
        return []
    states, row = col(DocumentRow.state).in_(TABS[tab]), DocumentRow
    if tab == "waiting":
        return [states, col(row.waits_since).is_not(None)]
    if tab == "postponed":
        return [states, col(row.waits_since).is_(None), col(row.postponed_until) > at]
    if not set(TABS[tab]) & set(PARKED):
        return [states]
    here = or_(col(row.postponed_until).is_(None), col(row.postponed_until) <= at)
    return [states, col(row.waits_since).is_(None), here]


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
    if order == "due":
        return func.coalesce(col(DocumentRow.due_at), datetime.fromisoformat(_LATE))
    return col(DocumentRow.waiting_rank if order == "waiting" else DocumentRow.received_at)


def _ordered(query: SelectOfScalar[DocumentRow], order: Order) -> SelectOfScalar[DocumentRow]:
    value = _sort_value(order)
    if order in _RISING:
        return query.order_by(value, col(DocumentRow.id))
    return query.order_by(value.desc(), col(DocumentRow.id).desc())


def _after(query: SelectOfScalar[DocumentRow], order: Order, start: _Start | None) -> SelectOfScalar[DocumentRow]:
    if start is None:
        return query
    value, (bound, document_id, _) = _sort_value(order), start
    if order in _RISING:
        return query.where(value >= bound, or_(value > bound, and_(value == bound, col(DocumentRow.id) > document_id)))
    return query.where(value <= bound, or_(value < bound, and_(value == bound, col(DocumentRow.id) < document_id)))


def _parse_key(key: str, order: Order) -> _Start | None:
    """A key as it came from a link; one that does not parse starts from the top."""
    try:
        bound, document_id, *own = json.loads(key)
        if order in _NUMBERS:
            return float(bound), str(document_id), bool(own)
        moment = datetime.fromisoformat(bound)
        return (moment if moment.tzinfo else moment.astimezone()), str(document_id), bool(own)
    except (ValueError, TypeError, OverflowError):
        return None
