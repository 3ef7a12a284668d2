"""The German rules: BR-DE of XRechnung, and Peppol's DE-R, which ask the same of German seller and buyer.

Each check is written once. As BR-DE it is asked of every XRechnung (UBL and CII), as DE-R of Peppol invoices (UBL)
where both addresses are in Germany. Source: XRechnung 3.0, chapter 13; Peppol BIS Billing 3.0, German rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, text
from extractors.einvoice.rules.peppol.german_parts import (
    GermanParts,
    is_email,
    is_iban,
    is_skonto,
    is_telephone,
    parts_of,
)
from extractors.einvoice.rules.peppol.registry import Check, PeppolRule, rule, unless
from models.finding import Severity

TYPES = frozenset({"326", "380", "381", "384", "389", "875", "876", "877"})
TRANSFERS, CARDS, DEBITS = frozenset({"30", "58"}), frozenset({"48", "54", "55"}), frozenset({"59"})
TAXED = frozenset({"S", "Z", "E", "AE", "K", "G", "L", "M"})
XRECHNUNG = re.compile(
    r"urn:cen\.eu:en16931:2017#(?:compliant|conformant)#urn:xeinkauf\.de:kosit:\S+|\S*xrechnung_\d\.\d\S*"
)

XRECHNUNG_RULES: dict[str, PeppolRule] = {}
German = Callable[[Bill, GermanParts], Iterable[Node]]


def german(number: str, message: str, severity: Severity = Severity.ERROR) -> Callable[[German], German]:
    """Enter a check under its two ids; `number` is DE-R's, such as "023-1"."""

    def enter(check: German) -> German:
        def of_all(bill: Bill) -> Iterable[Node]:
            return check(bill, parts_of(bill))

        def of_germans(bill: Bill) -> Iterable[Node]:
            return check(bill, parts_of(bill)) if bill.is_ubl and bill.both_in("DE") else []

        name = _xrechnung_id(number)
        XRECHNUNG_RULES[name] = PeppolRule(name, severity, message, of_all)
        rule(f"DE-R-{number}", message, severity)(of_germans)
        return check

    return enter


def _xrechnung_id(number: str) -> str:
    """DE-R-023-1 is BR-DE-23-a."""
    head, _, part = number.partition("-")
    return f"BR-DE-{int(head)}" + (f"-{'ab'[int(part) - 1]}" if part else "")


def only_xrechnung(name: str, message: str, severity: Severity) -> Callable[[Check], Check]:
    """Enter a check that Peppol does not have."""

    def enter(check: Check) -> Check:
        XRECHNUNG_RULES[name] = PeppolRule(name, severity, message, check)
        return check

    return enter


@german("001", "The payment instructions (BG-16) are missing.")
def _has_payment(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return unless(bill.all("payments"), parts.settlement)


@german("002", "The seller's contact (BG-6) is missing.")
def _has_contact(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [party for party in bill.all("seller") if not at(party, parts.contact)]


def _lacks(number: str, message: str, kind: str, *paths: str) -> None:
    """A check that each node of a kind has one of the paths, with a text."""

    @german(number, message)
    def has_text(_: Bill, parts: GermanParts) -> Iterable[Node]:
        wanted = [parts.names[path] for path in paths]
        return [node for node in parts.nodes(kind) if not any(map(_says, [node] * len(wanted), wanted))]


def _says(node: Node, path: str) -> bool:
    return any(each.string.strip() for each in at(node, path))


_lacks("003", "The seller's city (BT-37) is missing.", "seller_address", "city")
_lacks("004", "The seller's post code (BT-38) is missing.", "seller_address", "post_code")
_lacks("005", "The name of the seller's contact (BT-41) is missing.", "contact", "name", "department")
_lacks("006", "The telephone number of the seller's contact (BT-42) is missing.", "contact", "telephone")
_lacks("007", "The e-mail address of the seller's contact (BT-43) is missing.", "contact", "email")
_lacks("008", "The buyer's city (BT-52) is missing.", "buyer_address", "city")
_lacks("009", "The buyer's post code (BT-53) is missing.", "buyer_address", "post_code")
_lacks("010", "The city of the delivery address (BT-77) is missing.", "delivery_address", "city")
_lacks("011", "The post code of the delivery address (BT-78) is missing.", "delivery_address", "post_code")
_lacks("014", "A rate in the VAT breakdown (BT-119) is missing.", "tax", "rate")


@german("015", "The buyer reference (BT-10) is missing.")
def _has_buyer_reference(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return unless(bill.said("buyer_reference"), parts.agreement)


@german("016", "The seller has neither VAT identifier, tax number nor tax representative (BT-31, BT-32, BG-11).")
def _has_tax_number(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    numbers = [node for party in bill.all("seller") for node in at(party, parts.tax_number)]
    known = bill.all("representative") or any(node.string.strip() for node in numbers)
    categories = {text(node) for node in bill.tree.all if parts.is_category(node)}
    return unless(known or not categories & TAXED, bill.root)


@german("017", "The type code (BT-3) is none of 326, 380, 381, 384, 389, 875, 876 and 877.", Severity.WARNING)
def _has_type(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return unless({text(node) for node in parts.nodes("type")} & TYPES, bill.root)


@german("018", "A cash discount in the payment terms (BT-20) is not written as #SKONTO#TAGE=n#PROZENT=n.nn#.")
def _writes_skonto(_: Bill, parts: GermanParts) -> Iterable[Node]:
    return [node for node in parts.nodes("terms")[:1] if not is_skonto(node.string)]


def _payments(bill: Bill, codes: frozenset[str]) -> list[Node]:
    return [each for each in bill.all("payments") if bill.say("payment", each, "code") in codes]


@german("019", "The account (BT-84) of a SEPA transfer (58) is no IBAN.", Severity.WARNING)
def _has_iban(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, frozenset({"58"})) if not is_iban(text(each, parts.names["creditor"]))]


@german("020", "The debited account (BT-91) of a SEPA direct debit (59) is no IBAN.", Severity.WARNING)
def _has_debited_iban(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, DEBITS) if not is_iban(text(each, parts.names["debtor"]))]


@german("022", "Two attachments (BT-125) have the same file name.")
def _has_unique_attachments(_: Bill, parts: GermanParts) -> Iterable[Node]:
    seen: set[str] = set()
    for node in parts.nodes("attachment"):
        found = node.attributes.get("filename")
        if found and found.string in seen:
            yield node
        seen.add(found.string if found else "")


@german("023-1", "A transfer (30, 58) needs its account (BG-17).")
def _transfer_has_account(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, TRANSFERS) if not at(each, parts.names["account_group"])]


@german("023-2", "A transfer (30, 58) has no card and no direct debit (BG-18, BG-19).")
def _transfer_is_alone(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, TRANSFERS) if at(each, parts.names["card_group"]) or parts.debits(each)]


@german("024-1", "A card payment (48, 54, 55) needs its card (BG-18).")
def _card_is_there(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, CARDS) if not at(each, parts.names["card_group"])]


