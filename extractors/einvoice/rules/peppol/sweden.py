"""Peppol's national rules of Sweden: VAT and organisation numbers, F-skatt, rates, bankgiro and plusgiro."""

from __future__ import annotations

import math
from collections.abc import Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, scheme, text
from extractors.einvoice.rules.peppol.identifiers import is_swedish
from extractors.einvoice.rules.peppol.registry import rule, warn
from extractors.einvoice.rules.xpath.values import XPathError, to_double

RATES = (6.0, 12.0, 25.0)
F_TAX = "GODKÄND FÖR F-SKATT"


def _sellers(bill: Bill) -> list[Node]:
    """Sellers with an address in Sweden."""
    return [party for party in bill.all("seller") if bill.say("party", party, "country") == "SE"]


def _with_vat(bill: Bill) -> list[Node]:
    """Those with a Swedish VAT number."""
    return [party for party in _sellers(bill) if any(value.startswith("SE") for value in bill.vat_ids(party))]


def _is_numeric(value: str) -> bool:
    try:
        return not math.isnan(to_double(value))
    except XPathError:
        return False


@rule("SE-R-001", "A Swedish VAT number (BT-31) has 14 characters.")
def _vat_has_length(bill: Bill) -> Iterable[Node]:
    return [party for party in _with_vat(bill) if any(len(" ".join(v.split())) != 14 for v in bill.vat_ids(party))]


@rule("SE-R-002", "A Swedish VAT number (BT-31) ends in 12 digits.")
def _vat_is_numeric(bill: Bill) -> Iterable[Node]:
    return [party for party in _with_vat(bill) if not all(_is_numeric(v[2:14]) for v in bill.vat_ids(party))]


def _numbers(bill: Bill) -> list[Node]:
    return [node for party in _sellers(bill) for node in bill.of("party", party, "legal_id")]


@rule("SE-R-003", "A Swedish organisation number (BT-30) is numeric.")
def _organisation_is_numeric(bill: Bill) -> Iterable[Node]:
    return [node for node in _numbers(bill) if not _is_numeric(node.string)]


@rule("SE-R-004", "A Swedish organisation number (BT-30) has 10 digits.")
def _organisation_has_length(bill: Bill) -> Iterable[Node]:
    return [node for node in _numbers(bill) if len(text(node)) != 10]


@rule("SE-R-013", "A Swedish organisation number's (BT-30) last digit is wrong.")
def _organisation_checks(bill: Bill) -> Iterable[Node]:
    return [node for node in _numbers(bill) if not is_swedish(text(node))]


@rule("SE-R-005", "A Swedish seller's tax registration (BT-32) says 'Godkänd för F-skatt'.")
def _f_tax_is_said(bill: Bill) -> Iterable[Node]:
    parties = [party for party in _sellers(bill) if bill.of("party", party, "legal_id")]
    return [node for party in parties for node in _registrations(bill, party) if text(node).upper() != F_TAX]


def _registrations(bill: Bill, party: Node) -> list[Node]:
    if not bill.is_ubl:
        return [node for node in at(party, "SpecifiedTaxRegistration/ID") if scheme(node) == "FC"]
    others = [each for each in at(party, "PartyTaxScheme") if text(each, "TaxScheme/ID").upper() != "VAT"]
    return [node for each in others for node in at(each, "CompanyID")]


@rule("SE-R-006", "A Swedish seller's standard VAT rate (BT-119, BT-152) is 6, 12 or 25.")
def _rate_is_known(bill: Bill) -> Iterable[Node]:
    if not _with_vat(bill):
        return []
    if bill.is_ubl:
        taxes = [each for each in bill.named("TaxCategory", "ClassifiedTaxCategory") if text(each, "ID") == "S"]
        return [each for each in taxes if not _is_rate(text(each, "Percent"))]
    taxes = list(bill.named("ApplicableTradeTax", "CategoryTradeTax"))
    return [each for each in taxes if not _is_rate(text(each, "RateApplicablePercent"))]


def _is_rate(value: str) -> bool:
    return _is_numeric(value) and to_double(value) in RATES


def _giro(bill: Bill, name: str) -> list[str]:
    """The account numbers of payments by one of the two giros."""
    if not _sellers(bill):
        return []
    means = [each for each in bill.all("payments") if bill.say("payment", each, "code") == "30"]
    chosen = [each for each in means if bill.say("payment", each, "branch") == name]
    return [text(node) for each in chosen for node in bill.of("payment", each, "giro_account")]


@warn("SE-R-007", "A plusgiro account (BT-84) is numeric.")
def _plusgiro_is_numeric(bill: Bill) -> Iterable[Node]:
    return _breach(bill, any(not _is_numeric(account) for account in _giro(bill, "SE:PLUSGIRO")))


@warn("SE-R-008", "A bankgiro account (BT-84) is numeric.")
def _bankgiro_is_numeric(bill: Bill) -> Iterable[Node]:
    return _breach(bill, any(not _is_numeric(account) for account in _giro(bill, "SE:BANKGIRO")))


@warn("SE-R-009", "A bankgiro account (BT-84) has 7 or 8 digits.")
def _bankgiro_has_length(bill: Bill) -> Iterable[Node]:
    return _breach(bill, any(not 7 <= len(account) <= 8 for account in _giro(bill, "SE:BANKGIRO")))


@warn("SE-R-010", "A plusgiro account (BT-84) has 2 to 8 digits.")
def _plusgiro_has_length(bill: Bill) -> Iterable[Node]:
    return _breach(bill, any(not 2 <= len(account) <= 8 for account in _giro(bill, "SE:PLUSGIRO")))


@warn("SE-R-011", "Bankgiro and plusgiro are said by payment means 30 (BT-81) and SE:BANKGIRO or SE:PLUSGIRO (BT-86).")
def _giro_is_said_well(bill: Bill) -> Iterable[Node]:
    codes = [bill.say("payment", each, "code") for each in bill.all("payments")]
    return _breach(bill, bool(_sellers(bill)) and any(code in {"50", "56"} for code in codes))


@warn("SE-R-012", "Between Swedish parties a transfer is said by payment means 30 (BT-81), not 31.")
def _transfer_is_said_well(bill: Bill) -> Iterable[Node]:
    domestic = bool(_sellers(bill)) and bill.say("party", bill.first("buyer"), "country") == "SE"
    return _breach(bill, domestic and any(bill.say("payment", each, "code") == "31" for each in bill.all("payments")))


def _breach(bill: Bill, broken: bool) -> list[Node]:  # noqa: FBT001 - a condition, not a flag
    return [bill.root] if broken else []
