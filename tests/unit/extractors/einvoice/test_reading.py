from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from facturx import parse_ubl_cii_xml

from extractors.einvoice import read_xml
from models.errors import HostileDocumentError, NoInvoiceError, UnsupportedMediaTypeError
from models.finding import Severity
from models.invoice import TERMS, Invoice, InvoiceLine, VatBreakdown
from models.settings import LimitSettings

LIMITS = LimitSettings()


def read(text: str) -> Invoice:
    return read_xml(text.encode(), LIMITS).invoice


def test_ubl_gives_every_term(ubl: str) -> None:
    assert read(ubl) == Invoice(
        invoice_number="RE-2026-0042",
        issue_date=date(2026, 1, 31),
        type_code="380",
        currency="EUR",
        due_date=date(2026, 3, 2),
        buyer_reference="04011000-12345-34",
        contract_reference="C-5",
        order_reference="PO-77",
        payment_terms="#SKONTO#TAGE=7#PROZENT=2.00#\n30 Tage netto",
        preceding_invoice="RE-2025-0099",
        seller_name="Papierhaus Köln GmbH",
        seller_legal_id="HRB 4711",
        seller_vat_id="DE136695976",
        seller_address="Hauptstraße 5, Hof 2, 50667 Köln, DE",
        buyer_name="Librairie du Port SAS",
        buyer_vat_id="FR40303265045",
        delivery_date=date(2026, 1, 28),
        remittance="RE42",
        iban="DE75512108001245126199",
        bic="SOLADEST600",
        sum_of_lines=Decimal("105.00"),
        allowance_total=Decimal("8.00"),
        charge_total=Decimal("3.00"),
        net_total=Decimal("100.00"),
        tax_total=Decimal("19.00"),
        gross_total=Decimal("119.00"),
        prepaid_total=Decimal("20.00"),
        rounding=Decimal("-0.02"),
        payable_total=Decimal("98.98"),
        vat_breakdown=(VatBreakdown(rate=Decimal(19), taxable=Decimal("100.00"), tax=Decimal("19.00"), category="S"),),
        lines=(
            InvoiceLine(
                line_id="1",
                quantity=Decimal(30),
                unit_code="C62",
                net_amount=Decimal("105.00"),
                order_line="10",
                unit_price=Decimal("350.00"),
                price_base_quantity=Decimal(100),
                vat_rate=Decimal(19),
                item_name="Kopierpapier A4",
                seller_item_id="S-1",
                buyer_item_id="B-1",
            ),
        ),
    )


def test_evidence_names_the_reader_of_every_value(ubl: str) -> None:
    extraction = read_xml(ubl.encode(), LIMITS)
    known = {term for term in TERMS if getattr(extraction.invoice, term) is not None}
    assert set(extraction.evidence) == known
    assert {(one.reader, one.confidence) for one in extraction.evidence.values()} == {("xml", 1.0)}
    assert len(extraction.line_evidence) == len(extraction.invoice.lines)
    assert extraction.source == "xml"
    assert (extraction.profile, extraction.language) == ("urn:cen.eu:en16931:2017", "de")
    assert (extraction.document_type, extraction.decision, extraction.findings) == ("invoice", "auto", ())


def test_tax_in_the_accounting_currency_is_not_the_tax_total(ubl: str) -> None:
    assert read(ubl).tax_total == Decimal("19.00")


def test_an_iban_is_preferred_to_an_account_number_that_stands_before_it(ubl: str) -> None:
    assert read(ubl).iban == "DE75512108001245126199"
    assert read(ubl.replace("DE75 5121 0800 1245 1261 99", "67890")).iban == "12345"


def test_a_ubl_credit_note_is_one_by_its_root_and_takes_the_due_date_of_its_payment_means(ubl_credit_note: str) -> None:
    dated = ubl_credit_note.replace(
        "<cbc:PaymentID>", "<cbc:PaymentDueDate>2026-04-01</cbc:PaymentDueDate><cbc:PaymentID>"
    )
    extraction = read_xml(dated.encode(), LIMITS)
    assert extraction.document_type == "credit_note"
    assert extraction.invoice.is_credit_note
    assert extraction.evidence["type_code"].reader == "derived"
    assert extraction.invoice.due_date == date(2026, 4, 1)
    assert extraction.invoice.lines[0].quantity == 30


@pytest.mark.parametrize(
    ("code", "kind"),
    [("381", "credit_note"), ("384", "invoice"), ("325", "pro_forma"), ("389", "invoice"), ("261", "credit_note")],
)
def test_the_type_code_decides_on_the_kind_of_document(cii: str, code: str, kind: str) -> None:
    changed = cii.replace("<ram:TypeCode>380</ram:TypeCode>", f"<ram:TypeCode>{code}</ram:TypeCode>")
    assert read_xml(changed.encode(), LIMITS).document_type == kind


