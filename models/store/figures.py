"""Loading what figures are computed from, and keeping the figures.

What counts is read from rows that are only added; columns are asked for, not objects: a client may have a million
events. The figures of one computation are written in one transaction: all of them are there, or none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, String, literal, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, delete, func, select

from models.history import Correction, Event, Figure, Hand, History, Pay, Reading, Touch, Traits
from models.match import MatchOutcome
from models.status import FINAL, Status
from models.store.audit_samples import settled_audits
from models.store.documents import new_id
from models.tables import (
    AuditSampleRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    EscalationRow,
    EventRow,
    ExtractionRow,
    KpiRow,
    MicroAnswerRow,
    TouchRow,
)

_OUTCOMES = frozenset(get_args(MatchOutcome))
_STOPS = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED})
_CODES = re.compile(r"[a-z0-9_]+( [a-z0-9_]+)*")  # what the gate says in words is no code
LONGEST = timedelta(hours=2)  # of one touch
_PAGE = '"number"'  # stands once in the JSON of every page


def load_history(session: Session, client_id: str, since: datetime | None = None) -> History:
    """All that happened to one client's documents; with `since`, to those that matter for figures from then on.

    These are the documents with an event, a touch, a correction or an audit since, and those that stand open.
    """
    mine = _Mine(session, client_id, since)
    events = mine.events()
    return History(
        events=events,
        touches=mine.touches(),
        corrections=mine.corrections(),
        reasons=mine.first_reasons(events),
        matches=_first_matches(events),
        audits=settled_audits(session, client_id),
        hands=mine.hands(),
        readings=mine.readings(),
        pay=mine.pay(),
        traits=mine.traits(),
    )


class _Mine:
    """The rows of one client, of all documents or of those that matter."""

    def __init__(self, session: Session, client_id: str, since: datetime | None) -> None:
        self._session, self._client = session, client_id
        self._named = None if since is None else self._matter(since)

    def events(self) -> tuple[Event, ...]:
        query = select(EventRow.document_id, EventRow.at, EventRow.actor, EventRow.from_state, EventRow.to_state,
                       EventRow.reason, EventRow.seq).where(EventRow.client_id == self._client)  # type: ignore[call-overload]  # fmt: skip
        return tuple(map(Event._make, self._rows(query, EventRow.document_id, EventRow.at, EventRow.seq)))

    def touches(self) -> tuple[Touch, ...]:
        query = select(TouchRow.document_id, TouchRow.started_at, TouchRow.seconds)
        rows = self._rows(query.where(TouchRow.client_id == self._client), TouchRow.document_id)
        return tuple(Touch(document, started + timedelta(seconds=spent), spent) for document, started, spent in rows)

    def corrections(self) -> tuple[Correction, ...]:
        query = select(CorrectionRow.document_id, CorrectionRow.term, CorrectionRow.at, CorrectionRow.changed,
                       CorrectionRow.cause).where(CorrectionRow.client_id == self._client)  # type: ignore[call-overload]  # fmt: skip
        return tuple(map(Correction._make, self._rows(query, CorrectionRow.document_id)))

    def first_reasons(self, events: Iterable[Event]) -> dict[str, tuple[str, ...]]:
        """Why a document first needed a person: the policy's first reasons, else what was noted as it was stopped."""
        decided = select(DecisionRow.document_id, DecisionRow.reasons).where(
            DecisionRow.client_id == self._client, DecisionRow.reasons != ""
        )
        found: dict[str, tuple[str, ...]] = {}
        for document, reasons in self._rows(decided, DecisionRow.document_id, DecisionRow.created_at, DecisionRow.id):
            found.setdefault(document, tuple(reasons.split()))
        for event in events:
            if event.to_state in _STOPS and not event.actor.startswith("user:") and _CODES.fullmatch(event.reason):
                found.setdefault(event.document_id, tuple(event.reason.split()))
        return found

    def hands(self) -> tuple[Hand, ...]:
        query = select(EscalationRow.document_id, EscalationRow.at, EscalationRow.to_tier)
        rows = self._rows(query.where(EscalationRow.client_id == self._client), EscalationRow.document_id)
        return tuple(map(Hand._make, rows))

    def readings(self) -> tuple[Reading, ...]:
        """Pages of each reading by a machine, counted in the database: the JSON of pages is long."""
        pages = col(ExtractionRow.pages_json)
        count = (func.length(pages) - func.length(func.replace(pages, _PAGE, ""))) / len(_PAGE)
        query = select(ExtractionRow.document_id, ExtractionRow.created_at, count).where(
            ExtractionRow.document_id == DocumentRow.id, DocumentRow.client_id == self._client,
            ExtractionRow.origin == "reader", pages != "[]",
        )  # fmt: skip
        rows = self._rows(query, ExtractionRow.document_id)
        return tuple(Reading(document, at, int(number)) for document, at, number in rows)

    def pay(self) -> tuple[Pay, ...]:
        query = select(col(MicroAnswerRow.answered_at), col(MicroAnswerRow.pay), col(MicroAnswerRow.currency))
        paid = query.where(MicroAnswerRow.client_id == self._client, col(MicroAnswerRow.pay).is_not(None))
        return tuple(Pay(at, amount, currency or "") for at, amount, currency in self._session.exec(paid)
                     if at and amount)  # fmt: skip

    def traits(self) -> dict[str, Traits]:
        query = select(DocumentRow.id, DocumentRow.seller_id, DocumentRow.seller_name, DocumentRow.channel,
                       DocumentRow.document_type).where(DocumentRow.client_id == self._client)  # type: ignore[call-overload]  # fmt: skip
        return {document: Traits(seller or name or "", channel, kind or "")
                for document, seller, name, channel, kind in self._rows(query, DocumentRow.id)}  # fmt: skip

    def _rows(self, query: Any, document: Any, *order: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's own
        """Rows of a query, of the documents that matter, as plain tuples."""
        if self._named is not None:
            query = query.where(col(document).in_(self._named))
        return self._session.connection().execute(query.order_by(*order) if order else query)

    def _matter(self, since: datetime) -> Any:  # noqa: ANN401
        """Documents of which something happened since; a document's state is that of its newest event.

        They are looked for once and then named: each table is asked for their rows alone.
        """
        early = since - LONGEST  # a touch is kept by its beginning
        found = union(
            select(EventRow.document_id).where(EventRow.client_id == self._client, EventRow.at >= since),
            select(DocumentRow.id).where(DocumentRow.client_id == self._client,
                                         col(DocumentRow.state).not_in(sorted(FINAL))),
            select(TouchRow.document_id).where(TouchRow.client_id == self._client, TouchRow.started_at >= early),
            select(CorrectionRow.document_id).where(CorrectionRow.client_id == self._client,
                                                    CorrectionRow.at >= since),
            select(AuditSampleRow.document_id).where(AuditSampleRow.client_id == self._client,
                                                     col(AuditSampleRow.checked_at) >= since),
            select(ExtractionRow.document_id).where(ExtractionRow.created_at >= since),
        )  # fmt: skip
        return self._unfold([document for (document,) in self._session.connection().execute(found)])

    def _unfold(self, names: list[str]) -> Any:  # noqa: ANN401
        """Names as one value of a query: a database takes only so many values."""
        if self._session.get_bind().dialect.name == "sqlite":
            return select(func.json_each(json.dumps(names)).table_valued("value").c.value)
        return select(func.unnest(literal(names, ARRAY(String))))


def _first_matches(events: Iterable[Event]) -> dict[str, str]:
    """The outcome of a document's first match, as it was noted when the document moved on."""
    found: dict[str, str] = {}
    for event in events:
        if event.to_state == Status.MATCHED and event.reason in _OUTCOMES:
            found.setdefault(event.document_id, event.reason)
    return found


def store_figures(
    session: Session, client_id: str, figures: Sequence[tuple[Figure, float | None]], *, start: datetime,
    end: datetime, at: datetime,
) -> list[KpiRow]:  # fmt: skip
    """Keep the figures of one computation, each with its value in the period before; returns their rows.

    The same moment computed again replaces what it said. Parts of earlier computations are dropped: they can be
    computed again from the same rows at any time, and nobody compares them.
    """
    earlier: list[ColumnElement[bool]] = [col(KpiRow.client_id) == client_id]
    session.exec(delete(KpiRow).where(*earlier, (col(KpiRow.computed_at) == at) | (col(KpiRow.dimension) != "")))
    rows = [
        KpiRow(id=new_id(), client_id=client_id, name=figure.name, label=figure.label, value=figure.value,
               previous=previous, numerator=figure.numerator, denominator=figure.denominator, unit=figure.unit,
               dimension=figure.dimension, part=figure.part, period_start=start, period_end=end, computed_at=at)
        for figure, previous in figures
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows


def newest_figures(
    session: Session, client_id: str, *, dimension: str | None = "", names: Collection[str] = ()
) -> list[KpiRow]:
    """The figures of a client's newest computation: those of the whole, of one dimension, or (None) all of them."""
    newest = select(func.max(col(KpiRow.computed_at))).where(KpiRow.client_id == client_id).scalar_subquery()
    query = select(KpiRow).where(KpiRow.client_id == client_id, KpiRow.computed_at == newest)
    if dimension is not None:
        query = query.where(KpiRow.dimension == dimension)
    if names:
        query = query.where(col(KpiRow.name).in_(sorted(names)))
    return list(session.exec(query.order_by(KpiRow.dimension, KpiRow.part, KpiRow.name, KpiRow.label)))
