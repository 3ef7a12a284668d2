"""What a transcription needs and its document did not say: derived, marked as derived, and taken off again on reading.

EN 16931 asks for terms that pages rarely show (a line's number, its unit, the VAT category) and that follow from the
rest. They are filled in, and the note (BT-22) names each: `Derived: BT-126[1,2] BT-40`. `read_back` reads a
transcription to exactly what was published. What does not follow stays missing, and the export says which rule fails.

>>> completed = complete(Invoice(invoice_number="F-1", seller_vat_id="FR44732829320", seller_address="Nantes"))
>>> completed.invoice.seller_address, completed.derived
('Nantes, FR', ('BT-3', 'BT-40', 'BT-20'))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from extractors.einvoice import read_xml
from flows.exports.tree import split_country
from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.settings import LimitSettings

SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:facturier:transcription:1"
ZERO = Decimal(0)
ONE = "C62"  # UN/ECE recommendation 20: one, a piece
UNSTATED_TERMS = "No payment terms are stated on the document."
EXEMPTIONS = {  # category (UNTDID 5305) -> code of the VATEX list, text
    "AE": ("VATEX-EU-AE", "Reverse charge"),
    "K": ("VATEX-EU-IC", "Intra-community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    "O": ("VATEX-EU-O", "Not subject to VAT"),
    "E": (None, "Exempt; the reason stands on the original"),
}
RATELESS = frozenset({"O"})  # BR-O-05: such a line has no rate
EU = frozenset({"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
                "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"})  # fmt: skip
_COUNTRY_OF_VAT = {"EL": "GR", "XI": "GB"}
_MARK = re.compile(r"Derived: ((?:BT-[\d*]+(?:\[[\d,]+\])? ?)+)")
_ITEM = re.compile(r"(BT-[\d*]+)(?:\[([\d,]+)\])?")


class Origin(NamedTuple):
    """What is known of a document besides its invoice: of the client's own record, and where the original is."""

    document_id: str
    sha256: str = ""  # of the original
    client_name: str | None = None  # the client is the buyer
    client_vat_id: str | None = None


class Completed(NamedTuple):
    """An invoice with what follows from it, and the terms that were derived."""

    invoice: Invoice
    derived: tuple[str, ...]
    buyer_country: str | None = None


def complete(invoice: Invoice, origin: Origin | None = None) -> Completed:
    """Fill in what the standard asks for and what follows from the rest."""
    filled, derived = _header(invoice, origin)
    lines, of_lines = _lines(filled)
    filled = filled.model_copy(update={"lines": lines})
    buyer = country_of_vat(invoice.buyer_vat_id) or country_of_vat(origin.client_vat_id if origin else None)
    rows, of_rows = _rows(filled, zero_category(split_country(filled.seller_address)[1], buyer))
    filled = filled.model_copy(update={"vat_breakdown": rows})
    filled, of_totals = _totals(filled)
    return Completed(filled, (*derived, *of_lines, *of_rows, *of_totals), buyer)


def country_of_vat(vat_id: str | None) -> str | None:
    """The country of a VAT identifier, by its prefix.

    >>> country_of_vat("EL123456789"), country_of_vat("123")
    ('GR', None)
    """
    prefix = (vat_id or "")[:2].upper()
    return _COUNTRY_OF_VAT.get(prefix, prefix) if re.fullmatch("[A-Z]{2}", prefix) else None


def _header(invoice: Invoice, origin: Origin | None) -> tuple[Invoice, list[str]]:
    values: dict[str, str | None] = {}
    derived = []
    if invoice.type_code is None:
        values["type_code"], derived = "380", ["BT-3"]
    street, country = split_country(invoice.seller_address)
    seller = country_of_vat(invoice.seller_vat_id)
    if country is None and seller:
        values["seller_address"] = f"{street}, {seller}" if street else seller
        derived.append("BT-40")
    if invoice.buyer_name is None and origin and origin.client_name:
        values["buyer_name"] = origin.client_name
        derived.append("BT-44")
    owes = invoice.payable_total is None or invoice.payable_total > 0
    if owes and invoice.due_date is None and invoice.payment_terms is None:  # BR-CO-25
        values["payment_terms"] = UNSTATED_TERMS
        derived.append("BT-20")
    return invoice.model_copy(update=values), derived


