"""What the words of a French invoice must say between companies, as far as an invoice by itself can tell.

Only of readings whose words were searched (`Extraction.mentions`); the values are asked for in mandatory.py. What only
the parties know is not asked for: an option for VAT on debits, a delivery elsewhere, a day of delivery that is the
invoice's own. Warnings: a missing mention is the seller's offence (Code de commerce, art. L441-9 II), and no reason
not to pay. The mentions of decree 2022-1299 are due from the day on which e-invoicing begins for the seller: whoever
sends an e-invoice from September 2026, all others from September 2027.

>>> from validators.rule import RULES
>>> sum(name.startswith("AP-FR-SAYS-") for name in RULES)
9
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from models.finding import Severity
from models.names import fold
from validators.rule import Breach, Case, money, rule

CGI = "CGI annexe II, art. 242 nonies A, I"
L441 = "Code de commerce, art. L441-9 I and D441-5"
FIRST_OF_REFORM, ALL_OF_REFORM = date(2026, 9, 1), date(2027, 9, 1)  # loi de finances 2024, art. 91
# Forms of a company by which a name shows that capital and register must be printed (art. R123-238).
COMPANY_FORMS = frozenset({"sa", "sarl", "sas", "sasu", "eurl", "snc", "sca", "scs", "selarl", "selas", "sci", "sccv"})
SELF_BILLED = frozenset({"389", "261"})


def _is_asked(case: Case) -> bool:
    """Whether the words of this document must say what a French company's invoice says."""
    if case.mentions is None or case.seller_country != "FR" or case.context.rules.french_mentions == "off":
        return False
    profile = (case.extraction.profile if case.extraction else None) or ""
    kind = case.extraction.document_type if case.extraction else "invoice"
    return kind in ("invoice", "credit_note") and "minimum" not in profile.lower()


def _asked_to_pay(case: Case) -> bool:
    return _is_asked(case) and not case.invoice.is_credit_note


def _missing(case: Case, mention: str, text: str) -> Iterable[Breach]:
    if not case.says(mention):
        yield Breach(text, severity=_severity(case))


def _severity(case: Case) -> Severity | None:
    return Severity.NOTE if case.context.rules.french_mentions == "note" else None


@rule("AP-FR-SAYS-LATE-RATE", Severity.WARNING, (), L441)
def says_late_rate(case: Case) -> Iterable[Breach]:
    """A French invoice gives the rate of penalties for late payment.

    >>> from validators.rule import says
    >>> list(says_late_rate(Case.of(extraction=says("late_rate"), seller_vat_id="FR40303265045")))
    []
    >>> [w.message for w in says_late_rate(Case.of(extraction=says(), seller_vat_id="FR40303265045"))]
    ['A French invoice must give the rate of penalties for late payment; it was not found.']
    """
    text = "A French invoice must give the rate of penalties for late payment; it was not found."
    return _missing(case, "late_rate", text) if _asked_to_pay(case) else ()


@rule("AP-FR-SAYS-FORTY", Severity.WARNING, (), L441)
def says_forty_euros(case: Case) -> Iterable[Breach]:
    """A French invoice names the fixed compensation of 40 euros for recovery costs.

    >>> from validators.rule import says
    >>> list(says_forty_euros(Case.of(extraction=says("forty_euros"), seller_vat_id="FR40303265045")))
    []
    >>> [w.message for w in says_forty_euros(Case.of(extraction=says(), seller_vat_id="FR40303265045"))]
    ['A French invoice must name the compensation of 40 euros for recovery costs; it was not found.']
    """
    text = "A French invoice must name the compensation of 40 euros for recovery costs; it was not found."
    return _missing(case, "forty_euros", text) if _asked_to_pay(case) else ()


@rule("AP-FR-SAYS-DISCOUNT", Severity.WARNING, (), "Code de commerce, art. L441-9 I")
def says_discount(case: Case) -> Iterable[Breach]:
    """A French invoice gives the terms of a discount for early payment, or says that there is none.

    >>> from validators.rule import says
    >>> list(says_discount(Case.of(extraction=says("early_discount"), seller_vat_id="FR40303265045")))
    []
    >>> [w.message for w in says_discount(Case.of(extraction=says(), seller_vat_id="FR40303265045"))]
    ['A French invoice must give the terms of discount for early payment, or say that there is none; not found.']
    """
    text = "A French invoice must give the terms of discount for early payment, or say that there is none; not found."
    return _missing(case, "early_discount", text) if _asked_to_pay(case) else ()


@rule("AP-FR-SAYS-FRANCHISE", Severity.WARNING, ("tax_total",), "CGI art. 293 B and 293 E")
def says_franchise_and_charges_none(case: Case) -> Iterable[Breach]:
    """Who invoices without VAT under art. 293 B charges none.

    >>> from validators.rule import says
    >>> free = {"extraction": says("franchise"), "seller_vat_id": "FR40303265045"}
    >>> list(says_franchise_and_charges_none(Case.of(tax_total="0", **free)))
    []
    >>> [wrong.message for wrong in says_franchise_and_charges_none(Case.of(tax_total="20", **free))]
    ['The invoice says that no VAT applies (art. 293 B of the CGI), yet 20.00 of VAT is charged.']
    """
    tax = case.invoice.tax_total
    if _is_asked(case) and tax and case.says("franchise"):
        text = f"The invoice says that no VAT applies (art. 293 B of the CGI), yet {money(tax)} of VAT is charged."
        yield Breach(text, "0.00", money(tax))


