"""Credit notes and the invoices that they give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, or_, select

from models.extraction import Extraction
from models.invoice import Invoice
from models.status import Status
from models.store.audit import now
from models.tables import CreditLinkRow, DocumentRow, ExtractionRow

_ANY = (
    select(CreditLinkRow.revision)
    .where(or_(CreditLinkRow.document_id == bindparam("document"), CreditLinkRow.original_id == bindparam("document")))
    .limit(1)
)  # fmt: skip
MOST = 200  # invoices of the supplier that are looked at, newest first
_IGNORED = (Status.REJECTED, Status.DUPLICATE, Status.QUARANTINED)
_COUNTED = (Status.APPROVED, Status.EXPORTED)


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice of the supplier and what approved credit notes gave back of it, net."""

    document_id: str
    invoice: Invoice
    credited: Decimal


@dataclass(frozen=True, slots=True)
class Credit:
    """One credit note and its invoice, as people are told. Amounts net; `credited` with this note."""

    note_id: str
    note_number: str | None
    original_id: str
    original_number: str | None
    by: str
    amount: Decimal | None
    credited: Decimal
    invoiced: Decimal | None
    currency: str | None


def billed_by(session: Session, document: DocumentRow, seller_id: str | None) -> tuple[Billed, ...]:
    """Invoices here of the supplier, newest first; none where the supplier is not known."""
    if seller_id is None:
        return ()
    query = (
        select(DocumentRow)
        .where(DocumentRow.client_id == document.client_id, DocumentRow.seller_id == seller_id,
               DocumentRow.id != document.id, col(DocumentRow.state).not_in(_IGNORED),
               DocumentRow.document_type == "invoice")
        .order_by(col(DocumentRow.received_at).desc()).limit(MOST)
    )  # fmt: skip
    invoices = ((row.id, _invoice(session, row)) for row in session.exec(query).all())
    return tuple(
        Billed(original_id, invoice, credited_of(session, original_id, besides=document.id))
        for original_id, invoice in invoices
        if invoice is not None and not invoice.is_credit_note
    )


def credited_of(session: Session, original_id: str, *, besides: str = "") -> Decimal:
    """Net amount that approved credit notes gave back of an invoice."""
    query = (
        select(CreditLinkRow)
        .join(DocumentRow, col(DocumentRow.id) == col(CreditLinkRow.document_id))
        .where(CreditLinkRow.original_id == original_id, CreditLinkRow.document_id != besides,
               CreditLinkRow.revision == DocumentRow.revision, col(DocumentRow.state).in_(_COUNTED))
    )  # fmt: skip
    return sum((row.amount or Decimal(0) for row in session.exec(query).all()), Decimal(0))


def link_credit(session: Session, note: DocumentRow, original_id: str, by: str, amount: Decimal | None) -> None:
    """Store which invoice the note's newest revision gives back; doing it again changes nothing."""
    session.merge(CreditLinkRow(document_id=note.id, revision=note.revision, client_id=note.client_id,
                                original_id=original_id, by=by, amount=amount, at=now()))  # fmt: skip
    session.flush()


def load_credits(session: Session, document: DocumentRow) -> tuple[Credit, ...]:
    """What the document gives back, if it is a credit note, and what was given back of it, if it is an invoice."""
    if session.exec(_ANY, params={"document": document.id}).first() is None:
        return ()
    newest = select(func.max(CreditLinkRow.revision)).where(CreditLinkRow.document_id == document.id).scalar_subquery()
    own = select(CreditLinkRow).where(CreditLinkRow.document_id == document.id, CreditLinkRow.revision == newest)
    others = (
        select(CreditLinkRow)
        .join(DocumentRow, col(DocumentRow.id) == col(CreditLinkRow.document_id))
        .where(CreditLinkRow.original_id == document.id, CreditLinkRow.revision == DocumentRow.revision,
               col(DocumentRow.state).not_in(_IGNORED))
        .order_by(col(CreditLinkRow.at))
    )  # fmt: skip
    rows: Sequence[CreditLinkRow] = [*session.exec(own), *session.exec(others)]
    return tuple(_credit(session, row) for row in rows)


def _credit(session: Session, link: CreditLinkRow) -> Credit:
    note, original = session.get_one(DocumentRow, link.document_id), session.get_one(DocumentRow, link.original_id)
    invoice = _invoice(session, original)
    credited = credited_of(session, original.id, besides=note.id) + (link.amount or Decimal(0))
    return Credit(note.id, note.invoice_number, original.id, original.invoice_number, link.by, link.amount, credited,
                  invoice.net_total if invoice else None, original.currency)  # fmt: skip


def _invoice(session: Session, document: DocumentRow) -> Invoice | None:
    row = session.get(ExtractionRow, (document.id, document.revision))
    return Extraction.model_validate_json(row.extraction_json).invoice if row else None
