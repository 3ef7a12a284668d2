"""The JSON lines have the contract's keys and forms, whatever was read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from flows.contract_lines import extraction_line, failed_line, match_line
from models.document import Box
from models.errors import EncryptedDocumentError
from models.extraction import Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import TERMS, Invoice, InvoiceLine, VatBreakdown
from models.match import LineMatch, MatchResult, OrderCandidate, SupplierMatch, Variance

INVOICE = Invoice(
    invoice_number="F-1", issue_date=date(2026, 1, 31), currency="EUR", gross_total=Decimal("1E+3"),
    net_total=Decimal("833.330"), tax_total=Decimal("166.67"),
    lines=(InvoiceLine(item_name="Nails", quantity=Decimal("5"), unit_price=Decimal("0.10")),),
    vat_breakdown=(VatBreakdown(rate=Decimal(20), taxable=Decimal("833.33"), tax=Decimal("166.67")),),
)  # fmt: skip
READ = Extraction(
    invoice=INVOICE, source="page", pages=(1, 2), language="fr", decision="review", reasons=("low_confidence",),
    evidence={
        "invoice_number": Evidence(confidence=0.99123456, reader="text", page=1, box=Box(1.26, 2.0, 30.04, 4.0)),
        "issue_date": Evidence(confidence=1.0, reader="xml"),
    },
    findings=(Finding(rule="AP-X", severity=Severity.WARNING, message="Something."),),
)  # fmt: skip
EXTRACT_KEYS = {
    "file", "pages", "source", "document_type", "language", "fields", "lines", "vat_breakdown", "findings", "decision",
    "reasons", "seconds",
}  # fmt: skip


def test_a_line_has_exactly_the_keys_of_the_contract() -> None:
    line = extraction_line("in/f.pdf", READ, 0.41237)
    assert set(line) == EXTRACT_KEYS
    assert (line["file"], line["pages"], line["source"], line["language"]) == ("in/f.pdf", [1, 2], "page", "fr")
    assert (line["decision"], line["reasons"], line["seconds"]) == ("review", ["low_confidence"], 0.4124)


def test_every_line_is_json() -> None:
    error = EncryptedDocumentError("a password is needed")
    for line in (extraction_line("f.pdf", READ, 0.4), failed_line("f.pdf", error)):
        assert json.loads(json.dumps(line)) == line


def test_amounts_are_decimal_notation_and_dates_iso() -> None:
    fields = extraction_line("f.pdf", READ, 0.0)["fields"]
    assert fields["gross_total"]["value"] == "1000"
    assert fields["net_total"]["value"] == "833.330"
    assert fields["issue_date"]["value"] == "2026-01-31"


def test_a_field_tells_where_it_stood_and_one_from_xml_has_no_place() -> None:
    fields = extraction_line("f.pdf", READ, 0.0)["fields"]
    assert fields["invoice_number"] == {
        "value": "F-1", "confidence": 0.9912, "page": 1, "box": [1.3, 2.0, 30.0, 4.0], "reader": "text",
    }  # fmt: skip
    assert fields["issue_date"] == {"value": "2026-01-31", "confidence": 1.0, "reader": "xml"}


def test_what_is_not_on_the_document_is_absent() -> None:
    line = extraction_line("f.pdf", READ, 0.0)
    assert set(line["fields"]) == {"invoice_number", "issue_date", "currency", "net_total", "tax_total", "gross_total"}
    assert set(line["fields"]) <= set(TERMS)
    assert line["lines"] == [{"quantity": "5", "unit_price": "0.10", "item_name": "Nails"}]
    assert line["vat_breakdown"] == [{"rate": "20", "taxable": "833.33", "tax": "166.67"}]


def test_a_finding_tells_rule_severity_and_message() -> None:
    (finding,) = extraction_line("f.pdf", READ, 0.0)["findings"]
    assert (finding["rule"], finding["severity"], finding["message"]) == ("AP-X", "warning", "Something.")


def test_a_file_that_cannot_be_read_has_the_same_keys_and_says_what_to_do() -> None:
    line = failed_line("f.pdf", EncryptedDocumentError("a password is needed"))
    assert set(line) >= EXTRACT_KEYS
    assert (line["decision"], line["reasons"], line["fields"]) == ("quarantine", ["encrypted"], {})
    assert line["message"] == "a password is needed"
    assert line["advice"]


def test_a_match_has_the_keys_of_the_contract() -> None:
    match = MatchResult(
        supplier=SupplierMatch(seller_id="S-1", by="vat_id", probability=0.99), kind="three_way",
        outcome="price_variance", orders=("4500017",), probability=0.98123456,
        candidates=(OrderCandidate(order="4500017", probability=0.98, reasons=("order number",)),),
        lines=(LineMatch(invoice_line=1, order="4500017", order_line="2", quantity=Decimal("5"), probability=0.99),),
        variances=(Variance(invoice_line=1, kind="price", expected="10.00", actual="10.50"),),
    )  # fmt: skip
    line = match_line(match)
    assert set(line) >= {"kind", "orders", "probability", "outcome", "candidates", "lines", "variances"}
    assert (line["kind"], line["orders"], line["probability"]) == ("three_way", ["4500017"], 0.9812)
    assert line["candidates"] == [{"order": "4500017", "probability": 0.98, "reasons": ["order number"]}]
    assert line["lines"] == [
        {"invoice_line": 1, "order": "4500017", "order_line": "2", "quantity": "5", "probability": 0.99}
    ]
    assert line["variances"] == [{"invoice_line": 1, "kind": "price", "expected": "10.00", "actual": "10.50"}]
    assert json.loads(json.dumps(line)) == line
