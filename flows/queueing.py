"""What a judged document needs before a person sees it: the experts where rules ask for them, a time limit, a price."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from flows.limits import limit_by_contract
from kpis.pricing import price_wait
from models.finding import Finding
from models.settings import Settings
from models.store.tiers import escalate_by_rules
from models.store.waiting import price_document
from models.tables import DocumentRow


def queue_up(
    session: Session, settings: Settings, document: DocumentRow, findings: Iterable[Finding] = (), *, at: datetime
) -> None:
    """Place a document in the queue; one that was let through has its time limit all the same."""
    escalate_by_rules(session, document, findings, at=at)
    limit_by_contract(session, document, settings.review, at)
    price_document(session, document, office=settings.review, pricer=price_wait, at=at)
