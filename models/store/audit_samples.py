"""The audit sample: documents that were let through and are looked at nevertheless. All in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select, update

from models.certificate import Label
from models.decision import Outcome
from models.errors import ConflictError
from models.finding import Severity
from models.history import Audit
from models.store.audit import canonical, record
from models.store.documents import new_id
from models.store.labels import put_label
from models.tables import AuditSampleRow, DecisionRow, DocumentRow, FindingRow

RULE = "AP-AUDIT"  # under which a wrong one is noted
POLICY = "policy"  # how decisions without a person are signed
WEEK = timedelta(days=7)


class Drawn(NamedTuple):
    """A sample with its document."""

    sample: AuditSampleRow
    document: DocumentRow


def week_volume(session: Session, client_id: str, at: datetime, *, most: int) -> int:
    """How many documents the policy let through in the seven days before; no more than `most` are counted."""
    some = (
        select(DecisionRow.id)
        .where(DecisionRow.client_id == client_id, DecisionRow.actor == POLICY, DecisionRow.outcome == Outcome.APPROVE,
               col(DecisionRow.created_at) > at - WEEK, col(DecisionRow.created_at) <= at)
        .limit(most)
    )  # fmt: skip
    return session.exec(select(func.count()).select_from(some.subquery())).one()


def deciding_row(session: Session, document_id: str) -> DecisionRow | None:
    """The policy's decision that let a document through."""
    query = select(DecisionRow).where(
        DecisionRow.document_id == document_id, DecisionRow.actor == POLICY, DecisionRow.outcome == Outcome.APPROVE
    )
    return session.exec(query.order_by(col(DecisionRow.created_at).desc())).first()


def add_sample(
    session: Session, document: DocumentRow, *, share: float, blind: bool, actor: str, at: datetime
) -> AuditSampleRow:
    """Put a document into the sample; one that is in it stays as it is."""
    known = session.get(AuditSampleRow, document.id)
    if known is not None:
        return known
    decision = deciding_row(session, document.id)
    row = AuditSampleRow(
        document_id=document.id, client_id=document.client_id, segment=decision.segment if decision else "",
        certificate_id=decision.certificate_id if decision else None, share=share, blind=blind, drawn_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor=actor, action="audit:draw", subject=f"document:{document.id}", client_id=document.client_id,
           after={"share": share, "blind": blind, "segment": row.segment}, at=at)  # fmt: skip
    return row


def open_samples(session: Session, clients: Collection[str] | None, *, limit: int = 200) -> list[Drawn]:
    """What is still to be looked at, oldest first, of some clients or of all."""
    query = select(AuditSampleRow, DocumentRow).where(
        AuditSampleRow.document_id == DocumentRow.id, AuditSampleRow.state == "open"
    )
    if clients is not None:
        query = query.where(col(AuditSampleRow.client_id).in_(sorted(clients)))
    found = session.exec(query.order_by(col(AuditSampleRow.drawn_at), AuditSampleRow.document_id).limit(limit))
    return [Drawn(sample, document) for sample, document in found]


def settle_sample(
    session: Session, sample: AuditSampleRow, *, wrong: Sequence[str], checked: Mapping[str, Any], actor: str,
    at: datetime,
) -> Label:  # fmt: skip
    """Close one audit and make its label: wrong where any term is.

    Args:
        session: The transaction.
        sample: An open sample.
        wrong: The terms that were let through wrong; empty where all is right.
        checked: What the person keyed or corrected, kept as it is.
        actor: Who looked.
        at: When.

    Raises:
        ConflictError: Somebody has settled it before.
    """
    state = "wrong" if wrong else "right"
    changed = session.exec(
        update(AuditSampleRow)
        .where(col(AuditSampleRow.document_id) == sample.document_id, col(AuditSampleRow.state) == "open")
        .values(state=state, checked_json=canonical(checked), checked_by=actor, checked_at=at)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise ConflictError(f"the audit of document {sample.document_id} was settled by somebody else")
    session.refresh(sample)
    record(session, actor=actor, action=f"audit:{state}", subject=f"document:{sample.document_id}",
           client_id=sample.client_id, before={"state": "open"}, after={"state": state, "wrong": list(wrong)},
           at=at)  # fmt: skip
    label = _label(session, sample, wrong, at)
    put_label(session, sample.client_id, label, actor=actor)
    if wrong:
        _note(session, sample, wrong, at)
    return label


def settled_outcomes(
    session: Session, client_id: str, segment: str, *, since: datetime | None
) -> tuple[tuple[bool, float], ...]:
    """Whether each settled audit of a segment was wrong, and its share, in the order in which they were settled.

    Only documents drawn after `since`: what was let through before is no evidence about what holds since.
    """
    query = select(AuditSampleRow.state, AuditSampleRow.share).where(
        AuditSampleRow.client_id == client_id, AuditSampleRow.segment == segment, AuditSampleRow.state != "open"
    )
    if since is not None:
        query = query.where(col(AuditSampleRow.drawn_at) > since)
    found = session.exec(query.order_by(col(AuditSampleRow.checked_at), AuditSampleRow.document_id))
    return tuple((state == "wrong", share) for state, share in found)


def settled_audits(session: Session, client_id: str) -> tuple[Audit, ...]:
    """Every settled audit of a client, oldest first, for its figures."""
    query = select(AuditSampleRow).where(AuditSampleRow.client_id == client_id, AuditSampleRow.state != "open")
    rows = session.exec(query.order_by(col(AuditSampleRow.checked_at), AuditSampleRow.document_id))
    return tuple(Audit(row.segment, row.state == "wrong", 1 / row.share, row.checked_at, row.document_id)
               for row in rows if row.checked_at is not None)  # fmt: skip


def _label(session: Session, sample: AuditSampleRow, wrong: Sequence[str], at: datetime) -> Label:
    document = session.get_one(DocumentRow, sample.document_id)
    decision = deciding_row(session, sample.document_id)
    versions = json.loads(decision.versions_json) if decision else {}
    return Label(
        key=sample.document_id, segment=sample.segment, seller=document.seller_id or document.seller_name or "",
        score=decision.score if decision else 0.0, wrong=bool(wrong), source="blind" if sample.blind else "audit",
        weight=1 / sample.share, score_version=str(versions.get("score", "")), at=at, terms=tuple(wrong),
    )  # fmt: skip


def _note(session: Session, sample: AuditSampleRow, wrong: Sequence[str], at: datetime) -> None:
    """A finding beside the others; the document's state, its values and what was published stay as they are."""
    document = session.get_one(DocumentRow, sample.document_id)
    message = f"The audit of {at:%Y-%m-%d} found wrong: {', '.join(wrong)}."
    session.add(FindingRow(id=new_id(), client_id=document.client_id, document_id=document.id,
                           revision=document.revision, rule=RULE, severity=Severity.WARNING, terms=" ".join(wrong),
                           message=message, created_at=at))  # fmt: skip
    session.flush()
