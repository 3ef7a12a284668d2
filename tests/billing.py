"""Small invoices in XML and the master data that they fit, for tests of the line. All names and numbers are made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from flows.master_files import import_master
from models.store.engine import Store

SELLER = "Papeterie des Trois Plumes SARL"
SELLER_VAT_ID = "FR39999118730"
IBAN = "FR7699998004170000001078812"
ISSUED = datetime.now(UTC).date() - timedelta(days=5)  # neither of the future nor stale, whenever the test runs

_NS = "urn:oasis:names:specification:ubl:schema:xsd"
_INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{ns}:Invoice-2" xmlns:cac="{ns}:CommonAggregateComponents-2" xmlns:cbc="{ns}:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
 <cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>
 <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:BuyerReference>AP</cbc:BuyerReference>
 {order}
 <cac:AccountingSupplierParty>{seller}</cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty>{buyer}</cac:AccountingCustomerParty>
 <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
  <cac:PayeeFinancialAccount><cbc:ID>{iban}</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{tax}</cbc:TaxAmount>
  <cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">{net}</cbc:TaxableAmount>
   <cbc:TaxAmount currencyID="EUR">{tax}</cbc:TaxAmount>{category}</cac:TaxSubtotal></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>
  <cbc:TaxExclusiveAmount currencyID="EUR">{net}</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="EUR">{gross}</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="EUR">{gross}</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">{quantity}</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>Ramette papier A4 80 g</cbc:Name>
   <cac:SellersItemIdentification><cbc:ID>PA4-80</cbc:ID></cac:SellersItemIdentification>
   {line_category}</cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="EUR">{price}</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
 <!-- {note} -->
</Invoice>
"""
_PARTY = """<cac:Party><cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>8 rue du Calvaire</cbc:StreetName><cbc:CityName>Nantes</cbc:CityName>
   <cbc:PostalZone>44000</cbc:PostalZone>
   <cac:Country><cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>{vat_id}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>"""
_CATEGORY = """<cac:{tag}><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>
   <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:{tag}>"""

_SUPPLIERS = f"""seller_id,name,vat_id,iban,country,currency,status
S-1,{SELLER},{SELLER_VAT_ID},{IBAN},FR,EUR,active
"""
# Ten reams are ordered, none of them invoiced; an older order was, so that the supplier's first invoice is not new.
_ORDERS = f"""order_number,order_date,status,currency,seller_id,seller_name,seller_vat_id,line_number,seller_item_id,item_name,quantity,unit_code,unit_price,net_amount,vat_rate,quantity_invoiced
CF-1,2026-01-05,open,EUR,S-1,{SELLER},{SELLER_VAT_ID},1,PA4-80,Ramette papier A4 80 g,10,C62,4.00,40.00,20,0
CF-0,2025-01-05,closed,EUR,S-1,{SELLER},{SELLER_VAT_ID},1,STY-1,Stylo bille bleu,10,C62,1.00,10.00,20,10
"""  # noqa: E501 - a CSV header is one line


def ubl(
    number: str = "F-1",
    *,
    quantity: str = "10",
    price: str = "4.00",
    order: str | None = "CF-1",
    seller: tuple[str, str] = (SELLER, SELLER_VAT_ID),
    iban: str = IBAN,
    issued: date = ISSUED,
    note: str = "",
) -> bytes:
    """An invoice over reams of paper at 20 % VAT, whose sums are right; `note` changes bytes and nothing else."""
    net = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))
    tax = (net * Decimal("0.2")).quantize(Decimal("0.01"))
    return _INVOICE.format(
        ns=_NS, number=number, issued=issued, due=issued + timedelta(days=30), net=net, tax=tax, gross=net + tax,
        quantity=quantity, price=price, iban=iban, note=note,
        order=f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>" if order else "",
        seller=_PARTY.format(name=seller[0], vat_id=seller[1]),
        buyer=_PARTY.format(name="Ateliers Bellecombe SAS", vat_id="FR51999042104"),
        category=_CATEGORY.format(tag="TaxCategory"), line_category=_CATEGORY.format(tag="ClassifiedTaxCategory"),
    ).encode()  # fmt: skip


def load_master(store: Store, folder: Path, client: str = "acme") -> None:
    """Import the supplier and its orders."""
    for kind, text in (("suppliers", _SUPPLIERS), ("purchase-orders", _ORDERS)):
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        import_master(store, kind, path, client, strict=True, actor="test")
