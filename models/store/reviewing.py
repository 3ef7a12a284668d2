"""What a person does with a document: save, approve, release, reject, send back, undo, try again.

Each act is one function that moves the state, writes its audit row and leaves the commit to the caller's transaction.
Actors are written `user:<login>`, so that no account can pass for a machine. Bank accounts need two persons: whoever
approves one that is not verified puts the document on hold, and only somebody else may release it (R14, R15); so do
amounts over a limit and approvals against an open error (`models.store.approvals`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session, col, select, update

from models.decision import Decision, Outcome, Reason
from models.errors import ConflictError
from models.settings_review import ReviewSettings
from models.status import Status, may_move
from models.store.access import OFFICE
from models.store.aliases import forget_aliases, learn_aliases
from models.store.approvals import (
    BANK,
    approvals_of,
    count_typing,
    forget_words,
    give_word,
    rules_for_two,
    unverified_iban,
)
from models.store.audit import record
from models.store.claims import EDITABLE
from models.store.correcting import Cause, Corrected, add_corrections, unknown_confirmed
from models.store.documents import add_decision, add_extraction, load_extraction, move, new_id
from models.store.edits import Edit, apply_edit, told_sources
from models.store.jobs import JUDGE, LEARN, READ, add_job
from models.store.labelling import label_document, unlabel_document
from models.store.memory import forget_document
from models.store.pages_of import pages_of
from models.store.settling import carry_match
from models.store.shortages import refuse_what_was_taken
from models.store.tiers import check_tier
from models.tables import (
    DecisionRow,
    DocumentRow,
    EventRow,
    SupplierBankRow,
    TouchRow,
)

_ADD_TOUCH = insert(TouchRow)
LONGEST_TOUCH = timedelta(hours=2)  # a form left open over lunch is no work
REJECT_CODES = (  # reasons of the French invoice lifecycle (CDAR)
    "DUPLICATE", "COORD_BANC_ERR", "TX_TVA_ERR", "TOTAL_AMOUNT_ERR", "CALCUL_ERR", "ROUTING_ERR", "JUSTIF_ABS", "OTHER",
)  # fmt: skip


def save(
    session: Session, document: DocumentRow, edit: Edit, *, actor: str, at: datetime, cause: Cause | None = None
) -> int:
    """Store a person's values as the next revision and have it judged anew; returns how many terms changed.

    `cause` proposes why a value had to be changed; the person may say otherwise later (`correcting.set_causes`).

    Raises:
        ConflictError: The document is not open for editing, or somebody was faster.
    """
    if document.state not in EDITABLE:
        raise ConflictError(f"document {document.id} is {document.state} and cannot be edited")
    base = load_extraction(session, document.id, document.revision)
    fresh = unknown_confirmed(session, document, edit)
    revision = apply_edit(base, replace(edit, confirmed=fresh))
    if revision.changes or (edit.settles and fresh):
        _raise_version(session, document, actor=actor, at=at)
        number = add_extraction(session, document, revision.extraction, origin="person", actor=actor,
                                pages=pages_of(session, document.id))  # fmt: skip
        add_job(session, document, kind=JUDGE, lane="xml", at=at)  # no page is read again: the cheapest lane
        record(
            session,
            actor=actor,
            action="save",
            subject=f"document:{document.id}",
            client_id=document.client_id,
            before={name: old for name, (old, _) in revision.changes.items()} | {"revision": number - 1},
            after={name: new for name, (_, new) in revision.changes.items()}
            | {"revision": number}
            | ({"sources": told} if (told := told_sources(edit.sources, revision.changes)) else {}),
            at=at,
        )
    elif edit.settles:  # nothing differs, yet the facts around the document may
        add_job(session, document, kind=JUDGE, lane="xml", at=at)
    causes = {name: cause(base, name, *pair) for name, pair in revision.changes.items()} if cause else {}
    add_corrections(session, document, edit, Corrected(base, revision.changes, fresh, causes), actor=actor, at=at)
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


def approve(
    session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str = "",
    office: ReviewSettings = OFFICE, cleared: Collection[str] = (),
) -> Status:  # fmt: skip
    """Approve; what must not leave on one person's word keeps that word and goes on hold. Returns the new state.

    Raises:
        ConflictError: The document is on hold (release it), or in a state that cannot be approved.
        TierError: It is the experts' to settle.
        TakenMeanwhileError: Since the match was made others took what it asks for.
    """
    if document.state == Status.HELD:
        raise ConflictError("a document on hold is released, not approved")
    check_tier(session, document, actor)
    rules = rules_for_two(session, document, office, cleared)
    if rules or document.outcome == Outcome.HOLD:
        forget_words(session, document)
        if rules:
            give_word(session, document, rules, actor=actor, at=at, reason=reason)
        document.last_editor = actor
        session.add(document)
        session.flush()
        held_for = Reason.NEW_BANK_ACCOUNT if BANK in rules else "four_eyes" if rules else "hold"
        move(session, document, Status.HELD, actor=actor, reason=held_for, at=at)
        return Status.HELD
    return _settle(session, document, actor=actor, at=at, reason=reason)


def release(
    session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str,
    office: ReviewSettings = OFFICE, cleared: Collection[str] = (),
) -> Status:  # fmt: skip
    """Release a hold. Where a rule asks for two persons the first only vouches, and the document stays on hold.

    Raises:
        ConflictError: No reason was given, or the document is not on hold.
        FourEyesError: The same person gave the first word.
        TierError: It is the experts' to settle.
    """
    if document.state != Status.HELD or not reason.strip():
        raise ConflictError("a hold is released with a reason only")
    check_tier(session, document, actor)
    given = approvals_of(session, document)
    rules = rules_for_two(session, document, office, cleared) or tuple(given[0].rules.split() if given else ())
    is_second = bool(given) or (bool(rules) and count_typing(session, document, rules, actor=actor, at=at))
    give_word(session, document, rules, actor=actor, at=at, reason=reason)
    if rules and not is_second:
        _raise_version(session, document, actor=actor, at=at)
        return Status.HELD
    iban = unverified_iban(session, document)
    if iban and document.seller_id:
        session.merge(SupplierBankRow(client_id=document.client_id, seller_id=document.seller_id, iban=iban,
                                      verified_at=at, verified_by=actor))  # fmt: skip
        record(session, actor=actor, action="verify_bank", subject=f"supplier:{document.seller_id}",
               client_id=document.client_id, after={"iban": iban, "document": document.id}, at=at)  # fmt: skip
    return _settle(session, document, actor=actor, at=at, reason=reason)


def _settle(session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str) -> Status:
    """Let a document go, with all that follows from a person's word."""
    kept = carry_match(session, document)  # held to the end: three steps look at it, and it is read once
    refuse_what_was_taken(session, document)
    _decide(session, document, Outcome.APPROVE, actor=actor, at=at)
    move(session, document, Status.APPROVED, actor=actor, reason=reason, at=at)
    _learn(session, document, at)
    learn_aliases(session, document, at)
    label_document(session, document, actor=actor, at=at)
    del kept
    return Status.APPROVED


