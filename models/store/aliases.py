"""What suppliers call their items: learned when a person approves, taken back with the approval or by a better link.

A person who approves confirms the links that the page showed. Where an invoice line is worded otherwise than the order
line it is linked to, the wording is remembered for this supplier. What a machine let through teaches nothing: it would
confirm itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.aliases import Aliases, invoice_key, is_called_otherwise, order_keys
from models.order import OrderLine
from models.status import Status
from models.store.claims_orders import wait_turn
from models.store.documents import load_extraction
from models.tables import AliasRow, DocumentRow, EventRow, MatchLinkRow, OrderLineRow


class Wording(NamedTuple):
    """One linked line: what the invoice calls the item, what the order does, and what else stands on the order."""

    invoice_item: str
    order_items: tuple[str, ...]
    others: frozenset[str]


def aliases_of(session: Session, client_id: str, seller_id: str | None) -> Aliases:
    """Every wording of this supplier that people confirmed; none for a supplier that is not known."""
    if seller_id is None:
        return Aliases()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    query = select(AliasRow).where(AliasRow.client_id == client_id, AliasRow.seller_id == seller_id)
    for row in session.exec(query):
        found[row.invoice_item][row.order_item] = row.times
    return Aliases(dict(found))


def learn_aliases(session: Session, document: DocumentRow, at: datetime) -> None:
    """Remember the wordings of a document that a person approves; to be called in the same transaction.

    A wording that was remembered for another item of the same order is taken back once: the person chose otherwise.
    """
    if document.seller_id is None:
        return
    wait_turn(session, document)  # counts are read and written
    for wording in _wordings(session, document):
        for item in wording.order_items:
            _add(session, document, wording.invoice_item, item, at)
        for item in wording.others - set(wording.order_items):
            _take_back(session, document, wording.invoice_item, item)
    session.flush()


def forget_aliases(session: Session, document: DocumentRow) -> None:
    """Take back what this document taught, where it was a person who approved it; to be called before it moves."""
    if document.seller_id is None or not _was_approved_by_person(session, document):
        return
    wait_turn(session, document)  # counts are read and written: approvals wait as well
    for wording in _wordings(session, document):
        for item in wording.order_items:
            _take_back(session, document, wording.invoice_item, item)
    session.flush()


def _was_approved_by_person(session: Session, document: DocumentRow) -> bool:
    if document.state not in {Status.APPROVED, Status.EXPORTED}:
        return False
    approvals = select(EventRow.actor).where(
        EventRow.document_id == document.id, col(EventRow.to_state) == Status.APPROVED
    )
    return (session.exec(approvals.order_by(col(EventRow.seq).desc())).first() or "").startswith("user:")


def _wordings(session: Session, document: DocumentRow) -> Iterator[Wording]:
    """The linked lines whose words differ from the order's."""
    extraction = load_extraction(session, document.id)
    links = session.exec(
        select(MatchLinkRow).where(MatchLinkRow.document_id == document.id, MatchLinkRow.revision == document.revision)
    ).all()
    if extraction is None or not links:
        return
    ordered = _order_lines(session, document.client_id, {link.order_number for link in links})
    told: dict[int, list[MatchLinkRow]] = defaultdict(list)
    for link in links:
        told[link.invoice_line].append(link)
    for number, mine in told.items():
        if number > len(extraction.invoice.lines):
            continue
        line = extraction.invoice.lines[number - 1]
        targets = [found for link in mine if (found := ordered.get((link.order_number, link.order_line)))]
        items = {key for target in targets for key in order_keys(target)}
        if len({order_keys(target)[:1] for target in targets}) != 1 or not is_called_otherwise(line, targets[0]):
            continue  # a line that stands for several items names none of them
        of_orders = {link.order_number for link in mine}
        others = {key for (order, _), each in ordered.items() if order in of_orders for key in order_keys(each)}
        yield Wording(invoice_key(line), tuple(sorted(items)), frozenset(others - items))


def _order_lines(session: Session, client_id: str, numbers: set[str]) -> dict[tuple[str, str], OrderLine]:
    query = select(OrderLineRow).where(
        OrderLineRow.client_id == client_id, col(OrderLineRow.order_number).in_(sorted(numbers))
    )
    return {
        (row.order_number, row.line_number): OrderLine(
            line_number=row.line_number, item_name=row.item_name, seller_item_id=row.seller_item_id,
            buyer_item_id=row.buyer_item_id,
        )
        for row in session.exec(query)
    }  # fmt: skip


def _row(session: Session, document: DocumentRow, invoice_item: str, order_item: str) -> AliasRow | None:
    return session.get(AliasRow, (document.client_id, document.seller_id, invoice_item, order_item))


def _add(session: Session, document: DocumentRow, invoice_item: str, order_item: str, at: datetime) -> None:
    row = _row(session, document, invoice_item, order_item)
    if row is None:
        row = AliasRow(client_id=document.client_id, seller_id=document.seller_id or "", invoice_item=invoice_item,
                       order_item=order_item, times=0, document_id=document.id, at=at)  # fmt: skip
    row.times, row.document_id, row.at = row.times + 1, document.id, at
    session.add(row)


def _take_back(session: Session, document: DocumentRow, invoice_item: str, order_item: str) -> None:
    row = _row(session, document, invoice_item, order_item)
    if row is None:
        return
    if row.times <= 1:
        session.delete(row)
        return
    row.times -= 1
    session.add(row)
