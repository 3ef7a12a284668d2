"""Forty invoices of every kind of tax: exactly the rules that must speak of their sums and their VAT do."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from models.extraction import Extraction
from models.invoice import Invoice
from validators import ValidationContext, rounding_mode, validate
from validators.rule import says

FAMILIES = ("BR-CO-1", "AP-VAT-", "AP-LINE", "AP-WITHHOLDING", "AP-CREDIT", "AP-AMOUNT", "BR-CL-17")
FR, FR2, DE = "FR40303265045", "FR39356000000", "DE136695976"
ES, IT, PL = "ESB58378431", "IT00743110157", "PL5260001246"


class Tax(NamedTuple):
    """An invoice, and the rules that speak of it: nothing else may."""

    name: str
    terms: dict[str, Any]
    expected: frozenset[str] = frozenset()
    mentions: tuple[str, ...] = ()
    is_xml: bool = False


def row(rate: str | None, taxable: str, tax: str, category: str = "S") -> dict[str, Any]:
    return {"rate": rate, "taxable": taxable, "tax": tax, "category": category}


def line(net: str, rate: str = "20", **more: str) -> dict[str, Any]:
    return {"net_amount": net, "vat_rate": rate, **more}


def totals(net: str, tax: str, gross: str, seller: str = FR, **more: Any) -> dict[str, Any]:
    day = more.pop("issue_date", "2026-05-04")
    sums = {"net_total": net, "tax_total": tax, "gross_total": gross}
    return {"seller_vat_id": seller, "issue_date": day, **sums, **more}


def one(*rules: str) -> frozenset[str]:
    return frozenset(rules)


CENTS = [line("0.04")] * 3
CASES = [
    Tax("one rate", totals("100", "20", "120", vat_breakdown=[row("20", "100", "20")])),
    Tax("three rates", totals("300", "35.50", "335.50", vat_breakdown=[
        row("20", "100", "20"), row("10", "100", "10"), row("5.5", "100", "5.50")])),
    Tax("four rates, one wrong by a euro", totals("400", "38.60", "438.60", vat_breakdown=[
        row("20", "100", "21"), row("10", "100", "10"), row("5.5", "100", "5.50"), row("2.1", "100", "2.10")]),
        one("BR-CO-17")),
    Tax("rates do not add up", totals("200", "31", "231", vat_breakdown=[
        row("20", "100", "20"), row("10", "100", "10")]), one("BR-CO-14")),
    Tax("bases do not add up", totals("210", "30", "240", vat_breakdown=[
        row("20", "100", "20"), row("10", "100", "10")]), one("AP-VAT-BASE")),
    Tax("rounded once", totals("10.03", "2.01", "12.04", vat_breakdown=[row("20", "10.03", "2.01")])),
    Tax("rounded line by line", totals("0.12", "0.03", "0.15", lines=CENTS, vat_breakdown=[row("20", "0.12", "0.03")]),
        one("AP-VAT-ROUNDING")),
    Tax("rounded by nobody's way", totals("100", "20.01", "120.01", vat_breakdown=[row("20", "100", "20.01")]),
        one("BR-CO-17")),
    Tax("line by line with a charge", totals("0.16", "0.04", "0.20", lines=CENTS, charge_total="0.04",
        sum_of_lines="0.12", vat_breakdown=[row("20", "0.16", "0.04")]), one("AP-VAT-ROUNDING")),
    Tax("half a cent goes up", totals("10.025", "2.01", "12.035", vat_breakdown=[row("20", "10.025", "2.01")])),
    Tax("reverse charge, both ids", totals("1000", "0", "1000", DE, buyer_vat_id=FR, vat_breakdown=[
        row("0", "1000", "0", "AE")]), mentions=("reverse_charge",)),
    Tax("reverse charge, no buyer's id", totals("1000", "0", "1000", DE, vat_breakdown=[row("0", "1000", "0", "AE")]),
        one("AP-VAT-REVERSE-IDS"), ("reverse_charge",)),
    Tax("reverse charge by words, taxed", totals("1000", "200", "1200", buyer_vat_id=FR2), one("AP-VAT-REVERSE"),
        ("reverse_charge",)),
    Tax("reverse charge by code, taxed", totals("1000", "200", "1200", DE, buyer_vat_id=FR, vat_breakdown=[
        row("20", "1000", "200", "AE")]), one("AP-VAT-UNTAXED", "AP-VAT-REVERSE", "AP-VAT-RATE"), ("reverse_charge",)),
    Tax("building work, French subcontractor", totals("5000", "0", "5000", buyer_vat_id=FR2),
        mentions=("reverse_charge", "construction")),
    Tax("building work, some of it taxed", totals("1500", "100", "1600", buyer_vat_id=FR2, vat_breakdown=[
        row("20", "500", "100"), row("0", "1000", "0", "AE")]), mentions=("reverse_charge",)),
    Tax("supply to another member state", totals("800", "0", "800", DE, buyer_vat_id=FR, vat_breakdown=[
        row("0", "800", "0", "K")]), mentions=("community",)),
    Tax("supply to another member state, no id", totals("800", "0", "800", DE, vat_breakdown=[
        row("0", "800", "0", "K")]), one("AP-VAT-COMMUNITY"), ("community",)),
    Tax("supply within one state called intra-community", totals("800", "0", "800", FR, buyer_vat_id=FR2),
        one("AP-VAT-COMMUNITY"), ("community",)),
    Tax("export", totals("800", "0", "800", vat_breakdown=[row("0", "800", "0", "G")]), mentions=("export",)),
    Tax("export, taxed", totals("800", "160", "960", vat_breakdown=[row("20", "800", "160", "G")]),
        one("AP-VAT-UNTAXED"), ("export",)),
    Tax("exempt, with its reason", totals("90", "0", "90", vat_breakdown=[row("0", "90", "0", "E")]),
        mentions=("exemption",)),
    Tax("exempt, nobody knows why", totals("90", "0", "90"), one("AP-VAT-SAYS-WHY")),
    Tax("small business", totals("90", "0", "90"), mentions=("franchise",)),
    Tax("zero rate", totals("90", "0", "90", "GB980780684", vat_breakdown=[row("0", "90", "0", "Z")])),
    Tax("Spanish income tax kept back", totals("1000", "210", "1210", ES, payable_total="1060", vat_breakdown=[
        row("21", "1000", "210")]), one("AP-WITHHOLDING"), ("withholding",)),
    Tax("Spanish income tax, total below the sums", totals("1000", "210", "1060", ES, vat_breakdown=[
        row("21", "1000", "210")]), one("AP-WITHHOLDING"), ("withholding",)),
    Tax("Italian ritenuta", totals("500", "110", "610", IT, payable_total="510", vat_breakdown=[
        row("22", "500", "110")]), one("AP-WITHHOLDING"), ("withholding",)),
    Tax("less asked for, but at no rate of withholding", totals("1000", "210", "1210", ES, payable_total="1047"),
        one("BR-CO-16"), ("withholding",)),
    Tax("less asked for in France", totals("1000", "200", "1200", payable_total="1050"), one("BR-CO-16")),
    Tax("Canary Islands", totals("100", "7", "107", ES, vat_breakdown=[row("7", "100", "7", "L")]), mentions=("igic",)),
    Tax("allowance and freight", totals("95", "19", "114", sum_of_lines="100", allowance_total="10", charge_total="5",
        lines=[line("60"), line("40")], vat_breakdown=[row("20", "95", "19")])),
    Tax("allowance printed with its minus sign", totals("34.21", "6.84", "41.05", allowance_total="-65.79",
        lines=[line("60"), line("40")], vat_breakdown=[row("20", "34.21", "6.84")])),
    Tax("allowance forgotten", totals("100", "20", "120", sum_of_lines="100", allowance_total="10"), one("BR-CO-13")),
    Tax("prepaid and rounding", totals("100", "20", "120", prepaid_total="50.03", rounding="0.03", payable_total="70")),
    Tax("prepaid forgotten", totals("100", "20", "120", prepaid_total="50", payable_total="120"), one("BR-CO-16")),
    Tax("dollars without euros", totals("100", "20", "120", currency="USD"), one("AP-VAT-CURRENCY")),
    Tax("dollars with euros", totals("100", "20", "120", currency="USD"), mentions=("vat_in_euro",)),
    Tax("German rates of 2020", totals("100", "16", "116", DE, issue_date="2020-09-01", vat_breakdown=[
        row("16", "100", "16")])),
    Tax("German rate of 2020 in 2026", totals("100", "16", "116", DE, vat_breakdown=[row("16", "100", "16")]),
        one("AP-VAT-RATE")),
    Tax("Romania before August 2025, invoiced after", totals("100", "19", "119", "RO1234567897",
        issue_date="2025-08-10", delivery_date="2025-07-30", currency="RON", vat_breakdown=[row("19", "100", "19")])),
    Tax("credit note at an old rate", totals("100", "19", "119", "RO1234567897", type_code="381", currency="RON",
        preceding_invoice="F-1", vat_breakdown=[row("19", "100", "19")])),
    Tax("credit note without its invoice", totals("100", "20", "120", type_code="381"), one("AP-CREDIT-REFERENCE")),
    Tax("overseas department", totals("100", "8.50", "108.50", vat_breakdown=[row("8.5", "100", "8.50")])),
    Tax("Corsica", totals("100", "13", "113", vat_breakdown=[row("13", "100", "13")])),
    Tax("negative e-invoice", totals("-100", "-20", "-120", type_code="380", vat_breakdown=[row("20", "-100", "-20")]),
        one("AP-CREDIT-SIGN"), is_xml=True),
    Tax("yen have no cents", totals("1000", "100", "1100", "JP1", currency="JPY", vat_breakdown=[
        row("10", "1000", "100")])),
    Tax("an amount that no ledger takes", totals("1E+20", "0", "100", "US1"), one("AP-AMOUNT-RANGE")),
]  # fmt: skip


def read(case: Tax) -> Extraction:
    update = {"invoice": Invoice(**case.terms), "source": "xml" if case.is_xml else "page"}
    return says(*case.mentions).model_copy(update=update)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_exactly_the_rules_that_must_speak_of_the_tax_do(case: Tax) -> None:
    extraction = read(case)
    context = ValidationContext.model_validate({"today": "2026-06-30"})
    found = validate(extraction.invoice, extraction, None, context)
    assert {each.rule for each in found if each.rule.startswith(FAMILIES)} == case.expected


def test_there_are_forty_cases_and_more() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(("name", "mode"), [
    ("three rates", "per_rate"), ("rounded line by line", "per_line"), ("line by line with a charge", "per_line"),
    ("rounded by nobody's way", None), ("allowance and freight", "both"), ("export", None)])  # fmt: skip
def test_the_way_of_rounding_is_told(name: str, mode: str | None) -> None:
    terms = next(case.terms for case in CASES if case.name == name)
    assert rounding_mode(Invoice(**terms)) == mode
