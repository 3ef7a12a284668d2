"""Peppol's national rules of Denmark: CVR numbers, payment means with giro and FIK, classifications and duties."""

from __future__ import annotations

import math
from collections.abc import Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, attribute, scheme, text
from extractors.einvoice.rules.peppol.codes import listed
from extractors.einvoice.rules.peppol.registry import rule, unless, warn
from extractors.einvoice.rules.xpath.functions import pattern
from extractors.einvoice.rules.xpath.values import XPathError, to_double

PAYMENT_MEANS = listed("1 10 31 42 48 49 50 58 59 93 97")
GIRO_CARDS, LONG_GIRO_CARDS = frozenset({"01#", "04#", "15#"}), frozenset({"04#", "15#"})
FIK_CARDS, LONG_FIK_CARDS = frozenset({"71#", "73#", "75#"}), frozenset({"71#", "75#"})
UNSPSC_VERSIONS = frozenset({"19.05.01", "19.0501", "26.08.01", "26.0801"})


def _sells(bill: Bill) -> bool:
    return bill.say("party", bill.first("seller"), "country") == "DK"


def _domestic(bill: Bill) -> bool:
    return _sells(bill) and bill.say("party", bill.first("buyer"), "country") == "DK"


def _payments(bill: Bill, *codes: str) -> list[Node]:
    """Domestic payments of these means; in UBL only invoices are asked."""
    if not _domestic(bill) or bill.name == "CreditNote":
        return []
    return [each for each in bill.all("payments") if _code(bill, each) in codes]


def _code(bill: Bill, payment: Node) -> str:
    return "".join(node.string for node in bill.of("payment", payment, "code")[:1])


def _reference(bill: Bill, payment: Node) -> str:
    """The payment reference (BT-83) as it stands."""
    found = bill.of("payment", payment, "reference") if bill.is_ubl else at(payment.parent, "PaymentReference")
    return found[0].string if found else ""


def _account(bill: Bill, payment: Node) -> str:
    found = bill.of("payment", payment, "account")
    return found[0].string if found else ""


@rule("DK-R-002", "A Danish seller's legal identifier (BT-30, the CVR number) is missing.")
def _has_cvr(bill: Bill) -> Iterable[Node]:
    return unless(not _sells(bill) or bill.say("party", bill.first("seller"), "legal_id"), bill.root)


@warn("DK-R-003", "A line's UNSPSC classification (BT-158) is not of version 19.05.01 or 26.08.01.")
def _classification_is_current(bill: Bill) -> Iterable[Node]:
    for line in bill.lines if _domestic(bill) else ():
        codes = bill.of("line", line, "classification")
        versions = {attribute(code, "listVersionID") for code in codes}
        if any(attribute(code, "listID") == "TST" for code in codes) and not versions & UNSPSC_VERSIONS:
            yield line


@rule("DK-R-004", "A Danish duty (reason code ZZZ) needs its four-digit category, or a text with # inside, as reason.")
def _duty_has_category(bill: Bill) -> Iterable[Node]:
    if not _domestic(bill):
        return []
    every = (
        bill.named("AllowanceCharge") if bill.is_ubl else at(bill.first("settlement"), "SpecifiedTradeAllowanceCharge")
    )
    duties = [each for each in every if "ZZZ" in {node.string for node in bill.of("allowance", each, "code")}]
    return [each for each in duties if not _is_category(bill, each)]


def _is_category(bill: Bill, each: Node) -> bool:
    reason = "".join(node.string for node in bill.of("allowance", each, "reason")[:1])
    if "#" in reason and not reason.startswith("#") and not reason.endswith("#"):
        return True
    try:
        value = to_double(reason)
    except XPathError:
        value = math.nan
    return len(" ".join(reason.split())) == 4 and 0 <= value <= 9999


@rule("DK-R-005", "A Danish payment means (BT-81) is one of 1, 10, 31, 42, 48, 49, 50, 58, 59, 93 and 97.")
def _means_is_known(bill: Bill) -> Iterable[Node]:
    if not _domestic(bill) or bill.name == "CreditNote":
        return []
    return [each for each in bill.all("payments") if _code(bill, each) not in PAYMENT_MEANS]