@rule("AP-FR-SAYS-COMPANY", Severity.WARNING, (), "Code de commerce, art. R123-237 and R123-238")
def says_capital_and_register(case: Case) -> Iterable[Breach]:
    """A French company prints its form, its capital and the register in which it is entered.

    >>> from validators.rule import says
    >>> french = {"seller_vat_id": "FR40303265045", "seller_name": "Dupont SARL"}
    >>> list(says_capital_and_register(Case.of(extraction=says("capital", "register"), **french)))
    []
    >>> [wrong.message for wrong in says_capital_and_register(Case.of(extraction=says("capital"), **french))]
    ['A French company must print the register (RCS and town) in which it is entered; it was not found.']
    >>> [wrong.message for wrong in says_capital_and_register(Case.of(extraction=says("register"), **french))]
    ['A French company must print its share capital; it was not found.']
    >>> [w.message for w in says_capital_and_register(Case.of(extraction=says(), seller_vat_id="FR40303265045"))]
    ['A French seller must print its legal form, or that it is a sole trader (EI); neither was found.']
    """
    if not _is_asked(case) or case.says("no_capital", "sole_trader"):
        return
    words = fold(case.invoice.seller_name or "").replace(".", "").split()
    if COMPANY_FORMS.isdisjoint(words):
        if not case.says("legal_form"):
            text = "A French seller must print its legal form, or that it is a sole trader (EI); neither was found."
            yield Breach(text, severity=_severity(case), says="form")
        return
    if not case.says("capital"):
        text = "A French company must print its share capital; it was not found."
        yield Breach(text, severity=_severity(case), says="capital")
    if not case.says("register"):
        text = "A French company must print the register (RCS and town) in which it is entered; it was not found."
        yield Breach(text, severity=_severity(case))


@rule("AP-FR-SAYS-DELIVERY", Severity.NOTE, (), f"{CGI}, 10")
def says_delivery_day(case: Case) -> Iterable[Breach]:
    """A French invoice gives the day of delivery or service, where it is another than the invoice's.

    >>> from validators.rule import says
    >>> list(says_delivery_day(Case.of(extraction=says("delivery_day"), seller_vat_id="FR40303265045")))
    []
    >>> [w.message for w in says_delivery_day(Case.of(extraction=says(), seller_vat_id="FR40303265045"))]
    ['No day of delivery or service was found; a French invoice must give it where it is not the day of the invoice.']
    """
    if _asked_to_pay(case) and case.invoice.delivery_date is None and not case.says("delivery_day", "prepayment"):
        text = "a French invoice must give it where it is not the day of the invoice."
        yield Breach(f"No day of delivery or service was found; {text}")


def _reform_day(case: Case) -> date | None:
    """The day since which this invoice must bear the mentions of the reform; None where it need not yet."""
    issued, day = case.invoice.issue_date, FIRST_OF_REFORM if case.is_xml else ALL_OF_REFORM
    return day if issued is not None and issued >= day and _asked_to_pay(case) else None


@rule("AP-FR-SAYS-BUYER", Severity.WARNING, ("buyer_legal_id",), f"{CGI}, 1 (decree 2022-1299)")
def says_buyers_siren(case: Case) -> Iterable[Breach]:
    """Since the reform a French invoice gives the SIREN of a French buyer.

    >>> from validators.rule import says
    >>> new = {"extraction": says(), "seller_vat_id": "FR40303265045", "issue_date": "2027-10-01"}
    >>> list(says_buyers_siren(Case.of(buyer_legal_id="356000000", **new)))
    []
    >>> [wrong.message for wrong in says_buyers_siren(Case.of(**new))]
    ["A French invoice must give the buyer's SIREN since 2027-09-01; it was not found."]
    """
    day, terms = _reform_day(case), case.invoice
    is_given = terms.buyer_legal_id or case.buyer_country == "FR" or case.says("buyer_siren")
    if day and not is_given and case.buyer_country in ("", "FR"):
        text = f"A French invoice must give the buyer's SIREN since {day}; it was not found."
        yield Breach(text, severity=_severity(case), figures={"day": day.isoformat()})


@rule("AP-FR-SAYS-OPERATION", Severity.WARNING, (), f"{CGI}, 8 bis (decree 2022-1299)")
def says_operation(case: Case) -> Iterable[Breach]:
    """Since the reform a French invoice says whether it is for goods, for services, or for both.

    >>> from validators.rule import says
    >>> new = {"seller_vat_id": "FR40303265045", "issue_date": "2027-10-01"}
    >>> list(says_operation(Case.of(extraction=says("operation"), **new)))
    []
    >>> [wrong.message for wrong in says_operation(Case.of(extraction=says(), **new))]
    ['A French invoice must say whether it is for goods, services or both since 2027-09-01; it was not found.']
    """
    day = _reform_day(case)
    if day and not case.says("operation"):
        text = f"A French invoice must say whether it is for goods, services or both since {day}; it was not found."
        yield Breach(text, severity=_severity(case), figures={"day": day.isoformat()})


@rule("AP-FR-SAYS-SELF-BILLED", Severity.WARNING, ("type_code",), f"{CGI}, 14; CGI art. 289, I-2")
def says_self_billed(case: Case) -> Iterable[Breach]:
    """An invoice that the buyer wrote says so.

    >>> from validators.rule import says
    >>> own = {"seller_vat_id": "FR40303265045", "type_code": "389"}
    >>> list(says_self_billed(Case.of(extraction=says("self_billing"), **own)))
    []
    >>> [wrong.message for wrong in says_self_billed(Case.of(extraction=says(), **own))]
    ["An invoice that the buyer wrote must say so ('autofacturation'); it was not found."]
    """
    if _is_asked(case) and case.invoice.type_code in SELF_BILLED:
        text = "An invoice that the buyer wrote must say so ('autofacturation'); it was not found."
        yield from _missing(case, "self_billing", text)
