"""What each document's price of waiting depends on, and where that price is kept.

The price is computed by kpis.pricing, which knows no database and is handed in by the door. A document is priced where
it is decided, by a person's act, and by the sweep once `waiting_until` has passed: moves, revisions and decisions set
that to nothing. A price is no act of anybody, so neither the version nor the audit trail moves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import Session, and_, col, func, or_, select

from models.settings_review import ReviewSettings, client_review
from models.status import Status
from models.tables import ClientRow, DocumentRow, ExtractionRow, SupplierQuestionRow
from models.waiting import Pricer, Wait, WaitPrice

PRICED = (Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED)
AT_ONCE = 400  # documents of one transaction of the sweep: others write in between
_MARK = "#SKONTO#"


def price_document(
    session: Session, document: DocumentRow, *, office: ReviewSettings, pricer: Pricer, at: datetime
) -> None:  # fmt: skip
    """Set when a document is due and, where it waits for a person, its price; nothing while its clock stands."""
    if document.waits_since is not None or (document.due_at is not None and document.state not in PRICED):
        return
    session.flush()
    own = session.get_one(ClientRow, document.client_id).review_json
    found = pricer(_waits(session, [document])[0], client_review(office, own), at)
    document.due_at = found.due_at
    if document.state in PRICED:
        document.waiting_cost, document.waiting_rank = found.cost, found.rank
        document.waiting_parts_json, document.waiting_until = json.dumps(found.parts), found.valid_until
    session.add(document)
    session.flush()


def price_stale(
    session: Session, *, office: ReviewSettings, pricer: Pricer, at: datetime, limit: int = AT_ONCE
) -> int:  # fmt: skip
    """Price what has no price that holds now, what has none at all first; returns how many were."""
    query = select(DocumentRow).where(*_stale(at)).order_by(col(DocumentRow.waiting_until).nulls_first())
    rows = session.exec(query.limit(limit)).all()
    if not rows:
        return 0
    overrides = session.exec(select(ClientRow.id, ClientRow.review_json)).all()
    settings = {client: client_review(office, own) for client, own in overrides}
    waits = zip(rows, _waits(session, rows), strict=True)
    prices = [pricer(wait, settings[row.client_id], at) for row, wait in waits]
    _store(session, rows, prices)
    return len(rows)


def has_stale(session: Session, at: datetime) -> bool:
    """Whether any price must be made anew."""
    return session.exec(select(DocumentRow.id).where(*_stale(at)).limit(1)).first() is not None


def _stale(at: datetime) -> list[ColumnElement[bool]]:
    until = col(DocumentRow.waiting_until)
    is_running = col(DocumentRow.waits_since).is_(None)  # while a supplier is asked the clock stands
    return [col(DocumentRow.state).in_(PRICED), or_(until.is_(None), until <= at), is_running]


def _waits(session: Session, rows: Sequence[DocumentRow]) -> list[Wait]:
    ids = [row.id for row in rows]
    terms, answered = _discounts(session, ids), _answered(session, ids)
    return [
        Wait(row.id, row.received_at, row.due_at, row.gross_total, row.issue_date, row.due_date,
             len(row.reasons.split()), terms.get(row.id), row.id in answered)
        for row in rows
    ]  # fmt: skip


def _store(session: Session, rows: Sequence[DocumentRow], prices: Sequence[WaitPrice]) -> None:
    """Keep prices; most of those that were only out of date are as before, of which only the end is written."""
    table = DocumentRow.__table__  # type: ignore[attr-defined]
    by_id = {row.id: row for row in rows}
    changed = [one for one in prices if _differs(by_id[one.document_id], one)]
    if changed:
        change = update(table).where(table.c.id == bindparam("which")).values(
            waiting_cost=bindparam("cost"), waiting_rank=bindparam("rank"), waiting_parts_json=bindparam("parts"),
            due_at=bindparam("due"), waiting_until=bindparam("until"),
        )  # fmt: skip
        session.connection().execute(change, [
            {"which": one.document_id, "cost": one.cost, "rank": one.rank, "parts": json.dumps(one.parts),
             "due": one.due_at, "until": one.valid_until}
            for one in changed
        ])  # fmt: skip
    same: dict[datetime, list[str]] = {}
    for one in prices:
        if not _differs(by_id[one.document_id], one):
            same.setdefault(one.valid_until, []).append(one.document_id)
    for until, ids in same.items():
        session.connection().execute(update(table).where(table.c.id.in_(ids)).values(waiting_until=until))
    session.expire_all()


def _differs(row: DocumentRow, found: WaitPrice) -> bool:
    kept = (row.waiting_cost, row.waiting_rank, row.due_at, json.loads(row.waiting_parts_json))
    return kept != (found.cost, found.rank, found.due_at, found.parts)


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
