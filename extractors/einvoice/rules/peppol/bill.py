"""An invoice as the Peppol rules see it: the same parts under one name in UBL and in CII.

Paths are local names with slashes, from a node. Sources: Peppol BIS Billing 3.0; its UBL and CII bindings of EN 16931.

>>> from lxml import etree
>>> from extractors.einvoice.rules.nodes import grow
>>> root = etree.fromstring("<Invoice><BuyerReference> F 1 </BuyerReference></Invoice>")
>>> Bill(grow(root)).said("buyer_reference")
'F 1'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from extractors.einvoice.rules.nodes import Node, Tree
from extractors.einvoice.rules.xpath.values import XPathError, to_decimal

_PROFILE = re.compile(r"urn:fdc:peppol\.eu:2017:poacc:billing:(\d\d):1\.0")
_VAT_SCHEMES = frozenset({"VA", "VAT"})  # the second is wrong, and often meant so
_WITH_RESPONSE = "urn:peppol:bis:billing_with_response"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the parts stand in one syntax: from the root, from a party, from an address, a line and so on."""

    document: Mapping[str, str]
    party: Mapping[str, str]
    line: Mapping[str, str]
    payment: Mapping[str, str]
    allowance: Mapping[str, str]


UBL = Paths(
    document={
        "specification": "CustomizationID", "process": "ProfileID", "seller": "AccountingSupplierParty/Party",
        "buyer": "AccountingCustomerParty/Party", "representative": "TaxRepresentativeParty",
        "notes": "Note", "currency": "DocumentCurrencyCode", "tax_currency": "TaxCurrencyCode",
        "buyer_reference": "BuyerReference", "order": "OrderReference/ID", "payments": "PaymentMeans",
        "payable": "LegalMonetaryTotal/PayableAmount", "totals": "LegalMonetaryTotal",
        "preceding": "BillingReference/InvoiceDocumentReference/ID", "issue_date": "IssueDate", "due_date": "DueDate",
        "period_start": "InvoicePeriod/StartDate", "period_end": "InvoicePeriod/EndDate",
        "documents": "AdditionalDocumentReference", "number": "ID",
    },
    party={
        "endpoint": "EndpointID", "address": "PostalAddress", "country": "PostalAddress/Country/IdentificationCode",
        "street": "PostalAddress/StreetName", "city": "PostalAddress/CityName", "post_code": "PostalAddress/PostalZone",
        "legal_id": "PartyLegalEntity/CompanyID", "identifiers": "PartyIdentification/ID",
    },
    line={
        "net": "LineExtensionAmount", "price": "Price/PriceAmount", "base_quantity": "Price/BaseQuantity",
        "allowances": "AllowanceCharge", "start": "InvoicePeriod/StartDate", "end": "InvoicePeriod/EndDate",
        "classification": "Item/CommodityClassification/ItemClassificationCode",
        "order_line": "OrderLineReference/LineID",
    },
    payment={
        "code": "PaymentMeansCode", "mandate": "PaymentMandate/ID", "account": "PayeeFinancialAccount/ID",
        "branch": "PayeeFinancialAccount/FinancialInstitutionBranch/ID", "giro_account": "PayeeFinancialAccount/ID",
        "reference": "PaymentID", "payer_account": "PaymentMandate/PayerFinancialAccount/ID",
    },
    allowance={
        "factor": "MultiplierFactorNumeric", "base": "BaseAmount", "amount": "Amount", "indicator": "ChargeIndicator",
        "code": "AllowanceChargeReasonCode", "reason": "AllowanceChargeReason",
    },
)  # fmt: skip

