"""Loading what a periodic review of a client is made of, in one go. Reads only."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.certificate import SEGMENTS, Certificate
from models.contract import Service
from models.governance import Account, Chain, Gate, Governance, Incident, Lowered, Period, Sampled
from models.store.access import OFFICE, allows, places_of
from models.store.actions import actions_of
from models.store.alarms import lowering
from models.store.audit import verify
from models.store.certificates import standing_certificate
from models.store.figures import load_history
from models.store.forecasts import newest_forecast, told_before
from models.store.incidents import incidents_of
from models.store.service import load_service
from models.store.surveys import answers_of, count_asked
from models.tables import (
    ApprovalRow,
    AuditRow,
    AuditSampleRow,
    ClientRow,
    DocumentRow,
    PublishBatchRow,
    QualityRunRow,
    UserClientRow,
    UserRow,
)

_BEFORE = timedelta(days=92)  # documents that came before a period may be settled in it
_MONTH = timedelta(days=31)
_TOLD = timedelta(days=60)  # forecasts of the days of a period were made so long before it at most
_MOST_GATES = 40
_ADMINISTRATOR = "administrator"


def load_governance(session: Session, client: ClientRow, period: Period) -> Governance:
    """Everything of one client that a review of the period shows."""
    start, end, at = period
    span = (start, end)
    service = _service(session, client.id, start, at)
    found = newest_forecast(session, client.id)
    words, by_two = _four_eyes(session, client.id, *span)
    return Governance(
        client.id, client.name, period, client.review_json, client.costs_json, tuple(places_of(client)),
        history=load_history(session, client.id, start - (end - start)),
        numbers=_numbers(session, client.id, start),
        service=service, certificates=_certificates(session, client.id), lowered=_lowered(session, client.id),
        sampled=_sampled(session, client.id, *span), forecast=found[0] if found else None,
        forecast_at=found[1] if found else None, told=told_before(session, client.id, start - _TOLD),
        incidents=_incidents(session, client.id, *span), chain=_chain(session, client.id),
        accounts=_accounts(session, client, *span), refused=_count(session, client.id, "refuse_place", *span),
        words=words, settled_by_two=by_two, gates=_gates(session, client.id, *span),
        asked=count_asked(session, client.id, *span), answers=answers_of(session, client.id, *span),
        actions=actions_of(session, client.id),
    )  # fmt: skip


def _service(session: Session, client_id: str, start: datetime, at: datetime) -> Service:
    found = load_service(session, client_id, start - _BEFORE, at)
    back = max((one.credits.earn_back for one in found.contracts), default=0)
    return load_service(session, client_id, start - _BEFORE - back * _MONTH, at) if back else found


def _numbers(session: Session, client_id: str, start: datetime) -> dict[str, str]:
    query = select(DocumentRow.id, DocumentRow.invoice_number).where(
        DocumentRow.client_id == client_id, col(DocumentRow.received_at) >= start - _BEFORE
    )
    return {document: number for document, number in session.exec(query) if number}


def _certificates(session: Session, client_id: str) -> tuple[Certificate, ...]:
    found = (standing_certificate(session, client_id, segment) for segment in SEGMENTS)
    return tuple(one for one in found if one is not None)


def _lowered(session: Session, client_id: str) -> tuple[Lowered, ...]:
    rows = ((segment, lowering(session, client_id, segment)) for segment in SEGMENTS)
    return tuple(Lowered(segment, row.kind, row.at) for segment, row in rows if row is not None)


def _sampled(session: Session, client_id: str, start: datetime, end: datetime) -> Sampled:
    of_client = AuditSampleRow.client_id == client_id
    drawn = select(func.count()).where(
        of_client, col(AuditSampleRow.drawn_at) >= start, col(AuditSampleRow.drawn_at) < end
    )
    waiting = select(func.count()).where(of_client, AuditSampleRow.state == "open")
    return Sampled(session.exec(drawn).one(), session.exec(waiting).one())


def _incidents(session: Session, client_id: str, start: datetime, end: datetime) -> tuple[Incident, ...]:
    return tuple(Incident(row.kind, row.title, row.detail, row.is_planned, row.started_at, row.ended_at)
                 for row in incidents_of(session, client_id, start, end))  # fmt: skip


def _chain(session: Session, client_id: str) -> Chain:
    problem = verify(session)
    rows = session.exec(select(func.count()).select_from(AuditRow)).one()
    own = session.exec(select(func.count()).where(AuditRow.client_id == client_id)).one()
    head = session.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()
    return Chain(problem, rows, own, head.hash if head else "", head.at if head else None)


def _accounts(session: Session, client: ClientRow, start: datetime, end: datetime) -> tuple[Account, ...]:
    """Everybody who could see the client's documents at some time, switched off or not; by name."""
    given = set(session.exec(select(UserClientRow.user_id).where(UserClientRow.client_id == client.id)))
    places = places_of(client, OFFICE)
    people = [row for row in session.exec(select(UserRow).order_by(UserRow.name, UserRow.login))
              if row.role == _ADMINISTRATOR or row.id in given]  # fmt: skip
    actor, at = AuditRow.actor, col(AuditRow.at)
    signed = dict(session.exec(
        select(actor, func.max(at)).where(AuditRow.action == "sign_in", at < end).group_by(actor)).all())  # fmt: skip
    seen = dict(session.exec(select(actor, func.count()).where(
        AuditRow.action == "view", AuditRow.client_id == client.id, at >= start, at < end,
    ).group_by(actor)).all())  # fmt: skip
    return tuple(
        Account(row.login, row.name, row.role, row.place, row.country, row.active and allows(places, row.place),
                signed.get(f"user:{row.login}"), seen.get(f"user:{row.login}", 0))
        for row in people
    )  # fmt: skip


