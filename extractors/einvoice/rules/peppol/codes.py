"""Peppol rules on code lists, type codes and dates.

Lists: ISO 4217, UNCL 5189, 7161, 2005 and 1001 and the Electronic Address Scheme, in the subsets that Peppol takes. A
code that a later release has dropped is still taken here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.peppol.bill import Bill, at, attribute, text
from extractors.einvoice.rules.peppol.document import AMOUNTS
from extractors.einvoice.rules.peppol.registry import rule
from extractors.einvoice.rules.xpath.values import XPathError, to_date


def listed(codes: str) -> frozenset[str]:
    """Codes set apart by white space."""
    return frozenset(codes.split())


MIME_TYPES = frozenset({
    "application/pdf", "image/png", "image/jpeg", "text/csv", "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
})  # fmt: skip
ALLOWANCE_REASONS = listed("41 42 60 62 63 64 65 66 67 68 70 71 88 95 100 102 103 104 105")
CHARGE_REASONS = listed("""
    AA AAA AAC AAD AAE AAF AAH AAI AAS AAT AAV AAY AAZ ABA ABB ABC ABD ABF ABK ABL ABN ABR ABS ABT ABU ACF ACG ACH ACI
    ACJ ACK ACL ACM ACS ADC ADE ADJ ADK ADL ADM ADN ADO ADP ADQ ADR ADT ADW ADY ADZ AEA AEB AEC AED AEF AEH AEI AEJ AEK
    AEL AEM AEN AEO AEP AES AET AEU AEV AEW AEX AEY AEZ AJ AU CA CAB CAD CAE CAF CAI CAJ CAK CAL CAM CAN CAO CAP CAQ CAR
    CAS CAT CAU CAV CAW CAX CAY CAZ CD CG CS CT DAB DAC DAD DAF DAG DAH DAI DAJ DAK DAL DAM DAN DAO DAP DAQ DL EG EP ER
    FAA FAB FAC FC FH FI GAA HAA HD HH IAA IAB ID IF IR IS KO L1 LA LAA LAB LF MAE MI ML NAA OA PA PAA PC PL PRV RAB RAC
    RAD RAF RE RF RH RV SA SAA SAD SAE SAI SG SH SM SU TAB TAC TT TV V1 V2 WH XAA YY ZZZ
""")  # fmt: skip
PERIOD_CODES = frozenset({"3", "35", "432"})
CURRENCIES = listed("""
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CLF CLP CNH CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
    GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP
    PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TND
    TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VEF VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR
    XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG ZWL
""")  # fmt: skip
ADDRESS_SCHEMES = listed("""
    0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191
    0192 0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218
    0221 0225 0230 0235 0240 0242 0244 0245 0246 0248 9901 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926
    9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949
    9950 9951 9952 9953 9957 9959
