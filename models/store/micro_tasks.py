"""Micro-tasks: made of doubtful values, shown in random order, withdrawn when their document is settled or changes.

What one person may see of one document is decided here: a few snippets, one identifying one at most, and never an
amount beside a bank account. Names and addresses are never cut out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, or_, select

from models.document import Box
from models.extraction import Evidence, Extraction
from models.invoice import TERMS
from models.status import Status
from models.store.audit import Act, record_all, stored_secret
from models.store.documents import load_extraction
from models.store.edits import value_text
from models.tables import CorrectionRow, DocumentRow, MicroAnswerRow, MicroTaskRow

IDENTIFYING = frozenset({"invoice_number", "order_reference", "iban", "bic", "seller_vat_id", "seller_legal_id",
                         "buyer_vat_id", "buyer_legal_id"})  # fmt: skip
AMOUNTS = frozenset({"net_total", "tax_total", "gross_total", "payable_total", "prepaid_total"})
ACCOUNTS = frozenset({"iban", "bic"})
CUTTABLE = IDENTIFYING | AMOUNTS | {"issue_date", "due_date", "delivery_date", "currency"}
ACTOR = "micro"
SURE, GUESS = 0.99, 0.6  # confidence from which nothing is asked, and below which no candidate is shown
WIDEST, HIGHEST = 320.0, 40.0  # points: a longer box holds more than one value
PATIENCE = timedelta(minutes=15)  # so long a task that was shown counts as being answered
LOOKED_AT = 400  # open tasks among which one is chosen


class Seen(NamedTuple):
    """A snippet that a person was shown."""

    document_id: str
    term: str


def make_tasks(
    session: Session, document: DocumentRow, terms: Collection[str], *, at: datetime
) -> tuple[MicroTaskRow, ...]:
    """Cut a document's doubtful values out as tasks, those that the client allows; what is there already stays."""
    extraction = load_extraction(session, document.id)
    if extraction is None or document.state != Status.IN_REVIEW or document.media_type.endswith("xml"):
        return ()
    checked = set(session.exec(select(CorrectionRow.term).where(CorrectionRow.document_id == document.id)))
    there = set(session.exec(select(MicroTaskRow.term).where(
        MicroTaskRow.document_id == document.id, MicroTaskRow.revision == document.revision)))  # fmt: skip
    made = tuple(
        task_of(document, term, extraction, seen, at=at)
        for term, seen in extraction.evidence.items()
        if term in CUTTABLE & set(terms) and term not in checked | there and can_be_cut(seen)
        and seen.confidence < SURE and seen.reader != "person"
    )  # fmt: skip
    session.add_all(made)
    session.flush()
    acts = [Act("micro:make", f"micro_task:{task.id}", task.client_id, None,
                {"document": document.id, "term": task.term, "kind": task.kind}) for task in made]  # fmt: skip
    record_all(session, acts, actor=ACTOR, at=at)
    return made


def can_be_cut(seen: Evidence) -> bool:
    """Whether a value stands in a box of its own, no bigger than one value takes."""
    if seen.box is None or seen.page is None:
        return False
    return 0 < seen.box.width <= WIDEST and 0 < seen.box.height <= HIGHEST


def task_of(
    document: DocumentRow, term: str, extraction: Extraction, seen: Evidence, *, at: datetime, gold: str | None = None
) -> MicroTaskRow:
    """One question about a value: which of several, right or not, or what it says, by what the reader had."""
    value = value_text(getattr(extraction.invoice, term)) or ""
    others = [other.value for other in seen.alternatives if other.value and other.value != value]
    identity = secrets.token_hex(16)
    choices = sorted({value, *others[:3]}, key=lambda each: hashlib.sha256((identity + each).encode()).digest())
    kind = "pick" if len(choices) > 1 and gold is None else "type" if seen.confidence < GUESS else "yes_no"
    return MicroTaskRow(
        id=identity, client_id=document.client_id, document_id=document.id, revision=document.revision, term=term,
        kind=kind, page=seen.page or 1, box_json=json.dumps(list(seen.box or ())), proposed=value, gold=gold,
        choices_json=json.dumps(choices if kind == "pick" else []), identifying=term in IDENTIFYING, created_at=at,
    )  # fmt: skip


def box_of(task: MicroTaskRow) -> Box:
    """The box of a task, in points."""
    return Box(*json.loads(task.box_json))


def kind_of(task: MicroTaskRow) -> str:
    """The kind of the value that a task asks for."""
    return TERMS[task.term].kind


