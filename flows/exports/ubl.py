"""A published invoice as UBL 2.1, EN 16931-3-2: a transcription of what was read, never the original.

It says so in a note. It holds what the invoice holds and nothing that was made up, so reading it gives the same values.
"""

from __future__ import annotations

from decimal import Decimal

from flows.exports.tree import Branch, serialise, split_country, tree
from models.invoice import Invoice, InvoiceLine, VatBreakdown

_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd"
CUSTOMIZATION = "urn:cen.eu:en16931:2017"
TRANSCRIPTION = "Transcription by Facturier of the document {}; the original is the document itself."


def write_ubl(invoice: Invoice, document_id: str) -> bytes:
    """The invoice or credit note as UBL."""
    kind = "CreditNote" if invoice.is_credit_note else "Invoice"
    namespaces = {
        None: f"{_SCHEMA}:{kind}-2",
        "cac": f"{_SCHEMA}:CommonAggregateComponents-2",
        "cbc": f"{_SCHEMA}:CommonBasicComponents-2",
    }
    content = (
        *_header(invoice, kind, document_id),
        _supplier(invoice),
        _customer(invoice),
        Branch("cac:Delivery", (Branch("cbc:ActualDeliveryDate", invoice.delivery_date),)),
        _payment(invoice, kind),
        Branch("cac:PaymentTerms", (Branch("cbc:Note", invoice.payment_terms),)),
        *_allowances(invoice),
        _taxes(invoice),
        _totals(invoice),
        *(_line(line, invoice, kind) for line in invoice.lines),
    )
    return serialise(tree(Branch(kind, content), namespaces))


def _header(invoice: Invoice, kind: str, document_id: str) -> tuple[Branch, ...]:
    preceding = Branch("cac:InvoiceDocumentReference", (Branch("cbc:ID", invoice.preceding_invoice),))
    return (
        Branch("cbc:CustomizationID", CUSTOMIZATION),
        Branch("cbc:ID", invoice.invoice_number),
        Branch("cbc:IssueDate", invoice.issue_date),
        Branch("cbc:DueDate", invoice.due_date if kind == "Invoice" else None),  # a credit note's is with its payment
        Branch(f"cbc:{kind}TypeCode", invoice.type_code),
        Branch("cbc:Note", TRANSCRIPTION.format(document_id)),
        Branch("cbc:DocumentCurrencyCode", invoice.currency),
        Branch("cbc:BuyerReference", invoice.buyer_reference),
        Branch("cac:OrderReference", (Branch("cbc:ID", invoice.order_reference),)),
        Branch("cac:BillingReference", (preceding,)),
        Branch("cac:ContractDocumentReference", (Branch("cbc:ID", invoice.contract_reference),)),
    )


def _supplier(invoice: Invoice) -> Branch:
    street, country = split_country(invoice.seller_address)
    address = (
        Branch("cac:AddressLine", (Branch("cbc:Line", street),)),
        Branch("cac:Country", (Branch("cbc:IdentificationCode", country),)),
    )
    party = _party(invoice.seller_name, invoice.seller_vat_id, invoice.seller_legal_id, address)
    return Branch("cac:AccountingSupplierParty", (party,))


def _customer(invoice: Invoice) -> Branch:
    party = _party(invoice.buyer_name, invoice.buyer_vat_id, invoice.buyer_legal_id, ())
    return Branch("cac:AccountingCustomerParty", (party,))


def _party(name: str | None, vat_id: str | None, legal_id: str | None, address: tuple[Branch, ...]) -> Branch:
    scheme = (Branch("cbc:CompanyID", vat_id), _vat_scheme()) if vat_id else ()
    content = (
        Branch("cac:PostalAddress", address),
        Branch("cac:PartyTaxScheme", scheme),
        Branch("cac:PartyLegalEntity", (Branch("cbc:RegistrationName", name), Branch("cbc:CompanyID", legal_id))),
    )
    return Branch("cac:Party", content)


def _vat_scheme() -> Branch:
    return Branch("cac:TaxScheme", (Branch("cbc:ID", "VAT"),))


def _payment(invoice: Invoice, kind: str) -> Branch:
    branch = Branch("cac:FinancialInstitutionBranch", (Branch("cbc:ID", invoice.bic),))
    account = Branch("cac:PayeeFinancialAccount", (Branch("cbc:ID", invoice.iban), branch))
    due = invoice.due_date if kind == "CreditNote" else None
    if not (invoice.iban or invoice.bic or invoice.remittance or due):
        return Branch("cac:PaymentMeans", None)
    content = (
        Branch("cbc:PaymentMeansCode", "30" if invoice.iban else "1"),  # UNCL 4461: credit transfer; not defined
        Branch("cbc:PaymentDueDate", due),
        Branch("cbc:PaymentID", invoice.remittance),
        account,
    )
    return Branch("cac:PaymentMeans", content)


