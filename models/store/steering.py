"""What a supervisor sees: how much waits and for how long, who works, how fast, how well. Small indexed queries.

Nothing is written. Bounds of ages are moments that the caller reckoned in business time.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import ColumnElement, case
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, or_, select

from models.certificate import Certificate
from models.status import Status
from models.store.claims import held_since
from models.tables import (
    AuditRow,
    AuditSampleRow,
    CertificateRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    EventRow,
    MicroTaskRow,
    SupplierQuestionRow,
    TouchRow,
)

WAITING = (Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED)  # for a person
SETTLED = (Status.APPROVED, Status.REJECTED)
MOST_PAIRED = 300  # newest documents of two persons on which agreement is reckoned
_SAID = ("right", "wrong")
Clients = Collection[str] | None  # None: every client


class Ages(NamedTuple):
    """Clients that share a calendar, and the moments at which a document of each age came in, newest first."""

    clients: Clients
    bounds: tuple[datetime, ...]


class Desk(NamedTuple):
    """A document that somebody has open."""

    document: DocumentRow
    actor: str
    since: datetime | None


class Load(NamedTuple):
    """What is assigned to one person."""

    login: str
    documents: int
    oldest: datetime


class Reason(NamedTuple):
    """Why documents needed a person, and the minutes that this took."""

    reason: str
    documents: int
    minutes: float


def backlog(session: Session, groups: Iterable[Ages]) -> dict[tuple[str, str], list[int]]:
    """Documents that wait for a person, by state and tier: how many of each age, youngest first."""
    found: dict[tuple[str, str], list[int]] = {}
    for group in groups:
        age = _bucket(col(DocumentRow.received_at), group.bounds)
        query = select(DocumentRow.state, DocumentRow.tier, age, func.count()).where(_waits(), *_of(group.clients))
        for state, tier, bucket, count in session.exec(query.group_by(DocumentRow.state, DocumentRow.tier, age)).all():
            found.setdefault((state, tier), [0] * (len(group.bounds) + 1))[int(bucket)] += count
    return found


def _bucket(value: Mapped[datetime], bounds: Sequence[datetime]) -> ColumnElement[int]:
    return case(*((value > bound, at) for at, bound in enumerate(bounds)), else_=len(bounds))


def desks(session: Session, clients: Clients, at: datetime, *, limit: int = 50) -> list[Desk]:
    """Who has what open now, and since when."""
    query = select(DocumentRow).where(col(DocumentRow.claimed_by).is_not(None), col(DocumentRow.claimed_until) > at,
                                      col(DocumentRow.state).in_(WAITING), *_of(clients))  # fmt: skip
    found = session.exec(query.order_by(col(DocumentRow.claimed_by)).limit(limit)).all()
    return [Desk(each, each.claimed_by or "", held_since(session, each)) for each in found]


def loads(session: Session, clients: Clients) -> list[Load]:
    """What is assigned to whom, the most first."""
    query = (
        select(DocumentRow.assigned_to, func.count(), func.min(DocumentRow.received_at))
        .where(col(DocumentRow.assigned_to).is_not(None), _waits(), *_of(clients))
        .group_by(col(DocumentRow.assigned_to)).order_by(func.count().desc(), col(DocumentRow.assigned_to))
    )  # fmt: skip
    return [Load(login or "", count, oldest) for login, count, oldest in session.exec(query).all()]


def settled_since(session: Session, clients: Clients, since: datetime) -> list[tuple[datetime, bool]]:
    """When documents were settled since a moment, and whether a person did it."""
    query = select(EventRow.at, EventRow.actor).where(EventRow.at >= since, col(EventRow.to_state).in_(SETTLED))
    if clients is not None:
        query = query.where(col(EventRow.client_id).in_(sorted(clients)))
    return [(at, actor.startswith("user:")) for at, actor in session.exec(query).all()]


def reasons_since(session: Session, clients: Clients, since: datetime) -> list[Reason]:
    """Why people had to look, with the minutes they took; a document with two reasons gives each its half."""
    query = (
        select(DocumentRow.reasons, func.count(func.distinct(DocumentRow.id)), func.sum(TouchRow.seconds))
        .where(TouchRow.document_id == DocumentRow.id, TouchRow.started_at >= since, *_of(clients))
        .group_by(DocumentRow.reasons)
    )  # fmt: skip
    counts: Counter[str] = Counter()
    minutes: defaultdict[str, float] = defaultdict(float)
    for words, documents, seconds in session.exec(query).all():
        for reason in words.split():
            counts[reason] += documents
            minutes[reason] += seconds / 60 / len(words.split())
    return sorted((Reason(each, counts[each], minutes[each]) for each in counts), key=lambda one: -one.minutes)


def straight_through(session: Session, clients: Clients, since: datetime) -> dict[str, tuple[int, int]]:
    """By day: documents that the policy let through, and all that it decided on."""
    day = func.date(DecisionRow.created_at)
    through = func.sum(case((col(DecisionRow.outcome) == "approve", 1), else_=0))
    query = select(day, through, func.count()).where(DecisionRow.actor == "policy", DecisionRow.created_at >= since)
    if clients is not None:
        query = query.where(col(DecisionRow.client_id).in_(sorted(clients)))
    found = session.exec(query.group_by(day).order_by(day)).all()
    return {str(on): (int(passed), count) for on, passed, count in found}


def bounds_of(session: Session, clients: Clients) -> list[Certificate]:
    """The newest certificate of each client and segment."""
    newest = select(CertificateRow.client_id, CertificateRow.segment, func.max(CertificateRow.made_at).label("made")
                    ).group_by(CertificateRow.client_id, CertificateRow.segment).subquery()  # fmt: skip
    query = select(CertificateRow.certificate_json).where(
        CertificateRow.client_id == newest.c.client_id, CertificateRow.segment == newest.c.segment,
        CertificateRow.made_at == newest.c.made,
    )  # fmt: skip
    if clients is not None:
        query = query.where(col(CertificateRow.client_id).in_(sorted(clients)))
    found = session.exec(query.order_by(CertificateRow.client_id, CertificateRow.segment)).all()
    return [Certificate.model_validate_json(text) for text in found]


def verdict_pairs(session: Session, clients: Clients, since: datetime) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each pair of persons: what each said of the same read value, right or wrong, in order of their names.

    A person speaks by confirming or changing a value, and by looking at a document of the audit sample.
    """
    audits = _audits(session, clients, since)
    several = select(TouchRow.document_id).where(TouchRow.started_at >= since)
    if clients is not None:
        several = several.where(col(TouchRow.client_id).in_(sorted(clients)))
    several = several.group_by(col(TouchRow.document_id)).having(func.count(func.distinct(TouchRow.actor)) > 1)
    several = several.order_by(func.max(TouchRow.started_at).desc()).limit(MOST_PAIRED)
    own = col(CorrectionRow.document_id)
    query = select(CorrectionRow).where(or_(own.in_(several), own.in_([each.document_id for each in audits])))
    by_value: defaultdict[tuple[str, str], list[CorrectionRow]] = defaultdict(list)
    for row in session.exec(query.order_by(col(CorrectionRow.at))):
        by_value[row.document_id, row.term].append(row)
    said = {key: {row.actor: _SAID[row.after != rows[0].before] for row in rows} for key, rows in by_value.items()}
    for audit in audits:
        checked = json.loads(audit.checked_json)
        for term in {*checked.get("keyed", ()), *checked.get("wrong", ())}:
            said.setdefault((audit.document_id, term), {})[audit.checked_by or ""] = _SAID[term in checked["wrong"]]
    return _paired(said.values())


