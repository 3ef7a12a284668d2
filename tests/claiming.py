"""Invoices matched to one order line of ten reams, and what people and files do with them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import select

from models.decision import Decision, Outcome
from models.extraction import Extraction
from models.invoice import Invoice, InvoiceLine
from models.match import LineMatch, MatchResult, SupplierMatch
from models.status import Status
from models.store.claims_orders import WHOLE_ORDER, taken_by_claims
from models.store.covering import Rise, cover_claims
from models.store.documents import Arrival, add_document, add_extraction, add_judgement, move
from models.tables import BlobRow, DocumentRow, OrderClaimRow, OrderLineRow

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANN = {"actor": "user:ann", "at": NOON}
KEY = ("CF-1", "1")


def invoice(office: Any, name: str, quantity: str, before: str | None = "0") -> str:
    """An invoice in review that was matched to the line of ten reams while `before` of it was invoiced."""
    with office.store.write() as session:
        session.merge(BlobRow(sha256=f"{abs(hash(name)):064x}", size=1, media_type="application/xml", created_at=NOON))
        session.flush()
        arrival = Arrival("acme", f"{abs(hash(name)):064x}", name, "application/xml", "folder")
        document = add_document(session, arrival, actor="test", at=NOON)
        judge(session, document, quantity, before)
        for state in (Status.EXTRACTED, Status.MATCHED, Status.IN_REVIEW):
            move(session, document, state, actor="test")
        return document.id


def judge(session: Any, document: DocumentRow, quantity: str, before: str | None) -> None:
    amount = Decimal(quantity) * 4
    said = Invoice(invoice_number=document.name, net_total=amount, gross_total=amount,
                   lines=(InvoiceLine(item_name="Paper", quantity=quantity, net_amount=amount),))  # fmt: skip
    add_extraction(session, document, Extraction(invoice=said, evidence={}, source="xml"), origin="reader", actor="t")
    line = LineMatch(invoice_line=1, order="CF-1", order_line="1", quantity=quantity, probability=0.99,
                     invoiced_before=before)  # fmt: skip
    match = MatchResult(supplier=SupplierMatch(seller_id="S-1"), kind="two_way", outcome="match", orders=("CF-1",),
                        probability=0.99, lines=(line,))  # fmt: skip
    add_judgement(session, document, match, (), Decision(outcome=Outcome.REVIEW), actor="policy")


def whole(office: Any, name: str, amount: str, left: str = "40", orders: tuple[str, ...] = ("CF-1",)) -> str:
    """An invoice without lines in review, matched to whole orders while `left` of their amounts was open."""
    document_id = invoice(office, name, "1")
    with office.store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        said = Invoice(invoice_number=name, net_total=amount, gross_total=amount)
        add_extraction(session, document, Extraction(invoice=said, evidence={}, source="xml"), origin="r", actor="t")
        match = MatchResult(supplier=SupplierMatch(seller_id="S-1"), kind="two_way", outcome="match", orders=orders,
                            probability=0.99, amount_left=Decimal(left))  # fmt: skip
        add_judgement(session, document, match, (), Decision(outcome=Outcome.REVIEW), actor="policy")
    return document_id


def act(office: Any, document_id: str, what: Any, **more: Any) -> Any:
    with office.store.write() as session:
        return what(session, session.get_one(DocumentRow, document_id), **ANN, **more)


def export(office: Any, document_id: str) -> None:
    with office.store.write() as session:
        move(session, session.get_one(DocumentRow, document_id), Status.EXPORTED, actor="publisher")


def taken(office: Any) -> Decimal:
    with office.store.read() as session:
        return taken_by_claims(session, "acme", ["CF-1"]).get(KEY, Decimal(0))


def whole_claim(office: Any, number: str = "CF-1") -> Decimal:
    with office.store.read() as session:
        return taken_by_claims(session, "acme", [number]).get((number, WHOLE_ORDER), Decimal(0))


def file_says(office: Any, figure: str) -> None:
    """The order file comes again with another figure of what was invoiced."""
    with office.store.write() as session:
        row = session.get_one(OrderLineRow, ("acme", *KEY))
        rise = Decimal(figure) - (row.quantity_invoiced or 0)
        row.quantity_invoiced = Decimal(figure)
        session.add(row)
        cover_claims(session, (Rise("acme", *KEY, rise, row.unit_price),))


def invoiced(office: Any) -> Decimal:
    with office.store.read() as session:
        return (session.get_one(OrderLineRow, ("acme", *KEY)).quantity_invoiced or Decimal(0)) + taken(office)


def states(office: Any, ids: list[str]) -> list[str]:
    found = {row.id: row.state for row in office.documents()}
    return [found[document_id] for document_id in ids]


def wipe(office: Any) -> None:
    """As before the first example: nothing claimed, nothing invoiced by the file."""
    with office.store.write() as session:
        for row in session.exec(select(OrderClaimRow)).all():
            session.delete(row)
        line = session.get_one(OrderLineRow, ("acme", *KEY))
        line.quantity_invoiced = Decimal(0)
        session.add(line)