def _money(tag: str, amount: Decimal | None, invoice: Invoice) -> Branch:
    return Branch(tag, amount, {"currencyID": invoice.currency})


def _category(tag: str, rate: Decimal | None, category: str | None) -> Branch:
    if rate is None and category is None:
        return Branch(tag, None)
    return Branch(tag, (Branch("cbc:ID", category), Branch("cbc:Percent", rate), _vat_scheme()))


def _allowances(invoice: Invoice) -> tuple[Branch, ...]:
    """One sum of allowances and one of charges; how they fall on several VAT rates nobody has read."""
    only = invoice.vat_breakdown[0] if len(invoice.vat_breakdown) == 1 else VatBreakdown()
    rows = (("false", "Allowance", invoice.allowance_total), ("true", "Charge", invoice.charge_total))
    return tuple(
        Branch("cac:AllowanceCharge", (Branch("cbc:ChargeIndicator", sign), Branch("cbc:AllowanceChargeReason", reason),
                                       _money("cbc:Amount", amount, invoice),
                                       _category("cac:TaxCategory", only.rate, only.category)))
        for sign, reason, amount in rows if amount
    )  # fmt: skip


def _taxes(invoice: Invoice) -> Branch:
    rows = tuple(
        Branch("cac:TaxSubtotal", (_money("cbc:TaxableAmount", row.taxable, invoice),
                                   _money("cbc:TaxAmount", row.tax, invoice),
                                   _category("cac:TaxCategory", row.rate, row.category)))
        for row in invoice.vat_breakdown
    )  # fmt: skip
    return Branch("cac:TaxTotal", (_money("cbc:TaxAmount", invoice.tax_total, invoice), *rows))


_TOTALS = {
    "LineExtensionAmount": "sum_of_lines",
    "TaxExclusiveAmount": "net_total",
    "TaxInclusiveAmount": "gross_total",
    "AllowanceTotalAmount": "allowance_total",
    "ChargeTotalAmount": "charge_total",
    "PrepaidAmount": "prepaid_total",
    "PayableRoundingAmount": "rounding",
    "PayableAmount": "payable_total",
}


def _totals(invoice: Invoice) -> Branch:
    content = tuple(_money(f"cbc:{tag}", getattr(invoice, name), invoice) for tag, name in _TOTALS.items())
    return Branch("cac:LegalMonetaryTotal", content)


def _line(line: InvoiceLine, invoice: Invoice, kind: str) -> Branch:
    category = line_category(line, invoice)
    unit = {"unitCode": line.unit_code}
    item = (
        Branch("cbc:Name", line.item_name),
        Branch("cac:BuyersItemIdentification", (Branch("cbc:ID", line.buyer_item_id),)),
        Branch("cac:SellersItemIdentification", (Branch("cbc:ID", line.seller_item_id),)),
        _category("cac:ClassifiedTaxCategory", line.vat_rate, category),
    )
    price = (
        _money("cbc:PriceAmount", line.unit_price, invoice),
        Branch("cbc:BaseQuantity", line.price_base_quantity, unit),
    )
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    content = (
        Branch("cbc:ID", line.line_id),
        Branch(quantity, line.quantity, unit),
        _money("cbc:LineExtensionAmount", line.net_amount, invoice),
        _order_line(line),
        Branch("cac:Item", item),
        Branch("cac:Price", price),
    )
    return Branch(f"cac:{kind}Line", content, is_kept=True)


def line_category(line: InvoiceLine, invoice: Invoice) -> str | None:
    """The VAT category of a line, which only the recapitulation names: that of its rate, where it is the only one.

    >>> rows = (VatBreakdown(rate=Decimal(20), category="S"), VatBreakdown(rate=Decimal(0), category="E"))
    >>> line_category(InvoiceLine(vat_rate=Decimal(0)), Invoice(vat_breakdown=rows))
    'E'
    """
    rows = [row for row in invoice.vat_breakdown if row.rate == line.vat_rate]
    if line.vat_rate is None and len(invoice.vat_breakdown) == 1:
        rows = list(invoice.vat_breakdown)
    return rows[0].category if len(rows) == 1 else None


def _order_line(line: InvoiceLine) -> Branch:
    """The schema wants a line id even where only the order is known; Peppol writes NA then."""
    if line.order_line is None and line.order_reference is None:
        return Branch("cac:OrderLineReference", None)
    order = Branch("cac:OrderReference", (Branch("cbc:ID", line.order_reference),))
    return Branch("cac:OrderLineReference", (Branch("cbc:LineID", line.order_line or "NA"), order))
