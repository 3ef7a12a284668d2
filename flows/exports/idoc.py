"""SAP: one posting as IDoc XML, INVOIC02, for the inbound of supplier invoices (INVOIC.INVOIC02 to MM).

Segments and their fields, in the order and with the lengths of the type, are the table SEGMENTS; a value that is too
long is an error, not cut. A reversal is a credit memo (BSART CRME) of the version that it takes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from flows.exports.booking import CENT, ZERO, Booking, Share, UnmappedError, shares_of, tax_code_of
from flows.exports.tree import plain_text, serialise
from models.settings_output import OutputSettings

# In the order of the type; field -> characters. Segments that have a parent stand within it.
SEGMENTS: dict[str, dict[str, int]] = {
    "EDI_DC40": {"TABNAM": 10, "DIRECT": 1, "IDOCTYP": 30, "MESTYP": 30, "SNDPRT": 2, "SNDPRN": 10, "REFINT": 14},
    "E1EDK01": {"CURCY": 3, "BSART": 4, "BELNR": 35},
    "E1EDKA1": {"PARVW": 3, "PARTN": 17, "NAME1": 35},
    "E1EDK02": {"QUALF": 3, "BELNR": 35, "DATUM": 8},
    "E1EDK03": {"IDDAT": 3, "DATUM": 8},
    "E1EDK04": {"MWSKZ": 7, "MSATZ": 17, "MWSBT": 18, "KTEXT": 35},
    "E1EDK18": {"QUALF": 3, "ZTERM_TXT": 70},
    "E1EDP01": {"POSEX": 6, "MENGE": 15, "MENEE": 3},
    "E1EDP02": {"QUALF": 3, "BELNR": 35, "ZEILE": 6},
    "E1EDP19": {"QUALF": 3, "IDTNR": 35, "KTEXT": 70},
    "E1EDP26": {"QUALF": 3, "BETRG": 18},
    "E1EDP04": {"MWSKZ": 7, "MSATZ": 17},
    "E1EDS01": {"SUMID": 3, "SUMME": 18, "WAERQ": 3},
}
POSITION_PARTS = ("E1EDP02", "E1EDP19", "E1EDP26", "E1EDP04")
DELIVERED, NET, DOCUMENT_DATE, BASELINE = "001", "003", "012", "024"
SUPPLIERS_NUMBER = "009"
TOTAL, TAX, SUM_NET = "010", "005", "011"
_CUT = {"NAME1": 35, "KTEXT": 70, "ZTERM_TXT": 70}  # words, not keys: these may be cut


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment with its fields and the segments within."""

    name: str
    values: Mapping[str, str | None]
    parts: tuple[Segment, ...] = field(default=())


def write_idoc(booking: Booking, settings: OutputSettings) -> bytes:
    """The IDoc of one posting.

    Raises:
        UnmappedError: A number that SAP needs is missing, or a value is too long for its field.
    """
    segments = tuple(_segments(booking, settings))
    root = etree.Element("INVOIC02")
    idoc = etree.SubElement(root, "IDOC", BEGIN="1")
    for segment in segments:
        idoc.append(_element(segment))
    return serialise(root)


def check_idoc(content: bytes) -> list[str]:
    """What is wrong with the order or the lengths of an IDoc's segments; for what was written here, nothing."""
    wrong = []
    order = [name for name in SEGMENTS if name not in POSITION_PARTS]
    places = []
    for segment in etree.fromstring(content)[0]:
        if segment.tag not in order:
            wrong.append(f"{segment.tag} stands in the wrong place")
            continue
        places.append(order.index(segment.tag))
        wrong += _check_fields(segment)
        wrong += [said for part in segment if part.tag in SEGMENTS for said in _check_fields(part)]
    return wrong if places == sorted(places) else [*wrong, "the segments are out of order"]


def _check_fields(segment: etree._Element) -> Iterator[str]:
    known = SEGMENTS[str(segment.tag)]
    fields = [each for each in segment if each.tag not in SEGMENTS]
    for each in fields:
        if len(each.text or "") > known.get(str(each.tag), 0):
            yield f"{segment.tag}.{each.tag} is too long"
    names = [str(each.tag) for each in fields]
    if names != [name for name in known if name in names]:
        yield f"the fields of {segment.tag} are out of order"


