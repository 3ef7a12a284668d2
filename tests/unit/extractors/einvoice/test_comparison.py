from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.einvoice import compare_page_with_xml
from models.document import Page
from models.extraction import Alternative, Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice, VatBreakdown

PageMaker = Callable[..., tuple[Page, ...]]
XML = Invoice(
    invoice_number="RE-2026-0042",
    issue_date=date(2026, 1, 31),
    currency="EUR",
    due_date=date(2026, 3, 2),
    seller_name="Papierhaus Köln GmbH",
    seller_vat_id="DE136695976",
    buyer_name="Librairie du Port SAS",
    buyer_vat_id="FR40303265045",
    iban="DE75512108001245126199",
    net_total=Decimal("1100.00"),
    tax_total=Decimal("209.00"),
    gross_total=Decimal("1309.00"),
    payable_total=Decimal("1309.00"),
    vat_breakdown=(VatBreakdown(rate=Decimal("19.00"), taxable=Decimal("1100.00"), tax=Decimal("209.00")),),
)
LINES = (
    "Papierhaus Köln Hauptstraße 5 50667 Köln",
    "Librairie du Port SAS",
    "Rechnung RE-2026-0042 vom 31. Januar 2026",
    "Netto 1.100,00 € USt 19 % 209,00 €",
    "Gesamt 1.309,00 €",
    "IBAN DE75 5121 0800 1245 1261 99 USt-IdNr. DE136695976",
)
NOTHING_READ = Extraction(invoice=Invoice(), evidence={}, source="page")


def xml(**changes: object) -> Extraction:
    return Extraction(invoice=XML.model_copy(update=changes), evidence={}, source="xml")


def read(confidence: float = 0.9, alternatives: tuple[Alternative, ...] = (), **values: object) -> Extraction:
    evidence = {term: Evidence(confidence=confidence, reader="text", alternatives=alternatives) for term in values}
    return Extraction(invoice=Invoice(**values), evidence=evidence, source="page")  # type: ignore[arg-type]


def terms(page: Extraction, other: Extraction, pages: tuple[Page, ...] = ()) -> set[str]:
    return {term for finding in compare_page_with_xml(page, other, pages) for term in finding.terms}


def test_a_page_that_shows_the_same_has_no_finding(make_page: PageMaker) -> None:
    assert compare_page_with_xml(NOTHING_READ, xml(), make_page(*LINES)) == ()


def test_what_the_page_reader_misread_is_no_difference_while_the_value_is_printed(make_page: PageMaker) -> None:
    misread = read(gross_total="209.00", invoice_number="Rechnung", issue_date="2026-03-02", seller_name="Hauptstraße")
    assert compare_page_with_xml(misread, xml(), make_page(*LINES)) == ()


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("invoice_number", "RE-2026-0043"),
        ("issue_date", date(2026, 1, 30)),
        ("gross_total", Decimal("1039.00")),
        ("net_total", Decimal("1100.01")),
        ("tax_total", Decimal("290.00")),
        ("seller_name", "Nova Handels AG"),
        ("buyer_name", "Mairie de Lyon"),
        ("seller_vat_id", "DE136695977"),
        ("iban", "DE75512108001245126198"),
        ("vat_breakdown", (VatBreakdown(rate=Decimal(7)),)),
    ],
)
def test_every_value_that_only_the_xml_has_is_named(make_page: PageMaker, term: str, value: object) -> None:
    findings = compare_page_with_xml(NOTHING_READ, xml(**{term: value}), make_page(*LINES))
    named = [finding for finding in findings if term in finding.terms]
    assert [(finding.rule, finding.severity) for finding in named] == [("AP-PAGE-XML", Severity.HOLD)]
    assert {term for finding in findings for term in finding.terms} <= {term, "tax_total", "net_total"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cents=st.integers(1, 10_000_000).filter(lambda cents: cents not in {110_000, 20_900, 130_900, 1900, 500}))
def test_no_changed_gross_total_goes_through(make_page: PageMaker, cents: int) -> None:
    amount = Decimal(cents) / 100
    found = terms(NOTHING_READ, xml(gross_total=amount), make_page(*LINES))
    integers_on_page = {5, 42, 31, 19, 2026, 50667, 1245, 1261, 99, 5121, 800, 75, 136695976}
    assert "gross_total" in found or amount in integers_on_page


def test_another_iban_on_the_page_is_quoted(make_page: PageMaker) -> None:
    changed = xml(iban="FR7630006000011234567890189")
    (finding,) = compare_page_with_xml(NOTHING_READ, changed, make_page(*LINES))
    assert (finding.expected, finding.actual) == ("FR7630006000011234567890189", "DE75512108001245126199")
    assert "DE75512108001245126199" in finding.message


def test_an_iban_that_the_page_does_not_print_at_all_is_no_contradiction(make_page: PageMaker) -> None:
    assert compare_page_with_xml(NOTHING_READ, xml(), make_page(*LINES[:-1], "USt-IdNr. DE136695976")) == ()


def test_the_buyers_vat_id_is_not_taken_for_the_sellers(make_page: PageMaker) -> None:
    same_country = xml(buyer_vat_id="DE999999999")
    lines = [line.replace("USt-IdNr. DE136695976", "Kunde DE999999999") for line in LINES]
    assert compare_page_with_xml(NOTHING_READ, same_country, make_page(*lines)) == ()


