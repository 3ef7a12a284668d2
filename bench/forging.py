"""Hybrids of which the XML alone was changed: one value, or one value with every sum that depends on it.

>>> change = XML_CHANGES["BT-112"]
>>> xml = b"<a><GrandTotalAmount>119.00</GrandTotalAmount></a>"
>>> forged = change(xml, Random(1))
>>> forged.before, forged.after != forged.before
('119.00', True)
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pikepdf
import pypdfium2 as pdfium
from lxml import etree

NEW_PAYEES = ("Norvest Factoring SA", "Kreditbrücke GmbH", "Alderline Holdings Ltd")
CENT = Decimal("0.01")
RATES = ("7", "19", "20", "5.5", "10", "21", "8")
TOTALS = (
    "LineTotalAmount",
    "TaxBasisTotalAmount",
    "TaxTotalAmount",
    "GrandTotalAmount",
    "DuePayableAmount",
    "CalculatedAmount",
    "BasisAmount",
    "ChargeAmount",
    "ActualAmount",
    "ChargeTotalAmount",
    "AllowanceTotalAmount",
    "TotalPrepaidAmount",
    "AppliedTradeAllowanceCharge",
)

OLD_NAMES = {"ExchangedDocument": ("HeaderExchangedDocument",), "RateApplicablePercent": ("ApplicablePercent",),
             "ApplicableHeaderTradeSettlement": ("ApplicableSupplyChainTradeSettlement",)}  # fmt: skip


class Forged(NamedTuple):
    """The changed XML, and the value that was changed as it was and as it is."""

    content: bytes
    before: str
    after: str


Change = Callable[[bytes, Random], Forged | None]


def text_of(content: bytes) -> str:
    """Everything that the pages' text layers hold."""
    document = pdfium.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def is_printed(text: str, value: str) -> bool:
    """Whether the value stands in the text: letters and digits alone, dates in the usual orders, rates as numbers."""
    plain = _squeeze(text)
    if re.fullmatch(r"\d{8}", value) and value[:2] in {"19", "20"}:
        year, month, day = value[:4], value[4:6], value[6:]
        return any(
            each in plain for each in (day + month + year, month + day + year, value, day + month + year[2:])
        ) or (year in text and str(int(day)) in text)
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        number = f"{abs(Decimal(value)):.2f}".replace(".", "")
        return number in plain or number.removesuffix("00") in re.findall(r"\d+", text)
    return _squeeze(value) in plain


def with_xml(content: bytes, name: str, xml: bytes) -> bytes:
    """The PDF with another XML in the place of its e-invoice; nothing else changes."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and str(item.get("/UF", item.get("/F", ""))).lower() == name:
                for key in ("/UF", "/F"):
                    if key in item.EF:
                        item.EF[key].write(xml)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def _squeeze(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _digit(text: str, rng: Random) -> str | None:
    """The text with one digit changed, or two neighbours swapped."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    if not places:
        return None
    swaps = [at for at in places[:-1] if text[at + 1].isdigit() and text[at] != text[at + 1]]
    if swaps and rng.random() < 0.4:
        at = rng.choice(swaps)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    at = rng.choice(places)
    return text[:at] + rng.choice([sign for sign in "123456789" if sign != text[at]]) + text[at + 1 :]


def _amount(text: str, rng: Random) -> str | None:
    """Another amount: more by a tenth, by a cent, tenfold, or with a digit changed."""
    value = Decimal(text)
    if not value:
        return None
    ways = (value * Decimal("1.1"), value + CENT, value * 10, value + 1000, Decimal(_digit(text, rng) or text))
    changed = rng.choice(ways).quantize(CENT)
    return str(changed) if abs(changed) != abs(value) else str(value + CENT)


def _day(text: str, rng: Random) -> str | None:
    if not re.fullmatch(r"\d{8}", text):
        return None
    return f"{datetime.strptime(text, '%Y%m%d') + timedelta(days=rng.choice((-30, -1, 1, 2, 10, 365))):%Y%m%d}"  # noqa: DTZ007


def _iban(text: str, rng: Random) -> str:
    """Another account of the same country, with right check digits."""
    country = text[:2] if text[:2].isalpha() else "DE"
    body = "".join(rng.choice("0123456789") for _ in range(max(14, len("".join(text.split())) - 4)))
    rest = int(body + "".join(str(int(sign, 36)) for sign in country) + "00") % 97
    return f"{country}{98 - rest:02}{body}"


def _rate(text: str, rng: Random) -> str | None:
    value = Decimal(text)
    return rng.choice([rate for rate in RATES if Decimal(rate) != value]) if value else None


def _find(root: etree._Element, path: str) -> Iterator[etree._Element]:
    """Elements by local names, one below the other at any depth: `SellerTradeParty ID`."""
    steps = "".join(f"//*[{_named(name)}]" for name in path.split())
    for found in root.xpath(steps):
        if (found.text or "").strip():
            yield found


