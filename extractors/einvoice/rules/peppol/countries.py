"""Peppol's national rules of Norway, Italy, Iceland and the Netherlands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, amount, at, scheme, text
from extractors.einvoice.rules.peppol.identifiers import is_norwegian
from extractors.einvoice.rules.peppol.registry import rule, unless, warn
from extractors.einvoice.rules.xpath.functions import pattern
from extractors.einvoice.rules.xpath.values import XPathError, to_date

ICELANDIC_TYPES = frozenset({"380", "381"})
DUTCH_REGISTERS = frozenset({"0106", "0190"})
DUTCH_PAYMENTS = frozenset({"30", "48", "49", "57", "58", "59"})
DUTCH_CREDIT_NOTES = frozenset({"81", "83", "381", "396", "532"})
LATEST_DAY = "EINDAGI"  # the Icelandic last day of payment, in a supporting document's description
ITALIAN_ADDRESS = {
    "002": ("street", "street (BT-35)"),
    "003": ("city", "city (BT-37)"),
    "004": ("post_code", "post code (BT-38)"),
}


@rule("NO-R-001", "A Norwegian seller's VAT identifier (BT-31) is not NO, a valid organisation number and MVA.")
def _norwegian_vat(bill: Bill) -> Iterable[Node]:
    seller = bill.first("seller")
    if bill.seller_country != "NO":
        return []
    numbers = [value for value in bill.vat_ids(seller) if value.startswith("NO")]
    good = all(value[11:] == "MVA" and is_norwegian(value[2:11]) for value in numbers)
    return unless(good, seller)


@warn("NO-R-002", "Most Norwegian sellers must show the word Foretaksregisteret (BT-32).")
def _norwegian_register(bill: Bill) -> Iterable[Node]:
    if bill.seller_country != "NO":
        return []
    return [party for party in bill.all("seller") if "Foretaksregisteret" not in _tax_numbers(bill, party)]


def _tax_numbers(bill: Bill, party: Node) -> list[str]:
    if bill.is_ubl:
        schemes = [each for each in at(party, "PartyTaxScheme") if text(each, "TaxScheme/ID") == "TAX"]
        return [text(each, "CompanyID") for each in schemes]
    return [text(node) for node in at(party, "SpecifiedTaxRegistration/ID") if scheme(node) == "FC"]


@rule("IT-R-001", "An Italian seller's tax number (BT-32) has 11 to 16 letters and digits.")
def _italian_tax_number(bill: Bill) -> Iterable[Node]:
    if bill.seller_country != "IT":
        return []
    shape = pattern(r"^[A-Z0-9]{11,16}$")
    if bill.is_ubl:
        others = [each for party in bill.all("seller") for each in at(party, "PartyTaxScheme")]
        return [
            each for each in others if text(each, "TaxScheme/ID") != "VAT" and not shape.search(text(each, "CompanyID"))
        ]
    numbers = [node for party in bill.all("seller") for node in at(party, "SpecifiedTaxRegistration/ID")]
    return [node for node in numbers if scheme(node) == "FC" and not shape.search(text(node))]


def _italian(number: str, part: str, name: str) -> None:
    @rule(f"IT-R-{number}", f"An Italian seller's {name} is missing.")
    def has_part(bill: Bill) -> Iterable[Node]:
        if bill.seller_country != "IT":
            return []
        return [party for party in bill.all("seller") if not bill.of("party", party, part)]


for _number, (_part, _name) in ITALIAN_ADDRESS.items():
    _italian(_number, _part, _name)


def _icelandic(bill: Bill) -> bool:
    return bill.is_ubl and bill.say("party", bill.first("seller"), "country") == "IS"


def _in_iceland(name: str, message: str, enter: Callable[..., Callable[..., object]] = rule) -> Callable[..., object]:
    """Enter a rule for Icelandic sellers: its function says whether the document is right."""

    def register(holds: Callable[[Bill], bool]) -> Callable[[Bill], bool]:
        enter(name, message)(lambda bill: unless(not _icelandic(bill) or holds(bill), bill.root))
        return holds

    return register


@_in_iceland("IS-R-001", "An Icelandic seller's type code (BT-3) should be 380 or 381.", warn)
def _icelandic_type(bill: Bill) -> bool:
    return bool({text(bill.root, "InvoiceTypeCode"), text(bill.root, "CreditNoteTypeCode")} & ICELANDIC_TYPES)


@_in_iceland("IS-R-002", "An Icelandic seller's legal identifier (BT-30, scheme 0196) is missing.")
def _icelandic_seller_id(bill: Bill) -> bool:
    return _has_kennitala(bill, "seller")


@_in_iceland("IS-R-003", "An Icelandic seller's street and post code (BT-35, BT-38) are missing.")
def _icelandic_seller_address(bill: Bill) -> bool:
    return _has_street(bill, "seller")


@_in_iceland("IS-R-004", "An Icelandic buyer's legal identifier (BT-47, scheme 0196) is missing.")
def _icelandic_buyer_id(bill: Bill) -> bool:
    return not _icelandic_buyer(bill) or _has_kennitala(bill, "buyer")


@_in_iceland("IS-R-005", "An Icelandic buyer's street and post code (BT-50, BT-53) are missing.")
def _icelandic_buyer_address(bill: Bill) -> bool:
    return not _icelandic_buyer(bill) or _has_street(bill, "buyer")


def _icelandic_buyer(bill: Bill) -> bool:
    return bill.say("party", bill.first("buyer"), "country") == "IS"


def _has_kennitala(bill: Bill, part: str) -> bool:
    return any(scheme(node) == "0196" for node in bill.of("party", bill.first(part), "legal_id"))


def _has_street(bill: Bill, part: str) -> bool:
    return all(bill.of("party", bill.first(part), each) for each in ("street", "post_code"))


@_in_iceland("IS-R-006", "A claim (payment means 9) needs an account number of 12 digits (BT-84).")
def _icelandic_claim(bill: Bill) -> bool:
    return _has_account(bill, "9")


@_in_iceland("IS-R-007", "A transfer (payment means 42) needs an account number of 12 digits (BT-84).")
def _icelandic_transfer(bill: Bill) -> bool:
    return _has_account(bill, "42")


def _has_account(bill: Bill, code: str) -> bool:
    means = [each for each in bill.all("payments") if bill.say("payment", each, "code") == code]
    accounts = [text(node) for each in means for node in bill.of("payment", each, "account")]
    return not means or (bool(accounts) and all(len(account) == 12 for account in accounts))


def _latest_days(bill: Bill) -> list[Node]:
    return [one for one in bill.all("documents") if text(one, "DocumentDescription") == LATEST_DAY]


@_in_iceland("IS-R-008", "The last day of payment (EINDAGI) is not written as YYYY-MM-DD.")
def _icelandic_day(bill: Bill) -> bool:
    return all(_is_day(node.string) for one in _latest_days(bill) for node in at(one, "ID")[:1])


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and bool(to_date(value))
    except XPathError:
        return False


@_in_iceland("IS-R-009", "A last day of payment (EINDAGI) needs a due date (BT-9).")
def _icelandic_due_date(bill: Bill) -> bool:
    return not _latest_days(bill) or bool(bill.all("due_date"))


@_in_iceland("IS-R-010", "The last day of payment (EINDAGI) is before the due date (BT-9).")
def _icelandic_order_of_days(bill: Bill) -> bool:
    days = [text(one, "ID") for one in _latest_days(bill)]
    return not days or any(bill.said("due_date") <= day for day in days if bill.all("due_date"))


def _dutch(bill: Bill, part: str) -> bool:
    return bill.country(bill.first(part)) == "NL"


def _whole_address(bill: Bill, part: str) -> Iterable[Node]:
    for party in bill.all(part):
        if bill.of("party", party, "address") and not all(
            bill.of("party", party, each) for each in ("street", "city", "post_code")
        ):
            yield party


def _registered(bill: Bill, part: str) -> Iterable[Node]:
    numbers = [node for party in bill.all(part) for node in bill.of("party", party, "legal_id")]
    return [node for node in numbers if scheme(node) not in DUTCH_REGISTERS or not text(node)]


@rule("NL-R-001", "A Dutch seller's credit note does not name the invoice that it corrects (BT-25).")
def _dutch_credit_note(bill: Bill) -> Iterable[Node]:
    codes = bill.named("CreditNoteTypeCode") if bill.is_ubl else _cii_credit_types(bill)
    return codes if _dutch(bill, "seller") and not bill.all("preceding") else []


def _cii_credit_types(bill: Bill) -> Iterable[Node]:
    return [node for node in at(bill.root, "ExchangedDocument/TypeCode") if text(node) in DUTCH_CREDIT_NOTES]


@rule("NL-R-002", "A Dutch seller's address lacks street, city or post code (BT-35, BT-37, BT-38).")
def _dutch_seller_address(bill: Bill) -> Iterable[Node]:
    return _whole_address(bill, "seller") if _dutch(bill, "seller") else []


@rule("NL-R-003", "A Dutch seller's legal identifier (BT-30) is neither KVK (0106) nor OIN (0190).")
def _dutch_seller_id(bill: Bill) -> Iterable[Node]:
    return _registered(bill, "seller") if _dutch(bill, "seller") else []


@rule("NL-R-004", "A Dutch buyer's address lacks street, city or post code (BT-50, BT-52, BT-53).")
def _dutch_buyer_address(bill: Bill) -> Iterable[Node]:
    return _whole_address(bill, "buyer") if _dutch(bill, "seller") and _dutch(bill, "buyer") else []


@rule("NL-R-005", "A Dutch buyer's legal identifier (BT-47) is neither KVK (0106) nor OIN (0190).")
def _dutch_buyer_id(bill: Bill) -> Iterable[Node]:
    return _registered(bill, "buyer") if _dutch(bill, "seller") and _dutch(bill, "buyer") else []


@rule("NL-R-006", "A Dutch tax representative's address lacks street, city or post code (BT-64, BT-66, BT-67).")
def _dutch_representative_address(bill: Bill) -> Iterable[Node]:
    return _whole_address(bill, "representative") if _dutch(bill, "seller") and _dutch(bill, "representative") else []


@rule("NL-R-007", "A Dutch seller who is to be paid says no means of payment (BG-16).")
def _dutch_payment(bill: Bill) -> Iterable[Node]:
    if not _dutch(bill, "seller") or any(bill.named("PaymentMeans", "SpecifiedTradeSettlementPaymentMeans")):
        return []
    due = bill.first("payable")
    is_owed = due is None or (amount(due) < 0 if bill.is_credit_note else amount(due) > 0)
    return unless(not is_owed, bill.first("totals"))


@rule("NL-R-008", "Between Dutch parties the payment means (BT-81) is one of 30, 48, 49, 57, 58 and 59.")
def _dutch_payment_means(bill: Bill) -> Iterable[Node]:
    if not (_dutch(bill, "seller") and _dutch(bill, "buyer")):
        return []
    return [each for each in bill.all("payments") if bill.say("payment", each, "code") not in DUTCH_PAYMENTS]


@rule("NL-R-009", "A Dutch seller's line names an order line (BT-132), but the document no order (BT-13).")
def _dutch_order(bill: Bill) -> Iterable[Node]:
    named = [node for line in bill.lines for node in bill.of("line", line, "order_line")]
    return named if _dutch(bill, "seller") and not bill.all("order") else []