def test_a_tax_total_that_is_printed_only_in_parts_is_found(make_page: PageMaker) -> None:
    rows = (
        VatBreakdown(rate=Decimal(19), taxable=Decimal("1000.00"), tax=Decimal("190.00")),
        VatBreakdown(rate=Decimal(7), taxable=Decimal("100.00"), tax=Decimal("7.00")),
    )
    invoice = xml(vat_breakdown=rows, tax_total=Decimal("197.00"), gross_total=Decimal("1309.00"))
    lines = [line.replace("USt 19 % 209,00 €", "USt 19 % 190,00 € 7 % 7,00 €") for line in LINES]
    assert compare_page_with_xml(NOTHING_READ, invoice, make_page(*lines)) == ()


def test_a_net_total_that_follows_from_what_is_printed_is_no_difference(make_page: PageMaker) -> None:
    lines = [line.replace("Netto 1.100,00 €", "inkl.") for line in LINES]
    assert compare_page_with_xml(NOTHING_READ, xml(), make_page(*lines)) == ()


def test_an_optional_value_is_held_where_the_page_reader_is_sure_of_another(make_page: PageMaker) -> None:
    page = make_page(*LINES, "Fällig 15.02.2026")
    assert terms(read(0.9, due_date="2026-02-15"), xml(), page) == {"due_date"}
    assert terms(read(0.2, due_date="2026-02-15"), xml(), page) == set()


def test_a_currency_is_recognised_by_its_sign(make_page: PageMaker) -> None:
    assert terms(read(currency="USD"), xml(), make_page(*LINES)) == set()
    assert terms(read(currency="EUR"), xml(currency="GBP"), make_page(*LINES)) == {"currency"}


def test_a_page_without_words_cannot_be_held_against_anything(make_page: PageMaker) -> None:
    (finding,) = compare_page_with_xml(NOTHING_READ, xml(), make_page(""))
    assert finding.severity == Severity.HOLD
    assert "gross_total" in finding.terms


def test_without_words_the_two_readings_are_compared() -> None:
    page = read(gross_total="1390.00", net_total="-1100", invoice_number="RE 2026 0042", seller_name="PAPIERHAUS KOLN")
    assert terms(page, xml()) == {"gross_total"}


def test_an_alternative_of_the_page_reader_agrees_too() -> None:
    second = (Alternative(value="1309.00", confidence=0.3),)
    assert terms(read(0.6, second, gross_total="1390.00"), xml()) == set()


def test_credit_notes_are_compared_by_magnitude(make_page: PageMaker) -> None:
    negative = xml(gross_total=Decimal("-1309.00"), net_total=Decimal("-1100.00"), tax_total=Decimal("-209.00"))
    assert compare_page_with_xml(NOTHING_READ, negative, make_page(*LINES)) == ()


def test_a_digit_of_difference_in_a_vat_id_is_a_difference(make_page: PageMaker) -> None:
    buyer = [*LINES, "TVA FR40303265054"]
    assert terms(NOTHING_READ, xml(), make_page(*buyer)) == {"buyer_vat_id"}


def test_a_vat_id_that_is_printed_without_its_country_is_printed(make_page: PageMaker) -> None:
    lines = [line.replace("DE136695976", "136 695 976") for line in LINES]
    assert terms(NOTHING_READ, xml(), make_page(*lines)) == set()


def test_a_legal_form_alone_makes_no_seller(make_page: PageMaker) -> None:
    lines = [line.replace("Papierhaus Köln", "Norvest GmbH") for line in LINES]
    assert "seller_name" in terms(NOTHING_READ, xml(), make_page(*lines))


def test_a_date_that_is_printed_as_another_is_told_apart_by_a_reader_who_is_sure(make_page: PageMaker) -> None:
    page = make_page(*LINES, "Lieferdatum 28.01.2026")
    moved = xml(issue_date=date(2026, 1, 28))
    assert terms(read(0.99, issue_date="2026-01-31"), moved, page) == {"issue_date"}
    assert terms(read(0.8, issue_date="2026-01-31"), moved, page) == set()


def test_a_rate_that_the_amounts_do_not_make_is_a_difference_though_it_is_printed(make_page: PageMaker) -> None:
    rows = (VatBreakdown(rate=Decimal(7), taxable=Decimal("1100.00"), tax=Decimal("209.00")),)
    assert terms(NOTHING_READ, xml(vat_breakdown=rows), make_page(*LINES, "7 Tage 2 % Skonto")) == {"vat_breakdown"}


def test_a_payee_whom_the_page_does_not_name_is_a_difference(make_page: PageMaker) -> None:
    told = Finding(rule="AP-XML-PAYEE", severity=Severity.WARNING, actual="Kreditbrücke GmbH", message="another payee")
    paid = xml().model_copy(update={"findings": (told,)})
    assert terms(NOTHING_READ, paid, make_page(*LINES)) == {"seller_name", "iban"}
    assert terms(NOTHING_READ, paid, make_page(*LINES, "Zahlbar an Kreditbrücke GmbH")) == set()
