"""UN/CEFACT Cross Industry Invoice after EN 16931-3-3, profile EN 16931 of Factur-X and ZUGFeRD 2, or XRechnung."""

from __future__ import annotations

from datetime import date

from models.invoice import Invoice, InvoiceLine, VatBreakdown
from sample_invoices.generator.einvoice.tree import Node, build, money, plain, serialise
from sample_invoices.generator.einvoice.ubl import REASON_CODES, REASONS
from sample_invoices.generator.facts import ZERO, Company, Facts

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"


def write_cii(facts: Facts, profile: str = EN16931) -> bytes:
    """The invoice as CII bytes."""
    invoice = facts.invoice
    trade = [
        *[line_node(line, invoice) for line in invoice.lines],
        agreement(facts),
        delivery(facts, profile),
        settlement(invoice),
    ]
    document = [
        ("ram:ID", invoice.invoice_number),
        ("ram:TypeCode", invoice.type_code),
        ("ram:IssueDateTime", day(invoice.issue_date)),
    ]
    context = [("ram:GuidelineSpecifiedDocumentContextParameter", [("ram:ID", profile)])]
    content = [
        ("rsm:ExchangedDocumentContext", context),
        ("rsm:ExchangedDocument", document),
        ("rsm:SupplyChainTradeTransaction", trade),
    ]
    return serialise(build(("rsm:CrossIndustryInvoice", content), NAMESPACES))


def day(value: date | None) -> list[Node] | None:
    """A date in format 102, YYYYMMDD."""
    return None if value is None else [("udt:DateTimeString", f"{value:%Y%m%d}", {"format": "102"})]


def agreement(facts: Facts) -> Node:
    """Parties and what they agreed on."""
    invoice = facts.invoice
    return (
        "ram:ApplicableHeaderTradeAgreement",
        [
            ("ram:BuyerReference", invoice.buyer_reference),
            ("ram:SellerTradeParty", party(facts.seller)),
            ("ram:BuyerTradeParty", party(facts.buyer)),
            ("ram:BuyerOrderReferencedDocument", [("ram:IssuerAssignedID", invoice.order_reference)]),
            ("ram:ContractReferencedDocument", [("ram:IssuerAssignedID", invoice.contract_reference)]),
        ],
    )


def party(company: Company) -> list[Node]:
    """One company."""
    address = [
        ("ram:PostcodeCode", company.postcode),
        ("ram:LineOne", company.street),
        ("ram:CityName", company.city),
        ("ram:CountryID", company.country),
    ]
    return [
        ("ram:Name", company.name),
        ("ram:SpecifiedLegalOrganization", [("ram:ID", company.legal_id, {"schemeID": "0002"})]),
        ("ram:DefinedTradeContact", contact(company)),
        ("ram:PostalTradeAddress", address),
        ("ram:URIUniversalCommunication", [("ram:URIID", company.email, {"schemeID": "EM"})]),
        ("ram:SpecifiedTaxRegistration", [("ram:ID", company.vat_id, {"schemeID": "VA"})]),
    ]


def contact(company: Company) -> list[Node]:
    """Whom to ask (BG-6, which XRechnung demands)."""
    return [
        ("ram:PersonName", company.trade or company.name),
        ("ram:TelephoneUniversalCommunication", [("ram:CompleteNumber", company.phone)]),
        ("ram:EmailURIUniversalCommunication", [("ram:URIID", company.email)]),
    ]


def delivery(facts: Facts, profile: str) -> Node:
    """Where to and when; the country is wanted for supplies within the Union (BR-IC-12), the town by XRechnung."""
    event = [("ram:OccurrenceDateTime", day(facts.invoice.delivery_date))]
    town = [("ram:PostcodeCode", facts.buyer.postcode), ("ram:CityName", facts.buyer.city)]
    address = [*(town if profile == XRECHNUNG else []), ("ram:CountryID", facts.buyer.country)]
    return (
        "ram:ApplicableHeaderTradeDelivery",
        [
            ("ram:ShipToTradeParty", [("ram:PostalTradeAddress", address)]),
            ("ram:ActualDeliverySupplyChainEvent", event),
        ],
    )