def reject(session: Session, document: DocumentRow, *, code: str, note: str, actor: str, at: datetime) -> None:
    """Reject with a code of REJECT_CODES and a note; raises ConflictError for another code."""
    if code not in REJECT_CODES:
        raise ConflictError(f"there is no reason {code!r} to reject with")
    check_tier(session, document, actor)
    move(session, document, Status.REJECTED, actor=actor, reason=f"{code} {note}".strip(), at=at)
    label_document(session, document, actor=actor, at=at, rejected=code)


def send_back(session: Session, document: DocumentRow, *, actor: str, at: datetime, reason: str) -> None:
    """Put a held, duplicate, quarantined, approved or exported document into the queue."""
    if document.outcome == Outcome.DUPLICATE:  # a person says it is none: the policy's word no longer stands
        decision = Decision(outcome=Outcome.REVIEW, score=document.score or 0.0, policy_version="person",
                            reasons=tuple(Reason(word) for word in document.reasons.split()))  # fmt: skip
        add_decision(session, document, decision, actor=actor)
        session.flush()
    _forget(session, document)
    move(session, document, Status.IN_REVIEW, actor=actor, reason=reason, at=at)


def _forget(session: Session, document: DocumentRow) -> None:
    """What followed from a person's word no longer does."""
    forget_document(session, document.id)
    forget_aliases(session, document)
    unlabel_document(session, document)
    forget_words(session, document)


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
    session.connection().execute(_ADD_TOUCH, {
        "id": new_id(), "client_id": document.client_id, "document_id": document.id, "actor": actor, "act": act,
        "started_at": at - spent, "seconds": spent.total_seconds()})  # fmt: skip


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
    _forget(session, document)
    move(session, document, to, actor=actor, reason="undo", at=at)
    return to
