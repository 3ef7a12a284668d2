"""A published invoice as UBL 2.1, EN 16931-3-2: a transcription of what was read, never the original.

It says so in a note, and by a specification id of its own. It holds what the invoice holds, and what follows from it as
`flows.exports.transcription` says; `read_back` gives the same values again. The original is named by its hash (BG-24).
"""

from __future__ import annotations

from decimal import Decimal

from flows.exports.allowances import REASONS, parts_of
from flows.exports.transcription import EXEMPTIONS, RATELESS, SPECIFICATION, Completed, Origin, complete
from flows.exports.tree import Branch, serialise, split_country, tree
from models.invoice import Invoice, InvoiceLine

_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd"
TRANSCRIPTION = "Transcription by Facturier of the document {}; the original is the document itself."


def write_ubl(published: Invoice, origin: Origin) -> bytes:
    """The invoice or credit note as UBL."""
    completed = complete(published, origin)
    invoice = completed.invoice
    kind = "CreditNote" if invoice.is_credit_note else "Invoice"
    namespaces = {
        None: f"{_SCHEMA}:{kind}-2",
        "cac": f"{_SCHEMA}:CommonAggregateComponents-2",
        "cbc": f"{_SCHEMA}:CommonBasicComponents-2",
    }
    content = (
        *_header(invoice, kind, completed, origin),
        _supplier(invoice),
        _customer(invoice, completed.buyer_country),
        _delivery(invoice, completed.buyer_country),
        _payment(invoice, kind),
        Branch("cac:PaymentTerms", (Branch("cbc:Note", invoice.payment_terms),)),
        *_allowances(invoice),
        _taxes(invoice),
        _totals(invoice),
        *(_line(line, invoice, kind) for line in invoice.lines),
    )
    return serialise(tree(Branch(kind, content), namespaces))


def note_of(completed: Completed, origin: Origin) -> str:
    """What says that it is a transcription, and what was derived for it."""
    derived = f" Derived: {' '.join(completed.derived)}" if completed.derived else ""
    return TRANSCRIPTION.format(origin.document_id) + derived


def _header(invoice: Invoice, kind: str, completed: Completed, origin: Origin) -> tuple[Branch, ...]:
    preceding = Branch("cac:InvoiceDocumentReference", (Branch("cbc:ID", invoice.preceding_invoice),))
    return (
        Branch("cbc:CustomizationID", SPECIFICATION),
        Branch("cbc:ID", invoice.invoice_number),
        Branch("cbc:IssueDate", invoice.issue_date),
        Branch("cbc:DueDate", invoice.due_date if kind == "Invoice" else None),  # a credit note's is with its payment
        Branch(f"cbc:{kind}TypeCode", invoice.type_code),
        Branch("cbc:Note", note_of(completed, origin)),
        Branch("cbc:DocumentCurrencyCode", invoice.currency),
        Branch("cbc:BuyerReference", invoice.buyer_reference),
        Branch("cac:OrderReference", (Branch("cbc:ID", invoice.order_reference),)),
        Branch("cac:BillingReference", (preceding,)),
        Branch("cac:ContractDocumentReference", (Branch("cbc:ID", invoice.contract_reference),)),
        _original(origin),
    )


def _original(origin: Origin) -> Branch:
    named = (Branch("cbc:ID", f"sha256:{origin.sha256}"), Branch("cbc:DocumentDescription", "The original document"))
    return Branch("cac:AdditionalDocumentReference", named if origin.sha256 else None)


def _supplier(invoice: Invoice) -> Branch:
    street, country = split_country(invoice.seller_address)
    address = (
        Branch("cac:AddressLine", (Branch("cbc:Line", street),)),
        _country(country),
    )
    party = _party(invoice.seller_name, invoice.seller_vat_id, invoice.seller_legal_id, address)
    return Branch("cac:AccountingSupplierParty", (party,))


def _customer(invoice: Invoice, country: str | None) -> Branch:
    party = _party(invoice.buyer_name, invoice.buyer_vat_id, invoice.buyer_legal_id, (_country(country),))
    return Branch("cac:AccountingCustomerParty", (party,))


def _country(code: str | None) -> Branch:
    return Branch("cac:Country", (Branch("cbc:IdentificationCode", code),))


def _delivery(invoice: Invoice, country: str | None) -> Branch:
    """When it was delivered, and where to in an intra-community supply (BR-IC-12)."""
    goes_to = country if any(row.category == "K" for row in invoice.vat_breakdown) else None
    place = Branch("cac:DeliveryLocation", (Branch("cac:Address", (_country(goes_to),)),))
    return Branch("cac:Delivery", (Branch("cbc:ActualDeliveryDate", invoice.delivery_date), place))


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


def _category(tag: str, rate: Decimal | None, category: str | None, *, is_reasoned: bool = False) -> Branch:
    if rate is None and category is None:
        return Branch(tag, None)
    code, reason = EXEMPTIONS.get(category or "", (None, None)) if is_reasoned else (None, None)
    content = (
        Branch("cbc:ID", category),
        Branch("cbc:Percent", None if category in RATELESS and not is_reasoned else rate),
        Branch("cbc:TaxExemptionReasonCode", code),
        Branch("cbc:TaxExemptionReason", reason),
        _vat_scheme(),
    )
    return Branch(tag, content)


def _allowances(invoice: Invoice) -> tuple[Branch, ...]:
    return tuple(
        Branch("cac:AllowanceCharge", (
            Branch("cbc:ChargeIndicator", "true" if part.is_charge else "false"),
            Branch("cbc:AllowanceChargeReasonCode", REASONS[part.is_charge][0]),
            Branch("cbc:AllowanceChargeReason", REASONS[part.is_charge][1]),
            _money("cbc:Amount", part.amount, invoice),
            _category("cac:TaxCategory", part.rate, part.category),
        ))
        for part in parts_of(invoice)
    )  # fmt: skip


def _taxes(invoice: Invoice) -> Branch:
    rows = tuple(
        Branch("cac:TaxSubtotal", (_money("cbc:TaxableAmount", row.taxable, invoice),
                                   _money("cbc:TaxAmount", row.tax, invoice),
                                   _category("cac:TaxCategory", row.rate, row.category, is_reasoned=True)))
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

    >>> from models.invoice import VatBreakdown
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
