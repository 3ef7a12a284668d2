"""A credit note with the invoice that it gives back, and what is wrong where it gives back too much."""

from __future__ import annotations

from sqlmodel import Session

from matching.credit import Original, find_original, is_over
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.money import decimal_text
from models.store.credits import billed_by, link_credit
from models.tables import DocumentRow


def credit_findings(
    session: Session, document: DocumentRow, invoice: Invoice, seller_id: str | None
) -> tuple[Finding, ...]:
    """Link a credit note to its invoice, where that is here, and say if more is given back than was invoiced."""
    if not invoice.is_credit_note and document.document_type != "credit_note":
        return ()
    originals = {
        each.document_id: Original(
            document_id=each.document_id, invoice_number=each.invoice.invoice_number,
            issue_date=each.invoice.issue_date, net_total=each.invoice.net_total, currency=each.invoice.currency,
            lines=each.invoice.lines, credited=each.credited,
        )
        for each in billed_by(session, document, seller_id)
    }  # fmt: skip
    found = find_original(invoice, tuple(originals.values()))
    if found is None:
        return ()
    original, net = originals[found[0]], abs(invoice.net_total) if invoice.net_total is not None else None
    link_credit(session, document, found[0], found[1], net)
    return (_over(original, original.credited + (net or 0)),) if is_over(invoice, original) else ()


def _over(original: Original, credited: object) -> Finding:
    invoiced = decimal_text(abs(original.net_total)) if original.net_total is not None else ""
    name = original.invoice_number or original.document_id[:8]
    return Finding(
        rule="AP-CREDIT-OVER", severity=Severity.ERROR, terms=("net_total", "preceding_invoice"),
        message=f"With this credit note {credited} is given back of invoice {name}, which was {invoiced} net.",
        expected=invoiced, actual=str(credited),
    )  # fmt: skip
