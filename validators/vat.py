"""VAT by law: rates that held on the day, who owes it, and why none is charged.

>>> from validators.rule import RULES
>>> RULES["AP-VAT-RATE"].severity
<Severity.WARNING: 'warning'>
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from models.finding import Severity
from models.invoice import Invoice
from validators.rates import country_of, is_covered, rates_at, when_held
from validators.rule import Breach, Case, money, per_cent, rule

# A supply of last month is invoiced at last month's rate (directive 2006/112, art. 63 and 222: by the 15th of the
# month after), and a page seldom shows the day of the supply.
GRACE = timedelta(days=46)
# Directive 2006/112, art. 5; Monaco counts as France.
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK"
MEMBERS = frozenset(_MEMBERS.split())
WHY_NONE = ("reverse_charge", "franchise", "exemption", "community", "export", "margin", "igic")


def _days(invoice: Invoice) -> tuple[date, ...]:
    """The days whose rates may hold: that of the supply, else the invoice's and those shortly before."""
    if invoice.issue_date is None:
        return ()
    earliest = invoice.delivery_date or invoice.issue_date - min(GRACE, invoice.issue_date - date.min)
    return (earliest, invoice.delivery_date or earliest, invoice.issue_date)


@rule("AP-VAT-RATE", Severity.WARNING, ("vat_breakdown",), "directive 2006/112 art. 63, 93 to 105; national rates")
def rates_of_country(case: Case) -> Iterable[Breach]:
    """The VAT rate held in the seller's country on the day of the supply; a credit note may give back an older one.

    >>> french = {"seller_vat_id": "FR40303265045", "issue_date": "2026-05-04"}
    >>> list(rates_of_country(Case.of(vat_breakdown=[{"rate": "5.50"}], **french)))
    []
    >>> [wrong.message for wrong in rates_of_country(Case.of(vat_breakdown=[{"rate": "21"}], **french))]
    ['21 % is not a VAT rate of FR.']
    >>> [wrong.message for wrong in rates_of_country(Case.of(vat_breakdown=[{"rate": "19.6"}], **french))]
    ['19.6 % was not a VAT rate of FR on 2026-05-04; it held from 2000-04-01 to 2013-12-31.']
    """
    country, days, issued = country_of(case.seller_country), _days(case.invoice), case.invoice.issue_date
    if not country:
        return
    for row in case.invoice.vat_breakdown:
        if row.rate is None or row.category in {"L", "M", "O"}:  # taxes of the Canary Islands and Ceuta have no country
            continue
        held, rate = when_held(country, row.rate), per_cent(row.rate)
        if row.rate and not held:
            yield Breach(f"{rate} % is not a VAT rate of {country}.", actual=rate, figures={"country": country})
        elif issued is not None and _is_past(case, country, row.rate, days):
            first, last = held[-1].first.isoformat(), min(held[-1].last, date(9999, 12, 31)).isoformat()
            text = f"{rate} % was not a VAT rate of {country} on {issued}; it held from {first} to {last}."
            figures = {"country": country, "day": issued.isoformat(), "first": first, "last": last}
            yield Breach(text, actual=rate, says="then", figures=figures)


def _is_past(case: Case, country: str, rate: Decimal, days: tuple[date, ...]) -> bool:
    """Whether a rate held, but on none of the days that count."""
    if not days or not is_covered(country, days[-1]) or any(rate in rates_at(country, day) for day in days):
        return False
    is_older = any(span.first <= days[-1] for span in when_held(country, rate))
    return not (case.invoice.is_credit_note and is_older)


def _is_reversed(case: Case) -> bool:
    """Whether the buyer owes the VAT: by the code, or by the words where no VAT is charged."""
    if any(row.category == "AE" for row in case.invoice.vat_breakdown):
        return True
    return case.says("reverse_charge") and not case.is_xml and case.invoice.tax_total is not None and (
        not case.invoice.tax_total
    )  # fmt: skip


@rule(
    "AP-VAT-REVERSE", Severity.WARNING, ("tax_total", "vat_breakdown"), "directive 2006/112 art. 194 to 199, 226 (11a)"
)
def reversed_is_untaxed(case: Case) -> Iterable[Breach]:
    """Where the words say that the buyer owes the VAT, the seller charges none.

    >>> from validators.rule import says
    >>> said = says("reverse_charge")
    >>> list(reversed_is_untaxed(Case.of(extraction=said, net_total="100", tax_total="0")))
    []
    >>> [wrong.message for wrong in reversed_is_untaxed(Case.of(extraction=said, net_total="100", tax_total="20"))]
    ['The words say that the buyer owes the VAT (reverse charge), yet 20.00 of VAT is charged.']
    """
    tax, rows = case.invoice.tax_total, case.invoice.vat_breakdown
    is_part = any(not row.tax for row in rows) and len(rows) > 1  # some rows are taxed, the reversed one is not
    if case.is_xml or not tax or is_part or not case.says("reverse_charge"):
        return
    text = f"The words say that the buyer owes the VAT (reverse charge), yet {money(tax)} of VAT is charged."
    yield Breach(text, "0.00", money(tax))


