"""The page against the XML of the same invoice: each difference in what decides about money is a finding that holds.

A clerk sees the page, the ledger takes the XML: who changes one of them only would profit from either being believed.
What the XML says must be printed somewhere. Number, date, totals and the parties' names stand on every
invoice, so their absence is a difference; VAT ids, IBANs and rates are one where the page prints another instead.

>>> page = Extraction(invoice=Invoice(gross_total="238.00"), evidence={}, source="page")
>>> xml = Extraction(invoice=Invoice(gross_total="23.80"), evidence={}, source="xml")
>>> [(f.terms, f.expected, f.actual) for f in compare_page_with_xml(page, xml)]
[(('gross_total',), '23.80', '238.00')]
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from extractors.einvoice.notations import PrintedText, fold
from extractors.einvoice.rivals import printed_rival
from models.document import Page
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import TERMS, Invoice, VatBreakdown
from models.money import decimal_text
from models.names import normalise_name

RULE = "AP-PAGE-XML"
PAYEE_RULE = "AP-XML-PAYEE"
# Share of a name's words from which it counts as printed: legal forms are spelled out or left out, OCR loses a letter.
NAME_COVERAGE = 0.5
# A page reading that is less sure than this cannot contradict what is merely not found on the page.
SURE_ENOUGH = 0.5
# One that is surer than this contradicts even what is printed elsewhere, as a delivery date may be.
QUITE_SURE = 0.97

# Printed on every invoice: not finding the XML's value is a difference by itself.
REQUIRED_TERMS = ("invoice_number", "issue_date", "gross_total", "net_total", "tax_total", "seller_name", "buyer_name")
# Printed on most: a difference where the page shows another value in its place.
OPTIONAL_TERMS = ("seller_vat_id", "buyer_vat_id", "iban", "due_date", "currency", "payable_total")

# What the XML says under another name, and a page's reader may take for the term.
LOOKALIKES = {
    "invoice_number": ("order_reference", "buyer_reference", "contract_reference", "preceding_invoice", "remittance"),
    "issue_date": ("due_date", "delivery_date"),
    "gross_total": ("payable_total", "net_total", "sum_of_lines"),
}

VAT_IDS = frozenset({"seller_vat_id", "buyer_vat_id"})

# Total -> its part in a row of the VAT breakdown, and the total that makes it up to the gross one.
PARTS = {"net_total": ("taxable", "tax_total"), "tax_total": ("tax", "net_total")}

# What rounding may make of a tax: so much money, and so much of the net amount.
RATE_SLACK = Decimal("0.05")
RATE_SHARE = Decimal("0.0005")
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s?%|%\s?(\d{1,2}(?:[.,]\d{1,3})?)")
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "PLN": "zł", "CHF": "Fr.", "JPY": "¥"}

Value = str | date | Decimal


def compare_page_with_xml(page: Extraction, xml: Extraction, pages: tuple[Page, ...] = ()) -> tuple[Finding, ...]:
    """Every difference between what the page shows and what the XML says, each a finding that holds the document.

    Args:
        page: the invoice as read from the page.
        xml: the invoice as read from the XML.
        pages: the words of the page. With them a value is looked for in every notation before anything is called a
            difference; without them only the two readings are compared.
    """
    text = PrintedText.of_pages(pages)
    if pages and not text.folded.strip():
        return (_nothing_printed(),)
    findings = [_compare_term(term, page, xml, text) for term in (*REQUIRED_TERMS, *OPTIONAL_TERMS)]
    findings += [_compare_rates(xml.invoice, text), _compare_payee(xml, text)]
    return tuple(finding for finding in findings if finding)


def _compare_term(term: str, page: Extraction, xml: Extraction, text: PrintedText) -> Finding | None:
    expected: Value | None = getattr(xml.invoice, term)
    shown: Value | None = getattr(page.invoice, term)
    if expected is None or expected == 0 or _agree(term, expected, shown) or _is_alternative(term, expected, page):
        return None
    if text.lines and _is_printed(term, expected, xml.invoice, text) and not _is_told_apart(term, page, xml.invoice):
        return None
    evidence = page.evidence.get(term)
    contradicts = shown is not None and (evidence is None or evidence.confidence >= SURE_ENOUGH)
    rival = _text(shown) if contradicts and shown is not None else printed_rival(term, xml.invoice, text)
    if rival or (term in REQUIRED_TERMS and text.lines):
        return _difference(term, _text(expected), rival)
    return None


def _agree(term: str, expected: Value, shown: Value | None) -> bool:
    """Whether two readings are the same value, whatever the notation; magnitudes for amounts."""
    if isinstance(expected, Decimal) and isinstance(shown, Decimal):
        return abs(expected) == abs(shown)
    if not isinstance(expected, str) or not isinstance(shown, str):
        return expected == shown
    if TERMS[term].kind == "party":
        page_words = PrintedText.of_lines([shown])
        return max(page_words.coverage(expected), PrintedText.of_lines([expected]).coverage(shown)) > NAME_COVERAGE
    return fold(expected).replace(" ", "") == fold(shown).replace(" ", "")


def _is_alternative(term: str, expected: Value, page: Extraction) -> bool:
    """Whether the page's reader saw the XML's value too and merely liked another better."""
    evidence = page.evidence.get(term)
    return evidence is not None and _text(expected) in {other.value for other in evidence.alternatives}


def _is_told_apart(term: str, page: Extraction, invoice: Invoice) -> bool:
    """Whether the page's reader is quite sure of a value that is none of the XML's, as a label beside it says."""
    shown, evidence = getattr(page.invoice, term), page.evidence.get(term)
    if term not in LOOKALIKES or shown is None or evidence is None or evidence.confidence <= QUITE_SURE:
        return False
    others = (getattr(invoice, other) for other in LOOKALIKES[term])
    expected = getattr(invoice, term)
    if isinstance(shown, str) and fold(shown).replace(" ", "") in fold(expected).replace(" ", ""):
        return False  # a part of the number
    return not any(other is not None and _agree(term, other, shown) for other in others)


def _is_printed(term: str, value: Value, invoice: Invoice, text: PrintedText) -> bool:
    """Whether the page shows the value, or for a total the parts of which it is the sum."""
    if isinstance(value, Decimal):
        return text.has_number(value) or _is_sum_of_printed(term, value, invoice, text)
    if isinstance(value, date):
        return text.has_date(value)
    if TERMS[term].kind == "party":
        return _name_coverage(value, text) > NAME_COVERAGE
    bare = value[2:] if term in VAT_IDS and value[:2].isalpha() else value  # at home it is printed without its country
    has_sign = term == "currency" and _SYMBOLS.get(value, value) in "".join(text.lines)
    return has_sign or text.has_identifier(value) or text.has_identifier(bare)


def _name_coverage(name: str, text: PrintedText) -> float:
    """The share of a name's words that are printed; a legal form is everybody's and tells nothing."""
    return min(text.coverage(name), text.coverage(normalise_name(name) or name))


def _is_sum_of_printed(term: str, value: Decimal, invoice: Invoice, text: PrintedText) -> bool:
    """Some pages print net and tax for each rate and no sum, or only two of net, tax and gross."""
    if term not in PARTS:
        return False
    part, other = PARTS[term]
    rest, gross = getattr(invoice, other), invoice.gross_total
    if rest is not None and gross is not None and gross - rest == value and {abs(rest), abs(gross)} <= text.numbers:
        return True
    amounts = [getattr(row, part) or Decimal(0) for row in invoice.vat_breakdown]
    return bool(amounts) and sum(amounts) == value and all(not amount or text.has_number(amount) for amount in amounts)


def _compare_rates(invoice: Invoice, text: PrintedText) -> Finding | None:
    """VAT rates: a difference where one is neither among the page's percentages nor the one that its amounts make."""
    printed = {Decimal((a or b).replace(",", ".")) for a, b in _PERCENT.findall("\n".join(text.lines))}
    missing = [row.rate for row in invoice.vat_breakdown if row.rate and not _is_rate_shown(row, printed, text)]
    if not missing:
        return None
    return Finding(
        rule=RULE,
        severity=Severity.HOLD,
        terms=("vat_breakdown",),
        expected=", ".join(map(decimal_text, missing)),
        actual=", ".join(map(decimal_text, sorted(printed))),
        message=f"The XML charges VAT at {', '.join(map(decimal_text, missing))} %, which the page does not show.",
    )


