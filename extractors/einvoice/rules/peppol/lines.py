"""Peppol rules on lines, prices, allowances and charges: they must add up within two cents."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, amount, at, attribute, text
from extractors.einvoice.rules.peppol.registry import rule
from extractors.einvoice.rules.xpath.values import reckon, round_half_up, to_date

SLACK = Decimal("0.02")
INDICATORS = frozenset({"true", "false"})


def _one(bill: Bill, kind: str, node: Node, part: str) -> Node | None:
    return next(iter(bill.of(kind, node, part)), None)


@rule("PEPPOL-EN16931-R040", "An allowance or charge is not its percentage of its base amount.")
def _allowance_agrees(bill: Bill) -> Iterable[Node]:
    for each in bill.allowances:
        factor, base = _one(bill, "allowance", each, "factor"), _one(bill, "allowance", each, "base")
        if factor is None or base is None:
            continue
        wanted = amount(base) * amount(factor) / 100
        if abs(amount(_one(bill, "allowance", each, "amount")) - wanted) > SLACK:
            yield each


@rule("PEPPOL-EN16931-R041", "An allowance or charge with a percentage (BT-94, BT-101) needs its base amount.")
def _allowance_has_base(bill: Bill) -> Iterable[Node]:
    return [each for each in bill.allowances if _lacks(bill, each, "factor", "base")]


@rule("PEPPOL-EN16931-R042", "An allowance or charge with a base amount (BT-93, BT-100) needs its percentage.")
def _allowance_has_percentage(bill: Bill) -> Iterable[Node]:
    return [each for each in bill.allowances if _lacks(bill, each, "base", "factor")]


def _lacks(bill: Bill, each: Node, given: str, wanted: str) -> bool:
    return bool(bill.of("allowance", each, given)) and not bill.of("allowance", each, wanted)


@rule("PEPPOL-EN16931-R043", "The indicator of an allowance or charge is neither 'true' nor 'false'.")
def _allowance_has_indicator(bill: Bill) -> Iterable[Node]:
    for each in bill.allowances:
        halves = _lacks(bill, each, "factor", "base") or _lacks(bill, each, "base", "factor")
        if not halves and bill.say("allowance", each, "indicator") not in INDICATORS:
            yield each
    for each in bill.named("AppliedTradeAllowanceCharge"):
        if text(each, "ChargeIndicator/Indicator") not in INDICATORS:
            yield each


@rule("PEPPOL-EN16931-R044", "A charge on a price is not allowed, only an allowance.")
def _price_has_no_charge(bill: Bill) -> Iterable[Node]:
    return [each for each in _price_allowances(bill) if text(each, "ChargeIndicator") != "false"]


@rule("PEPPOL-EN16931-R046", "The net price (BT-146) is not the gross price (BT-148) less its discount (BT-147).")
def _net_price_agrees(bill: Bill) -> Iterable[Node]:
    for each in _price_allowances(bill):
        gross, discount, net = at(each, "BaseAmount"), at(each, "Amount"), at(each.parent, "PriceAmount")
        if gross and not (discount and net and amount(net[0]) == amount(gross[0]) - amount(discount[0])):
            yield each


def _price_allowances(bill: Bill) -> Iterable[Node]:
    return (node for price in bill.named("Price") for node in at(price, "AllowanceCharge")) if bill.is_ubl else ()


@rule("PEPPOL-EN16931-R100", "More than one invoiced object (BT-128) stands on a line.")
def _line_has_one_object(bill: Bill) -> Iterable[Node]:
    for line in bill.lines:
        found = _line_documents(bill, line)
        if sum(1 for each in found if bill.is_ubl or text(each, "TypeCode") == "130") > 1:
            yield line


@rule("PEPPOL-EN16931-R101", "A line's document reference is no invoiced object (BT-128; type code 130).")
def _line_documents_are_objects(bill: Bill) -> Iterable[Node]:
    code = "DocumentTypeCode" if bill.is_ubl else "TypeCode"
    for line in bill.lines:
        found = _line_documents(bill, line)
        if found and not any(kind.string == "130" for each in found for kind in at(each, code)):
            yield line


def _line_documents(bill: Bill, line: Node) -> list[Node]:
    return at(line, "DocumentReference" if bill.is_ubl else "SpecifiedLineTradeSettlement/AdditionalReferencedDocument")


@rule("PEPPOL-EN16931-R110", "A line's period begins (BT-134) before that of the invoice (BT-73).")
def _line_begins_within(bill: Bill) -> Iterable[Node]:
    for starts, line in _periods(bill, "start", "period_start"):
        if starts[0] < starts[1]:
            yield line


@rule("PEPPOL-EN16931-R111", "A line's period ends (BT-135) after that of the invoice (BT-74).")
def _line_ends_within(bill: Bill) -> Iterable[Node]:
    for ends, line in _periods(bill, "end", "period_end"):
        if ends[0] > ends[1]:
            yield line


def _periods(bill: Bill, part: str, whole: str) -> Iterable[tuple[tuple[str, str], Node]]:
    """The day of each line and that of the invoice, as texts that sort."""
    limit = bill.first(whole)
    if limit is None:
        return
    days = str if not bill.is_ubl else lambda value: str(to_date(value))
    for line in bill.lines:
        for each in bill.of("line", line, part):
            yield (days(each.string), days(limit.string)), line


@rule(
    "PEPPOL-EN16931-R120", "A line's net amount (BT-131) is not quantity times price, with charges and less allowances."
)
def _line_adds_up(bill: Bill) -> Iterable[Node]:
    for line in bill.lines:
        base = amount(_one(bill, "line", line, "base_quantity"), 1) or Decimal(1)
        price = reckon("div", amount(_one(bill, "line", line, "price")), base)
        wanted = (
            amount(_quantity(bill, line), 1) * Decimal(price)
            + _extras(bill, line, "true")
            - _extras(bill, line, "false")
        )
        if abs(amount(_one(bill, "line", line, "net")) - wanted) > SLACK:
            yield line


def _quantity(bill: Bill, line: Node) -> Node | None:
    path = {"Invoice": "InvoicedQuantity", "CreditNote": "CreditedQuantity"}.get(
        bill.name, bill.paths.line.get("quantity", "")
    )
    return next(iter(at(line, path)), None)


def _extras(bill: Bill, line: Node, indicator: str) -> Decimal:
    """The charges ("true") or allowances ("false") of a line, in cents."""
    found = [
        each for each in bill.of("line", line, "allowances") if bill.say("allowance", each, "indicator") == indicator
    ]
    total = sum((amount(node) for each in found for node in bill.of("allowance", each, "amount")), Decimal(0))
    return Decimal(round_half_up(total * 100)) / 100


@rule("PEPPOL-EN16931-R121", "The base quantity of a price (BT-149) is not above zero.")
def _base_quantity_is_positive(bill: Bill) -> Iterable[Node]:
    return [node for node in _base_quantities(bill) if amount(node) <= 0]


@rule("PEPPOL-EN16931-R130", "The unit of a price's base quantity (BT-150) is not that of the quantity (BT-130).")
def _units_agree(bill: Bill) -> Iterable[Node]:
    for line in bill.lines:
        quantities = [node for name in _QUANTITIES for node in at(line, name)]
        units = {attribute(node, "unitCode") for node in quantities if "unitCode" in node.attributes}
        for node in _base_quantities(bill, line):
            asked = bool(quantities) or not bill.is_ubl
            if asked and "unitCode" in node.attributes and attribute(node, "unitCode") not in units:
                yield node


_QUANTITIES = ("InvoicedQuantity", "CreditedQuantity", "SpecifiedLineTradeDelivery/BilledQuantity")
_BASE_QUANTITIES = (
    "Price/BaseQuantity",
    "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/BasisQuantity",
    "SpecifiedLineTradeAgreement/GrossPriceProductTradePrice/BasisQuantity",
)


def _base_quantities(bill: Bill, line: Node | None = None) -> list[Node]:
    lines = bill.lines if line is None else [line]
    return [node for each in lines for path in _BASE_QUANTITIES for node in at(each, path)]
