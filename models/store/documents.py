"""Documents: their states, what the stages said of them, and the moves between states.

Every move is a compare-and-swap on (state, version) with its event and audit row in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, delete, func, or_, select, update

from models.decision import Decision, Outcome
from models.errors import ConflictError
from models.extraction import Extraction, PageInfo
from models.finding import Finding
from models.match import MatchResult
from models.status import Status, may_move
from models.store.audit import Act, canonical, now, record, record_all
from models.store.claims_orders import TAKING, settle_claims
from models.store.copies import file_copy_keys
from models.store.found import search_words
from models.store.kept import load_revision
from models.tables import (
    DecisionRow,
    DocumentRow,
    EventRow,
    ExtractionRow,
    FindingRow,
    MatchLinkRow,
    MatchRow,
    ShadowRow,
)

_ADD_EVENT = insert(EventRow)
_NEWEST = (
    select(ExtractionRow.extraction_json).where(ExtractionRow.document_id == bindparam("document"))
    .order_by(col(ExtractionRow.revision).desc()).limit(1)
)  # fmt: skip


def new_id() -> str:
    """A random 128-bit id, 32 hexadecimal digits: cannot be guessed (R16)."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What intake knows of a new document."""

    client_id: str
    sha256: str
    name: str
    media_type: str
    channel: str
    batch: str = ""
    part: int = 1
    parent_id: str | None = None