_TRADE = "SupplyChainTradeTransaction/"
_AGREEMENT = f"{_TRADE}ApplicableHeaderTradeAgreement/"
_SETTLEMENT = f"{_TRADE}ApplicableHeaderTradeSettlement/"
_LINE_END = "SpecifiedLineTradeSettlement/"
CII = Paths(
    document={
        "specification": "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID",
        "process": "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID",
        "seller": f"{_AGREEMENT}SellerTradeParty", "buyer": f"{_AGREEMENT}BuyerTradeParty",
        "representative": f"{_AGREEMENT}SellerTaxRepresentativeTradeParty",
        "notes": "ExchangedDocument/IncludedNote", "currency": f"{_SETTLEMENT}InvoiceCurrencyCode",
        "tax_currency": f"{_SETTLEMENT}TaxCurrencyCode", "buyer_reference": f"{_AGREEMENT}BuyerReference",
        "order": f"{_AGREEMENT}BuyerOrderReferencedDocument/IssuerAssignedID",
        "payments": f"{_SETTLEMENT}SpecifiedTradeSettlementPaymentMeans",
        "payable": f"{_SETTLEMENT}SpecifiedTradeSettlementHeaderMonetarySummation/DuePayableAmount",
        "totals": f"{_SETTLEMENT}SpecifiedTradeSettlementHeaderMonetarySummation",
        "preceding": f"{_SETTLEMENT}InvoiceReferencedDocument/IssuerAssignedID", "number": "ExchangedDocument/ID",
        "period_start": f"{_SETTLEMENT}BillingSpecifiedPeriod/StartDateTime/DateTimeString",
        "period_end": f"{_SETTLEMENT}BillingSpecifiedPeriod/EndDateTime/DateTimeString",
        "documents": f"{_AGREEMENT}AdditionalReferencedDocument", "settlement": _SETTLEMENT[:-1],
    },
    party={
        "endpoint": "URIUniversalCommunication/URIID", "address": "PostalTradeAddress",
        "country": "PostalTradeAddress/CountryID", "street": "PostalTradeAddress/LineOne",
        "city": "PostalTradeAddress/CityName", "post_code": "PostalTradeAddress/PostcodeCode",
        "legal_id": "SpecifiedLegalOrganization/ID", "identifiers": "GlobalID",
    },
    line={
        "net": f"{_LINE_END}SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
        "quantity": "SpecifiedLineTradeDelivery/BilledQuantity",
        "price": "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
        "base_quantity": "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/BasisQuantity",
        "allowances": f"{_LINE_END}SpecifiedTradeAllowanceCharge",
        "start": f"{_LINE_END}BillingSpecifiedPeriod/StartDateTime/DateTimeString",
        "end": f"{_LINE_END}BillingSpecifiedPeriod/EndDateTime/DateTimeString",
        "classification": "SpecifiedTradeProduct/DesignatedProductClassification/ClassCode",
        "order_line": "SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID",
    },
    payment={
        "code": "TypeCode", "account": "PayeePartyCreditorFinancialAccount/IBANID",
        "branch": "PayeeSpecifiedCreditorFinancialInstitution/BICID",
        "giro_account": "PayeePartyCreditorFinancialAccount/ProprietaryID",
    },
    allowance={
        "factor": "CalculationPercent", "base": "BasisAmount", "amount": "ActualAmount",
        "indicator": "ChargeIndicator/Indicator", "code": "ReasonCode", "reason": "Reason",
    },
)  # fmt: skip


def at(node: Node | None, path: str) -> list[Node]:
    """All that a path of local names leads to."""
    nodes = [node] if node is not None else []
    for name in path.split("/") if path else ():
        nodes = [child for each in nodes for child in each.local.get(name, ())]
    return nodes


def text(node: Node | None, path: str = "") -> str:
    """The text of the first that a path leads to, white space made one; empty where there is none."""
    found = at(node, path)
    return " ".join(found[0].string.split()) if found else ""


def scheme(node: Node | None) -> str:
    """The `schemeID` of an identifier."""
    found = node.attributes.get("schemeID") if node is not None else None
    return " ".join(found.string.split()) if found else ""


def attribute(node: Node, name: str) -> str:
    """An attribute's value, empty where it is missing."""
    found = node.attributes.get(name)
    return found.string if found else ""


