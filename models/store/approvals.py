"""Where one person's word is not enough: which rules ask for two, who has given a word, who may give the second.

An approval belongs to one revision: values that change afterwards need both words anew. The database holds each person
to one word a revision, and lets no document out of its hold on fewer words than it was held for (guards of 0008).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, delete, func, select

from models.errors import FacturierError
from models.finding import Severity
from models.settings_review import ReviewSettings, client_review
from models.store.access import OFFICE
from models.store.audit import record
from models.store.documents import load_extraction, new_id
from models.store.people import find_user
from models.tables import (
    ApprovalRow,
    ClientRow,
    DocumentRow,
    FindingRow,
    SupplierBankRow,
)

BANK, AMOUNT, OVERRIDE = "bank", "amount", "override"
# Errors with which an invoice contradicts itself or the law. Others (no order, an unknown code) only ask for a look.
WRONG = ("BR-CO-", "AP-LINES-NET", "AP-VAT-", "AP-AMOUNT-RANGE", "AP-CREDIT-", "AP-LEGAL-ID", "AP-FR-KEY")
_OTHERWISE = ("AP-BANK-",)  # has its own way: the rule `bank`
_SETTLED_APART = frozenset({"AP-DUPLICATE"})  # the state `duplicate`


class FourEyesError(FacturierError):
    """The same person may not do both steps."""

    code = "four_eyes"
    advice = "Ask a colleague to look at the document and release it."


def unverified_iban(session: Session, document: DocumentRow) -> str | None:
    """The invoice's IBAN where no person or import has confirmed this very value for this supplier."""
    extraction = load_extraction(session, document.id, document.revision)
    iban = "".join((extraction.invoice.iban or "").split()).upper() if extraction else ""
    if not iban:
        return None
    row = session.get(SupplierBankRow, (document.client_id, document.seller_id, iban)) if document.seller_id else None
    return iban if row is None or row.verified_at is None else None


def rules_for_two(
    session: Session, document: DocumentRow, office: ReviewSettings = OFFICE, cleared: Collection[str] = ()
) -> tuple[str, ...]:
    """Which rules ask for two persons. `cleared` are rules that the newest values keep, judged anew or not."""
    client = session.get(ClientRow, document.client_id)
    review = client_review(office, client.review_json if client else None)
    found = []
    if unverified_iban(session, document):
        found.append(BANK)
    if review.four_eyes_amount is not None and abs(document.gross_total or Decimal(0)) >= review.four_eyes_amount:
        found.append(AMOUNT)
    if review.four_eyes_override and set(open_errors(session, document)) - set(cleared):
        found.append(OVERRIDE)
    return tuple(found)


def open_errors(session: Session, document: DocumentRow) -> tuple[str, ...]:
    """The rules that the newest judgement found broken, and against which an approval would go."""
    newest = select(func.max(FindingRow.revision)).where(FindingRow.document_id == document.id)
    query = select(FindingRow.rule, FindingRow.severity).where(
        FindingRow.document_id == document.id, FindingRow.revision == newest.scalar_subquery(),
    )  # fmt: skip
    return tuple(sorted({rule for rule, severity in session.exec(query) if overrides(rule, severity)}))


def overrides(rule: str, severity: str) -> bool:
    """Whether approving against a finding is an override that two persons answer for.

    >>> overrides("BR-CO-15", "error"), overrides("AP-FIRST-INVOICE", "error"), overrides("AP-SUPPLIER-UNKNOWN", "hold")
    (True, False, True)
    """
    if rule.startswith(_OTHERWISE) or rule in _SETTLED_APART:
        return False
    return severity == Severity.HOLD or (severity == Severity.ERROR and rule.startswith(WRONG))


def approvals_of(session: Session, document: DocumentRow) -> tuple[ApprovalRow, ...]:
    """The words given on the newest revision, in order."""
    query = select(ApprovalRow).where(
        ApprovalRow.document_id == document.id, ApprovalRow.revision == document.revision,
    )  # fmt: skip
    return tuple(session.exec(query.order_by(col(ApprovalRow.at), col(ApprovalRow.id))))


def give_word(
    session: Session, document: DocumentRow, rules: Iterable[str], *, actor: str, at: datetime, reason: str = ""
) -> None:
    """Keep one person's word on the newest revision; who has given it already raises FourEyesError."""
    if not may_give(session, document, actor):
        raise FourEyesError("two different persons are needed")
    said = " ".join(rules)
    _keep(session, document, said, actor, at)
    record(session, actor=actor, action="vouch", subject=f"document:{document.id}", client_id=document.client_id,
           after={"rules": said, "revision": document.revision, "reason": reason}, at=at)  # fmt: skip


def count_typing(session: Session, document: DocumentRow, rules: Iterable[str], *, actor: str, at: datetime) -> bool:
    """Take the hand that typed the newest values for the first word, if it is another's than the actor's."""
    typist = document.last_editor
    if not typist or approvals_of(session, document) or _same_person(session, actor, typist):
        return False
    _keep(session, document, " ".join(rules), typist, at)
    return True


def may_give(session: Session, document: DocumentRow, actor: str) -> bool:
    """Whether a person's word on the newest revision would be a new one."""
    return not any(_same_person(session, actor, row.actor) for row in approvals_of(session, document))


def forget_words(session: Session, document: DocumentRow) -> None:
    """Take the words of the newest revision back: what is looked at again needs them anew."""
    session.exec(
        delete(ApprovalRow).where(
            col(ApprovalRow.document_id) == document.id, col(ApprovalRow.revision) == document.revision
        )
    )


def _keep(session: Session, document: DocumentRow, rules: str, actor: str, at: datetime) -> None:
    session.add(ApprovalRow(id=new_id(), client_id=document.client_id, document_id=document.id,
                            revision=document.revision, user_id=_person(session, actor), rules=rules, actor=actor,
                            at=at))  # fmt: skip
    session.flush()


def _person(session: Session, actor: str) -> str:
    """The account behind an actor; an actor without one (the command line) stands for itself."""
    user = find_user(session, actor.removeprefix("user:")) if actor.startswith("user:") else None
    return user.id if user else actor


def _same_person(session: Session, one: str, other: str) -> bool:
    """Whether two actors are one person: one account, or two accounts with one mail address."""
    if _person(session, one) == _person(session, other):
        return True
    mail = _mail(session, one)
    return bool(mail) and mail == _mail(session, other)


def _mail(session: Session, actor: str) -> str:
    user = find_user(session, actor.removeprefix("user:"))
    return user.email.strip().lower() if user else ""