def add_document(session: Session, arrival: Arrival, *, actor: str, at: datetime | None = None) -> DocumentRow:
    """Insert a document in state received, with its event and audit row."""
    moment = at or now()
    row = DocumentRow(
        id=new_id(), **{name: getattr(arrival, name) for name in arrival.__slots__},
        state=Status.RECEIVED, received_at=moment, updated_at=moment,
        search_words=search_words(arrival.name, batch=arrival.batch),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(EventRow(client_id=row.client_id, document_id=row.id, at=moment, actor=actor, to_state=row.state))
    record(session, actor=actor, action="receive", subject=f"document:{row.id}", client_id=row.client_id,
           after={"name": row.name, "sha256": row.sha256, "part": row.part}, at=moment)  # fmt: skip
    return row


def find_document(session: Session, client_id: str, sha256: str, part: int = 1) -> DocumentRow | None:
    """The client's document with these bytes, if it was received before."""
    return session.exec(
        select(DocumentRow).where(
            DocumentRow.client_id == client_id, DocumentRow.sha256 == sha256, DocumentRow.part == part
        )
    ).first()


def documents_of_file(session: Session, document_id: str) -> list[DocumentRow]:
    """A document and those of the further invoices in its file, in page order."""
    query = select(DocumentRow).where(or_(DocumentRow.id == document_id, DocumentRow.parent_id == document_id))
    return list(session.exec(query.order_by(col(DocumentRow.part))))


class Step(NamedTuple):
    """One move of a document: where to, by whom, why, when (default: now)."""

    to: Status
    actor: str
    reason: str = ""
    at: datetime | None = None


def move(
    session: Session,
    document: DocumentRow,
    to: Status,
    *,
    actor: str,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Move a document to another state.

    Raises:
        ConflictError: The move is not in the table, or somebody changed the document since it was loaded.
    """
    move_along(session, document, (Step(to, actor, reason, at),))


def move_along(session: Session, document: DocumentRow, steps: Sequence[Step]) -> None:
    """Move a document through several states: an event and an audit row each, at the cost of hardly more than one.

    Raises:
        ConflictError: As `move`.
    """
    session.flush()
    before, version, acts, events = Status(document.state), document.version, [], []
    counted = {before, *(step.to for step in steps)} & TAKING
    for step in steps:
        moment = step.at or now()
        _swap_state(session, document, before, version, step.to, moment)
        events.append({"client_id": document.client_id, "document_id": document.id, "at": moment, "actor": step.actor,
                       "from_state": before.value, "to_state": step.to.value, "reason": step.reason})  # fmt: skip
        acts.append(Act(f"move:{step.to}", f"document:{document.id}", document.client_id, {"state": before},
                        {"state": step.to, "reason": step.reason}, step.actor, moment))  # fmt: skip
        before, version = step.to, version + 1
    session.connection().execute(_ADD_EVENT, events)
    if counted:
        _count_links(session, document)
    record_all(session, acts, actor=steps[-1].actor, at=steps[-1].at or now())


def _swap_state(
    session: Session, document: DocumentRow, before: Status, version: int, to: Status, moment: datetime
) -> None:
    """Change the state if it is still what the caller saw."""
    if not may_move(before, to):
        raise ConflictError(f"document {document.id} is {before} and cannot become {to}")
    changed = session.exec(
        update(DocumentRow)
        .where(col(DocumentRow.id) == document.id, col(DocumentRow.version) == version,
               col(DocumentRow.state) == before)
        .values(state=to, version=version + 1, updated_at=moment, claimed_by=None, claimed_until=None,
                waiting_until=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if changed.rowcount != 1:
        raise ConflictError(f"document {document.id} was changed by somebody else")
    for name, value in {"state": to.value, "version": version + 1, "updated_at": moment, "claimed_by": None,
                        "claimed_until": None, "waiting_until": None}.items():  # fmt: skip
        set_committed_value(document, name, value)  # what was just written need not be read


def _count_links(session: Session, document: DocumentRow) -> None:
    """An approved document takes its quantities from the order's open ones; any other gives them back."""
    session.exec(
        update(MatchLinkRow)
        .where(col(MatchLinkRow.document_id) == document.id, col(MatchLinkRow.revision) == document.revision)
        .values(counts=document.state in TAKING)
    )
    settle_claims(session, document)


def add_extraction(
    session: Session,
    document: DocumentRow,
    extraction: Extraction,
    *,
    origin: str,
    actor: str,
    pages: Sequence[PageInfo] = (),
) -> int:
    """Add the next revision of what a document says and mirror its main values; returns the revision."""
    revision = document.revision + 1
    session.add(
        ExtractionRow(
            document_id=document.id, revision=revision, origin=origin, actor=actor,
            extraction_json=extraction.model_dump_json(exclude_none=True),
            pages_json="[" + ",".join(page.model_dump_json() for page in pages) + "]",
            created_at=now(),
        )
    )  # fmt: skip
    invoice = extraction.invoice
    document.revision = revision
    document.document_type = extraction.document_type
    document.source = extraction.source
    document.language = extraction.language
    for name in ("seller_name", "invoice_number", "issue_date", "due_date", "currency", "gross_total",
                 "order_reference"):  # fmt: skip
        setattr(document, name, getattr(invoice, name))
    document.search_words = search_words(document.name, invoice, batch=document.batch)
    document.waiting_until = None
    session.add(document)
    session.flush()
    file_copy_keys(session, document)
    return revision


def load_extraction(session: Session, document_id: str, revision: int | None = None) -> Extraction | None:
    """A revision of what a document says, the newest if none is named; None before it was read."""
    if revision is not None:
        return load_revision(session, document_id, revision)
    stored = session.exec(_NEWEST, params={"document": document_id}).first()
    return Extraction.model_validate_json(stored) if stored else None


def load_match(session: Session, document_id: str, revision: int) -> MatchResult | None:
    """The match of one revision."""
    row = session.get(MatchRow, (document_id, revision))
    return MatchResult.model_validate_json(row.match_json) if row else None


def add_judgement(
    session: Session,
    document: DocumentRow,
    match: MatchResult,
    findings: Sequence[Finding],
    decision: Decision,
    *,
    actor: str,
) -> None:
    """Store match, links, findings and decision of the newest revision."""
    moment, revision = now(), document.revision
    _drop_judgement(session, document)
    session.add(MatchRow(document_id=document.id, revision=revision, kind=match.kind, outcome=match.outcome,
                         probability=match.probability, match_json=match.model_dump_json(exclude_none=True),
                         created_at=moment))  # fmt: skip
    session.add_all(
        MatchLinkRow(document_id=document.id, revision=revision, invoice_line=link.invoice_line,
                     order_number=link.order, order_line=link.order_line, client_id=document.client_id,
                     quantity=link.quantity, probability=link.probability)
        for link in match.lines
    )  # fmt: skip
    session.add_all(
        FindingRow(id=new_id(), client_id=document.client_id, document_id=document.id, revision=revision,
                   rule=finding.rule, severity=finding.severity, terms=" ".join(finding.terms),
                   message=finding.message, expected=finding.expected, actual=finding.actual, created_at=moment)
        for finding in findings
    )  # fmt: skip
    add_decision(session, document, decision, actor=actor)
    if decision.passes is not None:
        _note_pilot(session, document, decision)
    document.seller_id = match.supplier.seller_id
    session.add(document)
    session.flush()


def _drop_judgement(session: Session, document: DocumentRow) -> None:
    """What was said of this very revision before: it is judged anew, e.g. since others took of its order."""
    if session.get(MatchRow, (document.id, document.revision)) is None:
        return
    for table in (MatchLinkRow, FindingRow, MatchRow):
        of_revision = (col(table.document_id) == document.id, col(table.revision) == document.revision)
        session.exec(delete(table).where(*of_revision))


def _note_pilot(session: Session, document: DocumentRow, decision: Decision) -> None:
    """What would have become of a document if its client were not in a pilot; it has no effect."""
    verdict = {"outcome": Outcome.APPROVE if decision.passes else Outcome.REVIEW, "score": decision.score,
               "segment": decision.segment, "certificate_id": decision.certificate_id,
               "reasons": list(decision.reasons)}  # fmt: skip
    version = decision.versions.get("score", "")
    session.merge(ShadowRow(document_id=document.id, kind="pilot", version=version, client_id=document.client_id,
                            verdict_json=canonical(verdict) or "{}", at=now()))  # fmt: skip


def add_decision(session: Session, document: DocumentRow, decision: Decision, *, actor: str) -> None:
    """Store one decision, of the policy or of a person."""
    session.add(
        DecisionRow(id=new_id(), client_id=document.client_id, document_id=document.id, revision=document.revision,
                    outcome=decision.outcome, reasons=" ".join(decision.reasons), score=decision.score,
                    details_json=canonical({"details": list(decision.details)}) or "", actor=actor,
                    policy_version=decision.policy_version, created_at=now(), segment=decision.segment,
                    certificate_id=decision.certificate_id, versions_json=canonical(decision.versions) or "{}",
                    evidence_json=decision.evidence.model_dump_json() if decision.evidence else "{}")
    )  # fmt: skip
    document.outcome, document.score = decision.outcome, decision.score
    document.reasons, document.waiting_until = " ".join(decision.reasons), None
    session.add(document)


def count_by_state(session: Session, client_id: str | None = None) -> dict[str, int]:
    """How many documents stand in each state, of one client or of all."""
    query = select(DocumentRow.state, func.count()).group_by(DocumentRow.state)
    if client_id is not None:
        query = query.where(DocumentRow.client_id == client_id)
    return {state: count for state, count in session.exec(query).all()}  # noqa: C416 - rows, not pairs