def _is_rate_shown(row: VatBreakdown, printed: set[Decimal], text: PrintedText) -> bool:
    """Whether the page shows a row's rate: in figures, or by the net amount and the tax that it prints."""
    rate, taxable, tax = row.rate or Decimal(0), row.taxable, row.tax
    if taxable and tax is not None:
        if abs(abs(taxable) * rate / 100 - abs(tax)) > RATE_SLACK + RATE_SHARE * abs(taxable):
            return not text.lines or not text.has_number(tax)  # the page's amounts make another rate
        if text.has_number(tax):
            return True
    return not printed or rate in printed | text.lone_numbers


def _compare_payee(xml: Extraction, text: PrintedText) -> Finding | None:
    """Who is to be paid in the seller's place must stand on the page."""
    told = next((finding for finding in xml.findings if finding.rule == PAYEE_RULE and finding.actual), None)
    if told is None or told.actual is None or not text.lines or _name_coverage(told.actual, text) > NAME_COVERAGE:
        return None
    message = f"The XML has {told.actual!r} paid in the seller's place, whom the page does not name. Ask the sender."
    return Finding(
        rule=RULE, severity=Severity.HOLD, terms=("seller_name", "iban"), expected=told.actual, message=message
    )


def _difference(term: str, expected: str, shown: str | None) -> Finding:
    label = term.replace("_", " ")
    seen = f"the page shows {shown!r}" if shown else "the page shows it nowhere"
    return Finding(
        rule=RULE,
        severity=Severity.HOLD,
        terms=(term,),
        expected=expected,
        actual=shown,
        message=f"Page and XML differ: the XML's {label} is {expected!r}, {seen}. Ask the sender which is right.",
    )


def _nothing_printed() -> Finding:
    message = "The page shows no text that could be held against the e-invoice inside. Open the PDF and compare."
    return Finding(rule=RULE, severity=Severity.HOLD, terms=REQUIRED_TERMS, message=message)


def _text(value: Value) -> str:
    """As the contract writes values: decimal notation, ISO dates."""
    return decimal_text(value) if isinstance(value, Decimal) else str(value)
