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
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from extractors.einvoice.notations import PrintedText, fold
from models.document import Page
from models.extraction import Extraction
from models.finding import Finding, Severity
from models.invoice import TERMS, Invoice
from models.money import decimal_text

RULE = "AP-PAGE-XML"
# Share of a name's words from which it counts as printed: legal forms are spelled out or left out, OCR loses a letter.
NAME_COVERAGE = 0.5
# A page reading that is less sure than this cannot contradict what is merely not found on the page.
SURE_ENOUGH = 0.5

# Printed on every invoice: not finding the XML's value is a difference by itself.
REQUIRED_TERMS = ("invoice_number", "issue_date", "gross_total", "net_total", "tax_total", "seller_name", "buyer_name")
# Printed on most: a difference where the page shows another value in its place.
OPTIONAL_TERMS = ("seller_vat_id", "buyer_vat_id", "iban", "due_date", "currency", "payable_total")

# Total -> its part in a row of the VAT breakdown, and the total that makes it up to the gross one.
PARTS = {"net_total": ("taxable", "tax_total"), "tax_total": ("tax", "net_total")}

# Every place where an IBAN may begin, with as much behind it as may belong to it.
_IBAN = re.compile(r"(?<![A-Z0-9])(?=([A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}))")
IBAN_LENGTHS = {
    "AD": 24,
    "AT": 20,
    "BE": 16,
    "BG": 22,
    "CH": 21,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FR": 27,
    "GB": 22,
    "GI": 23,
    "GR": 27,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IS": 26,
    "IT": 27,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MT": 31,
    "NL": 18,
    "NO": 15,
    "PL": 28,
    "PT": 25,
    "RO": 24,
    "RS": 22,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "TR": 26,
    "UA": 29,
}  # fmt: skip - SWIFT's IBAN registry: the countries of SEPA and their neighbours
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
    findings += [_compare_rates(xml.invoice, text)]
    return tuple(finding for finding in findings if finding)


def _compare_term(term: str, page: Extraction, xml: Extraction, text: PrintedText) -> Finding | None:
    expected: Value | None = getattr(xml.invoice, term)
    shown: Value | None = getattr(page.invoice, term)
    if expected is None or expected == 0 or _agree(term, expected, shown) or _is_alternative(term, expected, page):
        return None
    if text.lines and _is_printed(term, expected, xml.invoice, text):
        return None
    evidence = page.evidence.get(term)
    contradicts = shown is not None and (evidence is None or evidence.confidence >= SURE_ENOUGH)
    rival = _text(shown) if contradicts and shown is not None else _printed_rival(term, xml.invoice, text)
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


def _is_printed(term: str, value: Value, invoice: Invoice, text: PrintedText) -> bool:
    """Whether the page shows the value, or for a total the parts of which it is the sum."""
    if isinstance(value, Decimal):
        return text.has_number(value) or _is_sum_of_printed(term, value, invoice, text)
    if isinstance(value, date):
        return text.has_date(value)
    if TERMS[term].kind == "party":
        return text.coverage(value) >= NAME_COVERAGE
    return text.has_identifier(value) or (term == "currency" and _SYMBOLS.get(value, value) in "".join(text.lines))


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


def _printed_rival(term: str, invoice: Invoice, text: PrintedText) -> str | None:
    """Another value of the same unmistakable kind, where the page prints one: an IBAN, a VAT id."""
    find = RIVALS.get(term)
    return find(invoice, text) if find else None


def _other_iban(invoice: Invoice, text: PrintedText) -> str | None:
    """An account that is printed instead: any right IBAN, or what has the country and length of the XML's."""
    expected = _compact(invoice.iban or "")
    starts = [_compact(match[1]) for match in _IBAN.finditer(text.upper)]
    right = (start[: IBAN_LENGTHS.get(start[:2], 0)] for start in starts)
    alike = (start[: len(expected)] for start in starts if start[:2] == expected[:2] and len(start) >= len(expected))
    return next(filter(_is_iban, right), None) or next(filter(_is_mostly_digits, alike), None)


def _other_seller_vat_id(invoice: Invoice, text: PrintedText) -> str | None:
    """A VAT id of the country and length of the seller's that is not the buyer's."""
    expected, buyer = _compact(invoice.seller_vat_id or ""), _compact(invoice.buyer_vat_id or "")
    if not re.match("[A-Z]{2}.", expected):
        return None
    shape = rf"(?<![A-Z0-9]){expected[:2]}(?:[ .-]?[A-Z0-9]){{{len(expected) - 2}}}(?![A-Z0-9])"
    printed = (_compact(match[0]) for match in re.finditer(shape, text.upper))
    return next((found for found in printed if found != buyer and _is_mostly_digits(found)), None)


RIVALS: dict[str, Callable[[Invoice, PrintedText], str | None]] = {
    "iban": _other_iban,
    "seller_vat_id": _other_seller_vat_id,
}


def _compare_rates(invoice: Invoice, text: PrintedText) -> Finding | None:
    """VAT rates: a difference where the page prints percentages and one of the XML's is not among its numbers."""
    printed = {Decimal((a or b).replace(",", ".")) for a, b in _PERCENT.findall("\n".join(text.lines))}
    rates = [row.rate for row in invoice.vat_breakdown if row.rate]
    missing = [rate for rate in rates if printed and rate not in printed | text.lone_numbers]
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


def _is_iban(text: str) -> bool:
    """Shape and ISO 13616 checksum."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def _is_mostly_digits(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= 0.6 * len(text)


def _compact(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _text(value: Value) -> str:
    """As the contract writes values: decimal notation, ISO dates."""
    return decimal_text(value) if isinstance(value, Decimal) else str(value)
