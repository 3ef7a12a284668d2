"""Codes out of closed lists, and what they commit the amounts to: currency, document type, VAT category and rate.

>>> "EUR" in currencies(), "EUX" in currencies()
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

import pycountry

from models.finding import Severity
from models.invoice import CREDIT_NOTE_CODES
from models.money import decimal_text
from models.reference import squeeze
from validators.rule import Breach, Case, money, rule

EN_CODES = "EN 16931-1:2017, 6.5 code lists"
INVOICE_CODES = frozenset(
    [
        "71",
        "80",
        "82",
        "84",
        "102",
        "130",
        "202",
        "203",
        "204",
        "211",
        "218",
        "219",
        "295",
        "325",
        "326",
        "331",
        "380",
        "382",
        "383",
        "384",
        "385",
        "386",
        "387",
        "388",
        "389",
        "390",
        "393",
        "394",
        "395",
        "456",
        "457",
        "471",
        "472",
        "473",
        "500",
        "501",
        "502",
        "503",
        "527",
        "553",
        "575",
        "623",
        "633",
        "751",
        "780",
        "817",
        "870",
        "875",
        "876",
        "877",
        "935",
    ]
)
CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"})
CORRECTION = "384"
UNTAXED = frozenset({"Z", "E", "AE", "K", "G", "O"})

# Rates in force or formerly in force, in per cent: a rate outside its country's set is misread or wrong.
# Source: European Commission, VAT rates applied in the member states, 2026-01; France with overseas and Corsica.
VAT_RATES: dict[str, frozenset[Decimal]] = {
    country: frozenset(map(Decimal, rates.split()))
    for country, rates in {
        "FR": "0 0.9 1.05 1.75 2.1 5.5 8.5 10 13 19.6 20 7",
        "DE": "0 5 5.5 7 9 10.7 16 19 7.8 8.4",
        "BE": "0 6 12 21",
        "LU": "0 3 7 8 13 14 16 17",
        "NL": "0 6 9 21",
        "AT": "0 5 10 12 13 19 20 4.9",
        "ES": "0 2 4 5 7.5 10 21 0.5 0.62 1 1.4 1.75 5.2 3 7 9.5 15 20",
        "IT": "0 4 5 10 22",
        "PT": "0 4 5 6 9 12 13 16 22 23",
        "IE": "0 4.8 9 13.5 21 23 5 5.1",
        "PL": "0 3 4 5 7 8 22 23",
        "DK": "0 25",
        "SE": "0 6 12 25",
        "FI": "0 10 13.5 14 24 25.5",
        "GB": "0 5 20 12.5",
        "CH": "0 2.5 2.6 3.7 3.8 7.7 8.1",
    }.items()
}


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
            yield Breach(text, "0.00", money(row.tax))


@rule("AP-VAT-RATE", Severity.WARNING, ("vat_breakdown",), "directive 2006/112 art. 96-105; national rates")
def rates_of_country(case: Case) -> Iterable[Breach]:
    """The VAT rate exists in the seller's country.

    >>> list(rates_of_country(Case.of(seller_vat_id="FR40303265045", vat_breakdown=[{"rate": "5.50"}])))
    []
    >>> [w.message for w in rates_of_country(Case.of(seller_vat_id="FR40303265045", vat_breakdown=[{"rate": "21"}]))]
    ['21 % is not a VAT rate of FR.']
    """
    country = squeeze(case.invoice.seller_vat_id)[:2]
    rates = VAT_RATES.get(country)
    for row in case.invoice.vat_breakdown if rates else ():
        if rates and row.rate is not None and row.rate not in rates:
            rate = decimal_text(row.rate.normalize())
            yield Breach(f"{rate} % is not a VAT rate of {country}.", actual=rate)


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
        yield Breach(text, actual=money(total), severity=Severity.WARNING)
    elif total < 0:
        text = f"The invoice is negative ({money(total)}): it is a credit note under the type of an invoice."
        is_allowed = case.is_xml or case.invoice.type_code == CORRECTION  # negative e-invoices are valid ones
        yield Breach(text, actual=money(total), severity=Severity.WARNING if is_allowed else None)
    elif called == "credit_note" and case.invoice.type_code and not case.invoice.is_credit_note:
        text = f"The document calls itself a credit note, but its type {case.invoice.type_code} is an invoice's."
        yield Breach(text, "381", case.invoice.type_code)
