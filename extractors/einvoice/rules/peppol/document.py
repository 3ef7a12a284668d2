"""Peppol rules on the document: process and specification, references, parties, currencies and tax totals."""

from __future__ import annotations

from collections.abc import Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, attribute, text
from extractors.einvoice.rules.peppol.registry import rule, unless
from extractors.einvoice.rules.xpath.values import to_double

SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
AMOUNTS = (
    "Amount", "BaseAmount", "PriceAmount", "TaxAmount", "TaxableAmount", "LineExtensionAmount", "TaxExclusiveAmount",
    "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount",
    "PayableAmount",
)  # fmt: skip
DIRECT_DEBITS = frozenset({"49", "59"})


def _header(bill: Bill) -> Node | None:
    """Where process and specification stand."""
    return bill.root if bill.is_ubl else next(iter(at(bill.root, "ExchangedDocumentContext")), None)


def _settlement(bill: Bill) -> Node | None:
    return bill.root if bill.is_ubl else bill.first("settlement")


def _agreement(bill: Bill) -> Node | None:
    path = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
    return bill.root if bill.is_ubl else next(iter(at(bill.root, path)), None)


@rule("PEPPOL-EN16931-R001", "The business process (BT-23) is missing.")
def _has_process(bill: Bill) -> Iterable[Node]:
    return unless(bill.all("process"), _header(bill))


@rule("PEPPOL-EN16931-R002", "Only one note (BT-22) may stand on the document, except between German parties.")
def _has_one_note(bill: Bill) -> Iterable[Node]:
    notes = bill.all("notes")
    if bill.is_ubl:
        return unless(len(notes) <= 1 or bill.both_in("DE"), bill.root)
    return unless(len(notes) <= 1 and not any(at(note, "SubjectCode") for note in notes), bill.root)


@rule("PEPPOL-EN16931-R003", "A buyer reference (BT-10) or an order number (BT-13) is missing.")
def _has_reference(bill: Bill) -> Iterable[Node]:
    return unless(bill.all("buyer_reference") or bill.all("order"), _agreement(bill))


@rule("PEPPOL-EN16931-R004", f"The specification identifier (BT-24) does not begin with {SPECIFICATION}.")
def _has_specification(bill: Bill) -> Iterable[Node]:
    said = bill.said("specification")
    return unless(said.startswith(SPECIFICATION) and "::" not in said, _header(bill))


@rule("PEPPOL-EN16931-R005", "The VAT accounting currency (BT-6) is the same as the invoice currency (BT-5).")
def _has_another_tax_currency(bill: Bill) -> Iterable[Node]:
    return unless(not bill.all("tax_currency") or bill.said("tax_currency") != bill.said("currency"), bill.root)


@rule("PEPPOL-EN16931-R006", "More than one invoiced object (BT-18) stands on the document.")
def _has_one_object(bill: Bill) -> Iterable[Node]:
    found = [] if bill.is_ubl else [one for one in bill.all("documents") if text(one, "TypeCode") == "130"]
    return found[1:2]


@rule(
    "PEPPOL-EN16931-R007",
    "The business process (BT-23) is none of Peppol's: urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0.",
)
def _has_known_process(bill: Bill) -> Iterable[Node]:
    return unless(bill.profile, _header(bill))


@rule("PEPPOL-EN16931-R008", "The document has empty elements.")
def _has_no_empty_elements(bill: Bill) -> Iterable[Node]:
    if not bill.is_ubl:
        return []
    return [node for node in bill.tree.all if not node.children and not node.string.strip()]


@rule("PEPPOL-EN16931-R010", "The buyer's electronic address (BT-49) is missing.")
def _has_buyer_address(bill: Bill) -> Iterable[Node]:
    return [party for party in bill.all("buyer") if not bill.of("party", party, "endpoint")]


@rule("PEPPOL-EN16931-R020", "The seller's electronic address (BT-34) is missing.")
def _has_seller_address(bill: Bill) -> Iterable[Node]:
    return [party for party in bill.all("seller") if not bill.of("party", party, "endpoint")]


