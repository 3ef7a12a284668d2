"""Hard gates, policy and probabilities lead to the right decision, with the reasons in order."""

from __future__ import annotations

from itertools import combinations
from typing import Any, get_args

import pytest

from flows.decide import NOT_PAYABLE_TYPES, OUTCOME_REASONS, WEIGHTS, decide, reason_of
from models.decision import Decision, Outcome, Reason
from models.extraction import Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.match import MatchOutcome, MatchResult, SupplierMatch
from models.settings import PolicySettings
from validators import RULES

INVOICE = Invoice(invoice_number="F-1", gross_total="120.00", payable_total="120.00", currency="EUR", iban="FR76")
SURE = Evidence(confidence=0.99, reader="text")
READ = Extraction(
    invoice=INVOICE,
    evidence=dict.fromkeys(("invoice_number", "gross_total", "payable_total", "currency", "iban"), SURE),
    source="page",
)
MATCHED = MatchResult(
    supplier=SupplierMatch(seller_id="S1", by="vat_id", probability=0.99),
    kind="two_way",
    outcome="match",
    orders=("PO-7",),
    probability=0.99,
)


def finding(rule: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(rule=rule, severity=severity, message=f"{rule} did not pass: 1 and 2.")


def decided(*findings: Finding, read: Extraction = READ, match: MatchResult = MATCHED, **policy: Any) -> Decision:
    return decide(read, match, findings, PolicySettings(**policy))


def with_evidence(term: str, **evidence: Any) -> Extraction:
    return READ.model_copy(
        update={"evidence": {**READ.evidence, term: Evidence(**{"confidence": 0.99, "reader": "text", **evidence})}}
    )


def test_a_clean_document_goes_straight_through() -> None:
    decision = decided()
    assert (decision.outcome, decision.reasons, decision.details) == (Outcome.APPROVE, (), ())
    # The seller is known by a key: how well its name was read does not count.
    assert decision.score == pytest.approx(0.99**6, abs=1e-6)


def test_warnings_and_notes_do_not_stop_it() -> None:
    assert decided(finding("AP-FR-TERMS", Severity.WARNING), finding("X", Severity.NOTE)).outcome is Outcome.APPROVE


HARD = {
    "AP-BANK-NEW": Reason.NEW_BANK_ACCOUNT,
    "AP-BANK-INVALID": Reason.INVALID_BANK_ACCOUNT,
    "AP-BANK-SHARED": Reason.NEW_BANK_ACCOUNT,
    "AP-SUPPLIER-UNKNOWN": Reason.UNKNOWN_SUPPLIER,
    "AP-SUPPLIER-LOOKALIKE": Reason.LOOKALIKE_SUPPLIER,
    "AP-DUPLICATE-SUSPECT": Reason.DUPLICATE,
    "AP-PAGE-XML": Reason.PAGE_XML_DIFFER,
}


@pytest.mark.parametrize(("rule", "reason"), HARD.items())
@pytest.mark.parametrize("lenient", [False, True])
def test_hard_gates_hold_under_every_policy(rule: str, reason: Reason, lenient: bool) -> None:  # noqa: FBT001
    policy = {"confidence_threshold": 0.0, "require_order": False, "amount_limit": 10**9} if lenient else {}
    decision = decided(finding(rule, Severity.HOLD), **policy)
    assert (decision.outcome, decision.reasons) == (Outcome.HOLD, (reason,))


def test_an_exact_duplicate_is_a_duplicate_whatever_else_is_wrong() -> None:
    decision = decided(finding("AP-BANK-NEW", Severity.HOLD), finding("AP-DUPLICATE", Severity.HOLD), finding("BR-02"))
    assert decision.outcome is Outcome.DUPLICATE
    assert decision.reasons == (Reason.DUPLICATE, Reason.NEW_BANK_ACCOUNT, Reason.MISSING_FIELD)


def test_every_combination_of_grounds_takes_the_strictest_outcome() -> None:
    grounds = {
        finding("BR-CO-15"): Outcome.REVIEW,
        finding("AP-BANK-NEW", Severity.HOLD): Outcome.HOLD,
        finding("AP-DUPLICATE", Severity.HOLD): Outcome.DUPLICATE,
        finding("AP-FR-TERMS", Severity.WARNING): Outcome.APPROVE,
    }
    strictness = [Outcome.APPROVE, Outcome.REVIEW, Outcome.HOLD, Outcome.DUPLICATE]
    for size in range(len(grounds) + 1):
        for chosen in combinations(grounds, size):
            expected = max((grounds[row] for row in chosen), key=strictness.index, default=Outcome.APPROVE)
            assert decided(*chosen).outcome is expected


def test_findings_of_the_reader_and_of_the_supplier_match_count_even_if_not_handed_over() -> None:
    read = READ.model_copy(update={"findings": (finding("AP-PAGE-XML", Severity.HOLD),)})
    assert decided(read=read).outcome is Outcome.HOLD
    alert = SupplierMatch(findings=(finding("AP-SUPPLIER-LOOKALIKE", Severity.HOLD),))
    decision = decided(match=MATCHED.model_copy(update={"supplier": alert}))
    assert decision.reasons == (Reason.LOOKALIKE_SUPPLIER, Reason.UNKNOWN_SUPPLIER)


def test_the_account_of_an_unknown_supplier_is_no_reason_of_its_own() -> None:
    decision = decided(finding("AP-BANK-NEW", Severity.HOLD), finding("AP-SUPPLIER-UNKNOWN", Severity.HOLD))
    assert (decision.outcome, decision.reasons) == (Outcome.HOLD, (Reason.UNKNOWN_SUPPLIER,))
    assert len(decision.details) == 2


def test_an_unmatched_supplier_is_held_without_any_finding() -> None:
    decision = decided(match=MATCHED.model_copy(update={"supplier": SupplierMatch()}))
    assert (decision.outcome, decision.reasons) == (Outcome.HOLD, (Reason.UNKNOWN_SUPPLIER,))


@pytest.mark.parametrize("kind", sorted(NOT_PAYABLE_TYPES))
def test_what_is_no_invoice_is_not_payable(kind: str) -> None:
    decision = decided(read=READ.model_copy(update={"document_type": kind}))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (Reason.NOT_PAYABLE,))


