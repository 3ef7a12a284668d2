"""Which documents may be the invoice at hand: found by key, weighed, and told by the rule of duplicates."""

from __future__ import annotations

from sqlmodel import Session

from matching.duplicate_odds import Side, weigh_pair
from models.invoice import Invoice
from models.store.documents import load_extraction
from models.store.master import neighbours
from models.store.pictures import load_picture
from models.store.reused_numbers import reuses_numbers
from models.tables import DocumentRow
from validators import Neighbour, find_duplicate_suspects
from validators.context import DuplicateSuspect
from validators.duplicates import Suspicion


def suspects_of(
    session: Session, document: DocumentRow, invoice: Invoice, seller_id: str | None, threshold: float
) -> tuple[DuplicateSuspect, ...]:
    """The documents that may be the same invoice; `document` carries the invoice's main values already."""
    kind = "credit_note" if invoice.is_credit_note else document.document_type or "invoice"
    mine = Side.of(invoice, seller_id, kind, _bits(session, document.id))
    rows = [_weighed(session, mine, row) for row in neighbours(session, document, seller_id)]
    suspicion = Suspicion(threshold, reuses_numbers(session, document.client_id, seller_id))
    return find_duplicate_suspects(invoice, rows, seller_id, suspicion)


def with_odds(mine: Side, side: Side, neighbour: Neighbour) -> Neighbour:
    """A neighbour with the odds that it is the invoice at hand."""
    odds = weigh_pair(mine, side)
    return neighbour.model_copy(update={"probability": odds.probability, "levels": tuple(odds.levels.items())})


def _weighed(session: Session, mine: Side, row: DocumentRow) -> Neighbour:
    extraction = load_extraction(session, row.id, row.revision)
    invoice = extraction.invoice if extraction else Invoice()
    side = Side.of(invoice, row.seller_id, row.document_type or "invoice", _bits(session, row.id))
    return with_odds(mine, side, neighbour_of(row))


def neighbour_of(row: DocumentRow) -> Neighbour:
    """A document as the rule of duplicates sees it."""
    return Neighbour(
        document_id=row.id, invoice_number=row.invoice_number, issue_date=row.issue_date, gross_total=row.gross_total,
        currency=row.currency, is_credit_note=row.document_type == "credit_note", seller_id=row.seller_id,
        seller_name=row.seller_name,
    )  # fmt: skip


def _bits(session: Session, document_id: str) -> int | None:
    bits = load_picture(session, document_id)
    return int(bits, 16) if bits else None