def _named(name: str) -> str:
    """A local name, or that of ZUGFeRD 1 for the same."""
    return " or ".join(f"local-name()='{each}'" for each in (name, *OLD_NAMES.get(name, ())))


def _one(path: str, change: Callable[[str, Random], str | None], scheme: str = "") -> Change:
    """Change every element that says the same as the first one on the path."""

    def forge(xml: bytes, rng: Random) -> Forged | None:
        root = etree.fromstring(xml)
        found = [each for each in _find(root, path) if not scheme or each.get("schemeID") == scheme]
        before = (found[0].text or "").strip() if found else ""
        after = change(before, rng) if before else None
        if after is None or after == before:
            return None
        for each in found:
            if (each.text or "").strip() == before:
                each.text = after
        return Forged(etree.tostring(root), before, after)

    return forge


def _payee(xml: bytes, rng: Random) -> Forged | None:
    """Another payee (BT-59): a name changed, or a party put in where the seller was to be paid."""
    root = etree.fromstring(xml)
    settlements = [
        each
        for name in ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
        for each in root.xpath(f"//*[local-name()='{name}']")
    ]
    sellers = [*_find(root, "SellerTradeParty Name")]
    if not settlements or not sellers:
        return None
    name = rng.choice(NEW_PAYEES)
    payees = [*_find(root, "PayeeTradeParty Name")]
    before = (payees or sellers)[0].text or ""
    if payees:
        payees[0].text = name
    else:
        space = etree.QName(sellers[0]).namespace
        party = etree.Element(f"{{{space}}}PayeeTradeParty")
        etree.SubElement(party, f"{{{space}}}Name").text = name
        before_it = [*settlements[0].iterchildren()]
        place = sum(etree.QName(each).localname in {"PaymentReference", "InvoiceCurrencyCode"} for each in before_it)
        settlements[0].insert(place, party)
    return Forged(etree.tostring(root), before, name)


def _scaled(xml: bytes, rng: Random) -> Forged | None:
    """All amounts times a factor: lines, sums, VAT and totals agree with each other as before."""
    root = etree.fromstring(xml)
    gross = next(_find(root, "GrandTotalAmount"), None)
    if gross is None or not Decimal(gross.text or "0"):
        return None
    factor, before = rng.choice((Decimal(10), Decimal(2), Decimal(3))), (gross.text or "").strip()
    for name in TOTALS:
        for each in _find(root, name):
            each.text = str(Decimal(each.text or "0") * factor)
    return Forged(etree.tostring(root), before, str(gross.text))


def _rate_and_sums(xml: bytes, rng: Random) -> Forged | None:
    """Another VAT rate, with the tax, the gross total and what is due computed anew."""
    root = etree.fromstring(xml)
    rows = [
        each for each in root.xpath("//*[local-name()='ApplicableTradeTax']") if [*_find_in(each, "CalculatedAmount")]
    ]
    rates = [rate for row in rows for rate in _find_in(row, "RateApplicablePercent", "ApplicablePercent")]
    if len(rows) != 1 or not rates or not Decimal(rates[0].text or "0"):
        return None
    before, after = (rates[0].text or "").strip(), _rate(rates[0].text or "", rng)
    basis, tax = next(_find_in(rows[0], "BasisAmount"), None), next(_find_in(rows[0], "CalculatedAmount"))
    if basis is None or after is None:
        return None
    fresh = (Decimal(basis.text or "0") * Decimal(after) / 100).quantize(CENT)
    more = fresh - Decimal(tax.text or "0")
    for each in root.xpath("//*[local-name()='RateApplicablePercent' or local-name()='ApplicablePercent']"):
        each.text = after
    tax.text = str(fresh)
    for name in ("TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount"):
        for each in _find(root, name):
            each.text = str(Decimal(each.text or "0") + more)
    return Forged(etree.tostring(root), before, after)


def _find_in(node: etree._Element, *names: str) -> Iterator[etree._Element]:
    for each in node.iter("*"):
        if etree.QName(each).localname in names and (each.text or "").strip():
            yield each


XML_CHANGES: dict[str, Change] = {
    "BT-1": _one("ExchangedDocument ID", _digit),
    "BT-2": _one("ExchangedDocument IssueDateTime DateTimeString", _day),
    "BT-31": _one("SellerTradeParty SpecifiedTaxRegistration ID", _digit, "VA"),
    "BT-59": _payee,
    "BT-84": _one("PayeePartyCreditorFinancialAccount IBANID", _iban),
    "BT-110": _one("TaxTotalAmount", _amount),
    "BT-112": _one("GrandTotalAmount", _amount),
    "BT-119": _one("ApplicableHeaderTradeSettlement ApplicableTradeTax RateApplicablePercent", _rate),
    "all amounts": _scaled,
    "BT-119 and sums": _rate_and_sums,
}
