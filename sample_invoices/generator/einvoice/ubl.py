"""UBL 2.1 Invoice and CreditNote after EN 16931-3-2 and Peppol BIS Billing 3.0 (docs.peppol.eu/poacc/billing/3.0)."""

from __future__ import annotations

from models.invoice import Invoice, InvoiceLine, VatBreakdown
from sample_invoices.generator.einvoice.tree import Node, build, money, plain, serialise
from sample_invoices.generator.facts import ZERO, Company, Facts

CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
ADDRESS_SCHEMES = {"FR": "9957", "DE": "9930", "GB": "9932", "IE": "9935"}  # Peppol: VAT numbers by country
REASONS = {"K": "Intra-community supply", "G": "Export outside the EU", "AE": "Reverse charge"}
REASON_CODES = {"K": "VATEX-EU-IC", "G": "VATEX-EU-G", "AE": "VATEX-EU-AE"}


def write_ubl(facts: Facts) -> bytes:
    """The invoice or credit note as UBL bytes."""
    invoice = facts.invoice
    kind = "CreditNote" if invoice.is_credit_note else "Invoice"
    namespaces = {"": f"urn:oasis:names:specification:ubl:schema:xsd:{kind}-2", "cac": CAC, "cbc": CBC}
    content = [*header(invoice, kind), *parties(facts), *settlement(invoice)]
    content += [line_node(line, invoice, kind) for line in invoice.lines]
    return serialise(build((kind, content), namespaces))


def header(invoice: Invoice, kind: str) -> list[Node]:
    """Everything before the parties, in the order of the schema."""
    return [
        ("cbc:CustomizationID", CUSTOMIZATION),
        ("cbc:ProfileID", PROFILE),
        ("cbc:ID", invoice.invoice_number),
        ("cbc:IssueDate", invoice.issue_date),
        ("cbc:DueDate", invoice.due_date) if kind == "Invoice" else None,
        (f"cbc:{kind}TypeCode", invoice.type_code),
        ("cbc:DocumentCurrencyCode", invoice.currency),
        ("cbc:BuyerReference", invoice.buyer_reference),
        ("cac:OrderReference", [("cbc:ID", invoice.order_reference)]),
        ("cac:BillingReference", [("cac:InvoiceDocumentReference", [("cbc:ID", invoice.preceding_invoice)])]),
        ("cac:ContractDocumentReference", [("cbc:ID", invoice.contract_reference)]),
    ]


def parties(facts: Facts) -> list[Node]:
    """Seller, buyer, delivery; the country of the last is wanted for supplies within the Union (BR-IC-12)."""
    country = ("cac:Country", [("cbc:IdentificationCode", facts.buyer.country)])
    place = ("cac:Address", [country])
    return [
        ("cac:AccountingSupplierParty", [party(facts.seller)]),
        ("cac:AccountingCustomerParty", [party(facts.buyer)]),
        ("cac:Delivery", [("cbc:ActualDeliveryDate", facts.invoice.delivery_date), ("cac:DeliveryLocation", [place])]),
    ]


def party(company: Company) -> Node:
    """One company."""
    address = [
        ("cbc:StreetName", company.street),
        ("cbc:CityName", company.city),
        ("cbc:PostalZone", company.postcode),
        ("cac:Country", [("cbc:IdentificationCode", company.country)]),
    ]
    tax = [("cbc:CompanyID", company.vat_id), ("cac:TaxScheme", [("cbc:ID", "VAT")])]
    legal_id = ("cbc:CompanyID", company.legal_id, {"schemeID": "0002"})
    scheme = {"schemeID": ADDRESS_SCHEMES[company.country]}
    return (
        "cac:Party",
        [
            ("cbc:EndpointID", company.vat_id, scheme),
            ("cac:PartyName", [("cbc:Name", company.name)]),
            ("cac:PostalAddress", address),
            ("cac:PartyTaxScheme", tax),
            ("cac:PartyLegalEntity", [("cbc:RegistrationName", company.name), legal_id]),
        ],
    )


