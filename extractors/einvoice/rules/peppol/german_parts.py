r"""What the German rules ask for, in UBL and in CII, and how values must look.

>>> is_iban("DE89 3704 0044 0532 0130 00"), is_email("a@b.de"), is_telephone("+49 1")
(True, True, True)
>>> is_skonto("#SKONTO#TAGE=7#PROZENT=2.00#\n"), is_skonto("#SKONTO#TAGE=7#PROZENT=2#\n"), is_skonto("30 Tage")
(True, False, True)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, scheme

_SKONTO = re.compile(r"#SKONTO#TAGE=\d+#PROZENT=\d+\.\d\d(?:#BASISBETRAG=-?\d+\.\d\d)?#")
_EMAIL = re.compile(r"[^@\s]+@(?:[^@.\s]+\.)+[^@.\s]+")
_IBAN = re.compile(r"[A-Z]{2}\d\d[a-zA-Z0-9]{0,30}")

_UBL: Mapping[str, str] = {
    "city": "CityName", "post_code": "PostalZone", "name": "Name", "department": "Name", "telephone": "Telephone",
    "email": "ElectronicMail", "rate": "TaxCategory/Percent", "creditor": "PayeeFinancialAccount/ID",
    "debtor": "PaymentMandate/PayerFinancialAccount/ID", "account_group": "PayeeFinancialAccount",
    "card_group": "CardAccount",
}  # fmt: skip
_CII: Mapping[str, str] = {
    "city": "CityName", "post_code": "PostcodeCode", "name": "PersonName", "department": "DepartmentName",
    "telephone": "TelephoneUniversalCommunication/CompleteNumber", "email": "EmailURIUniversalCommunication/URIID",
    "rate": "RateApplicablePercent", "creditor": "PayeePartyCreditorFinancialAccount/IBANID",
    "debtor": "PayerPartyDebtorFinancialAccount/IBANID", "account_group": "PayeePartyCreditorFinancialAccount",
    "card_group": "ApplicableTradeSettlementFinancialCard",
}  # fmt: skip
_TRADE = "SupplyChainTradeTransaction"
_NODES_UBL: Mapping[str, tuple[str, ...]] = {
    "seller_address": ("AccountingSupplierParty/Party/PostalAddress",),
    "contact": ("AccountingSupplierParty/Party/Contact",),
    "buyer_address": ("AccountingCustomerParty/Party/PostalAddress",),
    "delivery_address": ("Delivery/DeliveryLocation/Address",),
    "tax": ("TaxTotal/TaxSubtotal",),
    "type": ("InvoiceTypeCode", "CreditNoteTypeCode"),
    "terms": ("PaymentTerms/Note",),
    "attachment": ("AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject",),
}
_NODES_CII: Mapping[str, tuple[str, ...]] = {
    "seller_address": (f"{_TRADE}/ApplicableHeaderTradeAgreement/SellerTradeParty/PostalTradeAddress",),
    "contact": (f"{_TRADE}/ApplicableHeaderTradeAgreement/SellerTradeParty/DefinedTradeContact",),
    "buyer_address": (f"{_TRADE}/ApplicableHeaderTradeAgreement/BuyerTradeParty/PostalTradeAddress",),
    "delivery_address": (f"{_TRADE}/ApplicableHeaderTradeDelivery/ShipToTradeParty/PostalTradeAddress",),
    "tax": (f"{_TRADE}/ApplicableHeaderTradeSettlement/ApplicableTradeTax",),
    "type": ("ExchangedDocument/TypeCode",),
    "terms": (f"{_TRADE}/ApplicableHeaderTradeSettlement/SpecifiedTradePaymentTerms/Description",),
    "attachment": (f"{_TRADE}/ApplicableHeaderTradeAgreement/AdditionalReferencedDocument/AttachmentBinaryObject",),
}


class GermanParts:
    """The parts of one bill."""

    def __init__(self, bill: Bill) -> None:
        self._bill = bill
        self.names = _UBL if bill.is_ubl else _CII
        self.contact = "Contact" if bill.is_ubl else "DefinedTradeContact"
        self.tax_number = "PartyTaxScheme/CompanyID" if bill.is_ubl else "SpecifiedTaxRegistration/ID"

    def nodes(self, kind: str) -> list[Node]:
        """All nodes of a kind."""
        paths = (_NODES_UBL if self._bill.is_ubl else _NODES_CII)[kind]
        return [node for path in paths for node in at(self._bill.root, path)]

    @property
    def settlement(self) -> Node | None:
        """Where payment instructions would stand."""
        return self._bill.root if self._bill.is_ubl else self._bill.first("settlement")

    @property
    def agreement(self) -> Node | None:
        """Where the buyer reference would stand."""
        path = f"{_TRADE}/ApplicableHeaderTradeAgreement"
        return self._bill.root if self._bill.is_ubl else next(iter(at(self._bill.root, path)), None)

    def is_category(self, node: Node) -> bool:
        """Whether an element is the VAT category of a line, an allowance or a charge."""
        name, parent = node.tag.rpartition("}")[2], node.parent.tag.rpartition("}")[2] if node.parent else ""
        if not self._bill.is_ubl:
            return name == "CategoryCode" and parent in {"ApplicableTradeTax", "CategoryTradeTax"}
        if name != "ID" or node.parent is None or node.parent.parent is None:
            return False
        owner = node.parent.parent.tag.rpartition("}")[2]
        return parent == "ClassifiedTaxCategory" or (parent == "TaxCategory" and owner == "AllowanceCharge")

    def debits(self, payment: Node) -> bool:
        """Whether a payment means has a direct debit (BG-19)."""
        if self._bill.is_ubl:
            return bool(at(payment, "PaymentMandate"))
        mandates = at(payment.parent, "SpecifiedTradePaymentTerms/DirectDebitMandateID")
        return bool(at(payment, "PayerPartyDebtorFinancialAccount") or mandates)

    def creditor_ids(self) -> list[Node]:
        """The creditor identifiers of direct debits (BT-90)."""
        if not self._bill.is_ubl:
            return at(self.settlement, "CreditorReferenceID")
        parties = [*self._bill.all("seller"), *at(self._bill.root, "PayeeParty")]
        return [node for each in parties for node in at(each, "PartyIdentification/ID") if scheme(node) == "SEPA"]


def parts_of(bill: Bill) -> GermanParts:
    """The parts of a bill for the German rules."""
    return GermanParts(bill)


def is_iban(value: str) -> bool:
    """An IBAN with right check digits; white space does not count."""
    account = "".join(value.split())
    if not _IBAN.fullmatch(account):
        return False
    return int("".join(str(int(letter, 36)) for letter in account[4:] + account[:4])) % 97 == 1


def is_email(value: str) -> bool:
    """One @, and a domain of at least two parts."""
    return bool(_EMAIL.fullmatch(value))


def is_telephone(value: str) -> bool:
    """At least three digits."""
    return sum(letter.isdigit() for letter in value) >= 3


def is_skonto(value: str) -> bool:
    """Terms whose lines with # are well-formed discounts, each closed by a line break; other lines are free."""
    lines = re.split(r"\r?\n", value)
    marked = [line for line in lines if line.strip().startswith("#")]
    if not all(_SKONTO.fullmatch(line.strip()) for line in marked):
        return False
    return not marked or not lines[-1].strip().startswith("#")
