"""Loading what figures are computed from, and keeping the figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.history import Correction, Event, Figure, History, Touch
from models.store.audit_samples import settled_audits
from models.store.documents import new_id
from models.tables import CorrectionRow, DecisionRow, DocumentRow, EventRow, KpiRow, MatchRow, TouchRow


def load_history(session: Session, client_id: str) -> History:
    """All that happened to one client's documents."""
    events = select(EventRow).where(EventRow.client_id == client_id).order_by(col(EventRow.at), col(EventRow.seq))
    touches = select(TouchRow).where(TouchRow.client_id == client_id).order_by(col(TouchRow.started_at), TouchRow.id)
    seen = (
        select(CorrectionRow)
        .where(CorrectionRow.client_id == client_id)
        .order_by(col(CorrectionRow.at), CorrectionRow.id)
    )
    return History(
        events=tuple(Event(row.document_id, row.at, row.actor, row.from_state, row.to_state)
                     for row in session.exec(events)),
        touches=tuple(Touch(row.document_id, row.started_at + timedelta(seconds=row.seconds), row.seconds)
                      for row in session.exec(touches)),
        corrections=tuple(Correction(row.document_id, row.term, row.at, row.changed, row.cause)
                          for row in session.exec(seen)),
        reasons=_first_reasons(session, client_id),
        matches=_first_matches(session, client_id),
        audits=settled_audits(session, client_id),
    )  # fmt: skip


def _first_reasons(session: Session, client_id: str) -> dict[str, tuple[str, ...]]:
    """Why a document first needed a person: the policy's first reasons, or why it could not be read."""
    decided = select(DecisionRow.document_id, DecisionRow.reasons).where(DecisionRow.client_id == client_id)
    found: dict[str, tuple[str, ...]] = {}
    for document_id, reasons in session.exec(decided.order_by(col(DecisionRow.created_at))).all():
        if reasons:
            found.setdefault(document_id, tuple(reasons.split()))
    unread = select(DocumentRow.id, DocumentRow.reason_code, DocumentRow.reasons).where(
        DocumentRow.client_id == client_id
    )
    for document_id, code, reasons in session.exec(unread).all():
        if code or reasons:
            found.setdefault(document_id, (code,) if code else tuple(reasons.split()))
    return found


def _first_matches(session: Session, client_id: str) -> dict[str, str]:
    first = select(MatchRow.document_id, func.min(MatchRow.revision).label("revision")).group_by(
        col(MatchRow.document_id)
    ).subquery()  # fmt: skip
    query = select(MatchRow.document_id, MatchRow.outcome).where(
        MatchRow.document_id == first.c.document_id, MatchRow.revision == first.c.revision,
        MatchRow.document_id == DocumentRow.id, DocumentRow.client_id == client_id,
    )  # fmt: skip
    return {document_id: outcome for document_id, outcome in session.exec(query).all()}  # noqa: C416 - rows, not pairs


def store_figures(
    session: Session, client_id: str, figures: Sequence[Figure], *, start: datetime, end: datetime, at: datetime
) -> list[KpiRow]:
    """Keep figures of one computation; returns their rows."""
    rows = [
        KpiRow(id=new_id(), client_id=client_id, name=figure.name, label=figure.label, value=figure.value,
               numerator=figure.numerator, denominator=figure.denominator, unit=figure.unit, period_start=start,
               period_end=end, computed_at=at)
        for figure in figures
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows
