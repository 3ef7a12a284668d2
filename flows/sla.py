"""The look at all clocks, every few minutes: time limits by contract, the risk of each open document, and alarms.

Time limits and risks are no acts of anybody: they are written beside the document, without version or audit row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from kpis.calendar import calendar_of
from kpis.service import LOOK_BACK, job_of, open_limits, risks, statements
from kpis.sla import Statement, month_of
from models.contract import Service, contract_on
from models.settings import Settings
from models.store.alerts import Alert, raise_alerts
from models.store.contracts import clients_with_contract, contracts_of
from models.store.engine import Store
from models.store.service import (
    OpenDocument,
    load_service,
    open_documents,
    put_due,
    put_risks,
    worked_since,
)

_SLACK = timedelta(days=92)  # before a month's start: documents that were received then may be settled in it


def tend_clocks(store: Store, settings: Settings, at: datetime) -> list[Alert]:
    """Look at every clock once; returns the alarms that are new."""
    from flows.alerts import find_alerts

    with store.read() as session:
        services = {client: service_of(session, client, at) for client in clients_with_contract(session)}
        documents = open_documents(session)
        found = _risks(session, settings, documents, at)
    limits: dict[str, datetime] = {}
    for service in services.values():
        limits |= open_limits(service, at)
    known = {one.id: one for one in documents}
    moved = {name: due for name, due in limits.items()
             if name in known and not known[name].stands and known[name].due_at != due}  # fmt: skip
    with store.write() as session:
        put_due(session, moved)
        put_risks(session, found)
    with store.write() as session:
        return raise_alerts(session, find_alerts(session, settings, services, at), at)


def service_of(session: Session, client_id: str, at: datetime, back: int = 0) -> Service:
    """What a client's service of a month is computed from, with the months before it that may be earned back."""
    contract = contract_on(contracts_of(session, client_id), at)
    if contract is None:
        return Service(())
    start = month_of(at, contract.calendar.timezone, back + contract.credits.earn_back)[0]
    return load_service(session, client_id, start - _SLACK, at)


def statement_of(session: Session, client_id: str, at: datetime, back: int = 0) -> Statement | None:
    """The statement of a month for a client: this one to date, or so many months before."""
    made = statements(service_of(session, client_id, at, back), at, back)
    return made[-1] if made else None


def _risks(session: Session, settings: Settings, documents: list[OpenDocument], at: datetime) -> dict[str, float]:
    """The risk of each document whose clock runs; all clients together, for they share the people."""
    office = calendar_of(settings.review)
    jobs = [job_of(one.id, one.due_at, one.reasons, office, at, one.postponed_until or at)
            for one in documents if one.due_at is not None and not one.stands]  # fmt: skip
    if not jobs:
        return {}
    return risks(jobs, worked_since(session, at - LOOK_BACK), office, at, settings.review.review_minutes)