def _audits(session: Session, clients: Clients, since: datetime) -> Sequence[AuditSampleRow]:
    """The newest settled audits."""
    query = select(AuditSampleRow).where(AuditSampleRow.state != "open", col(AuditSampleRow.checked_at) >= since)
    if clients is not None:
        query = query.where(col(AuditSampleRow.client_id).in_(sorted(clients)))
    return session.exec(query.order_by(col(AuditSampleRow.checked_at).desc()).limit(MOST_PAIRED)).all()


def _paired(said: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for verdicts in said:
        for one, other in combinations(sorted(verdicts), 2):
            found[one, other].append((verdicts[one], verdicts[other]))
    return dict(found)


def open_questions(session: Session, clients: Clients) -> tuple[int, datetime | None]:
    """Questions to suppliers that nobody answered, and since when the oldest waits."""
    query = select(func.count(), func.min(SupplierQuestionRow.asked_at)).where(
        col(SupplierQuestionRow.answered_at).is_(None)
    )
    if clients is not None:
        query = query.where(col(SupplierQuestionRow.client_id).in_(sorted(clients)))
    count, oldest = session.exec(query).one()
    return count, oldest


def micro_pool(session: Session, clients: Clients) -> dict[str, int]:
    """Micro-tasks by state; gold questions are not counted."""
    query = select(MicroTaskRow.state, func.count()).where(col(MicroTaskRow.gold).is_(None))
    if clients is not None:
        query = query.where(col(MicroTaskRow.client_id).in_(sorted(clients)))
    return dict(session.exec(query.group_by(MicroTaskRow.state)).all())


def place_refusals(session: Session, client_ids: Collection[str], since: datetime) -> dict[tuple[str, str], int]:
    """How often a client's documents were kept from somebody because of the place: by client and place."""
    query = select(AuditRow.client_id, AuditRow.after_json).where(
        col(AuditRow.object).in_([f"client:{each}" for each in client_ids]), AuditRow.action == "refuse_place",
        AuditRow.at >= since,
    )  # fmt: skip
    rows = session.exec(query).all()
    return dict(Counter((client or "", str(json.loads(after or "{}").get("place") or "")) for client, after in rows))


def _waits() -> ColumnElement[bool]:
    return col(DocumentRow.state).in_(WAITING)


def _of(clients: Clients) -> list[ColumnElement[bool]]:
    return [] if clients is None else [col(DocumentRow.client_id).in_(sorted(clients))]
