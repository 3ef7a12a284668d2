"""Two tiers of work, routine and expert, and what brings a document from one to the other.

A person hands a document up with a reason, or a rule does after the judgement; an expert settles it or hands it back
with an answer. Whoever is no expert cannot settle what is the experts'.

>>> skill_for(("AP-VAT-UNTAXED",), ("closed_order",)), skill_for((), ("closed_order",)), skill_for((), ("no_order",))
('tax', 'contract', '')
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from models.decision import Reason
from models.errors import ConflictError
from models.finding import Finding, Severity
from models.status import Status
from models.store.audit import record
from models.store.documents import new_id
from models.store.people import SKILLS, find_user
from models.tables import DocumentRow, EscalationRow

ROUTINE, EXPERT = "routine", "expert"
TIERS = (ROUTINE, EXPERT)
EXPERTS = frozenset({"expert", "supervisor", "administrator"})  # roles that settle what is the experts'
OPEN = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE})
SKILL_OF_RULE = {  # what an error or hold of a rule asks for; all else is routine
    "AP-VAT-UNTAXED": "tax", "AP-CREDIT-OVER": "dispute", "AP-SUPPLIER-BLOCKED": "contract",
}  # fmt: skip
SKILL_OF_REASON = {
    Reason.CLOSED_ORDER: "contract", Reason.ALREADY_INVOICED: "dispute", Reason.SELLER_MISMATCH: "dispute",
}  # fmt: skip


class TierError(ConflictError):
    """A document of the experts cannot be settled by somebody else."""

    code = "expert_needed"
    advice = "Leave it to an expert, or ask for it to be returned to routine."


def skill_for(rules: Iterable[str], reasons: Iterable[str]) -> str:
    """The skill that failed rules, then reasons, ask for; empty: routine work."""
    failed, given = tuple(rules), tuple(reasons)
    by_rule = next((skill for rule, skill in SKILL_OF_RULE.items() if rule in failed), "")
    return by_rule or next((skill for reason, skill in SKILL_OF_REASON.items() if reason in given), "")


def escalate(
    session: Session, document: DocumentRow, *, skill: str, reason: str, actor: str, at: datetime
) -> EscalationRow:  # fmt: skip
    """Hand a document to the experts, with the reason.

    Raises:
        ConflictError: No reason, no such skill, the document is settled, or it is the experts' already.
    """
    if not reason.strip() or skill not in {"", *SKILLS} or document.state not in OPEN:
        raise ConflictError("a document that waits is escalated, with a reason and a skill that exists")
    if document.tier == EXPERT and document.skill == skill:
        raise ConflictError(f"document {document.id} is the experts' already")
    return _hand(session, document, EXPERT, skill, reason, actor=actor, at=at)


def return_to_routine(
    session: Session, document: DocumentRow, *, answer: str, actor: str, at: datetime
) -> EscalationRow:
    """Hand a document back with the expert's answer; no rule takes it up again.

    Raises:
        ConflictError: No answer, or the document is not the experts'.
        TierError: The person is no expert.
    """
    if not answer.strip() or document.tier != EXPERT:
        raise ConflictError("what is the experts' goes back with an answer")
    check_tier(session, document, actor)
    return _hand(session, document, ROUTINE, "", answer, actor=actor, at=at)


def escalate_by_rules(session: Session, document: DocumentRow, findings: Iterable[Finding], *, at: datetime) -> str:
    """After a judgement: hand a document to the experts that its findings or reasons ask for; returns the skill.

    What a person has once handed in either direction stays where that person put it.
    """
    failed = [finding.rule for finding in findings if finding.severity in {Severity.ERROR, Severity.HOLD}]
    skill = skill_for(failed, document.reasons.split())
    if not skill or document.state not in OPEN or document.tier == EXPERT or hands(session, document.id):
        return ""
    _hand(session, document, EXPERT, skill, " ".join(failed) or document.reasons, actor="policy", at=at)
    return skill


def check_tier(session: Session, document: DocumentRow, actor: str) -> None:
    """Raise TierError where a person of routine would settle a document of the experts."""
    if document.tier != EXPERT:
        return
    user = find_user(session, actor.removeprefix("user:"))
    if user is not None and user.role not in EXPERTS:
        raise TierError(f"document {document.id} is the experts'")


def hands(session: Session, document_id: str) -> tuple[EscalationRow, ...]:
    """Through which hands a document went, oldest first."""
    query = select(EscalationRow).where(EscalationRow.document_id == document_id)
    return tuple(session.exec(query.order_by(col(EscalationRow.at), col(EscalationRow.id))))


def _hand(
    session: Session, document: DocumentRow, tier: str, skill: str, reason: str, *, actor: str, at: datetime
) -> EscalationRow:  # fmt: skip
    row = EscalationRow(id=new_id(), client_id=document.client_id, document_id=document.id, from_tier=document.tier,
                        to_tier=tier, skill=skill, reason=reason.strip()[:500], actor=actor, at=at)  # fmt: skip
    record(session, actor=actor, action="escalate" if tier == EXPERT else "return_to_routine",
           subject=f"document:{document.id}", client_id=document.client_id,
           before={"tier": document.tier, "skill": document.skill},
           after={"tier": tier, "skill": skill, "reason": row.reason}, at=at)  # fmt: skip
    document.tier, document.skill, document.assigned_to = tier, skill, None
    document.claimed_by, document.claimed_until = None, None
    session.add_all((row, document))
    session.flush()
    return row