@german("024-2", "A card payment (48, 54, 55) has no transfer and no direct debit (BG-17, BG-19).")
def _card_is_alone(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, CARDS) if at(each, parts.names["account_group"]) or parts.debits(each)]


@german("025-1", "A direct debit (59) needs its details (BG-19).")
def _debit_is_there(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in _payments(bill, DEBITS) if not parts.debits(each)]


@german("025-2", "A direct debit (59) has no transfer and no card (BG-17, BG-18).")
def _debit_is_alone(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    groups = (parts.names["account_group"], parts.names["card_group"])
    return [each for each in _payments(bill, DEBITS) if any(at(each, group) for group in groups)]


@german("026", "A corrected invoice (384) should name the invoice that it corrects (BG-3).", Severity.WARNING)
def _correction_names_invoice(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    is_correction = "384" in {text(node) for node in parts.nodes("type")}
    return unless(not is_correction or bill.all("preceding"), bill.root)


@german("027", "The telephone number of the seller's contact (BT-42) has fewer than three digits.", Severity.WARNING)
def _telephone_is_real(_: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in parts.nodes("contact") if not is_telephone(text(each, parts.names["telephone"]))]


@german("028", "The e-mail address of the seller's contact (BT-43) is none.", Severity.WARNING)
def _email_is_real(_: Bill, parts: GermanParts) -> Iterable[Node]:
    return [each for each in parts.nodes("contact") if not is_email(text(each, parts.names["email"]))]


@german("030", "A direct debit (BG-19) needs the creditor identifier (BT-90).")
def _debit_has_creditor(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    return unless(parts.creditor_ids() or not any(map(parts.debits, bill.all("payments"))), bill.root)


@german("031", "A direct debit (BG-19) needs the debited account (BT-91).")
def _debit_has_account(bill: Bill, parts: GermanParts) -> Iterable[Node]:
    accounts = [node for each in bill.all("payments") for node in at(each, parts.names["debtor"])]
    return unless(accounts or not any(map(parts.debits, bill.all("payments"))), bill.root)


@only_xrechnung("BR-DE-21", "The specification identifier (BT-24) is not that of an XRechnung.", Severity.WARNING)
def _has_specification(bill: Bill) -> Iterable[Node]:
    return unless(XRECHNUNG.fullmatch(bill.said("specification")), bill.root)


@rule("DE-R-T02", "The address of an external document (BT-124) is no absolute one with a scheme.", Severity.WARNING)
def _address_is_absolute(bill: Bill) -> Iterable[Node]:
    if not (bill.is_ubl and bill.both_in("DE")):
        return []
    found = [node for one in bill.all("documents") for node in at(one, "Attachment/ExternalReference")]
    return [node for node in found if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:", text(node, "URI"))]