@rule("AP-VAT-REVERSE-IDS", Severity.WARNING, ("seller_vat_id", "buyer_vat_id"),
      "directive 2006/112 art. 226 (3) and (4); CGI annexe II, art. 242 nonies A, I")  # fmt: skip
def reversed_names_both(case: Case) -> Iterable[Breach]:
    """Where the buyer owes the VAT, both VAT ids stand on the invoice.

    >>> rows = [{"category": "AE", "taxable": "100", "tax": "0"}]
    >>> both = {"seller_vat_id": "DE136695976", "buyer_vat_id": "FR40303265045"}
    >>> list(reversed_names_both(Case.of(vat_breakdown=rows, **both)))
    []
    >>> [w.message for w in reversed_names_both(Case.of(vat_breakdown=rows, seller_vat_id="DE136695976"))]
    ["The buyer owes the VAT (reverse charge), so both VAT ids must be shown; the buyer's was not found."]
    """
    terms = case.invoice
    if not _is_reversed(case):
        return
    is_known = {"seller": terms.seller_vat_id, "buyer": terms.buyer_vat_id or (case.is_xml and terms.buyer_legal_id)}
    for party, vat_id in is_known.items():
        if not vat_id:
            text = f"both VAT ids must be shown; the {party}'s was not found."
            yield Breach(f"The buyer owes the VAT (reverse charge), so {text}", terms=(f"{party}_vat_id",), says=party)


@rule("AP-VAT-COMMUNITY", Severity.WARNING, ("buyer_vat_id",), "directive 2006/112 art. 138 (1); CGI art. 262 ter, I")
def community_supply_names_buyer(case: Case) -> Iterable[Breach]:
    """A tax-free supply to another member state names the VAT id that the buyer has there.

    >>> rows = [{"category": "K", "taxable": "100", "tax": "0"}]
    >>> seller = {"seller_vat_id": "DE136695976", "vat_breakdown": rows}
    >>> list(community_supply_names_buyer(Case.of(buyer_vat_id="FR40303265045", **seller)))
    []
    >>> [wrong.message for wrong in community_supply_names_buyer(Case.of(**seller))]
    ["A tax-free supply within the European Union needs the buyer's VAT id of another member state; none was found."]
    >>> [wrong.message for wrong in community_supply_names_buyer(Case.of(buyer_vat_id="DE136695976", **seller))]
    ["A tax-free supply within the European Union needs the buyer's VAT id of another member state; it is of DE."]
    """
    by_code = any(row.category == "K" for row in case.invoice.vat_breakdown)
    by_words = not case.is_xml and case.says("community") and case.invoice.tax_total == 0
    if not (by_code or by_words):
        return
    buyer, seller = case.buyer_country, case.seller_country
    text = "A tax-free supply within the European Union needs the buyer's VAT id of another member state; "
    if not buyer:
        yield Breach(f"{text}none was found.")
    elif buyer == seller or buyer not in MEMBERS | {"GB"}:  # XI: goods of Northern Ireland
        yield Breach(f"{text}it is of {buyer}.", actual=buyer, says="same")


@rule("AP-VAT-SAYS-WHY", Severity.WARNING, (), "directive 2006/112 art. 226 (11) to (14); CGI annexe II, 242 nonies A")
def untaxed_says_why(case: Case) -> Iterable[Breach]:
    """An invoice of the European Union without VAT says why.

    >>> from validators.rule import says
    >>> free = {"seller_vat_id": "FR40303265045", "net_total": "100", "tax_total": "0", "gross_total": "100"}
    >>> list(untaxed_says_why(Case.of(extraction=says("exemption"), **free)))
    []
    >>> [wrong.message for wrong in untaxed_says_why(Case.of(extraction=says(), **free))]
    ['No VAT is charged and the invoice does not say why (exemption, reverse charge, article of law).']
    """
    if case.is_xml or case.mentions is None or case.seller_country not in MEMBERS or case.says(*WHY_NONE):
        return  # an e-invoice has its own terms for the reason, BT-120 and BT-121, which the published rules ask for
    terms = case.invoice
    is_untaxed = terms.tax_total == 0 and bool(terms.net_total) and terms.net_total == terms.gross_total
    is_receipt = case.extraction is not None and case.extraction.document_type == "receipt"
    if is_untaxed and not is_receipt:
        yield Breach("No VAT is charged and the invoice does not say why (exemption, reverse charge, article of law).")
