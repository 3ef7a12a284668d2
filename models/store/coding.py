"""How lines were posted, what is proposed for new ones, and what a person confirmed.

The history is what files brought and what persons confirmed; a proposal that nobody looked at is not part of it, so
that no coder learns from itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from models.coding import WHOLE, CodingLine, CodingProposal, PostedLine, Posting
from models.errors import ConflictError
from models.invoice import Invoice
from models.store.audit import now, record
from models.store.claims_orders import wait_turn
from models.store.documents import load_extraction, load_match, new_id
from models.tables import CodingProposalRow, CodingRow, DocumentRow, MatchRow

_PROPOSAL = (
    select(CodingProposalRow).where(CodingProposalRow.document_id == bindparam("document"))
    .order_by(col(CodingProposalRow.revision).desc()).limit(1)
)  # fmt: skip
_CONFIRMED = (
    select(CodingRow).where(CodingRow.document_id == bindparam("document"))
    .order_by(col(CodingRow.invoice_line), col(CodingRow.id))
)  # fmt: skip
MOST_PARTS = 20  # into which a line may be split


def history_version(session: Session, client_id: str) -> str:
    """What changes when the history does; empty where there is none."""
    query = select(func.count(), func.max(CodingRow.at)).where(CodingRow.client_id == client_id)
    count, newest = session.exec(query).one()
    return f"{count}:{newest}" if count else ""


def load_history(session: Session, client_id: str, limit: int) -> tuple[PostedLine, ...]:
    """The newest `limit` postings as lines, oldest first; parts of a split line together."""
    columns = (
        CodingRow.document_id, CodingRow.reference, CodingRow.invoice_line, CodingRow.seller_id, CodingRow.seller_name,
        CodingRow.item_name, CodingRow.net_amount, CodingRow.vat_rate, CodingRow.at, CodingRow.id, CodingRow.account,
        CodingRow.cost_centre, CodingRow.tax_code, CodingRow.share,
    )  # fmt: skip
    query = select(*columns).where(CodingRow.client_id == client_id)  # type: ignore[call-overload] # so many columns
    rows = session.exec(query.order_by(col(CodingRow.at).desc(), col(CodingRow.id)).limit(limit)).all()
    lines: dict[tuple[Any, ...], list[Posting]] = {}
    for row in reversed(rows):
        share = row[13] or WHOLE
        posting = Posting.model_construct(account=row[10], cost_centre=row[11], tax_code=row[12], share=share)
        is_part = row[13] is not None and row[13] != WHOLE
        lines.setdefault((*row[:9], None if is_part else row[9]), []).append(posting)
    return tuple(_posted(key, postings) for key, postings in lines.items())


def _posted(key: tuple[Any, ...], postings: Sequence[Posting]) -> PostedLine:
    document, reference, _, seller_id, seller_name, item, net, rate, at, _ = key
    return PostedLine.model_construct(
        document=document or reference or "", at=at.date(), seller_id=seller_id, seller_name=seller_name,
        item_name=item, net_amount=net, vat_rate=rate, postings=tuple(postings),
    )  # fmt: skip


def lines_to_code(document: DocumentRow, invoice: Invoice) -> tuple[CodingLine, ...]:
    """What of each line tells how to post it; an invoice without lines is one line of its net total."""
    rates = {row.rate for row in invoice.vat_breakdown}
    only = next(iter(rates)) if len(rates) == 1 else None
    known = {"seller_id": document.seller_id, "seller_name": invoice.seller_name}
    if not invoice.lines:
        return (CodingLine(**known, net_amount=invoice.net_total, vat_rate=only),)
    return tuple(
        CodingLine(**known, item_name=line.item_name, net_amount=line.net_amount,
                   vat_rate=line.vat_rate if line.vat_rate is not None else only)
        for line in invoice.lines
    )  # fmt: skip


def needs_coding(session: Session, document: DocumentRow) -> bool:
    """Whether the newest revision was judged and belongs to no order."""
    row = session.get(MatchRow, (document.id, document.revision))
    if row is None:
        return False
    match = load_match(session, document.id, document.revision)
    return match is not None and not match.orders


def add_proposal(session: Session, document: DocumentRow, revision: int, proposal: CodingProposal) -> None:
    """Store what is proposed for a revision; one that is there already is replaced."""
    session.merge(CodingProposalRow(document_id=document.id, revision=revision, client_id=document.client_id,
                                    proposal_json=proposal.model_dump_json(exclude_none=True), at=now()))  # fmt: skip


def load_proposal(session: Session, document_id: str) -> CodingProposal | None:
    """The newest proposal for a document."""
    row = session.exec(_PROPOSAL, params={"document": document_id}).first()
    return CodingProposal.model_validate_json(row.proposal_json) if row else None


def load_confirmed(session: Session, document_id: str) -> dict[int, tuple[Posting, ...]]:
    """What a person confirmed, by line."""
    found: dict[int, tuple[Posting, ...]] = {}
    for row in session.exec(_CONFIRMED, params={"document": document_id}):
        posting = Posting(account=row.account, cost_centre=row.cost_centre, tax_code=row.tax_code,
                          share=row.share if row.share is not None else WHOLE)  # fmt: skip
        found[row.invoice_line or 1] = (*found.get(row.invoice_line or 1, ()), posting)
    return found


def confirm_coding(
    session: Session, document: DocumentRow, postings: Mapping[int, Sequence[Posting]], *, actor: str, at: datetime
) -> bool:
    """Keep how a person posts the lines, instead of what was confirmed before; False where that is the same.

    Raises:
        ConflictError: A line is not on the invoice, or its shares do not add up to 100 per cent.
    """
    wait_turn(session, document)  # two who post the same lines: the later one's word replaces the other's
    extraction, before = load_extraction(session, document.id), load_confirmed(session, document.id)
    lines = lines_to_code(document, extraction.invoice) if extraction else ()
    wanted = {number: tuple(parts) for number, parts in postings.items() if parts}
    for number, parts in wanted.items():
        if not 1 <= number <= len(lines) or len(parts) > MOST_PARTS:
            raise ConflictError(f"there is no line {number} to post")
        if sum((part.share for part in parts), Decimal(0)) != WHOLE or any(part.share <= 0 for part in parts):
            raise ConflictError(f"the shares of line {number} do not add up to 100 per cent")
    if wanted == before:
        return False
    for row in session.exec(select(CodingRow).where(CodingRow.document_id == document.id)).all():
        session.delete(row)
    session.flush()
    proposed = _proposed(session, document.id)
    for number, parts in sorted(wanted.items()):
        probability = proposed[number][1] if number in proposed and proposed[number][0] == parts else None
        _add_parts(session, document, number, lines[number - 1], parts, probability, actor, at)
    record(session, actor=actor, action="coding", subject=f"document:{document.id}", client_id=document.client_id,
           before=_told(before) or None, after=_told(wanted), at=at)  # fmt: skip
    session.flush()
    return True


def _proposed(session: Session, document_id: str) -> dict[int, tuple[tuple[Posting, ...], float]]:
    proposal = load_proposal(session, document_id)
    return {line.invoice_line: (line.postings, line.probability) for line in proposal.lines} if proposal else {}


def _add_parts(
    session: Session, document: DocumentRow, number: int, line: CodingLine, parts: Sequence[Posting],
    probability: float | None, actor: str, at: datetime,
) -> None:  # fmt: skip
    for part in parts:
        session.add(CodingRow(
            id=new_id(), client_id=document.client_id, document_id=document.id, invoice_line=number,
            seller_id=line.seller_id, seller_name=line.seller_name, reference=document.invoice_number,
            item_name=line.item_name, net_amount=line.net_amount, vat_rate=line.vat_rate, account=part.account,
            cost_centre=part.cost_centre, tax_code=part.tax_code, share=part.share if len(parts) > 1 else None,
            probability=probability, origin="person", actor=actor, at=at,
        ))  # fmt: skip


def _told(postings: Mapping[int, Sequence[Posting]]) -> dict[str, str]:
    """Postings as the audit keeps them."""
    return {
        f"lines[{number}]": "; ".join(
            " ".join(str(each) for each in (part.account, part.cost_centre, part.tax_code) if each)
            + (f" {part.share.normalize():f} %" if part.share != WHOLE else "")
            for part in parts
        )
        for number, parts in postings.items()
    }
