"""What a person does with a document: save, approve, release, reject, send back, undo, try again.

Each act is one function that moves the state, writes its audit row and leaves the commit to the caller's transaction.
Actors are written `user:<login>`, so that no account can pass for a machine. Bank accounts need two persons: whoever
approves one that is not verified puts the document on hold, and only somebody else may release it (R14, R15).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from models.decision import Decision, Outcome, Reason
from models.errors import ConflictError, FacturierError
from models.extraction import Extraction, PageInfo
from models.status import Status, may_move
from models.store.aliases import forget_aliases, learn_aliases
from models.store.audit import record
from models.store.claims import EDITABLE
from models.store.documents import add_decision, add_extraction, load_extraction, move, new_id
from models.store.edits import Edit, apply_edit, flat_values
from models.store.jobs import JUDGE, LEARN, READ, add_job
from models.store.labelling import label_document, unlabel_document
from models.store.memory import forget_document
from models.store.settling import carry_match
from models.store.shortages import refuse_what_was_taken
from models.tables import (
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    EventRow,
    ExtractionRow,
    SupplierBankRow,
    TouchRow,
)

LONGEST_TOUCH = timedelta(hours=2)  # a form left open over lunch is no work
Cause = Callable[[Extraction | None, str, str | None, str | None], str]  # what was read, term, before, after
REJECT_CODES = (  # reasons of the French invoice lifecycle (CDAR)
    "DUPLICATE", "COORD_BANC_ERR", "TX_TVA_ERR", "TOTAL_AMOUNT_ERR", "CALCUL_ERR", "ROUTING_ERR", "JUSTIF_ABS", "OTHER",
)  # fmt: skip


class FourEyesError(FacturierError):
    """The same person may not do both steps."""

    code = "four_eyes"
    advice = "Ask a colleague to look at the bank account and release the document."


def save(
    session: Session, document: DocumentRow, edit: Edit, *, actor: str, at: datetime, cause: Cause | None = None
) -> int:
    """Store a person's values as the next revision and have it judged anew; returns how many terms changed.

    `cause` proposes why a value had to be changed; the person may say otherwise later (`set_causes`).

    Raises:
        ConflictError: The document is not open for editing, or somebody was faster.
    """
    if document.state not in EDITABLE:
        raise ConflictError(f"document {document.id} is {document.state} and cannot be edited")
    base = load_extraction(session, document.id)
    revision = apply_edit(base, edit)
    if revision.changes:
        _raise_version(session, document, actor=actor, at=at)
        number = add_extraction(session, document, revision.extraction, origin="person", actor=actor,
                                pages=_pages(session, document.id))  # fmt: skip
        add_job(session, document, kind=JUDGE, lane="xml", at=at)  # no page is read again: the cheapest lane
        record(
            session,
            actor=actor,
            action="save",
            subject=f"document:{document.id}",
            client_id=document.client_id,
            before={name: old for name, (old, _) in revision.changes.items()} | {"revision": number - 1},
            after={name: new for name, (_, new) in revision.changes.items()} | {"revision": number},
            at=at,
        )
    causes = {name: cause(base, name, *pair) for name, pair in revision.changes.items()} if cause else {}
    _add_corrections(session, document, edit, revision.changes, causes, actor=actor, at=at)
    return len(revision.changes)


def _raise_version(session: Session, document: DocumentRow, *, actor: str, at: datetime) -> None:
    changed = session.exec(
        update(DocumentRow)
        .where(col(DocumentRow.id) == document.id, col(DocumentRow.version) == document.version)
        .values(version=document.version + 1, last_editor=actor, updated_at=at)
    )
    if changed.rowcount != 1:
        raise ConflictError(f"document {document.id} was changed by somebody else")
    session.refresh(document)


def _pages(session: Session, document_id: str) -> tuple[PageInfo, ...]:
    query = select(ExtractionRow.pages_json).where(ExtractionRow.document_id == document_id)
    stored = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first() or "[]"
    return tuple(PageInfo.model_validate(page) for page in json.loads(stored))


def _add_corrections(
    session: Session, document: DocumentRow, edit: Edit, changes: dict[str, tuple[str | None, str | None]],
    causes: Mapping[str, str], *, actor: str, at: datetime,
) -> None:  # fmt: skip
    """One row for each changed term, and for each confirmed one that no person had looked at before."""
    known = set(session.exec(select(CorrectionRow.term).where(CorrectionRow.document_id == document.id)).all())
    values = flat_values(edit.invoice)
    seen = {name: (values[name], values[name]) for name in edit.confirmed if name in values and name not in known}
    for name, (before, after) in (seen | changes).items():
        session.add(CorrectionRow(id=new_id(), client_id=document.client_id, document_id=document.id,
                                  revision=document.revision, term=name, before=before, after=after,
                                  changed=name in changes, cause=causes.get(name, ""), actor=actor,
                                  at=at))  # fmt: skip


def set_causes(session: Session, document: DocumentRow, chosen: Mapping[str, str], *, actor: str, at: datetime) -> int:
    """Keep what a person says of why values had to be changed (correction id to cause); returns how many differ."""
    rows = session.exec(select(CorrectionRow).where(CorrectionRow.document_id == document.id)).all()
    changed = [row for row in rows if row.changed and chosen.get(row.id, row.cause) != row.cause]
    for row in changed:
        record(session, actor=actor, action="set_cause", subject=f"document:{document.id}",
               client_id=document.client_id, before={row.term: row.cause}, after={row.term: chosen[row.id]},
               at=at)  # fmt: skip
        row.cause = chosen[row.id]
        session.add(row)
    return len(changed)


def unverified_iban(session: Session, document: DocumentRow) -> str | None:
    """The invoice's IBAN where no person or import has confirmed this very value for this supplier."""
    extraction = load_extraction(session, document.id)
    iban = "".join((extraction.invoice.iban or "").split()).upper() if extraction else ""
    if not iban:
        return None
    row = session.get(SupplierBankRow, (document.client_id, document.seller_id, iban)) if document.seller_id else None
    return iban if row is None or row.verified_at is None else None