def open_tasks(session: Session, clients: Collection[str] | None, *, at: datetime) -> list[MicroTaskRow]:
    """Tasks of documents that still wait for somebody, unchanged and not open at a reviewer; the oldest first."""
    query = (
        select(MicroTaskRow).join(DocumentRow, col(MicroTaskRow.document_id) == DocumentRow.id)
        .where(MicroTaskRow.state == "open", col(MicroTaskRow.gold).is_(None), DocumentRow.state == Status.IN_REVIEW,
               DocumentRow.revision == MicroTaskRow.revision,
               or_(col(DocumentRow.claimed_by).is_(None), col(DocumentRow.claimed_until) < at))
    )  # fmt: skip
    if clients is not None:
        query = query.where(col(MicroTaskRow.client_id).in_(sorted(clients)))
    return list(session.exec(query.order_by(col(MicroTaskRow.created_at), MicroTaskRow.id).limit(LOOKED_AT)))


def gold_tasks(session: Session, clients: Collection[str] | None) -> list[MicroTaskRow]:
    """Questions whose answer is known and that are in use."""
    query = select(MicroTaskRow).where(MicroTaskRow.state == "open", col(MicroTaskRow.gold).is_not(None))
    if clients is not None:
        query = query.where(col(MicroTaskRow.client_id).in_(sorted(clients)))
    return list(session.exec(query.order_by(col(MicroTaskRow.created_at).desc(), MicroTaskRow.id).limit(LOOKED_AT)))


def answers_of(session: Session, tasks: Iterable[MicroTaskRow]) -> dict[str, list[MicroAnswerRow]]:
    """What was answered or shown, by task."""
    ids = [task.id for task in tasks]
    found: dict[str, list[MicroAnswerRow]] = {each: [] for each in ids}
    for row in session.exec(select(MicroAnswerRow).where(col(MicroAnswerRow.task_id).in_(ids))):
        found[row.task_id].append(row)
    return found


def under_way(rows: Sequence[MicroAnswerRow], at: datetime) -> int:
    """How many people have the task before them."""
    return sum(row.answered_at is None and row.shown_at > at - PATIENCE for row in rows)


def seen_by(session: Session, user_id: str) -> tuple[Seen, ...]:
    """Every snippet that a person was ever shown."""
    query = (
        select(MicroTaskRow.document_id, MicroTaskRow.term)
        .join(MicroAnswerRow, col(MicroAnswerRow.task_id) == MicroTaskRow.id)
        .where(MicroAnswerRow.user_id == user_id)
    )
    return tuple(Seen(*row) for row in session.exec(query))


def may_see(term: str, of_document: Collection[str], most: int) -> bool:
    """Whether a person who saw these terms of a document may see this one too.

    >>> may_see("gross_total", {"issue_date"}, 2), may_see("gross_total", {"iban"}, 2), may_see("iban", {"bic"}, 2)
    (True, False, False)
    """
    if len(of_document) >= most or term in of_document:
        return False
    if term in IDENTIFYING and IDENTIFYING & set(of_document):
        return False
    together = {term, *of_document}
    return not (together & ACCOUNTS and together & AMOUNTS)


def in_random_order(session: Session, tasks: Iterable[MicroTaskRow], user_id: str) -> list[MicroTaskRow]:
    """Tasks in an order of each person's own that nobody can foresee and that is the same tomorrow."""
    key = stored_secret(session, "micro-order")
    return sorted(tasks, key=lambda task: hmac.new(key, f"{user_id}\0{task.id}".encode(), "sha256").digest())


def close_task(session: Session, task: MicroTaskRow, state: str, *, at: datetime, reason: str = "") -> None:
    """End a task: done, expert or withdrawn, in words why where it is not plain."""
    after = {"state": state, "answer": task.answer} | ({"reason": reason} if reason else {})
    record_all(session, [Act(f"micro:{state}", f"micro_task:{task.id}", task.client_id, {"state": task.state}, after)],
               actor=ACTOR, at=at)  # fmt: skip
    task.state, task.closed_at = state, at
    session.add(task)
    session.flush()


def withdraw_stale(session: Session, *, at: datetime) -> int:
    """Withdraw the tasks of documents that were settled, changed, or are open at a reviewer; returns how many."""
    query = (
        select(MicroTaskRow).join(DocumentRow, col(MicroTaskRow.document_id) == DocumentRow.id)
        .where(MicroTaskRow.state == "open", col(MicroTaskRow.gold).is_(None),
               or_(DocumentRow.state != Status.IN_REVIEW, DocumentRow.revision != MicroTaskRow.revision,
                   col(DocumentRow.claimed_until) >= at))
    )  # fmt: skip
    rows = session.exec(query).all()
    for task in rows:
        close_task(session, task, "withdrawn", at=at)
    return len(rows)
