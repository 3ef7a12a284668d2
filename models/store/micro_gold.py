"""Known questions: made of values that people confirmed or audits found right; rotated so that nobody learns them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.extraction import Extraction
from models.invoice import TERMS
from models.status import Status
from models.store.audit import Act, record_all
from models.store.documents import load_extraction
from models.store.edits import value_text
from models.store.micro_tasks import CUTTABLE, can_be_cut, close_task, task_of
from models.tables import AuditSampleRow, CorrectionRow, DocumentRow, MicroAnswerRow, MicroTaskRow

STOCK = 60  # known questions of a client that are in use
LONGEST, MOST_SHOWN = timedelta(days=30), 40  # then a known question is taken out of use
_LOOKED_AT = 400


def rotate_gold(session: Session, client_id: str, terms: Collection[str], *, at: datetime, stock: int = STOCK) -> int:
    """Take worn known questions out of use and make new ones up to the stock; returns how many were made."""
    _retire(session, client_id, at)
    query = select(MicroTaskRow).where(
        MicroTaskRow.client_id == client_id, MicroTaskRow.state == "open", col(MicroTaskRow.gold).is_not(None)
    )
    missing = stock - len(session.exec(query).all())
    made = 0
    for document, term in _sources(session, client_id, CUTTABLE & set(terms)):
        if made >= missing:
            break
        made += _make(session, document, term, at)
    return made


def _retire(session: Session, client_id: str, at: datetime) -> None:
    shown = select(MicroAnswerRow.task_id).group_by(MicroAnswerRow.task_id).having(func.count() >= MOST_SHOWN)
    query = select(MicroTaskRow).where(
        MicroTaskRow.client_id == client_id, MicroTaskRow.state == "open", col(MicroTaskRow.gold).is_not(None),
        (col(MicroTaskRow.created_at) < at - LONGEST) | col(MicroTaskRow.id).in_(shown),
    )  # fmt: skip
    for task in session.exec(query).all():
        close_task(session, task, "withdrawn", at=at)


def _sources(session: Session, client_id: str, terms: Collection[str]) -> list[tuple[DocumentRow, str]]:
    """Values that a person vouched for, of documents that were approved; newest first."""
    by_people = (
        select(DocumentRow, CorrectionRow.term).where(CorrectionRow.document_id == DocumentRow.id)
        .where(DocumentRow.client_id == client_id, col(DocumentRow.state).in_([Status.APPROVED, Status.EXPORTED]),
               col(CorrectionRow.actor).startswith("user:"), col(CorrectionRow.term).in_(sorted(terms)))
        .order_by(col(CorrectionRow.at).desc()).limit(_LOOKED_AT)
    )  # fmt: skip
    found = [(document, term) for document, term in session.exec(by_people)]
    audited = (
        select(DocumentRow).where(AuditSampleRow.document_id == DocumentRow.id, AuditSampleRow.state == "right",
                                  DocumentRow.client_id == client_id)
        .order_by(col(AuditSampleRow.checked_at).desc()).limit(_LOOKED_AT)
    )  # fmt: skip
    found += [(document, term) for document in session.exec(audited) for term in sorted(terms)]
    return list({(document.id, term): (document, term) for document, term in found}.values())


def _make(session: Session, document: DocumentRow, term: str, at: datetime) -> bool:
    extraction = load_extraction(session, document.id)
    seen = extraction.evidence.get(term) if extraction else None
    if extraction is None or seen is None or not can_be_cut(seen):
        return False
    there = select(MicroTaskRow.id).where(MicroTaskRow.document_id == document.id, MicroTaskRow.term == term,
                                          MicroTaskRow.revision == document.revision)  # fmt: skip
    if session.exec(there).first() is not None:
        return False
    task = _question(document, term, extraction, at)
    session.add(task)
    session.flush()
    after = {"document": document.id, "term": term, "kind": task.kind}
    record_all(session, [Act("micro:gold", f"micro_task:{task.id}", task.client_id, None, after)], actor="micro", at=at)
    return True


def _question(document: DocumentRow, term: str, extraction: Extraction, at: datetime) -> MicroTaskRow:
    """A third each: typed, a right candidate, a wrong one; who always says yes is found out."""
    value = value_text(getattr(extraction.invoice, term)) or ""
    task = task_of(document, term, extraction, extraction.evidence[term], at=at, gold=value)
    turn = int(task.id[:8], 16) % 3
    other = altered(value, task.id) if turn == 2 else value
    if turn == 0 or (turn == 2 and (other == value or TERMS[term].kind == "date")):
        task.kind = "type"
    else:
        task.kind, task.proposed, task.gold = "yes_no", other, "yes" if other == value else "no"
    return task


def altered(value: str, seed: str) -> str:
    """A value with one digit changed, as a misread one would be; without digits as it is.

    >>> len(altered("128.00", "a")), altered("EUR", "a")
    (6, 'EUR')
    """
    places = [place for place, sign in enumerate(value) if sign in "123456789"]
    if not places:
        return value
    draw = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
    place = places[draw % len(places)]
    digit = str((int(value[place]) + draw // 97 % 8) % 9 + 1)
    digit = digit if digit != value[place] else str(int(digit) % 9 + 1)
    return value[:place] + digit + value[place + 1 :]