def approve(session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str = "") -> Status:
    """Approve; what must not leave on one person's word goes on hold instead. Returns the new state.

    Raises:
        ConflictError: The document is on hold (release it), or in a state that cannot be approved.
        TakenMeanwhileError: Since the match was made others took what it asks for.
    """
    if document.state == Status.HELD:
        raise ConflictError("a document on hold is released, not approved")
    bank = unverified_iban(session, document)
    if bank or document.outcome == Outcome.HOLD:
        document.last_editor = actor
        session.add(document)
        session.flush()
        move(session, document, Status.HELD, actor=actor, reason=Reason.NEW_BANK_ACCOUNT if bank else "hold", at=at)
        return Status.HELD
    carry_match(session, document)
    refuse_what_was_taken(session, document)
    _decide(session, document, Outcome.APPROVE, actor=actor, at=at)
    move(session, document, Status.APPROVED, actor=actor, reason=reason, at=at)
    _learn(session, document, at)
    learn_aliases(session, document, at)
    label_document(session, document, actor=actor, at=at)
    return Status.APPROVED


def release(session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str) -> Status:
    """Release a hold. A bank account that is not verified takes two persons: the first only vouches for it.

    Raises:
        ConflictError: No reason was given, or the document is not on hold.
        FourEyesError: The same person edited or vouched before.
    """
    if document.state != Status.HELD or not reason.strip():
        raise ConflictError("a hold is released with a reason only")
    iban = unverified_iban(session, document)
    if iban and document.last_editor is None:
        _raise_version(session, document, actor=actor, at=at)
        record(session, actor=actor, action="vouch", subject=f"document:{document.id}", client_id=document.client_id,
               after={"iban": iban, "reason": reason}, at=at)  # fmt: skip
        return Status.HELD
    if iban and document.last_editor == actor:
        raise FourEyesError("a new bank account needs a second person")
    if iban and document.seller_id:
        session.merge(SupplierBankRow(client_id=document.client_id, seller_id=document.seller_id, iban=iban,
                                      verified_at=at, verified_by=actor))  # fmt: skip
        record(session, actor=actor, action="verify_bank", subject=f"supplier:{document.seller_id}",
               client_id=document.client_id, after={"iban": iban, "document": document.id}, at=at)  # fmt: skip
    carry_match(session, document)
    refuse_what_was_taken(session, document)
    _decide(session, document, Outcome.APPROVE, actor=actor, at=at)
    move(session, document, Status.APPROVED, actor=actor, reason=reason, at=at)
    _learn(session, document, at)
    learn_aliases(session, document, at)
    label_document(session, document, actor=actor, at=at)
    return Status.APPROVED


