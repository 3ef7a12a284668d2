"""Identifiers that carry their own check: VAT ids, SIREN and SIRET, IBAN and BIC.

A wrong check digit on a page means that it was misread or made up: a person looks. In an e-invoice it is the
sender's own mistake and a warning, except for the bank account, which always holds.

>>> is_vat_id("FR 40 303 265 045"), is_vat_id("FR41303265045"), is_vat_id("MC12345")
(True, False, None)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.fr import siren, siret

from models.finding import Severity
from models.reference import squeeze
from validators.rule import Breach, Case, rule

# Outside the union, but their ids are met on European invoices.
_OTHER_COUNTRIES = ("ch", "gb", "no")


@lru_cache(maxsize=16_384)
def is_vat_id(vat_id: str) -> bool | None:
    """Whether the check digits are right; None where the country or its scheme is unknown."""
    number = squeeze(vat_id)
    country = {"EL": "gr", "XI": "gb"}.get(number[:2], number[:2].lower())
    if country in eu_vat.MEMBER_STATES:
        return bool(eu_vat.is_valid(number))
    module = get_cc_module(country, "vat") if country in _OTHER_COUNTRIES else None
    return bool(module.is_valid(number)) if module is not None else None


@lru_cache(maxsize=16_384)
def is_iban(iban: str) -> bool:
    """Whether an IBAN has its country's shape and right check digits.

    >>> is_iban("FR76 3000 6000 0112 3456 7890 189"), is_iban("FR76 3000 6000 0112 3456 7890 188"), is_iban("12")
    (True, False, False)
    """
    try:
        IBAN(squeeze(iban))
    except (SchwiftyException, ValueError):
        return False
    return True


def _severity(case: Case) -> Severity:
    return Severity.WARNING if case.is_xml else Severity.ERROR


def _vat_breach(vat_id: str | None, whose: str, severity: Severity | None = None) -> Iterable[Breach]:
    if vat_id and is_vat_id(vat_id) is False:
        text = f"The {whose} VAT id {vat_id} is not a valid one: its length or its check digits are wrong."
        yield Breach(text, actual=vat_id, severity=severity)


@rule("AP-VAT-ID", Severity.ERROR, ("seller_vat_id",), "directive 2006/112 art. 214; check digits of each country")
def seller_vat_id(case: Case) -> Iterable[Breach]:
    """The seller's VAT id has right check digits.

    >>> list(seller_vat_id(Case.of(seller_vat_id="FR40303265045")))
    []
    >>> [wrong.message for wrong in seller_vat_id(Case.of(seller_vat_id="FR40303265046"))]
    ["The seller's VAT id FR40303265046 is not a valid one: its length or its check digits are wrong."]
    """
    return _vat_breach(case.invoice.seller_vat_id, "seller's", _severity(case))


@rule("AP-VAT-ID-BUYER", Severity.WARNING, ("buyer_vat_id",), "directive 2006/112 art. 226 (4)")
def buyer_vat_id(case: Case) -> Iterable[Breach]:
    """The buyer's VAT id has right check digits.

    >>> list(buyer_vat_id(Case.of(buyer_vat_id="DE136695976")))
    []
    >>> [wrong.actual for wrong in buyer_vat_id(Case.of(buyer_vat_id="DE136695977"))]
    ['DE136695977']
    """
    return _vat_breach(case.invoice.buyer_vat_id, "buyer's")


@rule("AP-LEGAL-ID", Severity.ERROR, ("seller_legal_id",), "Code de commerce, art. R123-221; Luhn, La Poste excepted")
def seller_legal_id(case: Case) -> Iterable[Breach]:
    """A SIREN or SIRET of a French seller has a right check digit; the branches of La Poste follow another rule.

    >>> french = {"seller_vat_id": "FR39356000000"}
    >>> list(seller_legal_id(Case.of(seller_legal_id="356 000 000 00048", **french)))
    []
    >>> list(seller_legal_id(Case.of(seller_legal_id="35600000049837", **french)))
    []
    >>> [w.message for w in seller_legal_id(Case.of(seller_legal_id="356000001", **french))]
    ['The registration 356000001 is not a valid SIREN: its check digit is wrong.']
    """
    number = squeeze(case.invoice.seller_legal_id)
    if not number.isdecimal() or len(number) not in (9, 14) or not _is_french(case):
        return
    name, scheme = ("SIREN", siren) if len(number) == 9 else ("SIRET", siret)
    if not scheme.is_valid(number):
        text = f"The registration {number} is not a valid {name}: its check digit is wrong."
        yield Breach(text, actual=number, severity=_severity(case), figures={"name": name})


def _is_french(case: Case) -> bool:
    return case.seller_country == "FR" or (case.supplier is not None and case.supplier.country == "FR")


@rule("AP-FR-KEY", Severity.ERROR, ("seller_vat_id", "seller_legal_id"), "BOFiP TVA-DECLA-20-10-10: FR, key, SIREN")
def siren_in_vat_id(case: Case) -> Iterable[Breach]:
    """The SIREN inside a French VAT id is the seller's own.

    >>> list(siren_in_vat_id(Case.of(seller_vat_id="FR40303265045", seller_legal_id="30326504500017")))
    []
    >>> [w.message for w in siren_in_vat_id(Case.of(seller_vat_id="FR40303265045", seller_legal_id="356000000"))]
    ['The VAT id FR40303265045 is of the company 303265045, but the registration says 356000000.']
    """
    vat_id, legal = squeeze(case.invoice.seller_vat_id), squeeze(case.invoice.seller_legal_id)
    if len(vat_id) == 13 and vat_id.startswith("FR") and legal.isdecimal() and len(legal) in (9, 14):
        inside = vat_id[4:]
        if inside != legal[:9]:
            text = f"The VAT id {vat_id} is of the company {inside}, but the registration says {legal[:9]}."
            yield Breach(text, inside, legal[:9], figures={"number": vat_id})


@rule("AP-BANK-INVALID", Severity.HOLD, ("iban",), "ISO 13616, mod 97")
def iban(case: Case) -> Iterable[Breach]:
    """The IBAN has its country's length and right check digits.

    >>> list(iban(Case.of(iban="FR7630006000011234567890189")))
    []
    >>> [wrong.message for wrong in iban(Case.of(iban="FR7630006000011234567890188"))]
    ['The bank account FR7630006000011234567890188 is not a valid IBAN: its length or its check digits are wrong.']
    """
    account = squeeze(case.invoice.iban)
    if account and not is_iban(account):
        text = f"The bank account {account} is not a valid IBAN: its length or its check digits are wrong."
        yield Breach(text, actual=account)


@rule("AP-BANK-COUNTRY", Severity.WARNING, ("iban", "seller_vat_id"), "a usual sign of payment fraud")
def iban_country(case: Case) -> Iterable[Breach]:
    """The bank account is in the seller's country; elsewhere is legal, and worth a look.

    >>> list(iban_country(Case.of(iban="FR7630006000011234567890189", seller_vat_id="FR40303265045")))
    []
    >>> [w.message for w in iban_country(Case.of(iban="LT121000011101001000", seller_vat_id="FR40303265045"))]
    ['The seller is in FR, but its bank account is in LT.']
    """
    account, vat_id = squeeze(case.invoice.iban), squeeze(case.invoice.seller_vat_id)
    country = (case.supplier.country if case.supplier else None) or vat_id[:2].replace("EL", "GR")
    if account[:2].isalpha() and country.isalpha() and account and country and account[:2] != country:
        text = f"The seller is in {country}, but its bank account is in {account[:2]}."
        yield Breach(text, country, account[:2])


@rule("AP-BIC", Severity.WARNING, ("bic",), "ISO 9362")
def bic(case: Case) -> Iterable[Breach]:
    """The BIC is well formed and of the IBAN's country.

    >>> list(bic(Case.of(bic="AGRIFRPP", iban="FR7630006000011234567890189")))
    []
    >>> [wrong.message for wrong in bic(Case.of(bic="AGRIDEPP", iban="FR7630006000011234567890189"))]
    ['The BIC AGRIDEPP is of a bank in DE, the IBAN of one in FR.']
    """
    code, account = squeeze(case.invoice.bic), squeeze(case.invoice.iban)
    if not code:
        return
    try:
        country = str(BIC(code).country_code)
    except (SchwiftyException, ValueError):
        yield Breach(f"The BIC {code} is not well formed.", actual=code, says="shape")
        return
    if account and country != account[:2]:
        text = f"The BIC {code} is of a bank in {country}, the IBAN of one in {account[:2]}."
        yield Breach(text, account[:2], country, figures={"code": code})
