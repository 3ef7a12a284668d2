"""What people say of two documents that may be one invoice: one is rejected, or the pair is not raised again.

A pair has one row, under the lesser id first. Taking a verdict back deletes the row; the audit keeps both acts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.errors import ConflictError
from models.overriding import ANOTHER
from models.status import Status
from models.store.audit import record
from models.store.judging_anew import judge_anew
from models.store.reviewing import can_undo, last_move, reject, send_back, undo
from models.store.told_apart import DIFFERENT
from models.tables import DocumentRow, DuplicatePairRow

SAME = "same"
OPEN = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE})


def find_pair(session: Session, document: DocumentRow, other: DocumentRow) -> DuplicatePairRow | None:
    """What was said of two documents; a rejection that was taken back since is said no more."""
    row = session.get(DuplicatePairRow, _key(document, other))
    if row is not None and row.verdict == SAME and Status.REJECTED not in {document.state, other.state}:
        return None
    return row


def say_same(
    session: Session, document: DocumentRow, other: DocumentRow, *, reason: str, evidence: Mapping[str, str],
    actor: str, at: datetime,
) -> None:  # fmt: skip
    """Reject a document as a duplicate of another.

    Raises:
        ConflictError: The document is settled already, or both are of different clients.
    """
    _check(document, other)
    reject(session, document, code="DUPLICATE", note=f"{reason} (document {other.id[:12]})".strip(), actor=actor, at=at)
    _put(session, document, other, SAME, reason, evidence, actor=actor, at=at)


def say_different(
    session: Session, document: DocumentRow, other: DocumentRow, *, reason: str, evidence: Mapping[str, str],
    actor: str, at: datetime,
) -> None:  # fmt: skip
    """Remember that two documents are two invoices, and have this one judged anew without the other.

    Raises:
        ConflictError: No reason is given, the document is settled already, or both are of different clients.
    """
    _check(document, other)
    if not reason:
        raise ConflictError("two alike invoices are told apart with a reason only")
    _put(session, document, other, DIFFERENT, reason, evidence, actor=actor, at=at)
    if document.state in {Status.DUPLICATE, Status.HELD}:
        send_back(session, document, actor=actor, at=at, reason=f"{ANOTHER} {reason}")
    judge_anew(session, document, actor=actor, at=at)


def take_back(
    session: Session, document: DocumentRow, other: DocumentRow, *, actor: str, at: datetime, anyone: bool = False
) -> str:
    """Forget what was said of a pair: a rejection is undone, or the pair may be raised again; returns the verdict.

    Raises:
        ConflictError: Nothing was said, or not by this person.
    """
    row = find_pair(session, document, other)
    if row is None or (row.actor != actor and not anyone):
        raise ConflictError("there is nothing of this person's to take back")
    said = row.verdict
    if said == SAME:
        rejected = document if document.state == Status.REJECTED else other
        if not can_undo(last_move(session, rejected.id), rejected, actor=actor, anyone=anyone):
            raise ConflictError("the rejection cannot be taken back any more")
        undo(session, rejected, actor=actor, at=at, anyone=anyone)
    _record(session, document, "forget_pair", {"verdict": said, "other": other.id, "reason": row.reason}, None,
            actor=actor, at=at)  # fmt: skip
    session.delete(row)
    session.flush()
    if said == DIFFERENT and document.state in {Status.IN_REVIEW, Status.HELD}:
        judge_anew(session, document, actor=actor, at=at)
    return said


def _check(document: DocumentRow, other: DocumentRow) -> None:
    if document.client_id != other.client_id or document.id == other.id:
        raise ConflictError("only two documents of one client can be one invoice")
    if document.state not in OPEN:
        raise ConflictError(f"document {document.id} is {document.state}: it is settled")


def _put(
    session: Session, document: DocumentRow, other: DocumentRow, verdict: str, reason: str,
    evidence: Mapping[str, str], *, actor: str, at: datetime,
) -> None:  # fmt: skip
    first, second = _key(document, other)
    before = session.get(DuplicatePairRow, (first, second))
    was = {"verdict": before.verdict, "reason": before.reason} if before else None
    session.merge(DuplicatePairRow(first_id=first, second_id=second, client_id=document.client_id, verdict=verdict,
                                   reason=reason, evidence_json=json.dumps(dict(evidence), sort_keys=True),
                                   actor=actor, at=at))  # fmt: skip
    session.flush()
    after = {"verdict": verdict, "other": other.id, "reason": reason, "evidence": dict(evidence)}
    _record(session, document, "say_pair", was, after, actor=actor, at=at)


def _record(
    session: Session, document: DocumentRow, action: str, before: Mapping[str, object] | None,
    after: Mapping[str, object] | None, *, actor: str, at: datetime,
) -> None:  # fmt: skip
    record(session, actor=actor, action=action, subject=f"document:{document.id}", client_id=document.client_id,
           before=before, after=after, at=at)  # fmt: skip


def _key(document: DocumentRow, other: DocumentRow) -> tuple[str, str]:
    return (document.id, other.id) if document.id < other.id else (other.id, document.id)