def test_cii_gives_every_term(cii: str) -> None:
    invoice = read(cii)
    assert invoice.invoice_number == "FA-2026-7"
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 1, 31), date(2026, 3, 2))
    assert invoice.delivery_date == date(2026, 1, 30)
    assert (invoice.seller_name, invoice.seller_vat_id) == ("Au bon moulin", "FR11999999998")
    assert (invoice.seller_legal_id, invoice.buyer_legal_id) == ("99999999800010", "78787878400035")
    assert invoice.seller_address == "1242 chemin de l'olive, 84340 Malaucène, FR"
    assert (invoice.order_reference, invoice.remittance) == ("PO445", "FA-2026-7")
    assert invoice.iban == "FR7630006000011234567890189"
    assert (invoice.net_total, invoice.tax_total, invoice.gross_total) == (
        Decimal("81.90"),
        Decimal("16.38"),
        Decimal("98.28"),
    )
    assert (invoice.prepaid_total, invoice.payable_total) == (Decimal("8.28"), Decimal("90.00"))
    (line,) = invoice.lines
    assert (line.item_name, line.seller_item_id, str(line.unit_price)) == ("Nougat 250 g", "N250", "4.0950")
    assert (line.quantity, line.unit_code, line.vat_rate) == (Decimal(20), "C62", Decimal(20))


def test_lines_that_group_others_are_not_counted_twice(cii: str) -> None:
    start, end = cii.index("<ram:IncludedSupplyChainTradeLineItem>"), cii.index("<ram:ApplicableHeaderTradeAgreement>")
    group = cii[start:end].replace(
        "<ram:LineID>1</ram:LineID>",
        "<ram:LineID>0</ram:LineID><ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>",
    )
    assert [line.line_id for line in read(cii[:start] + group + cii[start:]).lines] == ["1"]


