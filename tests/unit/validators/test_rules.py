"""The table of rules, and validating as a whole."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import LINE_TERMS, TERMS, Invoice
from models.match import MatchResult, SupplierMatch
from models.order import Supplier
from validators import RULES, ValidationContext, validate
from validators.rule import rule

TODAY = date(2026, 6, 30)
KNOWN = Supplier(
    seller_id="S1",
    name="Dupont",
    vat_id="FR40303265045",
    country="FR",
    verified_ibans=("FR7630006000011234567890189",),
    has_history=True,
)
CONTEXT = ValidationContext(today=TODAY, supplier=KNOWN)
CLEAN: dict[str, Any] = {
    "invoice_number": "F-2026-018",
    "issue_date": "2026-06-01",
    "due_date": "2026-07-01",
    "type_code": "380",
    "currency": "EUR",
    "seller_name": "Dupont SARL",
    "seller_vat_id": "FR40303265045",
    "seller_legal_id": "303265045",
    "buyer_name": "Mairie de Vizille",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "sum_of_lines": "100",
    "net_total": "100",
    "tax_total": "20",
    "gross_total": "120",
    "payable_total": "120",
    "vat_breakdown": [{"rate": "20", "taxable": "100", "tax": "20", "category": "S"}],
    "lines": [{"quantity": "10", "unit_price": "10", "net_amount": "100", "vat_rate": "20", "item_name": "Cable"}],
}


def found(context: ValidationContext = CONTEXT, match: MatchResult | None = None, **terms: Any) -> list[str]:
    paper = Invoice.model_validate({**CLEAN, **terms})
    return [finding.rule for finding in validate(paper, None, match, context)]


def test_a_clean_invoice_has_no_finding() -> None:
    assert found() == []


def test_every_rule_has_source_terms_and_a_doctest_of_both_cases() -> None:
    allowed = set(TERMS) | {"lines", "vat_breakdown"} | set(LINE_TERMS)
    for entry in RULES.values():
        assert entry.source
        assert set(entry.terms) <= allowed, entry.id
        examples = (entry.check.__doc__ or "").split(">>>")
        assert len(examples) >= 3, entry.id
        assert "\n    []" in (entry.check.__doc__ or ""), entry.id


def test_a_second_rule_of_one_id_is_refused() -> None:
    with pytest.raises(ValueError, match="BR-02"):

        @rule("BR-02", Severity.ERROR, (), "nowhere")
        def another(_case: object) -> tuple[()]:
            return ()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"gross_total": "120.01"}, "BR-CO-15"),
        ({"tax_total": "20.01"}, "BR-CO-14"),
        ({"sum_of_lines": "99.99"}, "BR-CO-10"),
        ({"net_total": "100.01"}, "BR-CO-13"),
        ({"payable_total": "119.99"}, "BR-CO-16"),
        ({"vat_breakdown": [{"rate": "20", "taxable": "100", "tax": "25"}]}, "BR-CO-17"),
        ({"invoice_number": None}, "BR-02"),
        ({"issue_date": None}, "BR-03"),
        ({"currency": None}, "BR-05"),
        ({"currency": "EUX"}, "BR-CL-04"),
        ({"issue_date": "2026-07-01"}, "AP-DATE-FUTURE"),
        ({"issue_date": "2023-06-01"}, "AP-DATE-OLD"),
        ({"due_date": "2026-05-31"}, "AP-DUE-DATE"),
        ({"due_date": "2026-09-30"}, "AP-FR-TERMS"),
        ({"seller_vat_id": "FR40303265054"}, "AP-VAT-ID"),
        ({"seller_legal_id": "356000000"}, "AP-FR-KEY"),
        ({"iban": "FR7630006000011234567890188"}, "AP-BANK-INVALID"),
        ({"iban": "DE89370400440532013000"}, "AP-BANK-NEW"),
    ],
)
def test_one_wrong_value_is_named_by_its_rule(terms: dict[str, Any], expected: str) -> None:
    assert expected in found(**terms)


def test_gravest_first_and_none_twice() -> None:
    hold = Finding(rule="AP-PAGE-XML", severity=Severity.HOLD, message="The page shows another total.")
    alert = Finding(rule="AP-OWN-ENTITY", severity=Severity.ERROR, message="Our own.")
    paper = Invoice.model_validate({**CLEAN, "gross_total": "121", "due_date": "2026-09-30"})
    read = Extraction(invoice=paper, evidence={}, source="page", findings=(hold, hold))
    match = MatchResult(supplier=SupplierMatch(findings=(alert,)), outcome="match")
    ours = CONTEXT.model_copy(update={"own_vat_ids": frozenset({"FR40303265045"})})
    result = validate(paper, read, match, ours)
    severities = [finding.severity for finding in result]
    assert severities == sorted(severities, key=list(Severity).index)
    assert [finding.rule for finding in result].count("AP-PAGE-XML") == 1
    assert [finding.message for finding in result if finding.rule == "AP-OWN-ENTITY"] == ["Our own."]


cents = st.decimals("0", "99999", places=2)


@settings(deadline=None)
@given(st.lists(cents, min_size=1, max_size=8), cents, cents, st.sampled_from(["0", "5.5", "10", "20"]))
def test_any_invoice_with_right_sums_passes(lines: list[Decimal], less: Decimal, plus: Decimal, rate: str) -> None:
    total = sum(lines, Decimal(0))
    net = total - less + plus
    tax = (net * Decimal(rate) / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    context = CONTEXT.model_copy(update={"today": TODAY})
    rules = found(
        context,
        lines=[{"net_amount": amount} for amount in lines],
        sum_of_lines=total,
        allowance_total=less,
        charge_total=plus,
        net_total=net,
        tax_total=tax,
        gross_total=net + tax,
        payable_total=net + tax,
        vat_breakdown=[{"rate": rate, "taxable": net, "tax": tax}],
    )
    assert [name for name in rules if name.startswith("BR-CO-1")] == []


@settings(deadline=None)
@given(
    st.sampled_from(["sum_of_lines", "net_total", "tax_total", "gross_total", "payable_total"]),
    st.decimals("-50", "50", places=2).filter(bool),
)
def test_any_one_wrong_total_is_caught(term: str, error: Decimal) -> None:
    rules = found(**{term: Decimal(CLEAN[term]) + error})
    assert any(name.startswith("BR-CO-1") for name in rules)


@settings(deadline=None)
@example(
    [Decimal("0.01"), Decimal("0.01"), Decimal("0.01"), Decimal("0.01")], "19"
)  # each line's VAT rounds to nothing
@given(st.lists(st.decimals("0.01", "500", places=2), min_size=1, max_size=12), st.sampled_from(["5.5", "19", "20"]))
def test_vat_rounded_line_by_line_passes_too(lines: list[Decimal], rate: str) -> None:
    net = sum(lines, Decimal(0))
    each = [(amount * Decimal(rate) / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP") for amount in lines]
    rules = found(
        lines=[{"net_amount": amount, "vat_rate": rate} for amount in lines],
        vat_breakdown=[{"rate": rate, "taxable": net, "tax": sum(each, Decimal(0))}],
    )
    assert "BR-CO-17" not in rules


WILD = st.sampled_from(["0", "-0", "1E+400", "-1E+999999", "1E-9999", "0.1234567890123456789", "9" * 70, "-5"])


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["sum_of_lines", "net_total", "tax_total", "gross_total", "payable_total"]), WILD),
    WILD,
    WILD,
)
def test_no_amount_makes_validating_fail(totals: dict[str, str], price: str, rate: str) -> None:
    validate(
        Invoice.model_validate(
            {
                **CLEAN,
                **totals,
                "lines": [{"quantity": price, "unit_price": price, "net_amount": rate, "price_base_quantity": price}],
                "vat_breakdown": [{"rate": rate, "taxable": price, "tax": rate}],
            }
        ),
        None,
        None,
        CONTEXT,
    )


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_makes_validating_fail(left: str, right: str) -> None:
    validate(
        Invoice(
            invoice_number=left, currency=right, type_code=left, seller_name=right, seller_vat_id=left,
            seller_legal_id=right, buyer_vat_id=right, iban=left, bic=right,
        ),
        None,
        None,
        ValidationContext(today=TODAY),
    )  # fmt: skip


def test_formalities_are_asked_of_e_invoices_only() -> None:
    paper = Invoice.model_validate(
        {**CLEAN, "type_code": None, "payable_total": None, "sum_of_lines": None, "lines": []}
    )
    page = Extraction(invoice=paper, evidence={}, source="page")
    xml = Extraction(invoice=paper, evidence={}, source="xml")
    minimum = xml.model_copy(update={"profile": "urn:factur-x.eu:1p0:minimum"})
    assert validate(paper, page, None, CONTEXT) == ()
    assert {"BR-04", "BR-12", "BR-15", "BR-16"} == {row.rule for row in validate(paper, xml, None, CONTEXT)}
    assert {"BR-04", "BR-15"} == {row.rule for row in validate(paper, minimum, None, CONTEXT)}


def test_a_wrong_check_digit_is_an_error_on_a_page_and_a_warning_in_an_e_invoice() -> None:
    paper = Invoice.model_validate({**CLEAN, "seller_vat_id": "FR40303265054", "seller_legal_id": None})
    severities = {
        source: [
            row.severity.value
            for row in validate(paper, Extraction(invoice=paper, evidence={}, source=source), None, CONTEXT)
            if row.rule == "AP-VAT-ID"
        ]
        for source in ("page", "xml")
    }
    assert severities == {"page": ["error"], "xml": ["warning"]}


def test_one_invoice_is_validated_within_two_milliseconds() -> None:
    found()
    start = time.process_time()
    for _ in range(50):
        found()
    assert (time.process_time() - start) / 50 < 0.002
