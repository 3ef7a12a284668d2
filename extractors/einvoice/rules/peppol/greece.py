"""Peppol's national rules of Greece (UBL): the composed invoice number, TIN, MARK and the verification address.

>>> is_tin("094259216"), is_tin("094259217")
(True, False)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, attribute, text
from extractors.einvoice.rules.peppol.registry import rule, unless, warn

GREEK = frozenset({"GR", "EL"})
MARK, ADDRESS = "##M.AR.K##", "##INVOICE|URL##"
DOCUMENT_TYPES = frozenset({"1.1", "1.6", "2.1", "2.4", "5.1", "5.2"})
_DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])[-\\/ ]?(0?[1-9]|1[0-2])[-\\/ ]?(19|20)\d\d")


def is_tin(value: str) -> bool:
    """Nine digits: powers of two, modulo 11, modulo 10."""
    if not re.match(r"[0-9]{9}", value):
        return False
    digits = [int(letter) for letter in value[:9]]
    return sum(digit << (8 - place) for place, digit in enumerate(digits[:8])) % 11 % 10 == digits[8]


def _sells(bill: Bill) -> bool:
    return bill.is_ubl and bill.seller_country in GREEK


def _domestic(bill: Bill) -> bool:
    return _sells(bill) and bill.buyer_country in GREEK


def _registered(bill: Bill) -> bool:
    """A Greek seller whose address is in Greece too."""
    return _sells(bill) and bill.say("party", bill.first("seller"), "country") == "GR"


def _is_own(segment: str, bill: Bill) -> bool:
    parties = (bill.first("seller"), bill.first("representative"))
    known = [value[2:11] for party in parties for value in bill.vat_ids(party)]
    return len(segment.strip()) == 9 and is_tin(segment) and segment in known


def _is_issue_day(segment: str, bill: Bill) -> bool:
    return bool(_DAY.match(segment)) and segment.split("/")[:3] == text(bill.root, "IssueDate").split("-")[:3][::-1]


# Rule -> which segment of the number it asks, what must hold of it, and what is wrong else.
SEGMENTS: dict[str, tuple[int, Callable[[str, Bill], bool], str]] = {
    "2": (0, _is_own, "does not begin with the TIN of the seller or its representative (BT-31, BT-63)"),
    "3": (1, _is_issue_day, "does not hold the issue date (BT-2) as second part"),
    "4": (2, lambda segment, _: bool(re.fullmatch(r"\s*[0-9]+\s*", segment)), "has no number as third part"),
    "5": (3, lambda segment, _: segment in DOCUMENT_TYPES, "has no Greek document type as fourth part"),
    "6": (4, lambda segment, _: bool(segment), "has no fifth part"),
    "7": (5, lambda segment, _: bool(segment), "has no sixth part"),
}


def _numbers(bill: Bill) -> list[Node]:
    return at(bill.root, "ID") if _sells(bill) else []


@rule("GR-R-001-1", "A Greek seller's invoice number (BT-1) does not consist of six parts.")
def _number_has_parts(bill: Bill) -> Iterable[Node]:
    return [node for node in _numbers(bill) if len(node.string.split("|")) != 6]


def _enter(number: str, place: int, holds: Callable[[str, Bill], bool], wrong: str) -> None:
    @rule(f"GR-R-001-{number}", f"A Greek seller's invoice number (BT-1) {wrong}.")
    def part_is_right(bill: Bill) -> Iterable[Node]:
        for node in _numbers(bill):
            if not holds(([*node.string.split("|"), *[""] * 6])[place], bill):
                yield node


for _number, _row in SEGMENTS.items():
    _enter(_number, *_row)


def _name(party: Node) -> str:
    return text(party, "PartyName/Name")


@rule("GR-R-002", "A Greek seller's full name (BT-28) is missing.")
def _seller_has_name(bill: Bill) -> Iterable[Node]:
    return [party for party in bill.all("seller") if not _name(party)] if _sells(bill) else []


@rule("GR-R-003", "A Greek seller's VAT identifier (BT-31) is not EL and a valid TIN.")
def _seller_vat_is_right(bill: Bill) -> Iterable[Node]:
    return unless(not _sells(bill) or all(map(_is_vat, bill.vat_ids(bill.first("seller")))), bill.first("seller"))


def _is_vat(value: str) -> bool:
    return value[:2] == "EL" and is_tin(value[2:])


@warn("GR-S-011", "A Greek seller has one VAT identifier (BT-31): EL and a valid TIN.")
def _seller_has_vat(bill: Bill) -> Iterable[Node]:
    return _without_vat(bill, "seller") if _sells(bill) else []


@rule("GR-R-006", "A Greek buyer has one VAT identifier (BT-48): EL and a valid TIN.")
def _buyer_has_vat(bill: Bill) -> Iterable[Node]:
    return _without_vat(bill, "buyer") if _domestic(bill) else []


def _without_vat(bill: Bill, part: str) -> list[Node]:
    numbers = {id(party): bill.vat_ids(party) for party in bill.all(part)}
    return [party for party in bill.all(part) if len(numbers[id(party)]) != 1 or not _is_vat(numbers[id(party)][0])]


@rule("GR-R-005", "A Greek seller must give the buyer's full name (BT-45).")
def _buyer_has_name(bill: Bill) -> Iterable[Node]:
    return [party for party in bill.all("buyer") if not _name(party)] if _sells(bill) else []


def _described(bill: Bill, description: str) -> list[Node]:
    return [
        one for one in bill.all("documents") if description in {node.string for node in at(one, "DocumentDescription")}
    ]


@rule("GR-R-004-1", "A Greek seller's invoice needs one MARK number (BT-122).")
def _has_mark(bill: Bill) -> Iterable[Node]:
    return unless(not _registered(bill) or len(_described(bill, MARK)) == 1, bill.root)


@rule("GR-R-004-2", "The MARK number (BT-122) is no positive number.")
def _mark_is_number(bill: Bill) -> Iterable[Node]:
    numbers = [node for one in _described(bill, MARK) for node in at(one, "ID")] if _registered(bill) else []
    return [node for node in numbers if not re.match(r"[1-9][0-9]*", node.string)]


@warn("GR-S-008-1", "A Greek seller's invoice should name one verification address (BT-124).")
def _has_address(bill: Bill) -> Iterable[Node]:
    return unless(not _registered(bill) or len(_described(bill, ADDRESS)) == 1, bill.root)


@rule("GR-R-008-2", "A Greek seller's invoice names more than one verification address (BT-124).")
def _has_one_address(bill: Bill) -> Iterable[Node]:
    return unless(not _registered(bill) or len(_described(bill, ADDRESS)) <= 1, bill.root)


@rule("GR-R-008-3", "A Greek seller's verification address (BT-124) is empty.")
def _address_is_there(bill: Bill) -> Iterable[Node]:
    found = _described(bill, ADDRESS) if _sells(bill) else []
    return [one for one in found if not text(one, "Attachment/ExternalReference/URI")]


@rule("GR-R-009", "A Greek seller's electronic address (BT-34) is its TIN with scheme 9933.")
def _seller_address_is_tin(bill: Bill) -> Iterable[Node]:
    seller = bill.first("seller")
    own = next(iter(bill.vat_ids(seller)), "")[:2].upper() or bill.country(seller)
    return _other_addresses(bill, "seller") if bill.is_ubl and own in GREEK else []


@rule("GR-R-010", "A Greek buyer's electronic address (BT-49) is its TIN with scheme 9933.")
def _buyer_address_is_tin(bill: Bill) -> Iterable[Node]:
    return _other_addresses(bill, "buyer") if _domestic(bill) else []


def _other_addresses(bill: Bill, part: str) -> list[Node]:
    found = [node for party in bill.all(part) for node in bill.of("party", party, "endpoint")]
    return [node for node in found if attribute(node, "schemeID") != "9933" or not is_tin(node.string)]