def _lines(invoice: Invoice) -> tuple[tuple[InvoiceLine, ...], list[str]]:
    """Lines with number, quantity, unit, price, rate and name, where those follow."""
    only = invoice.vat_breakdown[0].rate if len(invoice.vat_breakdown) == 1 else None
    used = {line.line_id for line in invoice.lines}
    marks: dict[str, list[int]] = {TURNED: []}  # first: signs are turned back before what was derived goes
    made = []
    for at, line in enumerate(invoice.lines, 1):
        values = {name: value for name, value in _of_line(line, at, only, used) if value is not None}
        made.append(_upright(line.model_copy(update=values), at, marks))
        for name in values:
            marks.setdefault(LINE_MARKS[name], []).append(at)
    return tuple(made), [f"{term}[{','.join(map(str, places))}]" for term, places in marks.items() if places]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of amounts of which none is missing; None of none at all."""
    found = list(amounts)
    known = [each for each in found if each is not None]
    return sum(known, ZERO) if found and len(known) == len(found) else None


def _totals(invoice: Invoice) -> tuple[Invoice, list[str]]:
    """Totals that the others make up, in the order in which they follow (BR-CO-10 to BR-CO-16)."""
    derived = []
    for name, term, follow in _FOLLOWING:
        if getattr(invoice, name) is None and (value := follow(invoice)) is not None:
            invoice = invoice.model_copy(update={name: value})
            derived.append(term)
    return invoice, derived


_FOLLOWING: tuple[tuple[str, str, Callable[[Invoice], Decimal | None]], ...] = (
    ("sum_of_lines", "BT-106", lambda it: _sum(line.net_amount for line in it.lines)),
    ("net_total", "BT-109", lambda it: _sum((it.sum_of_lines, -(it.allowance_total or ZERO), it.charge_total or ZERO))),
    ("tax_total", "BT-110", lambda it: _sum(row.tax for row in it.vat_breakdown)),
    ("gross_total", "BT-112", lambda it: _sum((it.net_total, it.tax_total))),
    ("payable_total", "BT-115", lambda it: _sum((it.gross_total, -(it.prepaid_total or ZERO), it.rounding or ZERO))),
)
TURNED = "BT-146*"  # the price was negative
LINE_MARKS = {"line_id": "BT-126", "quantity": "BT-129", "unit_code": "BT-130", "unit_price": "BT-146",
              "vat_rate": "BT-152", "item_name": "BT-153"}  # fmt: skip


def _of_line(
    line: InvoiceLine, at: int, only: Decimal | None, used: set[str | None]
) -> Iterable[tuple[str, str | Decimal | None]]:
    if line.line_id is None:
        yield "line_id", str(at) if str(at) not in used else f"L{at}"
    quantity = line.quantity
    if quantity is None and line.net_amount is not None and line.unit_price in {None, line.net_amount}:
        quantity = Decimal(1)
        yield "quantity", quantity
    if line.unit_code is None and quantity is not None:
        yield "unit_code", ONE
    if line.unit_price is None and quantity and line.net_amount is not None:
        yield "unit_price", _price(line.net_amount * (line.price_base_quantity or 1), quantity)
    if line.vat_rate is None:
        yield "vat_rate", only
    if line.item_name is None:
        yield "item_name", line.seller_item_id or line.buyer_item_id


def _price(amount: Decimal, quantity: Decimal) -> Decimal:
    """A price with as many decimals as it needs, six at most."""
    price = (amount / quantity).quantize(Decimal("0.000001")).normalize()
    return price.quantize(Decimal(1)) if price == price.to_integral_value() else price


def _upright(line: InvoiceLine, at: int, marks: dict[str, list[int]]) -> InvoiceLine:
    """A price is never negative in the standard (BR-27): its sign goes to the quantity."""
    if line.unit_price is None or line.unit_price >= 0 or line.quantity is None:
        return line
    marks[TURNED].append(at)
    return line.model_copy(update={"unit_price": -line.unit_price, "quantity": -line.quantity})


def zero_category(seller: str | None, buyer: str | None) -> str:
    """What no VAT between two countries is taken for where the document names no category: a reading, marked as such.

    >>> zero_category("DE", "FR"), zero_category("DE", "CH"), zero_category("GB", "GB")
    ('AE', 'G', 'Z')
    """
    if seller is None or buyer is None or seller == buyer:
        return "Z"
    return "AE" if seller in EU and buyer in EU else "G"


def _rows(invoice: Invoice, at_zero: str) -> tuple[tuple[VatBreakdown, ...], list[str]]:
    """The recapitulation with a category for each rate, S above zero; made where none is and the sums fit."""
    rows, derived = list(invoice.vat_breakdown), []
    if not rows and (single := _single_row(invoice)):
        rows, derived = [single], ["BT-116"]
    missing = [at for at, row in enumerate(rows, 1) if row.category is None and row.rate is not None]
    if missing:
        derived.append(f"BT-118[{','.join(map(str, missing))}]")
    named = tuple(
        row.model_copy(update={"category": "S" if row.rate else at_zero}) if at in missing else row
        for at, row in enumerate(rows, 1)
    )
    return named, derived


def _single_row(invoice: Invoice) -> VatBreakdown | None:
    """All lines have one rate and the tax is that rate of the net total: then the recapitulation has one row."""
    rates = {line.vat_rate for line in invoice.lines}
    net, tax, rate = invoice.net_total, invoice.tax_total, next(iter(rates), None)
    if len(rates) != 1 or rate is None or net is None or tax is None:
        return None
    fits = abs(net * rate / 100 - tax) <= Decimal("0.01")
    return VatBreakdown(rate=rate, taxable=net, tax=tax) if fits else None


def read_back(content: bytes) -> Invoice:
    """What a transcription of ours says, without what was derived: the invoice as it was published."""
    invoice = read_xml(content, LimitSettings()).invoice
    noted = _MARK.search(content.decode("utf-8"))
    for term, places in _ITEM.findall(noted[1]) if noted else ():
        invoice = _TAKE_OFF[term](invoice, {int(each) for each in places.split(",") if each})
    return invoice


def _without(name: str) -> Callable[[Invoice, set[int]], Invoice]:
    return lambda invoice, _: invoice.model_copy(update={name: None})


def _without_country(invoice: Invoice, _: set[int]) -> Invoice:
    return invoice.model_copy(update={"seller_address": split_country(invoice.seller_address)[0]})


def _without_in_lines(name: str) -> Callable[[Invoice, set[int]], Invoice]:
    def take(invoice: Invoice, places: set[int]) -> Invoice:
        return invoice.model_copy(update={"lines": tuple(
            line.model_copy(update={name: None}) if at in places else line for at, line in enumerate(invoice.lines, 1)
        )})  # fmt: skip

    return take


def _turn_back(invoice: Invoice, places: set[int]) -> Invoice:
    def turned(line: InvoiceLine) -> InvoiceLine:
        price, quantity = line.unit_price or Decimal(0), line.quantity or Decimal(0)
        return line.model_copy(update={"unit_price": -price, "quantity": -quantity})

    lines = tuple(turned(line) if at in places else line for at, line in enumerate(invoice.lines, 1))
    return invoice.model_copy(update={"lines": lines})


def _without_category(invoice: Invoice, places: set[int]) -> Invoice:
    return invoice.model_copy(update={"vat_breakdown": tuple(
        row.model_copy(update={"category": None}) if at in places else row
        for at, row in enumerate(invoice.vat_breakdown, 1)
    )})  # fmt: skip


_TAKE_OFF: dict[str, Callable[[Invoice, set[int]], Invoice]] = {
    "BT-3": _without("type_code"),
    "BT-20": _without("payment_terms"),
    "BT-40": _without_country,
    "BT-44": _without("buyer_name"),
    "BT-116": lambda invoice, _: invoice.model_copy(update={"vat_breakdown": ()}),
    "BT-118": _without_category,
    TURNED: _turn_back,
    **{term: _without(name) for name, term, _ in _FOLLOWING},
    **{term: _without_in_lines(name) for name, term in LINE_MARKS.items()},
}
