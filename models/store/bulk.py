"""One act on many documents: first what it would do, then exactly that, and one undo for the whole.

Every document is judged for itself: what cannot be done is left out and told with its reason, what changed between the
preview and the act is skipped. Each document has its own audit rows, as if it had been done one by one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.errors import ConflictError, FacturierError
from models.settings_review import ReviewSettings
from models.status import Status
from models.store import desk_work, questions
from models.store.access import OFFICE
from models.store.approvals import BANK, rules_for_two
from models.store.audit import record
from models.store.claims import is_held
from models.store.documents import new_id
from models.store.queue import PARKED
from models.store.reviewing import approve, reject, undo
from models.store.tiers import check_tier
from models.tables import BulkRow, DocumentRow, FindingRow

ACTS = ("approve", "reject", "assign", "tag", "postpone", "ask")
MOST = 500  # documents of one act
_COLUMNS = {"assign": ("assigned_to",), "tag": ("tags",), "postpone": ("postponed_until",)}


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What is to be done, by whom, with which details (login, tags, until, code, note, template)."""

    act: str
    actor: str
    at: datetime
    detail: Mapping[str, str] = field(default_factory=dict)
    steers: bool = False
    office: ReviewSettings = OFFICE
    question: Callable[[DocumentRow], questions.Question] | None = None
    remind_at: Callable[[str], datetime] | None = None
    resume: Callable[[str], questions.Resume] | None = None  # of a client

    @property
    def who(self) -> dict[str, Any]:
        """Actor and time, as the acts of the store take them."""
        return {"actor": self.actor, "at": self.at}


@dataclass(frozen=True, slots=True)
class Preview:
    """Which documents an act would change, and why not the others."""

    can: tuple[DocumentRow, ...]
    cannot: Mapping[str, tuple[DocumentRow, ...]]  # by reason


def chosen(session: Session, ids: Sequence[str], clients: frozenset[str] | None) -> tuple[DocumentRow, ...]:
    """The documents with these ids that the person may see, in the given order."""
    query = select(DocumentRow).where(col(DocumentRow.id).in_(list(ids)[:MOST]))
    if clients is not None:
        query = query.where(col(DocumentRow.client_id).in_(sorted(clients)))
    found = {row.id: row for row in session.exec(query).all()}
    return tuple(found[one] for one in dict.fromkeys(ids) if one in found)


def preview(session: Session, documents: Sequence[DocumentRow], order: BulkOrder) -> Preview:
    """What would come of an act; nothing is written."""
    can, cannot = [], dict[str, list[DocumentRow]]()
    for document in documents:
        reason = obstacle(session, document, order)
        if reason:
            cannot.setdefault(reason, []).append(document)
        else:
            can.append(document)
    return Preview(tuple(can), {reason: tuple(rows) for reason, rows in cannot.items()})


def obstacle(session: Session, document: DocumentRow, order: BulkOrder) -> str:
    """Why an act cannot be done to a document; empty where it can."""
    if document.claimed_by != order.actor and is_held(document, order.at):
        return "open"
    return _OBSTACLES[order.act](session, document, order)


def perform(session: Session, documents: Mapping[str, int], order: BulkOrder, rows: Sequence[DocumentRow]) -> BulkRow:
    """Do an act to exactly these documents (id to the version that was seen); what cannot be is skipped and told."""
    before: dict[str, dict[str, Any]] = {}
    skipped: Counter[str] = Counter()
    for document in rows:
        reason = "changed" if document.version != documents[document.id] else obstacle(session, document, order)
        was = desk_work.values_of(document, _COLUMNS.get(order.act, ()))
        if not reason:
            reason = _try(session, document, order)
        if reason:
            skipped[reason] += 1
            continue
        now = desk_work.values_of(document, _COLUMNS.get(order.act, ()))
        before[document.id] = {"before": was, "after": now, "version": document.version}
    row = BulkRow(id=new_id(), actor=order.actor, act=order.act, before_json=json.dumps(before), at=order.at,
                  detail_json=json.dumps({"asked": dict(order.detail), "skipped": skipped}))  # fmt: skip
    session.add(row)
    record(session, actor=order.actor, action=f"bulk:{order.act}", subject=f"bulk:{row.id}", at=order.at,
           after={"done": len(before), "skipped": dict(skipped), "detail": dict(order.detail)})  # fmt: skip
    return row


