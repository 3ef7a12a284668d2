"""Small e-invoices that break no rule, to be broken by the tests."""

from __future__ import annotations

EN16931 = "urn:cen.eu:en16931:2017"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
_U = "urn:oasis:names:specification:ubl:schema:xsd:"
_TAX = "<a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme>"


def changed(xml: str, *pairs: str) -> str:
    """The XML with old texts replaced by new ones, in turn; every old text must be there."""
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in xml, old
        xml = xml.replace(old, new)
    return xml


def _party(kind: str, vat_id: str, more: str = "") -> str:
    return f"""<a:{kind}><a:Party><b:EndpointID schemeID="0088">5790000436064</b:EndpointID>
<a:PostalAddress><b:StreetName>Gracht 1</b:StreetName><b:CityName>Gent</b:CityName><b:PostalZone>9000</b:PostalZone>
<a:Country><b:IdentificationCode>BE</b:IdentificationCode></a:Country></a:PostalAddress>
<a:PartyTaxScheme><b:CompanyID>{vat_id}</b:CompanyID>{_TAX}</a:PartyTaxScheme>
<a:PartyLegalEntity><b:RegistrationName>Firma</b:RegistrationName></a:PartyLegalEntity>{more}</a:Party></a:{kind}>"""


def ubl(specification: str = EN16931) -> str:
    """A UBL invoice of one line: 100.00 and 21 % VAT."""
    contact = """<a:Contact><b:Name>Ann</b:Name><b:Telephone>+32 9 123</b:Telephone>
<b:ElectronicMail>ann@firma.be</b:ElectronicMail></a:Contact>"""
    process = "" if specification == EN16931 else f"<b:ProfileID>{PROCESS}</b:ProfileID>"
    return f"""<Invoice xmlns="{_U}Invoice-2" xmlns:a="{_U}CommonAggregateComponents-2"
xmlns:b="{_U}CommonBasicComponents-2">
<b:CustomizationID>{specification}</b:CustomizationID>
{process}<b:ID>F-1</b:ID><b:IssueDate>2024-03-01</b:IssueDate><b:DueDate>2024-03-31</b:DueDate>
<b:InvoiceTypeCode>380</b:InvoiceTypeCode><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
<b:BuyerReference>R</b:BuyerReference>
{_party("AccountingSupplierParty", "BE0123456749", contact)}{_party("AccountingCustomerParty", "BE0987654394")}
<a:PaymentMeans><b:PaymentMeansCode>30</b:PaymentMeansCode><a:PayeeFinancialAccount><b:ID>BE68539007547034</b:ID>
</a:PayeeFinancialAccount></a:PaymentMeans>
<a:TaxTotal><b:TaxAmount currencyID='EUR'>21.00</b:TaxAmount><a:TaxSubtotal>
<b:TaxableAmount currencyID='EUR'>100.00</b:TaxableAmount><b:TaxAmount currencyID='EUR'>21.00</b:TaxAmount>
<a:TaxCategory><b:ID>S</b:ID><b:Percent>21</b:Percent>{_TAX}</a:TaxCategory></a:TaxSubtotal></a:TaxTotal>
<a:LegalMonetaryTotal><b:LineExtensionAmount currencyID='EUR'>100.00</b:LineExtensionAmount>
<b:TaxExclusiveAmount currencyID='EUR'>100.00</b:TaxExclusiveAmount>
<b:TaxInclusiveAmount currencyID='EUR'>121.00</b:TaxInclusiveAmount>
<b:PayableAmount currencyID='EUR'>121.00</b:PayableAmount></a:LegalMonetaryTotal>
<a:InvoiceLine><b:ID>1</b:ID><b:InvoicedQuantity unitCode="C62">2</b:InvoicedQuantity>
<b:LineExtensionAmount currencyID='EUR'>100.00</b:LineExtensionAmount><a:Item><b:Name>Chair</b:Name>
<a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>21</b:Percent>{_TAX}</a:ClassifiedTaxCategory></a:Item>
<a:Price><b:PriceAmount currencyID='EUR'>50.00</b:PriceAmount></a:Price></a:InvoiceLine></Invoice>"""


