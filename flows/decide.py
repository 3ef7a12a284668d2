"""What is done with a document, and why: hard gates first, then what the policy and the probabilities say. Pure.

The gates stand outside statistics and no policy switches them off: an unverified bank account, an unknown supplier,
a duplicate, a repaired value, a page that differs from its XML, an amount over the limit. What passes them goes
through by `policy.release`: under the client's certificate, by a threshold on each value, or, in a pilot, not at all.

>>> from models.invoice import Invoice
>>> from models.match import SupplierMatch
>>> read = Extraction(invoice=Invoice(gross_total="120.00"), evidence={}, source="xml")
>>> held = Finding(rule="AP-BANK-NEW", severity=Severity.HOLD, message="The account was never verified.")
>>> match = MatchResult(outcome="match", probability=0.99, supplier=SupplierMatch(seller_id="S1", probability=0.99))
>>> decision = decide(read, match, (held,), PolicySettings())
>>> decision.outcome.value, [reason.value for reason in decision.reasons]
('hold', ['new_bank_account'])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assurance.evidence import document_evidence, needed_terms
from assurance.score import PRODUCT, score_of
from flows.basis import Basis
from models.certificate import Certificate
from models.decision import Decision, Outcome, Reason
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.match import MatchOutcome, MatchResult
from models.money import decimal_text
from models.settings import PolicySettings

# What holds under a certificate too: a single value that is likelier wrong than right is no matter of averages.
FLOOR = 0.5
NOT_PAYABLE_TYPES = frozenset({"pro_forma", "reminder", "statement", "order", "delivery_note", "other"})

# Rule -> reason; the longest prefix that fits wins, RULE_FAILED is for all others.
RULE_REASONS: dict[str, Reason] = {
    "AP-BANK-NEW": Reason.NEW_BANK_ACCOUNT,
    "AP-BANK-SHARED": Reason.NEW_BANK_ACCOUNT,
    "AP-ACCOUNT-": Reason.FOREIGN_ACCOUNT,
    "AP-BANK-INVALID": Reason.INVALID_BANK_ACCOUNT,
    "AP-SUPPLIER-UNKNOWN": Reason.UNKNOWN_SUPPLIER,
    "AP-SUPPLIER-AMBIGUOUS": Reason.UNKNOWN_SUPPLIER,
    "AP-SUPPLIER-CONFLICT": Reason.LOOKALIKE_SUPPLIER,
    "AP-SUPPLIER-LOOKALIKE": Reason.LOOKALIKE_SUPPLIER,
    "AP-FIRST-INVOICE": Reason.FIRST_INVOICE,
    "AP-LAYOUT-NEW": Reason.NEW_LAYOUT,
    "AP-DUPLICATE": Reason.DUPLICATE,
    "AP-PAGE-XML": Reason.PAGE_XML_DIFFER,
    "AP-PAGE-UNREAD": Reason.PAGE_NOT_COMPARED,
    "AP-XML-SEVERAL": Reason.PAGE_XML_DIFFER,
    "AP-XML-AMBIGUOUS": Reason.XML_DOUBTFUL,
    "AP-XML-MISPLACED": Reason.XML_DOUBTFUL,
    "AP-XML-VALUE": Reason.XML_DOUBTFUL,
    "AP-XML-BROKEN": Reason.XML_BROKEN,
    "AP-PDF-MENDED": Reason.DAMAGED_FILE,
    "AP-PDF-": Reason.TAMPERED,
    "AP-READ-REPAIRED": Reason.REPAIRED_VALUE,
    "AP-BUNDLE": Reason.BUNDLE,
    "AP-MATCH-PRICE": Reason.PRICE_VARIANCE,
    "AP-MATCH-QUANTITY": Reason.QUANTITY_VARIANCE,
    "AP-MATCH-NO-ORDER": Reason.NO_ORDER,
    "AP-MATCH-CLOSED": Reason.CLOSED_ORDER,
    "AP-MATCH-SELLER": Reason.SELLER_MISMATCH,
    "AP-MATCH-INVOICED": Reason.ALREADY_INVOICED,
    "AP-MATCH-AMBIGUOUS": Reason.AMBIGUOUS_ORDER,
    "BR-CO-1": Reason.ARITHMETIC,
    "BR-CO-26": Reason.MISSING_FIELD,
    "AP-LINES-NET": Reason.ARITHMETIC,
    "AP-LINE-AMOUNT": Reason.ARITHMETIC,
    "AP-VAT-BASE": Reason.ARITHMETIC,
    "AP-AMOUNT-RANGE": Reason.ARITHMETIC,
    "BR-0": Reason.MISSING_FIELD,
    "BR-1": Reason.MISSING_FIELD,
}
_PREFIXES = sorted(RULE_REASONS, key=len, reverse=True)

OUTCOME_REASONS: dict[MatchOutcome, Reason] = {
    "price_variance": Reason.PRICE_VARIANCE,
    "quantity_variance": Reason.QUANTITY_VARIANCE,
    "no_order": Reason.NO_ORDER,
    "closed_order": Reason.CLOSED_ORDER,
    "seller_mismatch": Reason.SELLER_MISMATCH,
    "already_invoiced": Reason.ALREADY_INVOICED,
    "ambiguous": Reason.AMBIGUOUS_ORDER,
}

# The order in which people are told: what may cost money first.
WEIGHTS: tuple[Reason, ...] = (
    Reason.DUPLICATE, Reason.FOREIGN_ACCOUNT, Reason.NEW_BANK_ACCOUNT, Reason.INVALID_BANK_ACCOUNT,
    Reason.LOOKALIKE_SUPPLIER, Reason.UNKNOWN_SUPPLIER, Reason.TAMPERED, Reason.PAGE_XML_DIFFER, Reason.XML_BROKEN,
    Reason.XML_DOUBTFUL, Reason.PAGE_NOT_COMPARED, Reason.DAMAGED_FILE, Reason.NO_INVOICE_FOUND, Reason.NOT_PAYABLE,
    Reason.ALREADY_INVOICED, Reason.SELLER_MISMATCH, Reason.CLOSED_ORDER, Reason.PRICE_VARIANCE,
    Reason.QUANTITY_VARIANCE, Reason.NO_ORDER, Reason.AMBIGUOUS_ORDER, Reason.ARITHMETIC, Reason.MISSING_FIELD,
    Reason.REPAIRED_VALUE, Reason.RULE_FAILED, Reason.FIRST_INVOICE, Reason.NEW_LAYOUT, Reason.OVER_LIMIT,
    Reason.BUNDLE, Reason.LOW_CONFIDENCE, Reason.NOT_CERTIFIED,
)  # fmt: skip


class Ground(NamedTuple):
    """One ground against letting a document through: the reason, its figures, and how far it stops the document."""

    reason: Reason
    detail: str
    outcome: Outcome = Outcome.REVIEW


def decide(
    extraction: Extraction, match: MatchResult, findings: Sequence[Finding], policy: PolicySettings,
    basis: Basis | None = None,
) -> Decision:  # fmt: skip
    """Decide on one document under a client's policy.

    `findings` are those of `validators.validate`; the reader's own count even if they are not among them. `basis` is
    its evidence, its score and the certificate that stands for it; without one no certificate does.
    """
    everything = tuple(dict.fromkeys((*findings, *extraction.findings, *match.supplier.findings)))
    basis = basis or without_certificate(extraction, match, everything, policy)
    gates = [*_gates(extraction, match, everything, policy)]
    unsure = [*_unsure(extraction, match, policy.confidence_threshold)]
    release = [] if gates else [*_by_certificate(basis)]
    grounds = gates + {"threshold": unsure, "certified": release, "shadow": []}[policy.release]
    grounds.sort(key=lambda ground: WEIGHTS.index(ground.reason))
    evidence = basis.evidence.model_copy(update={"features": basis.evidence.features | {"gates": float(len(gates))}})
    return Decision(
        outcome=_outcome(grounds, policy),
        reasons=tuple(dict.fromkeys(ground.reason for ground in grounds)),
        details=_details(grounds, policy, passes=not gates and not release),
        score=basis.score,
        policy_version=policy.version,
        segment=evidence.segment,
        certificate_id=basis.certificate.id if basis.certificate else None,
        evidence=evidence,
        versions={**basis.versions, "policy": policy.version},
        passes=not gates and not (release if basis.certificate else unsure) if policy.release == "shadow" else None,
    )


def without_certificate(
    extraction: Extraction, match: MatchResult, findings: Sequence[Finding], policy: PolicySettings
) -> Basis:
    """What a decision rests on where nothing is known of the client: the product of the confidences."""
    evidence = document_evidence(extraction, match, findings, past=0)
    return Basis(evidence, score_of(evidence, PRODUCT, require_order=policy.require_order))


def _gates(
    extraction: Extraction, match: MatchResult, findings: Sequence[Finding], policy: PolicySettings
) -> Iterator[Ground]:
    """What no score outweighs."""
    yield from _by_findings(findings, policy)
    yield from _by_type(extraction)
    yield from _by_match(match, policy)
    yield from _by_repair(extraction)
    yield from _by_amount(extraction, policy)
    if policy.release != "threshold":  # there every value is asked more anyway
        yield from _unsure(extraction, match, FLOOR)


def _by_certificate(basis: Basis) -> Iterator[Ground]:
    """Why the certificate does not let it through; nothing where it does: the score must lie strictly above."""
    segment, certificate = basis.evidence.segment, basis.certificate
    if basis.obstacle:
        yield Ground(Reason.NOT_CERTIFIED, basis.obstacle)
    elif certificate is None:
        yield Ground(Reason.NOT_CERTIFIED, f"There is no certificate for {segment} yet.")
    elif certificate.threshold is None:
        yield Ground(Reason.NOT_CERTIFIED, _missing_text(certificate))
    elif basis.score <= certificate.threshold:
        least = f"{certificate.threshold:.4f}, above which {segment} may pass"
        yield Ground(Reason.NOT_CERTIFIED, f"The score of {basis.score:.4f} is not above {least}.")


def _missing_text(certificate: Certificate) -> str:
    few = f"at least {certificate.missing} more right ones are needed"
    return f"{certificate.segment}: {certificate.labelled} labelled documents do not prove enough; {few}."


def _details(grounds: Sequence[Ground], policy: PolicySettings, *, passes: bool) -> tuple[str, ...]:
    if grounds:
        return tuple(dict.fromkeys(ground.detail for ground in grounds))
    if policy.release == "shadow":
        would = "would have gone through" if passes else "would not have gone through"
        return (f"Pilot: every document goes to a person. By its certificate this one {would}.",)
    return () if policy.straight_through else ("The client's policy sends every document to a person.",)


def _outcome(grounds: Sequence[Ground], policy: PolicySettings) -> Outcome:
    """The strictest of all grounds: a duplicate, then a hold, then a review."""
    asked = {ground.outcome for ground in grounds}
    for outcome in (Outcome.DUPLICATE, Outcome.HOLD):
        if outcome in asked:
            return outcome
    is_free = policy.straight_through and policy.release != "shadow"
    return Outcome.APPROVE if is_free and not grounds else Outcome.REVIEW


def reason_of(rule: str) -> Reason:
    """The reason that a rule's breach is.

    >>> reason_of("BR-CO-15").value, reason_of("BR-02").value, reason_of("BR-S-05").value
    ('arithmetic', 'missing_field', 'rule_failed')
    """
    return next((RULE_REASONS[prefix] for prefix in _PREFIXES if rule.startswith(prefix)), Reason.RULE_FAILED)


def _by_findings(findings: Sequence[Finding], policy: PolicySettings) -> Iterator[Ground]:
    is_unknown = any(finding.rule == "AP-SUPPLIER-UNKNOWN" for finding in findings)
    for finding in findings:
        if finding.rule == "AP-MATCH-NO-ORDER" and not policy.require_order:
            continue
        reason, detail = reason_of(finding.rule), f"{finding.rule}: {finding.message}"
        if finding.rule == "AP-BANK-NEW" and is_unknown:
            reason = Reason.UNKNOWN_SUPPLIER  # whose account could it be: one ground, not two
        if finding.rule == "AP-DUPLICATE":
            yield Ground(reason, detail, Outcome.DUPLICATE)
        elif finding.severity is Severity.HOLD:
            yield Ground(reason, detail, Outcome.HOLD)
        elif finding.severity is Severity.ERROR:
            yield Ground(reason, detail)


def _by_type(extraction: Extraction) -> Iterator[Ground]:
    if extraction.document_type in NOT_PAYABLE_TYPES:
        called = extraction.document_type.replace("_", " ")
        yield Ground(Reason.NOT_PAYABLE, f"The document is of the type: {called}.")


def _by_match(match: MatchResult, policy: PolicySettings) -> Iterator[Ground]:
    if match.supplier.seller_id is None:
        yield Ground(Reason.UNKNOWN_SUPPLIER, "No supplier of the master data was matched.", Outcome.HOLD)
    reason = OUTCOME_REASONS.get(match.outcome)
    if reason is not None and (policy.require_order or reason is not Reason.NO_ORDER):
        yield Ground(reason, f"The match with the orders ends in: {match.outcome.replace('_', ' ')}.")


def _unsure(extraction: Extraction, match: MatchResult, asked: float) -> Iterator[Ground]:
    """Single values, and the match, that are less sure than is asked."""
    if match.outcome not in OUTCOME_REASONS and match.orders and match.probability < asked:
        text = f"The order fits with a probability of {match.probability:.0%}; {asked:.0%} are asked."
        yield Ground(Reason.AMBIGUOUS_ORDER, text)
    needed = needed_terms(match)
    for term, evidence in extraction.evidence.items():
        if term in needed and evidence.confidence < asked and evidence.reader != "repaired":
            text = f"{_named(term)} was read with a confidence of {evidence.confidence:.0%}."
            yield Ground(Reason.LOW_CONFIDENCE, text)


def _by_repair(extraction: Extraction) -> Iterator[Ground]:
    for term, evidence in extraction.evidence.items():
        if evidence.reader == "repaired":
            yield Ground(Reason.REPAIRED_VALUE, f"{_named(term)} was repaired: {evidence.raw or 'nothing'} was read.")
    for number, evidence in enumerate(extraction.line_evidence, 1):
        if evidence.reader == "repaired":
            yield Ground(Reason.REPAIRED_VALUE, f"Line {number} was repaired: {evidence.raw or 'nothing'} was read.")


def _by_amount(extraction: Extraction, policy: PolicySettings) -> Iterator[Ground]:
    invoice = extraction.invoice
    amounts = [amount for amount in (invoice.gross_total, invoice.payable_total) if amount is not None]
    if not amounts:
        yield Ground(Reason.MISSING_FIELD, "Neither the gross total nor the amount to pay was found.")
    elif max(map(abs, amounts)) > policy.amount_limit:
        amount, limit = max(map(abs, amounts)), decimal_text(policy.amount_limit)
        text = (
            f"{amount:.2f} is over the limit of {limit}." if amount.adjusted() < 20 else f"Over the limit of {limit}."
        )
        yield Ground(Reason.OVER_LIMIT, text)


def _named(term: str) -> str:
    return term.replace("_", " ").capitalize()