def settlement(invoice: Invoice) -> list[Node]:
    """Payment, discount, taxes and totals."""
    currency = {"currencyID": invoice.currency}
    account = [("cbc:ID", invoice.iban), ("cac:FinancialInstitutionBranch", [("cbc:ID", invoice.bic)])]
    totals = [
        ("cbc:LineExtensionAmount", money(invoice.sum_of_lines), currency),
        ("cbc:TaxExclusiveAmount", money(invoice.net_total), currency),
        ("cbc:TaxInclusiveAmount", money(invoice.gross_total), currency),
        ("cbc:AllowanceTotalAmount", money(invoice.allowance_total), currency),
        ("cbc:PayableAmount", money(invoice.payable_total), currency),
    ]
    subtotals = [subtotal(row, invoice) for row in invoice.vat_breakdown]
    return [
        (
            "cac:PaymentMeans",
            [
                ("cbc:PaymentMeansCode", "30"),
                ("cbc:PaymentID", invoice.remittance),
                ("cac:PayeeFinancialAccount", account),
            ],
        ),
        ("cac:PaymentTerms", [("cbc:Note", invoice.payment_terms)]),
        *allowances(invoice),
        ("cac:TaxTotal", [("cbc:TaxAmount", money(invoice.tax_total), currency), *subtotals]),
        ("cac:LegalMonetaryTotal", totals),
    ]


def allowances(invoice: Invoice) -> list[Node]:
    """One document allowance a VAT rate."""
    currency = {"currencyID": invoice.currency}
    nodes: list[Node] = []
    for row in invoice.vat_breakdown if invoice.allowance_total else ():
        full = sum((line.net_amount or ZERO for line in invoice.lines if line.vat_rate == row.rate), ZERO)
        category = tax_category("cac:TaxCategory", row, reasoned=False)
        amount = ("cbc:Amount", money(full - (row.taxable or ZERO)), currency)
        content = [("cbc:ChargeIndicator", "false"), ("cbc:AllowanceChargeReason", "Discount"), amount, category]
        nodes.append(("cac:AllowanceCharge", content))
    return nodes


def tax_category(tag: str, row: VatBreakdown, *, reasoned: bool) -> Node:
    """Category, rate and, in the breakdown, why nothing is due."""
    category = row.category or "S"
    return (
        tag,
        [
            ("cbc:ID", category),
            ("cbc:Percent", plain(row.rate)),
            ("cbc:TaxExemptionReasonCode", REASON_CODES.get(category) if reasoned else None),
            ("cbc:TaxExemptionReason", REASONS.get(category) if reasoned else None),
            ("cac:TaxScheme", [("cbc:ID", "VAT")]),
        ],
    )


def subtotal(row: VatBreakdown, invoice: Invoice) -> Node:
    """One row of the breakdown."""
    currency = {"currencyID": invoice.currency}
    amounts = [("cbc:TaxableAmount", money(row.taxable), currency), ("cbc:TaxAmount", money(row.tax), currency)]
    return ("cac:TaxSubtotal", [*amounts, tax_category("cac:TaxCategory", row, reasoned=True)])


def line_node(line: InvoiceLine, invoice: Invoice, kind: str) -> Node:
    """One line."""
    currency = {"currencyID": invoice.currency}
    unit = {"unitCode": line.unit_code or "C62"}
    row = next(row for row in invoice.vat_breakdown if row.rate == line.vat_rate)
    item = [
        ("cbc:Name", line.item_name),
        ("cac:SellersItemIdentification", [("cbc:ID", line.seller_item_id)]),
        tax_category("cac:ClassifiedTaxCategory", row, reasoned=False),
    ]
    price = [
        ("cbc:PriceAmount", plain(line.unit_price), currency),
        ("cbc:BaseQuantity", plain(line.price_base_quantity), unit),
    ]
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    return (
        f"cac:{kind}Line",
        [
            ("cbc:ID", line.line_id),
            (quantity, plain(line.quantity), unit),
            ("cbc:LineExtensionAmount", money(line.net_amount), currency),
            ("cac:OrderLineReference", [("cbc:LineID", line.order_line)]),
            ("cac:Item", item),
            ("cac:Price", price),
        ],
    )