def _trader(kind: str, vat_id: str) -> str:
    return f"""<r:{kind}><r:Name>Firma</r:Name><r:PostalTradeAddress><r:PostcodeCode>9000</r:PostcodeCode>
<r:CityName>Gent</r:CityName><r:CountryID>BE</r:CountryID></r:PostalTradeAddress>
<r:SpecifiedTaxRegistration><r:ID schemeID="VA">{vat_id}</r:ID></r:SpecifiedTaxRegistration></r:{kind}>"""


def cii(specification: str = EN16931) -> str:
    """The same in CII, of the profile EN 16931."""
    standard = "urn:un:unece:uncefact:data:standard:"
    tax = "<r:TypeCode>VAT</r:TypeCode>"
    rate = "<r:CategoryCode>S</r:CategoryCode><r:RateApplicablePercent>21</r:RateApplicablePercent>"
    return f"""<m:CrossIndustryInvoice xmlns:m="{standard}CrossIndustryInvoice:100"
xmlns:r="{standard}ReusableAggregateBusinessInformationEntity:100" xmlns:u="{standard}UnqualifiedDataType:100">
<m:ExchangedDocumentContext><r:GuidelineSpecifiedDocumentContextParameter><r:ID>{specification}</r:ID>
</r:GuidelineSpecifiedDocumentContextParameter></m:ExchangedDocumentContext>
<m:ExchangedDocument><r:ID>F-1</r:ID><r:TypeCode>380</r:TypeCode>
<r:IssueDateTime><u:DateTimeString format="102">20240301</u:DateTimeString></r:IssueDateTime></m:ExchangedDocument>
<m:SupplyChainTradeTransaction><r:IncludedSupplyChainTradeLineItem>
<r:AssociatedDocumentLineDocument><r:LineID>1</r:LineID></r:AssociatedDocumentLineDocument>
<r:SpecifiedTradeProduct><r:Name>Chair</r:Name></r:SpecifiedTradeProduct>
<r:SpecifiedLineTradeAgreement><r:NetPriceProductTradePrice><r:ChargeAmount>50.00</r:ChargeAmount>
</r:NetPriceProductTradePrice></r:SpecifiedLineTradeAgreement>
<r:SpecifiedLineTradeDelivery><r:BilledQuantity unitCode="C62">2</r:BilledQuantity></r:SpecifiedLineTradeDelivery>
<r:SpecifiedLineTradeSettlement><r:ApplicableTradeTax>{tax}{rate}</r:ApplicableTradeTax>
<r:SpecifiedTradeSettlementLineMonetarySummation><r:LineTotalAmount>100.00</r:LineTotalAmount>
</r:SpecifiedTradeSettlementLineMonetarySummation></r:SpecifiedLineTradeSettlement></r:IncludedSupplyChainTradeLineItem>
<r:ApplicableHeaderTradeAgreement>{_trader("SellerTradeParty", "BE0123456749")}
{_trader("BuyerTradeParty", "BE0987654394")}</r:ApplicableHeaderTradeAgreement>
<r:ApplicableHeaderTradeDelivery><r:ActualDeliverySupplyChainEvent><r:OccurrenceDateTime>
<u:DateTimeString format="102">20240228</u:DateTimeString></r:OccurrenceDateTime></r:ActualDeliverySupplyChainEvent>
</r:ApplicableHeaderTradeDelivery>
<r:ApplicableHeaderTradeSettlement><r:InvoiceCurrencyCode>EUR</r:InvoiceCurrencyCode>
<r:ApplicableTradeTax><r:CalculatedAmount>21.00</r:CalculatedAmount>{tax}<r:BasisAmount>100.00</r:BasisAmount>{rate}
</r:ApplicableTradeTax>
<r:SpecifiedTradePaymentTerms><r:DueDateDateTime><u:DateTimeString format="102">20240331</u:DateTimeString>
</r:DueDateDateTime></r:SpecifiedTradePaymentTerms>
<r:SpecifiedTradeSettlementHeaderMonetarySummation><r:LineTotalAmount>100.00</r:LineTotalAmount>
<r:TaxBasisTotalAmount>100.00</r:TaxBasisTotalAmount><r:TaxTotalAmount currencyID="EUR">21.00</r:TaxTotalAmount>
<r:GrandTotalAmount>121.00</r:GrandTotalAmount><r:DuePayableAmount>121.00</r:DuePayableAmount>
</r:SpecifiedTradeSettlementHeaderMonetarySummation></r:ApplicableHeaderTradeSettlement>
</m:SupplyChainTradeTransaction></m:CrossIndustryInvoice>"""
