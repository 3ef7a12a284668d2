"""Hard gates, policy and probabilities lead to the right decision, with the reasons in order."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from typing import Any, get_args

import pytest

from assurance.evidence import document_evidence
from flows.basis import Basis
from flows.decide import FLOOR, NOT_PAYABLE_TYPES, OUTCOME_REASONS, WEIGHTS, decide, reason_of
from models.certificate import Certificate
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
    return decide(read, match, findings, PolicySettings(**{"release": "threshold"} | policy))


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


def under(threshold: float | None, score: float, **basis: Any) -> Basis:
    """What a decision rests on: a score, and a certificate of its segment."""
    evidence = document_evidence(READ, MATCHED, (), past=5)
    certificate = Certificate(
        id="c1", client_id="acme", segment=evidence.segment, alpha=0.01, delta=0.05, threshold=threshold, labelled=120,
        accepted=100, errors=0, bound=0.01, missing=0 if threshold is not None else 179, window_from=None,
        window_to=None, score_version="v", made_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    return Basis(evidence, score, **{"certificate": certificate} | basis)


def certified(basis: Basis | None, *findings: Finding, read: Extraction = READ, **policy: Any) -> Decision:
    return decide(read, MATCHED, findings, PolicySettings(**{"release": "certified"} | policy), basis)


def test_a_score_above_the_certificates_threshold_goes_through() -> None:
    decision = certified(under(0.9, 0.900001))
    assert (decision.outcome, decision.reasons) == (Outcome.APPROVE, ())
    assert (decision.segment, decision.certificate_id) == ("digital/known", "c1")


@pytest.mark.parametrize("score", [0.9, 0.899999, 0.0])
def test_a_score_at_the_threshold_or_below_does_not(score: float) -> None:
    decision = certified(under(0.9, score))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (Reason.NOT_CERTIFIED,))


def test_without_enough_labels_a_person_is_told_how_many_are_missing() -> None:
    decision = certified(under(None, 1.0))
    assert decision.reasons == (Reason.NOT_CERTIFIED,)
    assert "179 more" in decision.details[0]
    assert certified(None).reasons == (Reason.NOT_CERTIFIED,)


def test_an_alarm_outweighs_the_certificate() -> None:
    decision = certified(under(0.5, 1.0, obstacle="An alarm lowered digital/known."))
    assert (decision.reasons, decision.details) == ((Reason.NOT_CERTIFIED,), ("An alarm lowered digital/known.",))


@pytest.mark.parametrize(("rule", "reason"), HARD.items())
def test_no_certificate_opens_a_hard_gate(rule: str, reason: Reason) -> None:
    decision = certified(under(0.0, 1.0), finding(rule, Severity.HOLD))
    assert (decision.outcome, decision.reasons) == (Outcome.HOLD, (reason,))
    assert decision.evidence is not None
    assert decision.evidence.features["gates"] == 1


def test_under_a_certificate_a_single_value_counts_only_below_the_floor() -> None:
    assert certified(under(0.5, 0.8), read=with_evidence("gross_total", confidence=0.6)).outcome is Outcome.APPROVE
    low = certified(under(0.5, 0.8), read=with_evidence("gross_total", confidence=FLOOR - 0.01))
    assert low.reasons == (Reason.LOW_CONFIDENCE,)


def test_a_repaired_value_never_goes_through_under_a_certificate() -> None:
    assert certified(under(0.0, 1.0), read=with_evidence("gross_total", reader="repaired")).reasons == (
        Reason.REPAIRED_VALUE,
    )


@pytest.mark.parametrize(("threshold", "passes"), [(0.5, True), (0.99, False), (None, False)])
def test_in_a_pilot_nothing_goes_through_and_what_would_have_is_noted(threshold: float | None, passes: bool) -> None:  # noqa: FBT001
    decision = certified(under(threshold, 0.9), release="shadow")
    assert (decision.outcome, decision.reasons, decision.passes) == (Outcome.REVIEW, (), passes)
    assert certified(under(threshold, 0.9)).passes is None


def test_the_policys_own_word_outweighs_the_certificate() -> None:
    assert certified(under(0.0, 1.0), straight_through=False).outcome is Outcome.REVIEW