def undo_bulk(session: Session, row: BulkRow, order: BulkOrder, rows: Sequence[DocumentRow]) -> tuple[int, int]:
    """Take a whole act back, once; returns how many were taken back and how many somebody has changed since.

    Raises:
        ConflictError: It was taken back before, or was not this person's.
    """
    if row.undone_at is not None or (row.actor != order.actor and not order.steers):
        raise ConflictError("there is nothing to take back")
    kept = json.loads(row.before_json)
    if not rows:  # nothing of it is this person's to see
        raise ConflictError("there is nothing to take back")
    done = sum(_undo_one(session, document, kept[document.id], order) for document in rows)
    row.undone_at = order.at
    session.add(row)
    record(session, actor=order.actor, action=f"undo_bulk:{row.act}", subject=f"bulk:{row.id}", at=order.at,
           after={"done": done})  # fmt: skip
    return done, len(kept) - done


def _undo_one(session: Session, document: DocumentRow, kept: dict[str, Any], order: BulkOrder) -> bool:
    try:
        with session.begin_nested():
            if order.act in _COLUMNS:
                return desk_work.restore(session, document, kept["before"], kept["after"], **order.who)
            if order.act == "ask":
                if order.resume is not None:
                    questions.withdraw(session, document, resume=order.resume(document.client_id), **order.who)
                return True
            if document.version != kept["version"]:
                return False
            undo(session, document, anyone=order.steers, **order.who)
            return True
    except FacturierError:
        return False


def _try(session: Session, document: DocumentRow, order: BulkOrder) -> str:
    try:
        with session.begin_nested():
            _DOING[order.act](session, document, order)
    except FacturierError as error:
        session.refresh(document)
        return error.reason_code
    return ""


def _approve(session: Session, document: DocumentRow, order: BulkOrder) -> None:
    if approve(session, document, office=order.office, **order.who) != Status.APPROVED:
        raise ConflictError("two persons are needed", code="two_persons")


def _reject(session: Session, document: DocumentRow, order: BulkOrder) -> None:
    reject(session, document, code=order.detail["code"], note=order.detail.get("note", ""), **order.who)


def _assign(session: Session, document: DocumentRow, order: BulkOrder) -> None:
    login = order.detail.get("login", "")
    desk_work.assign(session, document, login, steers=order.steers, office=order.office, **order.who)


def _tag(session: Session, document: DocumentRow, order: BulkOrder) -> None:
    tags = f"{document.tags} {order.detail['tags']}"
    desk_work.set_tags(session, document, tags, **order.who)


def _postpone(session: Session, document: DocumentRow, order: BulkOrder) -> None:
    desk_work.postpone(session, document, datetime.fromisoformat(order.detail["until"]), **order.who)


def _ask(session: Session, document: DocumentRow, order: BulkOrder) -> None:
    if order.question is None or order.remind_at is None:
        raise ConflictError("there is nothing to ask")
    remind_at = order.remind_at(document.client_id)
    questions.ask(session, document, order.question(document), remind_at=remind_at, **order.who)


def _no_approval(session: Session, document: DocumentRow, order: BulkOrder) -> str:
    if document.state != Status.IN_REVIEW:
        return "state"
    if document.waits_since is not None:
        return "waiting"
    rules = rules_for_two(session, document, order.office)
    if rules or document.outcome == "hold":
        return "bank" if BANK in rules else "two_persons"
    errors = select(FindingRow.id).where(FindingRow.document_id == document.id, FindingRow.severity == "error",
                                         FindingRow.revision == document.revision)  # fmt: skip
    return "errors" if session.exec(errors.limit(1)).first() else _tier(session, document, order)


def _tier(session: Session, document: DocumentRow, order: BulkOrder) -> str:
    try:
        check_tier(session, document, order.actor)
    except ConflictError as error:
        return error.reason_code
    return ""


def _no_rejection(session: Session, document: DocumentRow, order: BulkOrder) -> str:
    waits = document.state in {Status.IN_REVIEW, Status.HELD, Status.QUARANTINED, Status.DUPLICATE}
    return _tier(session, document, order) if waits else "state"


def _no_assignment(_session: Session, document: DocumentRow, order: BulkOrder) -> str:
    mine = {None, order.actor.removeprefix("user:")}
    return "" if order.steers or document.assigned_to in mine else "not_assignable"


def _not_parked(_session: Session, document: DocumentRow, _order: BulkOrder) -> str:
    return "state" if document.state not in PARKED else "waiting" if document.waits_since is not None else ""


def _nothing(_session: Session, _document: DocumentRow, _order: BulkOrder) -> str:
    return ""


_DOING: dict[str, Callable[[Session, DocumentRow, BulkOrder], None]] = {
    "approve": _approve, "reject": _reject, "assign": _assign, "tag": _tag, "postpone": _postpone, "ask": _ask,
}  # fmt: skip
_OBSTACLES: dict[str, Callable[[Session, DocumentRow, BulkOrder], str]] = {
    "approve": _no_approval, "reject": _no_rejection, "assign": _no_assignment, "tag": _nothing,
    "postpone": _not_parked, "ask": _not_parked,
}  # fmt: skip