def settlement(invoice: Invoice) -> Node:
    """Payment, taxes, totals."""
    account = [("ram:IBANID", invoice.iban)]
    means = [
        ("ram:TypeCode", "30"),
        ("ram:PayeePartyCreditorFinancialAccount", account),
        ("ram:PayeeSpecifiedCreditorFinancialInstitution", [("ram:BICID", invoice.bic)]),
    ]
    terms = [("ram:Description", invoice.payment_terms), ("ram:DueDateDateTime", day(invoice.due_date))]
    return (
        "ram:ApplicableHeaderTradeSettlement",
        [
            ("ram:PaymentReference", invoice.remittance),
            ("ram:InvoiceCurrencyCode", invoice.currency),
            ("ram:SpecifiedTradeSettlementPaymentMeans", means),
            *[tax(row) for row in invoice.vat_breakdown],
            *allowances(invoice),
            ("ram:SpecifiedTradePaymentTerms", terms),
            ("ram:SpecifiedTradeSettlementHeaderMonetarySummation", totals(invoice)),
            ("ram:InvoiceReferencedDocument", [("ram:IssuerAssignedID", invoice.preceding_invoice)]),
        ],
    )


def tax(row: VatBreakdown) -> Node:
    """One row of the breakdown."""
    category = row.category or "S"
    return (
        "ram:ApplicableTradeTax",
        [
            ("ram:CalculatedAmount", money(row.tax)),
            ("ram:TypeCode", "VAT"),
            ("ram:ExemptionReason", REASONS.get(category)),
            ("ram:BasisAmount", money(row.taxable)),
            ("ram:CategoryCode", category),
            ("ram:ExemptionReasonCode", REASON_CODES.get(category)),
            ("ram:RateApplicablePercent", plain(row.rate)),
        ],
    )


def allowances(invoice: Invoice) -> list[Node]:
    """One document allowance a VAT rate."""
    nodes: list[Node] = []
    for row in invoice.vat_breakdown if invoice.allowance_total else ():
        full = sum((line.net_amount or ZERO for line in invoice.lines if line.vat_rate == row.rate), ZERO)
        category = [
            ("ram:TypeCode", "VAT"),
            ("ram:CategoryCode", row.category),
            ("ram:RateApplicablePercent", plain(row.rate)),
        ]
        content = [
            ("ram:ChargeIndicator", [("udt:Indicator", "false")]),
            ("ram:ActualAmount", money(full - (row.taxable or ZERO))),
            ("ram:Reason", "Discount"),
            ("ram:CategoryTradeTax", category),
        ]
        nodes.append(("ram:SpecifiedTradeAllowanceCharge", content))
    return nodes


def totals(invoice: Invoice) -> list[Node]:
    """The sums of the document."""
    return [
        ("ram:LineTotalAmount", money(invoice.sum_of_lines)),
        ("ram:AllowanceTotalAmount", money(invoice.allowance_total)),
        ("ram:TaxBasisTotalAmount", money(invoice.net_total)),
        ("ram:TaxTotalAmount", money(invoice.tax_total), {"currencyID": invoice.currency}),
        ("ram:GrandTotalAmount", money(invoice.gross_total)),
        ("ram:DuePayableAmount", money(invoice.payable_total)),
    ]


def line_node(line: InvoiceLine, invoice: Invoice) -> Node:
    """One line."""
    row = next(row for row in invoice.vat_breakdown if row.rate == line.vat_rate)
    unit = {"unitCode": line.unit_code or "C62"}
    price = [
        ("ram:ChargeAmount", plain(line.unit_price)),
        ("ram:BasisQuantity", plain(line.price_base_quantity), unit),
    ]
    rate = [
        ("ram:TypeCode", "VAT"),
        ("ram:CategoryCode", row.category),
        ("ram:RateApplicablePercent", plain(line.vat_rate)),
    ]
    amount = ("ram:SpecifiedTradeSettlementLineMonetarySummation", [("ram:LineTotalAmount", money(line.net_amount))])
    return (
        "ram:IncludedSupplyChainTradeLineItem",
        [
            ("ram:AssociatedDocumentLineDocument", [("ram:LineID", line.line_id)]),
            (
                "ram:SpecifiedTradeProduct",
                [("ram:SellerAssignedID", line.seller_item_id), ("ram:Name", line.item_name)],
            ),
            (
                "ram:SpecifiedLineTradeAgreement",
                [
                    ("ram:BuyerOrderReferencedDocument", [("ram:LineID", line.order_line)]),
                    ("ram:NetPriceProductTradePrice", price),
                ],
            ),
            ("ram:SpecifiedLineTradeDelivery", [("ram:BilledQuantity", plain(line.quantity), unit)]),
            ("ram:SpecifiedLineTradeSettlement", [("ram:ApplicableTradeTax", rate), amount]),
        ],
    )
