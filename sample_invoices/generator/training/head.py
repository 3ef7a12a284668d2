"""The head of a page: letterhead, title, the seller's, the buyer's and the delivery block, an envelope's window."""

from __future__ import annotations

from collections.abc import Callable

from models.document import Box
from sample_invoices.generator.sheet import Align
from sample_invoices.generator.training.parties import Party
from sample_invoices.generator.training.pen import Pen

WINDOW_TOP = 128.0  # DIN 5008 B: 45 mm
Block = Callable[[Pen, float, float, float], float]


def print_logo(pen: Pen, x: float, y: float) -> None:
    """A coloured sign."""
    kind = pen.speech.seed % 3
    pen.paper.fill(Box(x, y, x + 26, y + 26), pen.look.colour)
    pen.paper.fill(Box(x + 6 + kind * 4, y + 8, x + 18 + kind * 2, y + 18), "#ffffff")


def contact_rows(pen: Pen) -> list[tuple[str, str, str]]:
    """(label, value, term) of telephone and the like, and the numbers that some print at the top."""
    seller, shows = pen.deal.seller, pen.family.shows
    values = {"phone": seller.phone, "fax": seller.fax, "email": seller.email, "web": seller.web}
    rows = [(pen.label(key), value, "") for key, value in values.items()]
    kept = [row for index, row in enumerate(rows) if (pen.speech.seed >> index) % 2]
    if "seller_vat_id" in shows and pen.speech.seed % 5 < 3:
        kept.append(pen.tax_identity())
    if "seller_legal_id" in shows and pen.speech.seed % 3 == 0:
        kept.append((pen.label("seller_legal_id"), seller.legal_id, "seller_legal_id"))
    if pen.speech.seed % 7 == 0:
        kept.append((pen.label("tax_number"), seller.tax_number, ""))
    return kept


def print_rows(pen: Pen, party: Party, role: str, x: float, y: float, room: float, align: Align, size: float) -> float:
    """Street and town; with the country where the family prints it."""
    rows = [(row, f"{role}_address" if role == "seller" else "") for row in party.rows]
    if pen.speech.seed % 6 == 5:
        rows = [(", ".join(party.rows), rows[0][1])]
    abroad = pen.deal.seller.country != pen.deal.buyer.country
    if pen.look.country_rows or abroad:
        rows.append((party.country_name, ""))
    for text, term in rows:
        pen.text(x, y, text, term=term, room=room, align=align, size=size)
        y += size * 1.32
    return y


def print_seller(pen: Pen, y: float, x0: float, x1: float, align: Align, name_size: float) -> float:
    """Name, trade, address, contact."""
    x = {"left": x0, "right": x1, "centre": (x0 + x1) / 2}[align]
    seller, room, size = pen.deal.seller, x1 - x0, min(pen.size, 9.0)
    y += name_size
    name = seller.name.upper() if pen.look.letterhead == "upper" else seller.name
    if not pen.look.seller_in_footer_only:
        for row in pen.paper.wrap(name, room, name_size, bold=True):
            pen.text(
                x, y, row, term="seller_name", room=room, size=name_size, bold=True, align=align, colour=pen.look.colour
            )
            y += name_size * 1.15
        if pen.speech.seed % 3 == 1:
            pen.text(x, y, seller.trade, size=size, room=room, align=align)
            y += size * 1.4
    y = print_rows(pen, seller, "seller", x, y, room, align, size)
    return print_contact(pen, y, x, room, align, size)


def print_contact(pen: Pen, y: float, x: float, room: float, align: Align, size: float) -> float:
    """Rows of contact, one below the other or two in a row."""
    for label, value, term in contact_rows(pen):
        text = f"{label}{pen.speech.colon} " if pen.speech.seed % 9 else ""
        if align == "left":
            wide = pen.text(x, y, text, size=size, room=room * 0.5)
            pen.text(
                x + wide + size * 0.3 * bool(text), y, value, size=size, room=max(40.0, room - wide - 4), term=term
            )
        else:
            wide = pen.paper.width_of(value, size) + size * 0.3
            start = x - wide if align == "right" else x + (pen.paper.width_of(text, size) - wide) / 2
            pen.text(start + size * 0.3, y, value, size=size, term=term)
            pen.text(start, y, text, size=size, align="right")
        y += size * 1.32
    return y + 2


def letterhead(pen: Pen, y: float, x0: float, x1: float) -> float:
    """The seller's letterhead in the family's manner."""
    style = pen.look.letterhead
    if style == "banner":
        pen.paper.fill(Box(x0 - 6, y - 6, x1, y + 24), pen.look.colour)
        pen.text(
            x0, y + 16, pen.deal.seller.name, term="seller_name", size=15, bold=True, colour="#ffffff", room=x1 - x0
        )
        y = print_rows(pen, pen.deal.seller, "seller", x0, y + 38, x1 - x0, "left", 8.0)
        return print_contact(pen, y, x0, x1 - x0, "left", 8.0)
    if style == "small":
        row = f"{pen.deal.seller.name} - {', '.join(pen.deal.seller.rows)}"
        pen.text(x0, y + 8, row, term="seller_name", size=7.5, room=x1 - x0)
        return print_contact(pen, y + 20, x0, x1 - x0, "left", 7.5)
    align: Align = {"right": "right", "centred": "centre"}.get(style, "left")  # type: ignore[assignment]
    size = (11.0, 13.0, 16.0, 20.0, 26.0)[pen.speech.seed % 5]
    shift = 0.0
    if align == "left" and pen.speech.seed % 2:
        print_logo(pen, x0, y)
        shift = 32.0
    return print_seller(pen, y, x0 + shift, x1, align, size)


