"""What the reader noticed, and whether it would let the invoice through by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.reader import Found
from extractors.fields.totals import CENT
from models.decision import Reason
from models.extraction import DocumentType, Evidence, ReadOutcome
from models.finding import Finding, Severity
from models.invoice import Invoice

MANDATORY = ("invoice_number", "issue_date", "seller_name", "net_total", "tax_total", "gross_total", "currency")
JUDGED = (
    *MANDATORY, "due_date", "order_reference", "seller_address", "seller_vat_id", "buyer_name", "buyer_vat_id", "iban",
)  # fmt: skip
PAYABLE: frozenset[DocumentType] = frozenset({"invoice", "credit_note", "receipt"})


def notice(invoice: Invoice, found: Found) -> tuple[Finding, ...]:
    """Findings of the reader itself: sums that disagree, check digits that are wrong."""
    findings: list[Finding] = []
    net, tax, gross = invoice.net_total, invoice.tax_total, invoice.gross_total
    if net is not None and tax is not None and gross is not None and not adds_up(invoice):
        findings.append(
            Finding(
                rule="AP-READ-TOTALS",
                severity=Severity.WARNING,
                terms=("net_total", "tax_total", "gross_total"),
                message=f"Net {net} and tax {tax} make {net + tax}, but the page shows {gross} as gross total.",
                expected=str(net + tax),
                actual=str(gross),
            )
        )
    findings += _line_findings(invoice, found)
    repaired = {term: choice.candidate for term, choice in found.choices.items() if choice.candidate.repaired}
    findings += [_repaired(term, candidate) for term, candidate in repaired.items()]
    for term in ("iban", "seller_vat_id", "buyer_vat_id"):
        choice = found.choices.get(term)
        if choice is not None and not choice.candidate.checked:
            findings.append(
                Finding(
                    rule="AP-READ-CHECK-DIGITS",
                    severity=Severity.WARNING,
                    terms=(term,),
                    actual=choice.candidate.text,
                    message=f"The check digits of {choice.candidate.text} are wrong: misread, or a slip of the seller.",
                )
            )
    return tuple(findings)


def _line_findings(invoice: Invoice, found: Found) -> list[Finding]:
    total, net = found.table.total, invoice.net_total
    if total is None or net is None or lines_agree(invoice, total):
        return []
    return [
        Finding(
            rule="AP-READ-LINES",
            severity=Severity.WARNING,
            terms=("sum_of_lines", "net_total"),
            message=f"The lines as read make {total}, the net total is {net}: a line may be missing or misread.",
            expected=str(net),
            actual=str(total),
        )
    ]


def _repaired(term: str, candidate: Candidate) -> Finding:
    printed = " ".join(t.text for t in candidate.row.tokens[candidate.first : candidate.last + 1])
    return Finding(
        rule="AP-READ-REPAIRED",
        severity=Severity.WARNING,
        terms=(term,),
        message=f"Read as {printed!r} first and as {candidate.raw!r} second; the sums speak for the second.",
        expected=candidate.text,
        actual=printed,
    )


def adds_up(invoice: Invoice) -> bool:
    """Whether net + tax = gross, with charges, allowances and rounding where the page shows them outside of the net."""
    net, tax, gross = invoice.net_total, invoice.tax_total, invoice.gross_total
    if net is None or gross is None:
        return False
    difference = abs(gross - net - (tax or Decimal(0)))
    charge, allowance = abs(invoice.charge_total or Decimal(0)), abs(invoice.allowance_total or Decimal(0))
    rounding = abs(invoice.rounding or Decimal(0))
    return any(
        abs(difference - known) <= CENT for known in (Decimal(0), charge, allowance, abs(charge - allowance), rounding)
    )


def lines_agree(invoice: Invoice, total: Decimal) -> bool:
    """Whether the lines make the net total, the gross total (prices with tax) or the net total without charges."""
    charge, allowance = abs(invoice.charge_total or Decimal(0)), abs(invoice.allowance_total or Decimal(0))
    goals = (invoice.net_total, invoice.gross_total, invoice.sum_of_lines)
    sums = (abs(total), abs(total) + charge, abs(total) - allowance, abs(total) + charge - allowance)
    return any(abs(abs(goal) - known) <= CENT for goal in goals if goal is not None for known in sums)


def judge(
    invoice: Invoice,
    evidence: Mapping[str, Evidence],
    findings: Sequence[Finding],
    kind: DocumentType,
    threshold: float,
    doubts: Sequence[str] = (),
) -> tuple[ReadOutcome, tuple[str, ...]]:
    """The reader's own judgement: "auto" where all that must be there is there, all that is given is sure, sums agree.

    `doubts` are terms that have no value although the page may well show one.
    """
    reasons: list[Reason] = []
    missing = [term for term in MANDATORY if getattr(invoice, term) is None]
    if missing == ["tax_total"] and invoice.net_total is not None and invoice.net_total == invoice.gross_total:
        missing = []
    if missing:
        reasons.append(Reason.MISSING_FIELD)
    if doubts or any(proof.confidence < threshold for term, proof in evidence.items() if term in JUDGED):
        reasons.append(Reason.LOW_CONFIDENCE)
    if not adds_up(invoice) or any(finding.rule in ("AP-READ-TOTALS", "AP-READ-LINES") for finding in findings):
        reasons.append(Reason.ARITHMETIC)
    if any(proof.reader == "repaired" for proof in evidence.values()):
        reasons.append(Reason.REPAIRED_VALUE)
    if any(finding.rule == "AP-READ-CHECK-DIGITS" and "iban" in finding.terms for finding in findings):
        reasons.append(Reason.INVALID_BANK_ACCOUNT)
    if kind not in PAYABLE:
        reasons.append(Reason.NOT_PAYABLE)
    return ("review" if reasons else "auto"), tuple(reason.value for reason in reasons)