@pytest.mark.parametrize(
    ("amount", "outcome"), [("10000.00", Outcome.APPROVE), ("10000.01", Outcome.REVIEW), ("-10000.01", Outcome.REVIEW)]
)
def test_the_limit_is_exact(amount: str, outcome: Outcome) -> None:
    invoice = INVOICE.model_copy(update={"gross_total": Invoice(gross_total=amount).gross_total, "payable_total": None})
    assert decided(read=READ.model_copy(update={"invoice": invoice})).outcome is outcome


def test_a_document_without_an_amount_is_seen_by_a_person() -> None:
    read = READ.model_copy(update={"invoice": Invoice(invoice_number="F-1")})
    assert decided(read=read).reasons == (Reason.MISSING_FIELD,)


@pytest.mark.parametrize(("confidence", "outcome"), [(0.9, Outcome.APPROVE), (0.899, Outcome.REVIEW)])
def test_confidence_at_the_threshold_is_enough(confidence: float, outcome: Outcome) -> None:
    assert decided(read=with_evidence("gross_total", confidence=confidence)).outcome is outcome


def test_doubt_about_a_value_that_no_payment_rests_on_is_no_ground() -> None:
    assert decided(read=with_evidence("buyer_reference", confidence=0.1)).outcome is Outcome.APPROVE


def test_a_repaired_value_is_seen_by_a_person_however_sure() -> None:
    decision = decided(read=with_evidence("net_total", reader="repaired", raw="1O0.00", confidence=1.0))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (Reason.REPAIRED_VALUE,))
    assert "1O0.00" in decision.details[0]


@pytest.mark.parametrize("outcome", [outcome for outcome in get_args(MatchOutcome) if outcome != "match"])
def test_every_other_match_outcome_is_reviewed(outcome: MatchOutcome) -> None:
    decision = decided(match=MATCHED.model_copy(update={"outcome": outcome}))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (OUTCOME_REASONS[outcome],))


def test_no_order_is_no_ground_where_none_is_required() -> None:
    none = MATCHED.model_copy(update={"outcome": "no_order", "orders": (), "probability": 0.0})
    assert decided(finding("AP-MATCH-NO-ORDER"), match=none, require_order=False).outcome is Outcome.APPROVE
    priced = MATCHED.model_copy(update={"outcome": "price_variance"})
    assert decided(match=priced, require_order=False).outcome is Outcome.REVIEW


def test_an_unlikely_match_is_not_let_through() -> None:
    decision = decided(match=MATCHED.model_copy(update={"probability": 0.85}))
    assert decision.reasons == (Reason.AMBIGUOUS_ORDER,)


def test_a_policy_without_straight_through_sends_everything_to_a_person() -> None:
    decision = decided(straight_through=False)
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, ())
    assert decision.details


def test_details_name_rule_and_figures_once() -> None:
    assert decided(finding("BR-CO-15"), finding("BR-CO-15")).details == ("BR-CO-15: BR-CO-15 did not pass: 1 and 2.",)


def test_every_reason_has_a_weight_and_every_stopping_rule_a_reason() -> None:
    assert set(WEIGHTS) == set(Reason)
    assert len(WEIGHTS) == len(set(WEIGHTS))
    held = {name for name, rule in RULES.items() if rule.severity is Severity.HOLD}
    assert {name for name in held if reason_of(name) is Reason.RULE_FAILED} <= {"AP-SUPPLIER-BLOCKED"}


def test_the_version_of_the_policy_stands_on_the_decision() -> None:
    assert decided(version="7").policy_version == "7"
