"""Codes out of closed lists, and what they commit the amounts to: currency, document type, VAT category.

>>> "EUR" in currencies(), "EUX" in currencies()
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pycountry

from models.finding import Severity
from models.invoice import CREDIT_NOTE_CODES
from models.reference import squeeze
from validators.rule import Breach, Case, money, rule

EN_CODES = "EN 16931-1:2017, 6.5 code lists"
_INVOICE_CODES = (
    "71 80 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388 389 390"
    " 393 394 395 456 457 471 472 473 500 501 502 503 527 553 575 623 633 751 780 817 870 875 876 877 935"
)
INVOICE_CODES = frozenset(_INVOICE_CODES.split())
CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"})
CORRECTION = "384"
UNTAXED = frozenset({"Z", "E", "AE", "K", "G", "O"})


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """The currency codes of ISO 4217."""
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


@rule("BR-CL-04", Severity.ERROR, ("currency",), f"{EN_CODES}; ISO 4217")
def known_currency(case: Case) -> Iterable[Breach]:
    """The currency is one of ISO 4217.

    >>> list(known_currency(Case.of(currency="EUR")))
    []
    >>> [wrong.message for wrong in known_currency(Case.of(currency="EUX"))]
    ['EUX is not a currency code.']
    """
    code = case.invoice.currency
    if code and code not in currencies():
        yield Breach(f"{code} is not a currency code.", actual=code)


@rule("BR-CL-01", Severity.ERROR, ("type_code",), f"{EN_CODES}; UNTDID 1001")
def known_type(case: Case) -> Iterable[Breach]:
    """The document type is an invoice's or a credit note's.

    >>> list(known_type(Case.of(type_code="381")))
    []
    >>> [wrong.message for wrong in known_type(Case.of(type_code="220"))]
    ['Document type 220 is neither an invoice nor a credit note.']
    """
    code = case.invoice.type_code
    if code and code not in INVOICE_CODES | CREDIT_NOTE_CODES:
        yield Breach(f"Document type {code} is neither an invoice nor a credit note.", actual=code)


@rule("BR-CL-17", Severity.WARNING, ("vat_breakdown",), f"{EN_CODES}; UNCL 5305")
def known_category(case: Case) -> Iterable[Breach]:
    """The VAT category is one that the standard allows.

    >>> list(known_category(Case.of(vat_breakdown=[{"category": "S"}])))
    []
    >>> [wrong.message for wrong in known_category(Case.of(vat_breakdown=[{"category": "X"}]))]
    ['X is not a VAT category.']
    """
    for row in case.invoice.vat_breakdown:
        if row.category and row.category not in CATEGORIES:
            yield Breach(f"{row.category} is not a VAT category.", actual=row.category)


@rule("AP-VAT-UNTAXED", Severity.ERROR, ("vat_breakdown",), "EN 16931-1:2017, BR-Z-09, E-09, AE-09, IC-09, G-09, O-09")
def untaxed_categories(case: Case) -> Iterable[Breach]:
    """Exempt, reverse-charged and exported supplies carry no VAT.

    >>> list(untaxed_categories(Case.of(vat_breakdown=[{"category": "AE", "tax": "0"}])))
    []
    >>> [wrong.message for wrong in untaxed_categories(Case.of(vat_breakdown=[{"category": "AE", "tax": "20"}]))]
    ['VAT category AE is without VAT, but 20.00 is charged.']
    """
    for row in case.invoice.vat_breakdown:
        if row.category in UNTAXED and row.tax:
            text = f"VAT category {row.category} is without VAT, but {money(row.tax)} is charged."
            yield Breach(text, "0.00", money(row.tax), figures={"category": row.category})


@rule(
    "AP-CREDIT-SIGN", Severity.ERROR, ("type_code", "gross_total"), "EN 16931-1:2017, BT-3: a credit note is positive"
)
def direction(case: Case) -> Iterable[Breach]:
    """What takes money back says so: a credit note by its type, not by a negative invoice.

    >>> list(direction(Case.of(type_code="381", gross_total="120")))
    []
    >>> [wrong.message for wrong in direction(Case.of(type_code="380", gross_total="-120"))]
    ['The invoice is negative (-120.00): it is a credit note under the type of an invoice.']
    >>> [wrong.severity for wrong in direction(Case.of(type_code="381", gross_total="-120"))]
    [<Severity.WARNING: 'warning'>]
    """
    total = case.invoice.gross_total if case.invoice.gross_total is not None else case.invoice.payable_total
    called = case.extraction.document_type if case.extraction else None
    if total is None:
        return
    if total < 0 and case.invoice.is_credit_note:
        text = f"The credit note is printed with a minus sign ({money(total)}); it is taken as money back once."
        yield Breach(text, actual=money(total), severity=Severity.WARNING, says="minus")
    elif total < 0:
        text = f"The invoice is negative ({money(total)}): it is a credit note under the type of an invoice."
        is_allowed = case.is_xml or case.invoice.type_code == CORRECTION  # negative e-invoices are valid ones
        yield Breach(text, actual=money(total), severity=Severity.WARNING if is_allowed else None)
    elif called == "credit_note" and case.invoice.type_code and not case.invoice.is_credit_note:
        text = f"The document calls itself a credit note, but its type {case.invoice.type_code} is an invoice's."
        yield Breach(text, "381", case.invoice.type_code, says="type")


@rule("AP-CREDIT-REFERENCE", Severity.WARNING, ("preceding_invoice",), "directive 2006/112 art. 219; CGI art. 289, I-5")
def names_what_it_corrects(case: Case) -> Iterable[Breach]:
    """A credit note names the invoice that it corrects, which is not itself.

    >>> list(names_what_it_corrects(Case.of(type_code="381", preceding_invoice="F-1", invoice_number="A-1")))
    []
    >>> [wrong.message for wrong in names_what_it_corrects(Case.of(type_code="381"))]
    ['A credit note must name the invoice that it corrects; none was found.']
    >>> itself = Case.of(type_code="381", preceding_invoice="A-1", invoice_number="A 1")
    >>> [wrong.message for wrong in names_what_it_corrects(itself)]
    ['The credit note names itself (A-1) as the invoice that it corrects.']
    """
    terms = case.invoice
    if not terms.is_credit_note:
        return
    if not terms.preceding_invoice:
        severity = Severity.NOTE if case.is_xml else None  # BT-25 is optional: a credit note may be for several
        yield Breach("A credit note must name the invoice that it corrects; none was found.", severity=severity)
    elif squeeze(terms.preceding_invoice) == squeeze(terms.invoice_number):
        text = f"The credit note names itself ({terms.preceding_invoice}) as the invoice that it corrects."
        yield Breach(text, actual=terms.preceding_invoice, says="itself")