@rule("PEPPOL-EN16931-R051", "An amount is not in the invoice currency (BT-5).")
def _has_one_currency(bill: Bill) -> Iterable[Node]:
    if not bill.is_ubl:
        return []
    return [node for node in bill.named(*AMOUNTS) if not _may_differ(node) and not _is_in_currency(node, bill)]


def _may_differ(node: Node) -> bool:
    """The total VAT in accounting currency (BT-111): a tax total without rows."""
    parent = node.parent
    if not node.tag.endswith("}TaxAmount") or parent is None:
        return False
    return not parent.local.get("TaxSubtotal") and not parent.tag.endswith("}TaxSubtotal")


def _is_in_currency(node: Node, bill: Bill) -> bool:
    return any(attribute(node, "currencyID") == currency.string for currency in bill.all("currency"))


@rule("PEPPOL-EN16931-R053", "There is not exactly one VAT total with its breakdown (BT-110).")
def _has_one_tax_total(bill: Bill) -> Iterable[Node]:
    if bill.is_ubl:
        return unless(sum(1 for total in at(bill.root, "TaxTotal") if total.local.get("TaxSubtotal")) == 1, bill.root)
    return unless(len(_tax_totals(bill, same=True)) == 1, _settlement(bill))


@rule("PEPPOL-EN16931-R054", "A VAT total in accounting currency (BT-111) is needed with BT-6, and only then.")
def _has_tax_total_in_other_currency(bill: Bill) -> Iterable[Node]:
    wanted = 1 if bill.all("tax_currency") else 0
    if bill.is_ubl:
        return unless(
            sum(1 for total in at(bill.root, "TaxTotal") if not total.local.get("TaxSubtotal")) == wanted, bill.root
        )
    return unless(len(_tax_totals(bill, same=False)) == wanted, _settlement(bill))


def _tax_totals(bill: Bill, *, same: bool) -> list[Node]:
    """CII: the VAT totals in the invoice currency, or in others."""
    amounts = [each for totals in bill.all("totals") for each in at(totals, "TaxTotalAmount")]
    known = {currency.string for currency in bill.all("currency")}
    named = [each for each in amounts if "currencyID" in each.attributes and known]
    return [each for each in named if (attribute(each, "currencyID") in known) == same]


@rule("PEPPOL-EN16931-R055", "The VAT totals in invoice and accounting currency (BT-110, BT-111) differ in sign.")
def _has_tax_totals_of_one_sign(bill: Bill) -> Iterable[Node]:
    if not bill.all("tax_currency"):
        return []
    path = "TaxTotal/TaxAmount" if bill.is_ubl else "SpecifiedTradeSettlementHeaderMonetarySummation/TaxTotalAmount"
    amounts = at(_settlement(bill), path)
    one, other = (_signs(amounts, bill.said(part)) for part in ("tax_currency", "currency"))
    agree = (one & {0, -1} and other & {0, -1}) or (one & {0, 1} and other & {0, 1})
    return unless(agree, _settlement(bill))


def _signs(amounts: list[Node], currency: str) -> set[int]:
    values = [to_double(node.string) for node in amounts if attribute(node, "currencyID") == currency]
    return {(value > 0) - (value < 0) for value in values}


@rule("PEPPOL-EN16931-R061", "A direct debit needs its mandate reference (BT-89).")
def _has_mandate(bill: Bill) -> Iterable[Node]:
    debits = [each for each in bill.all("payments") if bill.say("payment", each, "code") in DIRECT_DEBITS]
    if bill.is_ubl:
        return [each for each in debits if not bill.of("payment", each, "mandate")]
    return [each for each in debits if not at(each.parent, "SpecifiedTradePaymentTerms/DirectDebitMandateID")]


@rule("PEPPOL-EN16931-R080", "More than one project reference (BT-11) stands on the document.")
def _has_one_project(bill: Bill) -> Iterable[Node]:
    if bill.name == "Invoice":
        return []
    code = "DocumentTypeCode" if bill.is_ubl else "TypeCode"
    return [one for one in bill.all("documents") if any(each.string == "50" for each in at(one, code))][1:2]