def _count(session: Session, client_id: str, action: str, start: datetime, end: datetime) -> int:
    return session.exec(select(func.count()).where(
        AuditRow.client_id == client_id, AuditRow.action == action, col(AuditRow.at) >= start, col(AuditRow.at) < end,
    )).one()  # fmt: skip


def _four_eyes(session: Session, client_id: str, start: datetime, end: datetime) -> tuple[int, int]:
    """Words given where two persons are needed, and documents of which one revision has the words of two."""
    inside = (ApprovalRow.client_id == client_id, col(ApprovalRow.at) >= start, col(ApprovalRow.at) < end)
    words = session.exec(select(func.count()).where(*inside)).one()
    pairs = select(ApprovalRow.document_id).where(*inside).group_by(
        ApprovalRow.document_id, col(ApprovalRow.revision)).having(func.count() > 1)  # fmt: skip
    return words, len(set(session.exec(pairs)))


def _gates(session: Session, client_id: str, start: datetime, end: datetime) -> tuple[Gate, ...]:
    """The newest runs of the gate and of the checks of tables, newest first."""
    batches = select(PublishBatchRow).where(
        PublishBatchRow.client_id == client_id, col(PublishBatchRow.created_at) >= start,
        col(PublishBatchRow.created_at) < end,
    ).order_by(col(PublishBatchRow.created_at).desc())  # fmt: skip
    runs = select(QualityRunRow).where(
        QualityRunRow.client_id == client_id, col(QualityRunRow.at) >= start, col(QualityRunRow.at) < end,
    ).order_by(col(QualityRunRow.at).desc())  # fmt: skip
    found = [
        Gate(row.created_at, "batch", row.state, row.rows, row.held) for row in session.exec(batches.limit(_MOST_GATES))
    ]
    found += [Gate(row.at, row.scope, row.state, row.rows, row.failed) for row in session.exec(runs.limit(_MOST_GATES))]
    return tuple(sorted(found, key=lambda one: (one.at, one.kind), reverse=True)[:_MOST_GATES])
