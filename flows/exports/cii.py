"""A published invoice as UN/CEFACT Cross Industry Invoice, EN 16931-3-3: a transcription, never the original.

It says so in a note, and by a specification id of its own (but in Factur-X, which knows only its own). It holds what
the invoice holds, and what follows from it as `flows.exports.transcription` says. The original is named by its hash.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flows.exports.allowances import REASONS, parts_of
from flows.exports.transcription import EXEMPTIONS, RATELESS, SPECIFICATION, Origin, complete
from flows.exports.tree import Branch, serialise, split_country, tree
from flows.exports.ubl import line_category, note_of
from models.invoice import Invoice, InvoiceLine, VatBreakdown

_SCHEMA = "urn:un:unece:uncefact:data:standard"
NAMESPACES: dict[str | None, str] = {
    "rsm": f"{_SCHEMA}:CrossIndustryInvoice:100",
    "ram": f"{_SCHEMA}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_SCHEMA}:UnqualifiedDataType:100",
}


def write_cii(published: Invoice, origin: Origin, *, specification: str = SPECIFICATION) -> bytes:
    """The invoice or credit note as CII."""
    completed = complete(published, origin)
    invoice = completed.invoice
    guideline = Branch("ram:GuidelineSpecifiedDocumentContextParameter", (Branch("ram:ID", specification),))
    document = (
        Branch("ram:ID", invoice.invoice_number),
        Branch("ram:TypeCode", invoice.type_code),
        Branch("ram:IssueDateTime", _day(invoice.issue_date)),
        Branch("ram:IncludedNote", (Branch("ram:Content", note_of(completed, origin)),)),
    )
    trade = (
        *(_line(line, invoice) for line in invoice.lines),
        _agreement(invoice, completed.buyer_country, origin),
        _delivery(invoice, completed.buyer_country),
        _settlement(invoice),
    )
    content = (
        Branch("rsm:ExchangedDocumentContext", (guideline,)),
        Branch("rsm:ExchangedDocument", document),
        Branch("rsm:SupplyChainTradeTransaction", trade),
    )
    return serialise(tree(Branch("rsm:CrossIndustryInvoice", content), NAMESPACES))


def _day(day: date | None) -> tuple[Branch, ...]:
    """A date in format 102 of UNTDID 2379."""
    return () if day is None else (Branch("udt:DateTimeString", day.strftime("%Y%m%d").zfill(8), {"format": "102"}),)


def _agreement(invoice: Invoice, buyer_country: str | None, origin: Origin) -> Branch:
    street, country = split_country(invoice.seller_address)
    address = (Branch("ram:LineOne", street), Branch("ram:CountryID", country))
    seller = _party(invoice.seller_name, invoice.seller_vat_id, invoice.seller_legal_id, address)
    place = (Branch("ram:CountryID", buyer_country),)
    buyer = _party(invoice.buyer_name, invoice.buyer_vat_id, invoice.buyer_legal_id, place)
    content = (
        Branch("ram:BuyerReference", invoice.buyer_reference),
        Branch("ram:SellerTradeParty", seller),
        Branch("ram:BuyerTradeParty", buyer),
        Branch("ram:BuyerOrderReferencedDocument", _reference(invoice.order_reference)),
        Branch("ram:ContractReferencedDocument", _reference(invoice.contract_reference)),
        Branch("ram:AdditionalReferencedDocument", _original(origin)),
    )
    return Branch("ram:ApplicableHeaderTradeAgreement", content, is_kept=True)


def _original(origin: Origin) -> tuple[Branch, ...]:
    """Code 916 of UNTDID 1001: a document that supports this one."""
    if not origin.sha256:
        return ()
    name = Branch("ram:Name", "The original document")
    return (*_reference(f"sha256:{origin.sha256}"), Branch("ram:TypeCode", "916"), name)


def _reference(identifier: str | None) -> tuple[Branch, ...]:
    return (Branch("ram:IssuerAssignedID", identifier),)


def _party(
    name: str | None, vat_id: str | None, legal_id: str | None, address: tuple[Branch, ...]
) -> tuple[Branch, ...]:
    return (
        Branch("ram:Name", name),
        Branch("ram:SpecifiedLegalOrganization", (Branch("ram:ID", legal_id),)),
        Branch("ram:PostalTradeAddress", address),
        Branch("ram:SpecifiedTaxRegistration", (Branch("ram:ID", vat_id, {"schemeID": "VA"}),)),
    )


def _delivery(invoice: Invoice, country: str | None) -> Branch:
    """When it was delivered, and where to in an intra-community supply (BR-IC-12)."""
    goes_to = country if any(row.category == "K" for row in invoice.vat_breakdown) else None
    moment = (Branch("ram:OccurrenceDateTime", _day(invoice.delivery_date)),)
    place = (Branch("ram:PostalTradeAddress", (Branch("ram:CountryID", goes_to),)),)
    content = (Branch("ram:ShipToTradeParty", place), Branch("ram:ActualDeliverySupplyChainEvent", moment))
    return Branch("ram:ApplicableHeaderTradeDelivery", content, is_kept=True)


def _settlement(invoice: Invoice) -> Branch:
    terms = (
        Branch("ram:Description", invoice.payment_terms),
        Branch("ram:DueDateDateTime", _day(invoice.due_date)),
    )
    content = (
        Branch("ram:PaymentReference", invoice.remittance),
        Branch("ram:InvoiceCurrencyCode", invoice.currency),
        _payment(invoice),
        *(_tax(row) for row in invoice.vat_breakdown),
        *_allowances(invoice),
        Branch("ram:SpecifiedTradePaymentTerms", terms),
        _totals(invoice),
        Branch("ram:InvoiceReferencedDocument", _reference(invoice.preceding_invoice)),
    )
    return Branch("ram:ApplicableHeaderTradeSettlement", content, is_kept=True)


def _payment(invoice: Invoice) -> Branch:
    if not (invoice.iban or invoice.bic):
        return Branch("ram:SpecifiedTradeSettlementPaymentMeans", None)
    tag = "ram:IBANID" if (invoice.iban or "")[:2].isalpha() else "ram:ProprietaryID"
    content = (
        Branch("ram:TypeCode", "30"),
        Branch("ram:PayeePartyCreditorFinancialAccount", (Branch(tag, invoice.iban),)),
        Branch("ram:PayeeSpecifiedCreditorFinancialInstitution", (Branch("ram:BICID", invoice.bic),)),
    )
    return Branch("ram:SpecifiedTradeSettlementPaymentMeans", content)


def _tax(row: VatBreakdown) -> Branch:
    code, reason = EXEMPTIONS.get(row.category or "", (None, None))
    content = (
        Branch("ram:CalculatedAmount", row.tax),
        Branch("ram:TypeCode", "VAT"),
        Branch("ram:ExemptionReason", reason),
        Branch("ram:BasisAmount", row.taxable),
        Branch("ram:CategoryCode", row.category),
        Branch("ram:ExemptionReasonCode", code),
        Branch("ram:RateApplicablePercent", row.rate),
    )
    return Branch("ram:ApplicableTradeTax", content)


def _rate(rate: Decimal | None, category: str | None, tag: str) -> Branch:
    if rate is None and category is None:
        return Branch(tag, None)
    content = (
        Branch("ram:TypeCode", "VAT"),
        Branch("ram:CategoryCode", category),
        Branch("ram:RateApplicablePercent", None if category in RATELESS else rate),
    )
    return Branch(tag, content)


def _allowances(invoice: Invoice) -> tuple[Branch, ...]:
    return tuple(
        Branch("ram:SpecifiedTradeAllowanceCharge", (
            Branch("ram:ChargeIndicator", (Branch("udt:Indicator", "true" if part.is_charge else "false"),)),
            Branch("ram:ActualAmount", part.amount),
            Branch("ram:ReasonCode", REASONS[part.is_charge][0]),
            Branch("ram:Reason", REASONS[part.is_charge][1]),
            _rate(part.rate, part.category, "ram:CategoryTradeTax"),
        ))
        for part in parts_of(invoice)
    )  # fmt: skip


_TOTALS = {  # in the order of the schema
    "LineTotalAmount": "sum_of_lines",
    "ChargeTotalAmount": "charge_total",
    "AllowanceTotalAmount": "allowance_total",
    "TaxBasisTotalAmount": "net_total",
    "TaxTotalAmount": "tax_total",
    "RoundingAmount": "rounding",
    "GrandTotalAmount": "gross_total",
    "TotalPrepaidAmount": "prepaid_total",
    "DuePayableAmount": "payable_total",
}


def _totals(invoice: Invoice) -> Branch:
    content = tuple(
        Branch(f"ram:{tag}", getattr(invoice, name), {"currencyID": invoice.currency} if name == "tax_total" else {})
        for tag, name in _TOTALS.items()
    )
    return Branch("ram:SpecifiedTradeSettlementHeaderMonetarySummation", content)


def _line(line: InvoiceLine, invoice: Invoice) -> Branch:
    category = line_category(line, invoice)
    unit = {"unitCode": line.unit_code}
    product = (
        Branch("ram:SellerAssignedID", line.seller_item_id),
        Branch("ram:BuyerAssignedID", line.buyer_item_id),
        Branch("ram:Name", line.item_name),
    )
    order = (*_reference(line.order_reference), Branch("ram:LineID", line.order_line))
    price = (Branch("ram:ChargeAmount", line.unit_price), Branch("ram:BasisQuantity", line.price_base_quantity, unit))
    agreement = (
        Branch("ram:BuyerOrderReferencedDocument", order),
        Branch("ram:NetPriceProductTradePrice", price),
    )
    total = (Branch("ram:LineTotalAmount", line.net_amount),)
    settlement = (
        _rate(line.vat_rate, category, "ram:ApplicableTradeTax"),
        Branch("ram:SpecifiedTradeSettlementLineMonetarySummation", total),
    )
    content = (
        Branch("ram:AssociatedDocumentLineDocument", (Branch("ram:LineID", line.line_id),)),
        Branch("ram:SpecifiedTradeProduct", product),
        Branch("ram:SpecifiedLineTradeAgreement", agreement),
        Branch("ram:SpecifiedLineTradeDelivery", (Branch("ram:BilledQuantity", line.quantity, unit),)),
        Branch("ram:SpecifiedLineTradeSettlement", settlement),
    )
    return Branch("ram:IncludedSupplyChainTradeLineItem", content, is_kept=True)