def _segments(booking: Booking, settings: OutputSettings) -> Iterator[Segment]:
    invoice = booking.invoice
    if not booking.seller_id:
        raise UnmappedError("no_seller_id", "SAP needs the supplier's number (LIFNR); import the supplier.")
    if not settings.sap_company:
        raise UnmappedError("no_company", "SAP needs the buyer's partner number; set output.sap_company.")
    is_credit = (invoice.gross_total or invoice.net_total or ZERO) * booking.sign < 0
    turn = -1 if is_credit else 1
    day = booking.day.strftime("%Y%m%d")
    yield Segment("EDI_DC40", {
        "TABNAM": "EDI_DC40", "DIRECT": "2", "IDOCTYP": "INVOIC02", "MESTYP": "INVOIC", "SNDPRT": "LI",
        "SNDPRN": booking.seller_id, "REFINT": f"{booking.change_seq}",
    })  # fmt: skip
    kind = "CRME" if is_credit else "INVO"
    yield Segment("E1EDK01", {"CURCY": invoice.currency, "BSART": kind, "BELNR": booking.number})
    yield Segment("E1EDKA1", {"PARVW": "LF", "PARTN": booking.seller_id, "NAME1": invoice.seller_name})
    yield Segment("E1EDKA1", {"PARVW": "RS", "PARTN": booking.seller_id, "NAME1": invoice.seller_name})
    yield Segment("E1EDKA1", {"PARVW": "RE", "PARTN": settings.sap_company, "NAME1": invoice.buyer_name})
    yield Segment("E1EDK02", {"QUALF": SUPPLIERS_NUMBER, "BELNR": booking.number, "DATUM": day})
    yield Segment("E1EDK03", {"IDDAT": DOCUMENT_DATE, "DATUM": day})
    yield Segment("E1EDK03", {"IDDAT": BASELINE, "DATUM": day})
    for row in invoice.vat_breakdown:
        rate = "" if row.rate is None else f"{row.rate.normalize():f}"
        yield Segment("E1EDK04", {"MWSKZ": settings.tax_codes.get(rate, ""), "MSATZ": rate,
                                  "MWSBT": _money((row.tax or ZERO) * booking.sign * turn)})  # fmt: skip
    if invoice.payment_terms:
        yield Segment("E1EDK18", {"QUALF": "001", "ZTERM_TXT": invoice.payment_terms})
    for at, share in enumerate(shares_of(booking, settings), 1):
        yield _position(at, share, turn, booking, settings)
    for qualifier, amount in ((TOTAL, invoice.gross_total), (TAX, invoice.tax_total), (SUM_NET, invoice.net_total)):
        if amount is not None:
            yield Segment("E1EDS01", {"SUMID": qualifier, "SUMME": _money(amount * booking.sign * turn),
                                      "WAERQ": invoice.currency})  # fmt: skip


def _position(at: int, share: Share, turn: int, booking: Booking, settings: OutputSettings) -> Segment:
    line = share.line
    order = line.order_reference or booking.invoice.order_reference
    rate = "" if line.vat_rate is None else f"{line.vat_rate.normalize():f}"
    quantity = abs(line.quantity) if line.quantity else Decimal(1)
    named = Segment("E1EDP19", {"QUALF": "002", "IDTNR": line.seller_item_id, "KTEXT": line.item_name})
    parts = (
        *([Segment("E1EDP02", {"QUALF": DELIVERED, "BELNR": order, "ZEILE": line.order_line})] if order else []),
        *([named] if line.item_name or line.seller_item_id else []),
        Segment("E1EDP26", {"QUALF": NET, "BETRG": _money(share.net * turn)}),
        Segment("E1EDP04", {"MWSKZ": tax_code_of(share, settings), "MSATZ": rate}),
    )
    head = {"POSEX": f"{at:06d}", "MENGE": f"{quantity.normalize():f}", "MENEE": line.unit_code}
    return Segment("E1EDP01", head, parts)


def _money(amount: Decimal) -> str:
    """An amount with two decimals, the minus behind it, as SAP writes it.

    >>> _money(Decimal("-12.5"))
    '12.50-'
    """
    return f"{abs(amount).quantize(CENT):f}" + ("-" if amount < 0 else "")


def _element(segment: Segment) -> etree._Element:
    known = SEGMENTS[segment.name]
    element = etree.Element(segment.name, SEGMENT="1")
    for name, longest in known.items():
        text = plain_text(segment.values.get(name) or "")
        if name in _CUT:
            text = " ".join(text.split())[:longest]
        if len(text) > longest:
            raise UnmappedError("too_long", f"{segment.name}-{name} holds {longest} characters at most: {text[:60]}")
        if text:
            etree.SubElement(element, name).text = text
    element.extend([_element(part) for part in segment.parts])
    return element