def logo(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Only the sign, or the name as a word mark."""
    if pen.look.seller_in_footer_only or pen.speech.seed % 4 == 0:
        print_logo(pen, x0, y)
        return y + 30
    size = (14.0, 18.0, 24.0)[pen.speech.seed % 3]
    mark = pen.deal.seller.name if pen.speech.seed % 3 else pen.deal.seller.name.split(" ")[0]
    term = "seller_name" if mark == pen.deal.seller.name else ""
    pen.text(x0, y + size, mark, term=term, size=size, bold=True, room=x1 - x0, colour=pen.look.colour)
    return y + size * 1.4


def seller(pen: Pen, y: float, x0: float, x1: float) -> float:
    """The seller as a block among others, often titled."""
    if pen.speech.seed % 4:
        y = block_title(pen, "seller_block", y, x0, x1)
    return print_seller(pen, y, x0, x1, "left", pen.size)


def block_title(pen: Pen, key: str, y: float, x0: float, x1: float) -> float:
    """The title above a block, on a band of colour in some families."""
    if pen.speech.seed % 11 == 3:
        pen.paper.fill(Box(x0 - 2, y + 1, x1 - 6, y + 5 + pen.size), "#dddddd")
    pen.text(
        x0,
        y + pen.size + 1,
        pen.label(key) + (":" if pen.speech.seed % 2 else ""),
        bold=pen.speech.seed % 3 > 0,
        room=x1 - x0,
    )
    return y + pen.leading + 2


def buyer(pen: Pen, y: float, x0: float, x1: float) -> float:
    """The buyer's block, titled in most families."""
    y += 4
    shift = 0.0
    if pen.habit_share("buyer label", 0.12):
        label = f"{pen.label('bill_to')}{pen.speech.colon or ':'}"
        shift = pen.text(x0, y + pen.size, label, room=(x1 - x0) * 0.4) + pen.size * 0.4
    elif pen.habit_share("buyer title", 0.65):
        y = block_title(pen, "bill_to", y, x0, x1)
    return print_buyer(pen, y, x0 + shift, x1)


def print_buyer(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Name, department, address, and the VAT id where it stands here."""
    party, room = pen.deal.buyer, x1 - x0 - 4
    y += pen.size
    for row in pen.paper.wrap(party.name, room, pen.size, bold=True):
        pen.text(x0, y, row, term="buyer_name", room=room, bold=pen.speech.seed % 2 == 0)
        y += pen.leading
    if party.extra:
        pen.text(x0, y, party.extra, room=room)
        y += pen.leading
    y = print_rows(pen, party, "buyer", x0, y, room, "left", pen.size)
    if "buyer_vat_id" in pen.family.shows and pen.value("buyer_vat_id") and pen.speech.seed % 3:
        pen.pair(x0, y, pen.label("buyer_vat_id"), pen.value("buyer_vat_id"), "buyer_vat_id", room=room)
        y += pen.leading
    return y + 2


def ship(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Where the goods go."""
    party, room = pen.deal.ship_to or pen.deal.buyer, x1 - x0 - 4
    y = block_title(pen, "ship_to", y + 4, x0, x1) + pen.size
    pen.text(x0, y, party.name, room=room, term="buyer_name" if party.name == pen.deal.buyer.name else "")
    return print_rows(pen, party, "buyer", x0, y + pen.leading, room, "left", pen.size)


def window(pen: Pen, y: float, x0: float, x1: float) -> float:
    """DIN 5008: the sender in one small line, the addressee below it."""
    y = max(y, WINDOW_TOP)
    party = pen.deal.seller
    joint = (" · ", " - ", ", ", " | ", " * ")[pen.speech.seed % 5]
    at = pen.text(x0, y, party.name, term="seller_name", size=6.4)
    rest = joint + joint.join(party.rows)
    pen.text(x0 + at, y, rest, term="seller_address", size=6.4, room=max(30.0, x1 - x0 - at - 4))
    pen.paper.rule(x0, y + 2, x1 - 10, y + 2, width=0.3)
    return print_buyer(pen, y + 8, x0, x1)


def title(pen: Pen, y: float, x0: float, x1: float) -> float:
    """What this is; with its number where the family prints it there."""
    kind = pen.deal.kind if pen.deal.kind != "receipt" else "invoice"
    text, size = pen.speech.cased(pen.speech.pick("titles", kind)), pen.look.title_size
    aligns: tuple[Align, ...] = ("left", "left", "centre", "right")
    align = aligns[pen.speech.seed // 7 % 4]
    numbered = pen.look.named_title and kind in {"invoice", "credit_note", "pro_forma"}
    number = pen.value("invoice_number")
    joint = (" ", " #", " Nr. ", " No. ", " - ", " N° ")[pen.speech.seed % 6] if numbered else ""
    wide = sum(pen.paper.width_of(part, size, bold=True) for part in (text, joint, number if numbered else ""))
    if wide > x1 - x0:
        size, wide = size * (x1 - x0) / wide, x1 - x0
    x = {"left": x0, "right": x1 - wide, "centre": (x0 + x1 - wide) / 2}[align]
    y += size + 4
    at = pen.text(x, y, text + joint.rstrip(), size=size, bold=True, colour=pen.look.colour)
    if numbered:
        at += pen.paper.width_of(" ", size, bold=True) * (joint[-1] == " ")
        pen.text(x + at, y, number, term="invoice_number", size=size, bold=True, colour=pen.look.colour)
    return y + size * 0.5
