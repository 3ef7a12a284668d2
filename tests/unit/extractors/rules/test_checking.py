"""E-invoices against the rules that they say they follow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from extractors.einvoice.rules import check
from extractors.einvoice.rules.scope import scope_of
from models.finding import Severity
from tests.unit.extractors.rules.bills import PEPPOL, XRECHNUNG, changed, cii, ubl

Change = Callable[[str], str]


def broken(xml: str, engine: str = "auto") -> dict[str, Severity]:
    return {found.rule: found.severity for found in check(etree.fromstring(xml), engine)}  # type: ignore[arg-type]


@pytest.mark.parametrize("xml", [ubl(), ubl(PEPPOL), cii(), ubl(XRECHNUNG)], ids=["ubl", "peppol", "cii", "xrechnung"])
def test_a_right_invoice_breaks_no_rule(xml: str) -> None:
    assert broken(xml) == {}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<b:ID>F-1</b:ID>", "", "BR-02"),
        ("121.00", "120.00", "BR-CO-15"),
        (">21.00<", ">21.001<", "BR-DEC-20"),
        ("EUR</b:DocumentCurrencyCode>", "EUX</b:DocumentCurrencyCode>", "BR-CL-04"),
        (">S<", ">Z<", "BR-Z-05"),
        ("100.00", "abc", "BR-CO-10"),
    ],
)
def test_each_breach_is_an_error_with_its_rule(old: str, new: str, rule: str) -> None:
    assert broken(changed(ubl(), old, new)).get(rule) is Severity.ERROR


def test_a_finding_names_the_terms_and_says_what_is_wrong() -> None:
    found = {one.rule: one for one in check(etree.fromstring(changed(ubl(), "121.00", "120.00")), "auto")}
    assert {"gross_total", "net_total", "tax_total"} <= set(found["BR-CO-15"].terms)
    assert found["BR-CO-15"].message.startswith("Invoice total amount with VAT (BT-112)")


def test_a_warning_stays_a_warning() -> None:
    xml = changed(ubl(), "<b:ID>F-1</b:ID>", "<b:UBLVersionID>2.0</b:UBLVersionID><b:ID>F-1</b:ID>")
    assert broken(xml) == {"UBL-CR-002": Severity.WARNING}


def test_peppol_rules_are_asked_only_of_those_who_name_peppol() -> None:
    assert "PEPPOL-EN16931-R001" not in broken(ubl())
    assert "PEPPOL-EN16931-R001" in broken(
        changed(ubl(PEPPOL), "<b:ProfileID>", "<b:ProfileExecutionID>", "/b:ProfileID", "/b:ProfileExecutionID")
    )
    assert "peppol" in scope_of("Invoice", "", "").own
    assert "peppol" not in scope_of("Invoice", XRECHNUNG, "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0").own


def test_french_rules_are_asked_of_french_frames() -> None:
    assert any("FR" in sheet.path for sheet in scope_of("Invoice", "urn:cen.eu:en16931:2017", "S1").stylesheets)
    assert not any("FR" in sheet.path for sheet in scope_of("Invoice", "urn:cen.eu:en16931:2017", "").stylesheets)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<b:BuyerReference>R</b:BuyerReference>", "", "PEPPOL-EN16931-R003"),
        ("<b:EndpointID", "<b:WebsiteURI", "PEPPOL-EN16931-R010"),
        ("5790000436064", "5790000436065", "PEPPOL-COMMON-R040"),
        (
            "<b:LineExtensionAmount currencyID='EUR'>100.00",
            "<b:LineExtensionAmount currencyID='EUR'>99.00",
            "PEPPOL-EN16931-R120",
        ),
        ("2024-03-01", "2024-3-1", "PEPPOL-EN16931-F001"),
        ("currencyID='EUR'>21.00", "currencyID='USD'>21.00", "PEPPOL-EN16931-R051"),
        (">380<", ">385<", "PEPPOL-EN16931-P0100"),
        ("</b:BuyerReference>", "</b:BuyerReference><b:TaxCurrencyCode>EUR</b:TaxCurrencyCode>", "PEPPOL-EN16931-R005"),
    ],
)
def test_peppol_breaches_are_found(old: str, new: str, rule: str) -> None:
    xml = changed(ubl(PEPPOL), old, new)
    assert rule in broken(changed(xml, "/b:EndpointID", "/b:WebsiteURI") if "Website" in new else xml)


def test_german_rules_are_asked_of_an_xrechnung() -> None:
    assert "BR-DE-15" in broken(changed(ubl(XRECHNUNG), "<b:BuyerReference>R</b:BuyerReference>", ""))
    assert "BR-DE-15" not in broken(changed(ubl(), "<b:BuyerReference>R</b:BuyerReference>", ""))


def test_nothing_is_said_when_rules_are_off_or_of_another_syntax() -> None:
    assert check(etree.fromstring(changed(ubl(), "121.00", "1.00")), "off") == ()
    assert check(etree.fromstring("<Order/>"), "auto") == ()


@pytest.mark.slow
@pytest.mark.parametrize("change", [("F-1", "F-1"), ("121.00", "120.00"), (">S<", ">Z<"), ("EUR</b:Doc", "EUX</b:Doc")])
def test_saxon_says_the_same(change: tuple[str, str]) -> None:
    xml = changed(ubl(), *change)
    assert broken(xml, "schematron") == broken(xml)


@pytest.mark.slow
def test_saxon_says_the_same_of_cii() -> None:
    xml = changed(cii(), "121.00", "120.00")
    assert "BR-CO-15" in broken(xml)
    assert broken(xml, "schematron") == broken(xml)