def reject(session: Session, document: DocumentRow, *, code: str, note: str, actor: str, at: datetime) -> None:
    """Reject with a code of REJECT_CODES and a note; raises ConflictError for another code."""
    if code not in REJECT_CODES:
        raise ConflictError(f"there is no reason {code!r} to reject with")
    move(session, document, Status.REJECTED, actor=actor, reason=f"{code} {note}".strip(), at=at)
    label_document(session, document, actor=actor, at=at, rejected=code)


def send_back(session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str) -> None:
    """Put a held, duplicate, quarantined, approved or exported document into the queue."""
    if document.outcome == Outcome.DUPLICATE:  # a person says it is none: the policy's word no longer stands
        decision = Decision(outcome=Outcome.REVIEW, score=document.score or 0.0, policy_version="person",
                            reasons=tuple(Reason(word) for word in document.reasons.split()))  # fmt: skip
        add_decision(session, document, decision, actor=actor)
        session.flush()
    forget_document(session, document.id)
    forget_aliases(session, document)
    unlabel_document(session, document)
    move(session, document, Status.IN_REVIEW, actor=actor, reason=reason, at=at)


def _learn(session: Session, document: DocumentRow, at: datetime) -> None:
    """Ask for what a person has confirmed to be remembered; an e-invoice needs no memory to be read."""
    if document.source == "page":
        add_job(session, document, kind=LEARN, at=at)


def retry(session: Session, document: DocumentRow, *, actor: str, at: datetime) -> None:
    """Read a quarantined document once more from its stored bytes."""
    move(session, document, Status.RECEIVED, actor=actor, reason="try again", at=at)
    add_job(session, document, kind=READ, at=at)


def _decide(session: Session, document: DocumentRow, outcome: Outcome, *, actor: str, at: datetime) -> None:
    """A person's decision as a row; the document keeps the policy's reasons, so that an undo shows them again."""
    session.add(
        DecisionRow(
            id=new_id(),
            client_id=document.client_id,
            document_id=document.id,
            revision=document.revision,
            outcome=outcome,
            reasons=document.reasons,
            score=document.score or 0.0,
            policy_version="person",
            actor=actor,
            created_at=at,
        )
    )


def touch(session: Session, document: DocumentRow, *, actor: str, act: str, opened_at: datetime, at: datetime) -> None:
    """Note how long a person had the document open before the act."""
    spent = min(max(at - opened_at, timedelta(0)), LONGEST_TOUCH)
    session.add(TouchRow(id=new_id(), client_id=document.client_id, document_id=document.id, actor=actor, act=act,
                         started_at=at - spent, seconds=spent.total_seconds()))  # fmt: skip


def last_move(session: Session, document_id: str) -> EventRow | None:
    """The newest change of state."""
    query = select(EventRow).where(EventRow.document_id == document_id)
    return session.exec(query.order_by(col(EventRow.seq).desc())).first()


def can_undo(event: EventRow | None, document: DocumentRow, *, actor: str, anyone: bool) -> bool:
    """Whether the newest change of state was a person's and can be taken back by this one."""
    return (
        event is not None
        and event.to_state == document.state
        and event.actor.startswith("user:")
        and (anyone or event.actor == actor)
        and document.state in {Status.APPROVED, Status.REJECTED, Status.HELD}
    )


def undo(session: Session, document: DocumentRow, *, actor: str, at: datetime, anyone: bool = False) -> Status:
    """Take back the newest approval, rejection or hold of a person; a bank account verified by it is not any more.

    Raises:
        ConflictError: There is nothing of this person's to take back.
    """
    event = last_move(session, document.id)
    if event is None or not can_undo(event, document, actor=actor, anyone=anyone):
        raise ConflictError("there is nothing to take back")
    before = Status(event.from_state or Status.IN_REVIEW)
    to = before if may_move(Status(document.state), before) else Status.IN_REVIEW
    banks = select(SupplierBankRow).where(
        SupplierBankRow.client_id == document.client_id, SupplierBankRow.verified_at == event.at,
        SupplierBankRow.verified_by == event.actor,
    )  # fmt: skip
    for bank in session.exec(banks).all():
        bank.verified_at, bank.verified_by = None, None
        session.add(bank)
    forget_document(session, document.id)
    forget_aliases(session, document)
    unlabel_document(session, document)
    move(session, document, to, actor=actor, reason="undo", at=at)
    return to