@pytest.mark.parametrize("name", ["ubl", "cii"])
def test_factur_x_reads_the_same_values(name: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(name)
    theirs = parse_ubl_cii_xml(text.encode(), check_xsd=False)
    ours = read(text)
    pairs = {
        "BT-1": ours.invoice_number,
        "BT-2": ours.issue_date,
        "BT-5": ours.currency,
        "BT-9": ours.due_date,
        "BT-13": ours.order_reference,
        "BT-109": str(ours.net_total),
        "BT-112": str(ours.gross_total),
        "BT-115": str(ours.payable_total),
    }
    assert {term: theirs[term] for term in pairs} == pairs


def test_zugferd_1_is_read_by_its_own_table(zugferd1: str) -> None:
    extraction = read_xml(zugferd1.encode(), LIMITS)
    invoice = extraction.invoice
    assert (invoice.invoice_number, invoice.issue_date) == ("471102", date(2013, 3, 5))
    assert (invoice.seller_address, invoice.order_reference) == ("Lieferantenweg 20, 80333 München, DE", "B-9")
    assert (invoice.net_total, invoice.gross_total) == (Decimal("198.00"), Decimal("235.62"))
    assert [row.rate for row in invoice.vat_breakdown] == [Decimal("19.00")]
    assert [line.item_name for line in invoice.lines] == ["Trennblätter A4"]
    assert extraction.profile == "urn:ferd:CrossIndustryDocument:invoice:1p0:comfort"


def test_fatturapa_totals_are_the_sums_of_its_recapitulation(fattura: str) -> None:
    extraction = read_xml(fattura.encode(), LIMITS)
    invoice = extraction.invoice
    assert (invoice.net_total, invoice.tax_total, invoice.gross_total) == (
        Decimal("109.62"),
        Decimal("22.38"),
        Decimal("132.00"),
    )
    assert (invoice.type_code, extraction.document_type, extraction.language) == ("381", "credit_note", "it")
    assert (invoice.seller_vat_id, invoice.seller_name) == ("IT00743110157", "Cartoleria Rossi S.r.l.")
    assert (invoice.buyer_name, invoice.buyer_vat_id) == ("Anna Bianchi", None)
    assert invoice.seller_address == "Via Roma 5, 20121 Milano, IT"
    assert [line.item_name for line in invoice.lines] == ["Carta", "Libri"]


def test_a_second_invoice_in_one_file_is_said(two_fatture: str) -> None:
    (finding,) = read_xml(two_fatture.encode(), LIMITS).findings
    assert (finding.rule, finding.actual) == ("AP-XML-SEVERAL", "2")


def test_oioubl_keeps_its_taxes_where_others_keep_the_net_total(ubl: str) -> None:
    oioubl = ubl.replace("urn:cen.eu:en16931:2017", "OIOUBL-2.02").replace(
        '<cbc:TaxExclusiveAmount currencyID="EUR">100.00', '<cbc:TaxExclusiveAmount currencyID="EUR">19.00'
    )
    extraction = read_xml(oioubl.encode(), LIMITS)
    assert extraction.invoice.net_total == Decimal("100.00")
    assert extraction.evidence["net_total"].reader == "derived"


def test_peppols_placeholder_is_no_order_number(ubl: str) -> None:
    placeholder = "<cbc:ID>NA</cbc:ID><cbc:SalesOrderID>SO-1</cbc:SalesOrderID>"
    assert read(ubl.replace("<cbc:ID>PO-77</cbc:ID>", placeholder)).order_reference is None


def test_an_invoice_in_an_envelope_is_found(ubl: str) -> None:
    body = ubl.split("?>", 1)[1]
    envelope = f'<e:StandardBusinessDocument xmlns:e="urn:e"><e:Header/>{body}</e:StandardBusinessDocument>'
    assert read(envelope) == read(ubl)


def test_a_comment_inside_of_a_value_does_not_cut_it(ubl: str) -> None:
    assert read(ubl.replace("RE-2026-0042", "RE-<!-- no. -->2026-0042")).invoice_number == "RE-2026-0042"


def test_a_value_that_breaks_its_notation_is_left_out_and_named(ubl: str) -> None:
    broken = ubl.replace(
        '<cbc:TaxInclusiveAmount currencyID="EUR">119.00', '<cbc:TaxInclusiveAmount currencyID="EUR">1.119,00'
    )
    extraction = read_xml(broken.encode(), LIMITS)
    (finding,) = extraction.findings
    assert extraction.invoice.gross_total is None
    assert (finding.rule, finding.terms, finding.actual) == ("AP-XML-VALUE", ("gross_total",), "1.119,00")
    assert (finding.severity, extraction.decision) == (Severity.ERROR, "review")


def test_an_invoice_that_says_nothing_is_never_a_silent_zero(ubl: str) -> None:
    root = ubl.split("<cbc:CustomizationID>", 1)[0]
    extraction = read_xml((root + "</Invoice>").encode(), LIMITS)
    assert [finding.rule for finding in extraction.findings] == ["AP-XML-EMPTY"]
    assert extraction.decision == "review"
    assert extraction.invoice.gross_total is None


def test_another_business_document_holds_no_invoice(ubl: str) -> None:
    order = ubl.replace("xsd:Invoice-2", "xsd:Order-2").replace("Invoice xmlns", "Order xmlns")
    with pytest.raises(NoInvoiceError, match="Order"):
        read_xml(order.replace("</Invoice>", "</Order>").encode(), LIMITS)


def test_any_other_xml_is_not_supported() -> None:
    with pytest.raises(UnsupportedMediaTypeError, match="html"):
        read_xml(b"<html><body/></html>", LIMITS)


def test_an_invoice_with_a_doctype_is_hostile(ubl: str) -> None:
    with pytest.raises(HostileDocumentError):
        read_xml(ubl.replace("?>", "?><!DOCTYPE Invoice>", 1).encode(), LIMITS)


def test_utf_16_is_read_like_utf_8(ubl: str) -> None:
    assert read_xml(ubl.replace("UTF-8", "UTF-16").encode("utf-16"), LIMITS).invoice == read(ubl)


def test_a_file_takes_milliseconds(ubl: str, cii: str) -> None:
    contents = [ubl.encode(), cii.encode()]
    times = []
    for _ in range(20):
        for content in contents:
            start = time.thread_time()
            read_xml(content, LIMITS)
            times.append(time.thread_time() - start)
    assert sorted(times)[len(times) // 2] < 0.010


@pytest.mark.parametrize(("name", "rules"), [("Kreditbrücke GmbH", ["AP-XML-PAYEE"]), ("AU BON MOULIN", [])])
def test_somebody_else_who_is_to_be_paid_is_told(cii: str, name: str, rules: list[str]) -> None:
    payee = f"<ram:PayeeTradeParty><ram:Name>{name}</ram:Name></ram:PayeeTradeParty>"
    changed = cii.replace(
        "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>",
        f"<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>{payee}",
    )
    assert [finding.rule for finding in read_xml(changed.encode(), LimitSettings()).findings] == rules