""")  # fmt: skip
INVOICE_TYPES = listed(
    "71 80 82 84 102 218 219 326 331 380 382 383 384 386 388 393 395 553 575 623 780 817 870 875 876 877"
)
CREDIT_NOTE_TYPES = frozenset({"81", "83", "381", "396", "532"})
GERMAN_TYPES = frozenset({"326", "384"})
# Exemption reason -> the rule that ties it to a VAT category, and that category.
EXEMPTIONS = {
    "VATEX-EU-G": ("P0104", "G"), "VATEX-EU-O": ("P0105", "O"), "VATEX-EU-IC": ("P0106", "K"),
    "VATEX-EU-AE": ("P0107", "AE"), "VATEX-EU-D": ("P0108", "E"), "VATEX-EU-F": ("P0109", "E"),
    "VATEX-EU-I": ("P0110", "E"), "VATEX-EU-J": ("P0111", "E"),
}  # fmt: skip
_DATES = ("IssueDate", "DueDate", "TaxPointDate", "StartDate", "EndDate", "ActualDeliveryDate")
_CII_DATE = re.compile(r"20\d{6}")


@rule("PEPPOL-EN16931-CL001", "An attachment's MIME type (BT-125-1) is none that Peppol takes.")
def _mime_type_is_listed(bill: Bill) -> Iterable[Node]:
    found = bill.named("EmbeddedDocumentBinaryObject" if bill.is_ubl else "AttachmentBinaryObject")
    return [node for node in found if "mimeCode" in node.attributes and attribute(node, "mimeCode") not in MIME_TYPES]


@rule("PEPPOL-EN16931-CL002", "An allowance's reason code (BT-98, BT-140) is not in the list UNCL 5189.")
def _allowance_reason_is_listed(bill: Bill) -> Iterable[Node]:
    return _reasons_outside(bill, "false", ALLOWANCE_REASONS)


@rule("PEPPOL-EN16931-CL003", "A charge's reason code (BT-105, BT-145) is not in the list UNCL 7161.")
def _charge_reason_is_listed(bill: Bill) -> Iterable[Node]:
    return _reasons_outside(bill, "true", CHARGE_REASONS)


def _reasons_outside(bill: Bill, indicator: str, codes: frozenset[str]) -> Iterable[Node]:
    for each in bill.named("AllowanceCharge" if bill.is_ubl else "SpecifiedTradeAllowanceCharge"):
        if bill.say("allowance", each, "indicator") == indicator:
            yield from (node for node in bill.of("allowance", each, "code") if text(node) not in codes)


@rule("PEPPOL-EN16931-CL006", "The period's description code (BT-8) is not in the list UNCL 2005.")
def _period_code_is_listed(bill: Bill) -> Iterable[Node]:
    periods = bill.named("InvoicePeriod")
    return [node for period in periods for node in at(period, "DescriptionCode") if text(node) not in PERIOD_CODES]


@rule("PEPPOL-EN16931-CL007", "A currency code is not in ISO 4217.")
def _currency_is_listed(bill: Bill) -> Iterable[Node]:
    if bill.is_ubl:
        return [node for node in bill.named(*AMOUNTS) if attribute(node, "currencyID") not in CURRENCIES]
    named = (node for node in bill.named("TaxTotalAmount") if "currencyID" in node.attributes)
    return [node for node in named if attribute(node, "currencyID") not in CURRENCIES]


@rule("PEPPOL-EN16931-CL008", "An electronic address (BT-34, BT-49) has a scheme that is not in Peppol's list.")
def _address_scheme_is_listed(bill: Bill) -> Iterable[Node]:
    if bill.is_ubl:
        found = [node for node in bill.named("EndpointID") if "schemeID" in node.attributes]
    else:
        found = [
            node
            for part in ("seller", "buyer")
            for party in bill.all(part)
            for node in bill.of("party", party, "endpoint")
        ]
    return [node for node in found if attribute(node, "schemeID") not in ADDRESS_SCHEMES]


@rule("PEPPOL-EN16931-P0100", "The invoice type code (BT-3) is none that this business process takes.")
def _invoice_type_fits(bill: Bill) -> Iterable[Node]:
    if bill.profile != "01":
        return []
    if bill.is_ubl:
        return [node for node in bill.named("InvoiceTypeCode") if text(node) not in INVOICE_TYPES]
    found = at(bill.root, "ExchangedDocument/TypeCode")
    return [node for node in found if text(node) not in INVOICE_TYPES | CREDIT_NOTE_TYPES]


@rule("PEPPOL-EN16931-P0101", "The credit note type code (BT-3) is none that this business process takes.")
def _credit_note_type_fits(bill: Bill) -> Iterable[Node]:
    if bill.profile != "01":
        return []
    return [node for node in bill.named("CreditNoteTypeCode") if text(node) not in CREDIT_NOTE_TYPES]


@rule("PEPPOL-EN16931-P0112", "The invoice type codes (BT-3) 326 and 384 are only for German seller and buyer.")
def _german_type_fits(bill: Bill) -> Iterable[Node]:
    if bill.both_in("DE"):
        return []
    return [node for node in bill.named("InvoiceTypeCode") if text(node) in GERMAN_TYPES]


def _tie(reason: str, number: str, category: str) -> None:
    message = f"The exemption reason {reason} (BT-121) needs the VAT category {category} (BT-118)."

    @rule(f"PEPPOL-EN16931-{number}", message)
    def category_fits(bill: Bill) -> Iterable[Node]:
        named = (node for node in bill.named("TaxCategory") if text(node, "TaxExemptionReasonCode").upper() == reason)
        return [node for node in named if text(node, "ID") != category]


for _reason, (_number, _category) in EXEMPTIONS.items():
    _tie(_reason, _number, _category)


@rule(
    "PEPPOL-EN16931-F001",
    "A date is not written as the standard asks (UBL: YYYY-MM-DD, CII: YYYYMMDD with format 102).",
)
def _date_is_written_well(bill: Bill) -> Iterable[Node]:
    if bill.is_ubl:
        return [node for node in bill.named(*_DATES) if not _is_date(node.string)]
    return [node for node in bill.named("DateTimeString") if not _is_cii_date(node)]


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and bool(to_date(value))
    except XPathError:
        return False


def _is_cii_date(node: Node) -> bool:
    return attribute(node, "format").strip() == "102" and len(node.string) == 8 and bool(_CII_DATE.search(node.string))
