"""Which orders a person gave an invoice: kept, honoured by every later judgement, taken back; a label for the ranker.

A choice is a new revision with the same values and a match of its own at once, so that an approval a moment later
takes from the chosen order; the worker then judges that revision by the same choice.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from models.choice import OrderChoice
from models.errors import ConflictError
from models.match import MatchResult
from models.store.audit import record
from models.store.documents import new_id
from models.store.judging_anew import carry_findings, judge_anew
from models.tables import ChosenOrderRow, DocumentRow, MatchLinkRow, MatchRow, OrderRow

MOST_ORDERS = 8  # of one invoice, as matching takes at most
FOUND = 20
MOST_CENTS = 2**62


def chosen_order(session: Session, document_id: str) -> OrderChoice | None:
    """What stands of a person's word on a document's orders."""
    row = _newest(session, document_id)
    return OrderChoice.model_validate_json(row.choice_json) if row else None


def choose_order(
    session: Session, document: DocumentRow, choice: OrderChoice, match: MatchResult, *, actor: str, at: datetime
) -> None:
    """Keep a choice with the match that it makes, and have the document judged by it.

    Raises:
        ConflictError: It goes against the first proposal without a reason, names too many orders or one that the client
            does not have, or the document is not open.
    """
    ranked = [each.order for each in match.candidates]
    if choice.is_second_to(ranked) and ranked and not choice.reason:
        raise ConflictError("another order than the one proposed first is chosen with a reason only")
    if len(choice.orders) > MOST_ORDERS or not _are_known(session, document.client_id, choice.orders):
        raise ConflictError("there are no such orders")
    before = chosen_order(session, document.id)
    offered = [{"order": each.order, "probability": each.probability} for each in match.candidates]
    session.add(ChosenOrderRow(id=new_id(), client_id=document.client_id, document_id=document.id,
                               choice_json=choice.model_dump_json(), offered_json=json.dumps(offered), actor=actor,
                               at=at))  # fmt: skip
    _put_match(session, document, match, actor=actor, at=at)
    record(session, actor=actor, action="choose_order", subject=f"document:{document.id}",
           client_id=document.client_id, before=_told(before), after=_told(choice), at=at)  # fmt: skip


def undo_choice(session: Session, document: DocumentRow, *, actor: str, at: datetime) -> None:
    """Take the newest choice back: the one before it stands again, or the matcher's own word.

    Raises:
        ConflictError: Nobody chose, or the document is not open.
    """
    row = _newest(session, document.id)
    if row is None:
        raise ConflictError("no order was chosen by hand")
    row.undone_at = at
    session.add(row)
    session.flush()
    before, after = OrderChoice.model_validate_json(row.choice_json), chosen_order(session, document.id)
    _put_match(session, document, _match_before(session, document, after), actor=actor, at=at)
    record(session, actor=actor, action="undo_order", subject=f"document:{document.id}",
           client_id=document.client_id, before=_told(before), after=_told(after), at=at)  # fmt: skip


def find_orders(session: Session, client_id: str, text: str, amount: Decimal | None = None) -> list[str]:
    """Numbers of a client's orders by a part of the number or of the supplier's name, or by net amount; at most 20."""
    told = col(OrderRow.order_number).icontains(text, autoescape=True)
    told |= col(OrderRow.seller_name).icontains(text, autoescape=True)
    told |= col(OrderRow.seller_id) == text
    if amount is not None and abs(amount) < MOST_CENTS / 100:
        told |= col(OrderRow.net_cents) == int(amount * 100)
    query = select(OrderRow.order_number).where(OrderRow.client_id == client_id, told)
    return list(session.exec(query.order_by(col(OrderRow.order_date).desc(), OrderRow.order_number).limit(FOUND)))


def _newest(session: Session, document_id: str) -> ChosenOrderRow | None:
    query = select(ChosenOrderRow).where(
        ChosenOrderRow.document_id == document_id, col(ChosenOrderRow.undone_at).is_(None)
    )
    return session.exec(query.order_by(col(ChosenOrderRow.at).desc(), col(ChosenOrderRow.id))).first()


def _match_before(session: Session, document: DocumentRow, choice: OrderChoice | None) -> MatchResult:
    """The newest match that was made by this choice, or by nobody's."""
    rows = select(MatchRow.match_json).where(MatchRow.document_id == document.id)
    for stored in session.exec(rows.order_by(col(MatchRow.revision).desc())):
        match = MatchResult.model_validate_json(stored)
        if (match.by is None) == (choice is None) and (choice is None or match.orders == choice.orders):
            return match
    return MatchResult()


def _put_match(session: Session, document: DocumentRow, match: MatchResult, *, actor: str, at: datetime) -> None:
    """The match of the new revision, until the worker has judged it."""
    before = judge_anew(session, document, actor=actor, at=at)
    session.add(MatchRow(document_id=document.id, revision=document.revision, kind=match.kind, outcome=match.outcome,
                         probability=match.probability, match_json=match.model_dump_json(exclude_none=True),
                         created_at=at))  # fmt: skip
    session.add_all(
        MatchLinkRow(document_id=document.id, revision=document.revision, invoice_line=link.invoice_line,
                     order_number=link.order, order_line=link.order_line, client_id=document.client_id,
                     quantity=link.quantity, probability=link.probability)
        for link in match.lines
    )  # fmt: skip
    carry_findings(session, document, before)


def _are_known(session: Session, client_id: str, numbers: tuple[str, ...]) -> bool:
    query = select(OrderRow.order_number).where(
        OrderRow.client_id == client_id, col(OrderRow.order_number).in_(numbers)
    )
    return set(session.exec(query)) == set(numbers)


def _told(choice: OrderChoice | None) -> dict[str, object] | None:
    return choice.model_dump(mode="json") if choice else None