def amount(node: Node | None, default: int = 0) -> Decimal:
    """A node's number; the default where there is no node. Raises XPathError for what is no decimal number."""
    return Decimal(default) if node is None else to_decimal(node.string)


class Bill:
    """One document under test."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.root = tree.root
        self.name = tree.root.tag.rpartition("}")[2]
        self.is_ubl = self.name != "CrossIndustryInvoice"
        self.paths = UBL if self.is_ubl else CII

    def all(self, part: str) -> list[Node]:
        """All nodes of a part of the document."""
        return at(self.root, self.paths.document[part]) if part in self.paths.document else []

    def first(self, part: str) -> Node | None:
        """The first node of a part."""
        return next(iter(self.all(part)), None)

    def said(self, part: str) -> str:
        """The text of a part, white space made one."""
        return text(self.first(part))

    def of(self, kind: str, node: Node | None, part: str) -> list[Node]:
        """Nodes of a part of a party, line, payment or allowance."""
        paths: Mapping[str, str] = getattr(self.paths, kind)
        return at(node, paths[part]) if part in paths else []

    def say(self, kind: str, node: Node | None, part: str) -> str:
        """The text of a part of a party, line, payment or allowance."""
        return text(next(iter(self.of(kind, node, part)), None))

    def named(self, *names: str) -> Iterable[Node]:
        """All elements of these local names, in document order."""
        return (node for node in self.tree.all if node.tag.rpartition("}")[2] in names)

    @cached_property
    def lines(self) -> list[Node]:
        """The invoice lines."""
        if not self.is_ubl:
            return at(self.root, "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem")
        return list(self.named("InvoiceLine", "CreditNoteLine"))

    @cached_property
    def allowances(self) -> list[Node]:
        """Allowances and charges of the document and of its lines."""
        if not self.is_ubl:
            return list(self.named("SpecifiedTradeAllowanceCharge"))
        own = at(self.root, "AllowanceCharge")
        return [*own, *(each for line in self.lines for each in self.of("line", line, "allowances"))]

    @property
    def profile(self) -> str:
        """The process number of BT-23, such as "01"; empty where it is none of Peppol's."""
        process = self.said("process")
        found = _PROFILE.fullmatch(process) if not self.is_ubl else _PROFILE.search(process)
        return found[1] if found else "02" if process == _WITH_RESPONSE and not self.is_ubl else ""

    def vat_ids(self, party: Node | None) -> list[str]:
        """A party's VAT identifiers as they stand."""
        if self.is_ubl:
            schemes = [each for each in at(party, "PartyTaxScheme") if text(each, "TaxScheme/ID") == "VAT"]
            return [node.string for each in schemes for node in at(each, "CompanyID")]
        return [node.string for node in at(party, "SpecifiedTaxRegistration/ID") if scheme(node) in _VAT_SCHEMES]

    def country(self, party: Node | None) -> str:
        """The country of a party's address, in upper case."""
        return self.say("party", party, "country").upper()

    def _by_vat(self, *parties: Node | None) -> str:
        return next((found[0][:2].strip().upper() for party in parties if (found := self.vat_ids(party))), "")

    @cached_property
    def seller_country(self) -> str:
        """By the VAT identifier of the seller or its representative, else by the seller's address."""
        seller = self.first("seller")
        return self._by_vat(seller, self.first("representative")) or self.country(seller)

    @cached_property
    def buyer_country(self) -> str:
        """By the buyer's VAT identifier, else by its address."""
        buyer = self.first("buyer")
        return self._by_vat(buyer) or self.country(buyer)

    def both_in(self, country: str) -> bool:
        """Whether the addresses of seller and buyer are in one country."""
        return self.country(self.first("seller")) == country == self.country(self.first("buyer"))

    @property
    def is_credit_note(self) -> bool:
        """By the root element in UBL, by the type code in CII."""
        return self.name == "CreditNote" if self.is_ubl else text(self.root, "ExchangedDocument/TypeCode") == "381"


__all__ = ["CII", "UBL", "Bill", "Paths", "XPathError", "amount", "at", "attribute", "scheme", "text"]
