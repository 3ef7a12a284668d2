"""What must stand on an invoice: EN 16931 (BR-02 and following) and the mentions that French law asks for.

What payment needs is asked of every document; what is a formality of e-invoices is asked of e-invoices only.

>>> from validators.rule import RULES
>>> RULES["BR-02"].terms
('invoice_number',)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models.finding import Severity
from models.invoice import TERMS
from validators.rule import Breach, Case, rule

EN_RULES = "EN 16931-1:2017, 6.4.1"
CGI = "CGI annexe II, art. 242 nonies A"
COMMERCE = "Code de commerce, art. L441-9 and R123-237"
SMALL_INVOICE = Decimal(150)  # net: up to here the VAT number may be left out (CGI annexe II, art. 242 nonies A, II)
NAMES = {
    "invoice_number": "invoice number",
    "issue_date": "invoice date",
    "type_code": "invoice type code",
    "currency": "currency",
    "seller_name": "seller's name",
    "buyer_name": "buyer's name",
    "sum_of_lines": "sum of the lines",
    "net_total": "net total",
    "gross_total": "gross total",
    "payable_total": "amount to pay",
}
# Profiles of Factur-X and ZUGFeRD that have no lines by design.
PROFILES_WITHOUT_LINES = ("minimum", "basicwl", "basic-wl")


def _missing(case: Case, term: str) -> Iterable[Breach]:
    if getattr(case.invoice, term) in (None, ""):
        yield Breach(f"The {NAMES[term]} ({TERMS[term].bt}) is missing.")


def _has_lines_profile(case: Case) -> bool:
    profile = (case.extraction.profile if case.extraction else None) or ""
    return case.is_xml and not any(name in profile.lower() for name in PROFILES_WITHOUT_LINES)


@rule("BR-02", Severity.ERROR, ("invoice_number",), EN_RULES)
def has_number(case: Case) -> Iterable[Breach]:
    """An invoice has a number.

    >>> list(has_number(Case.of(invoice_number="F-1")))
    []
    >>> [wrong.message for wrong in has_number(Case.of())]
    ['The invoice number (BT-1) is missing.']
    """
    is_receipt = case.extraction is not None and case.extraction.document_type == "receipt"
    return () if is_receipt else _missing(case, "invoice_number")


@rule("BR-03", Severity.ERROR, ("issue_date",), EN_RULES)
def has_date(case: Case) -> Iterable[Breach]:
    """An invoice has a date.

    >>> list(has_date(Case.of(issue_date="2026-05-04")))
    []
    >>> [wrong.message for wrong in has_date(Case.of())]
    ['The invoice date (BT-2) is missing.']
    """
    return _missing(case, "issue_date")


@rule("BR-04", Severity.ERROR, ("type_code",), EN_RULES)
def has_type_code(case: Case) -> Iterable[Breach]:
    """An e-invoice has a type code; a page shows none.

    >>> list(has_type_code(Case.of()))
    []
    >>> from models.extraction import Extraction
    >>> from models.invoice import Invoice
    >>> xml = Extraction(invoice=Invoice(), evidence={}, source="xml")
    >>> [wrong.message for wrong in has_type_code(Case.of(extraction=xml))]
    ['The invoice type code (BT-3) is missing.']
    """
    return _missing(case, "type_code") if case.is_xml else ()


@rule("BR-05", Severity.ERROR, ("currency",), EN_RULES)
def has_currency(case: Case) -> Iterable[Breach]:
    """An invoice has a currency.

    >>> list(has_currency(Case.of(currency="EUR")))
    []
    >>> [wrong.message for wrong in has_currency(Case.of())]
    ['The currency (BT-5) is missing.']
    """
    return _missing(case, "currency")


@rule("BR-06", Severity.ERROR, ("seller_name",), EN_RULES)
def has_seller(case: Case) -> Iterable[Breach]:
    """An invoice has a seller.

    >>> list(has_seller(Case.of(seller_name="Dupont SARL")))
    []
    >>> [wrong.message for wrong in has_seller(Case.of())]
    ["The seller's name (BT-27) is missing."]
    """
    return _missing(case, "seller_name")


@rule("BR-07", Severity.WARNING, ("buyer_name",), EN_RULES)
def has_buyer(case: Case) -> Iterable[Breach]:
    """An invoice names its buyer; an error on an e-invoice, a warning on a page.

    >>> list(has_buyer(Case.of(buyer_name="Mairie de Vizille")))
    []
    >>> [wrong.message for wrong in has_buyer(Case.of())]
    ["The buyer's name (BT-44) is missing."]
    """
    is_receipt = case.extraction is not None and case.extraction.document_type == "receipt"
    for breach in () if is_receipt else _missing(case, "buyer_name"):
        yield breach._replace(severity=Severity.ERROR if case.is_xml else None)


@rule("BR-12", Severity.ERROR, ("sum_of_lines",), EN_RULES)
def has_sum_of_lines(case: Case) -> Iterable[Breach]:
    """An e-invoice with lines gives their sum.

    >>> list(has_sum_of_lines(Case.of()))
    []
    >>> from models.extraction import Extraction
    >>> from models.invoice import Invoice
    >>> xml = Extraction(invoice=Invoice(), evidence={}, source="xml")
    >>> [wrong.message for wrong in has_sum_of_lines(Case.of(extraction=xml))]
    ['The sum of the lines (BT-106) is missing.']
    """
    return _missing(case, "sum_of_lines") if _has_lines_profile(case) else ()


@rule("BR-13", Severity.WARNING, ("net_total",), EN_RULES)
def has_net_total(case: Case) -> Iterable[Breach]:
    """An invoice gives its total without VAT; an error on an e-invoice.

    >>> list(has_net_total(Case.of(net_total="10")))
    []
    >>> [wrong.message for wrong in has_net_total(Case.of())]
    ['The net total (BT-109) is missing.']
    """
    for breach in _missing(case, "net_total"):
        yield breach._replace(severity=Severity.ERROR if case.is_xml else None)


@rule("BR-14", Severity.ERROR, ("gross_total",), EN_RULES)
def has_gross_total(case: Case) -> Iterable[Breach]:
    """An invoice gives its total with VAT.

    >>> list(has_gross_total(Case.of(gross_total="12")))
    []
    >>> [wrong.message for wrong in has_gross_total(Case.of())]
    ['The gross total (BT-112) is missing.']
    """
    return _missing(case, "gross_total")


@rule("BR-15", Severity.ERROR, ("payable_total",), EN_RULES)
def has_payable_total(case: Case) -> Iterable[Breach]:
    """An e-invoice says what is to be paid.

    >>> list(has_payable_total(Case.of()))
    []
    >>> from models.extraction import Extraction
    >>> from models.invoice import Invoice
    >>> xml = Extraction(invoice=Invoice(), evidence={}, source="xml")
    >>> [wrong.message for wrong in has_payable_total(Case.of(extraction=xml))]
    ['The amount to pay (BT-115) is missing.']
    """
    return _missing(case, "payable_total") if case.is_xml else ()


@rule("BR-16", Severity.ERROR, ("lines",), EN_RULES)
def has_lines(case: Case) -> Iterable[Breach]:
    """An e-invoice has at least one line, unless its profile has none by design.

    >>> list(has_lines(Case.of()))
    []
    >>> from models.extraction import Extraction
    >>> from models.invoice import Invoice
    >>> xml = Extraction(invoice=Invoice(), evidence={}, source="xml")
    >>> [wrong.message for wrong in has_lines(Case.of(extraction=xml))]
    ['The e-invoice has no line.']
    """
    if _has_lines_profile(case) and not case.invoice.lines:
        yield Breach("The e-invoice has no line.")


@rule("BR-CO-26", Severity.WARNING, ("seller_vat_id", "seller_legal_id"), f"{EN_RULES}; EN 16931-1:2017 BR-CO-26")
def has_seller_identifier(case: Case) -> Iterable[Breach]:
    """The seller can be identified by more than a name.

    >>> list(has_seller_identifier(Case.of(seller_legal_id="303265045")))
    []
    >>> [wrong.message for wrong in has_seller_identifier(Case.of())]
    ["Neither the seller's VAT id nor its registration number was found."]
    """
    # An e-invoice has a third identifier (BT-29), which is not read; the published rule knows it.
    if not case.is_xml and not case.invoice.seller_vat_id and not case.invoice.seller_legal_id:
        yield Breach("Neither the seller's VAT id nor its registration number was found.")


def _is_french(case: Case) -> bool:
    return case.seller_country == "FR" or (case.supplier is not None and case.supplier.country == "FR")


@rule("AP-FR-SIREN", Severity.WARNING, ("seller_legal_id",), f"{COMMERCE}; {CGI}")
def french_seller_has_siren(case: Case) -> Iterable[Breach]:
    """A French seller prints its SIREN (inside the VAT id it does not count as printed, but is known).

    >>> list(french_seller_has_siren(Case.of(seller_vat_id="FR40303265045", seller_legal_id="303265045")))
    []
    >>> [wrong.message for wrong in french_seller_has_siren(Case.of(seller_vat_id="FR40303265045"))]
    ["A French invoice must show the seller's SIREN; none was found."]
    """
    if _is_french(case) and not case.invoice.seller_legal_id:
        yield Breach("A French invoice must show the seller's SIREN; none was found.")


@rule("AP-FR-VAT-ID", Severity.WARNING, ("seller_vat_id",), CGI)
def french_seller_has_vat_id(case: Case) -> Iterable[Breach]:
    """A French seller that charges VAT prints its VAT id, above 150 euros net.

    >>> from models.order import Supplier
    >>> france = Supplier(seller_id="S1", name="Dupont", country="FR")
    >>> list(french_seller_has_vat_id(Case.of(supplier=france, net_total="100", tax_total="20")))
    []
    >>> [w.message for w in french_seller_has_vat_id(Case.of(supplier=france, net_total="1000", tax_total="200"))]
    ["A French invoice over 150.00 net with VAT must show the seller's VAT id; none was found."]
    """
    terms = case.invoice
    has_tax = terms.tax_total is not None and terms.tax_total != 0
    is_small = terms.net_total is not None and abs(terms.net_total) <= SMALL_INVOICE
    if _is_french(case) and not terms.seller_vat_id and has_tax and not is_small:
        yield Breach("A French invoice over 150.00 net with VAT must show the seller's VAT id; none was found.")


@rule("AP-FR-DUE-DATE", Severity.WARNING, ("due_date", "payment_terms"), COMMERCE)
def french_invoice_has_due_date(case: Case) -> Iterable[Breach]:
    """A French invoice says when it is to be paid; a credit note need not.

    >>> list(french_invoice_has_due_date(Case.of(seller_vat_id="FR40303265045", due_date="2026-07-01")))
    []
    >>> [wrong.message for wrong in french_invoice_has_due_date(Case.of(seller_vat_id="FR40303265045"))]
    ['A French invoice must say when it is to be paid; no due date or payment terms were found.']
    """
    terms = case.invoice
    if _is_french(case) and not terms.is_credit_note and not terms.due_date and not terms.payment_terms:
        yield Breach("A French invoice must say when it is to be paid; no due date or payment terms were found.")


@rule("AP-FR-VAT-RATES", Severity.WARNING, ("vat_breakdown",), CGI)
def french_invoice_shows_rates(case: Case) -> Iterable[Breach]:
    """A French invoice with VAT shows the base and the VAT of each rate; one rate may stand in the words alone.

    >>> list(french_invoice_shows_rates(Case.of(seller_vat_id="FR40303265045", tax_total="0")))
    []
    >>> from validators.rule import says
    >>> shown = Case.of(extraction=says("vat_rate"), seller_vat_id="FR40303265045", tax_total="20")
    >>> list(french_invoice_shows_rates(shown))
    []
    >>> [wrong.message for wrong in french_invoice_shows_rates(Case.of(seller_vat_id="FR40303265045", tax_total="20"))]
    ['A French invoice must show the VAT of each rate; 20.00 of VAT is charged without one.']
    """
    tax = case.invoice.tax_total
    is_shown = bool(case.invoice.vat_breakdown) or case.says("vat_rate")
    if _is_french(case) and tax and not is_shown and _shows_all(case):
        yield Breach(f"A French invoice must show the VAT of each rate; {tax:.2f} of VAT is charged without one.",
                     actual=f"{tax:.2f}")  # fmt: skip


def _shows_all(case: Case) -> bool:
    profile = (case.extraction.profile if case.extraction else None) or ""
    return "minimum" not in profile.lower()
