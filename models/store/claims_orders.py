"""What invoices take from orders: a claim an approved document and order line, so that nothing is billed twice.

What is taken of an order line is what the order file says was invoiced, plus every claim less the part of it that the
file has taken up since (`covered`). A document claims when it is approved and gives back when it is reopened,
rejected or taken back; a corrected revision replaces its own claim; a credit note claims a negative quantity. Of a
blanket line, which has no quantity, the claim is an amount, as in matching; a match of the whole order without lines
claims its net amount under an empty line number.

Two approvals never look at the same open quantity: on SQLite there is one writer at a time, on PostgreSQL whoever is
about to approve first waits for the audit's counter, which it needs for its own audit row anyway. A lock of its own
beside that one would be a second order of locks, and a deadlock some day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlmodel import Session, col, select

from models.extraction import Extraction
from models.match import MatchResult
from models.open_amounts import CENT
from models.status import Status
from models.store.audit import now, wait_for_audit
from models.store.kept import load_revision
from models.tables import (
    CreditLinkRow,
    DocumentRow,
    ExtractionRow,
    MatchLinkRow,
    MatchRow,
    OrderClaimRow,
    OrderLineRow,
)

TAKING = frozenset({Status.APPROVED, Status.EXPORTED})
WHOLE_ORDER = ""  # the line number of a claim on the order as a whole
ZERO = Decimal(0)

LineKey = tuple[str, str]  # order number, line number

_IN_CLAUSE = 500


def wait_turn(session: Session, document: DocumentRow) -> bool:
    """Wait for every approval under way; until this transaction ends nobody else approves.

    The document first and the audit's counter then, in the order in which every change of state locks them. Returns
    whether others may have approved something since this transaction began: what was judged before this call must
    then be judged again.
    """
    if session.get_bind().dialect.name == "sqlite":  # a write transaction is alone from its beginning
        return False
    session.exec(select(DocumentRow.id).where(DocumentRow.id == document.id).with_for_update(key_share=True)).first()
    return wait_for_audit(session)


def taken_by_claims(session: Session, client_id: str, numbers: Iterable[str]) -> dict[LineKey, Decimal]:
    """What claims take of each order line beyond what the order file says was invoiced."""
    sums: dict[LineKey, Decimal] = defaultdict(Decimal)
    wanted = sorted(set(numbers))
    columns = (OrderClaimRow.order_number, OrderClaimRow.order_line, OrderClaimRow.quantity, OrderClaimRow.covered)
    for start in range(0, len(wanted), _IN_CLAUSE):
        few = wanted[start : start + _IN_CLAUSE]
        query = select(*columns).where(  # type: ignore[type-var] # amounts may be empty
            OrderClaimRow.client_id == client_id, col(OrderClaimRow.order_number).in_(few)
        )
        for number, line, quantity, covered in session.exec(query).all():
            sums[number, line] += (quantity or ZERO) - (covered or ZERO)
    return sums


def settle_claims(session: Session, document: DocumentRow) -> None:
    """Make the document's claims what its state and newest revision say; doing it again changes nothing."""
    known = {
        (row.order_number, row.order_line): row
        for row in session.exec(select(OrderClaimRow).where(OrderClaimRow.document_id == document.id))
    }
    if document.state == Status.EXPORTED and known and all(row.revision == document.revision for row in known.values()):
        return  # published as it was approved
    wanted = wanted_by(session, document) if document.state in TAKING else {}
    moment = now()
    for key, quantity in wanted.items():
        row = known.pop(key, None) or OrderClaimRow(
            document_id=document.id, order_number=key[0], order_line=key[1], client_id=document.client_id,
            revision=document.revision, quantity=ZERO, covered=ZERO, at=moment,
        )  # fmt: skip
        row.quantity, row.revision, row.at = quantity, document.revision, moment
        session.add(row)
    for row in known.values():
        _give_back(session, row)
    session.flush()


def _give_back(session: Session, row: OrderClaimRow) -> None:
    """Nothing is claimed any more; what the order file counts for it is remembered until the file takes it back."""
    if row.covered:
        row.quantity = ZERO
        session.add(row)
    else:
        session.delete(row)


def wanted_by(session: Session, document: DocumentRow) -> dict[LineKey, Decimal]:
    """What the newest revision takes: by its links, else of the whole order."""
    columns = (MatchLinkRow.order_number, MatchLinkRow.order_line, MatchLinkRow.quantity)
    links = select(*columns).where(  # type: ignore[type-var] # amounts may be empty
        MatchLinkRow.document_id == document.id, MatchLinkRow.revision == document.revision
    )
    sums: dict[LineKey, Decimal] = defaultdict(Decimal)
    for number, line, quantity in session.exec(links).all():
        sums[number, line] += quantity or ZERO
    if sums:
        return sums
    if given_back := _of_original(session, document):
        return given_back
    match, extraction = match_of(session, document), load_revision(session, document.id, document.revision)
    if match is None or not match.orders or extraction is None:
        return {}
    invoice = extraction.invoice
    net = invoice.net_total or ZERO
    return _split(session, document.client_id, match.orders, -abs(net) if invoice.is_credit_note else net)


def _split(session: Session, client_id: str, numbers: Sequence[str], net: Decimal) -> dict[LineKey, Decimal]:
    """A net amount over whole orders, by what each was worth when it was placed."""
    columns = (OrderLineRow.order_number, OrderLineRow.net_amount, OrderLineRow.quantity, OrderLineRow.unit_price)
    query = select(*columns).where(  # type: ignore[type-var] # amounts may be empty
        OrderLineRow.client_id == client_id, col(OrderLineRow.order_number).in_(numbers)
    )
    worth = dict.fromkeys(numbers, ZERO)
    for number, amount, quantity, price in session.exec(query).all():
        worth[number] += abs(amount if amount is not None else (quantity or ZERO) * (price or ZERO))
    total, left, parts = sum(worth.values(), ZERO), net, {}
    for number in numbers[1:]:
        parts[number, WHOLE_ORDER] = (net * worth[number] / total).quantize(CENT) if total else ZERO
        left -= parts[number, WHOLE_ORDER]
    return {key: part for key, part in {(numbers[0], WHOLE_ORDER): left, **parts}.items() if part}


def _of_original(session: Session, document: DocumentRow) -> dict[LineKey, Decimal]:
    """A credit note without links of its own gives back at its invoice's, in the part that it credits."""
    link = session.get(CreditLinkRow, (document.id, document.revision))
    original = session.get(DocumentRow, link.original_id) if link else None
    extraction = session.get(ExtractionRow, (original.id, original.revision)) if original else None
    if link is None or original is None or extraction is None:
        return {}
    net = Extraction.model_validate_json(extraction.extraction_json).invoice.net_total
    part = min((link.amount or ZERO) / abs(net), Decimal(1)) if net else ZERO
    taken = select(OrderClaimRow).where(OrderClaimRow.document_id == original.id)
    return {
        (row.order_number, row.order_line): -((row.quantity or ZERO) * part).quantize(Decimal("0.0001"))
        for row in session.exec(taken)
        if row.quantity and part
    }


def match_of(session: Session, document: DocumentRow) -> MatchResult | None:
    """The match of the newest revision."""
    row = session.get(MatchRow, (document.id, document.revision))
    return MatchResult.model_validate_json(row.match_json) if row else None