@rule("DK-R-006", "A Danish transfer (31, 42) needs account and registration number (BT-84, BT-86).")
def _transfer_has_account(bill: Bill) -> Iterable[Node]:
    found = _payments(bill, "31", "42")
    return [each for each in found if not (_account(bill, each).strip() and bill.say("payment", each, "branch"))]


@rule("DK-R-007", "A Danish direct debit (49) needs mandate and debited account (BT-89, BT-91).")
def _debit_has_mandate(bill: Bill) -> Iterable[Node]:
    for each in _payments(bill, "49"):
        if bill.is_ubl:
            whole = bill.say("payment", each, "mandate") and bill.say("payment", each, "payer_account")
        else:
            mandates = at(each.parent, "SpecifiedTradePaymentTerms/DirectDebitMandateID")
            whole = text(each.parent, "CreditorReferenceID") if mandates else ""
        if not whole:
            yield each


@rule(
    "DK-R-008", "A Danish giro payment (50) needs a reference with 01#, 04# or 15# (BT-83) and 7 or 8 account digits."
)
def _giro_is_whole(bill: Bill) -> Iterable[Node]:
    digits = pattern("^[0-9]{7,8}$")
    for each in _payments(bill, "50"):
        if _reference(bill, each)[:3] not in GIRO_CARDS or not digits.search(_account(bill, each)):
            yield each


@rule("DK-R-009", "A Danish giro reference (BT-83) with 04# or 15# has 16 digits after it.")
def _giro_reference_is_whole(bill: Bill) -> Iterable[Node]:
    return _short(bill, "50", LONG_GIRO_CARDS, {19})


@rule("DK-R-010", "A Danish FIK payment (93) needs a reference with 71#, 73# or 75# (BT-83) and 8 account digits.")
def _fik_is_whole(bill: Bill) -> Iterable[Node]:
    for each in _payments(bill, "93"):
        if _reference(bill, each)[:3] not in FIK_CARDS or len(_account(bill, each)) != 8:
            yield each


@rule("DK-R-011", "A Danish FIK reference (BT-83) with 71# or 75# has 15 or 16 digits after it.")
def _fik_reference_is_whole(bill: Bill) -> Iterable[Node]:
    return _short(bill, "93", LONG_FIK_CARDS, {18, 19})


def _short(bill: Bill, code: str, cards: frozenset[str], lengths: set[int]) -> Iterable[Node]:
    found = [(each, _reference(bill, each)) for each in _payments(bill, code)]
    return [each for each, reference in found if reference[:3] in cards and len(reference) not in lengths]


@rule("DK-R-013", "A party identifier (BT-29, BT-46) between Danish parties needs its scheme.")
def _identifiers_have_scheme(bill: Bill) -> Iterable[Node]:
    if not _domestic(bill):
        return []
    parties = [party for part in ("seller", "buyer") for party in bill.all(part)]
    return [node for party in parties for node in bill.of("party", party, "identifiers") if not scheme(node)]


@rule("DK-R-014", "A Danish seller's legal identifier (BT-30) needs the scheme 0184.")
def _cvr_has_scheme(bill: Bill) -> Iterable[Node]:
    numbers = bill.of("party", bill.first("seller"), "legal_id") if _sells(bill) else []
    return [node for node in numbers if scheme(node) != "0184"]


@rule("DK-R-016", "A Danish credit note's amount due (BT-115) is not negative.")
def _credit_is_not_negative(bill: Bill) -> Iterable[Node]:
    due = bill.said("payable")
    is_negative = bool(due) and to_double(due) < 0
    return unless(not (_domestic(bill) and bill.is_credit_note and is_negative), bill.root)


@warn("DK-R-017", "A Danish buyer's legal identifier (BT-47) needs the scheme 0184.")
def _buyer_cvr_has_scheme(bill: Bill) -> Iterable[Node]:
    numbers = bill.of("party", bill.first("buyer"), "legal_id") if _domestic(bill) else []
    return [node for node in numbers if scheme(node) != "0184"]
