"""Letterheads: the seller's sign, name and address at the top of the first page.

Each takes the pen and returns the y below itself. Logos are drawn shapes.
"""

from __future__ import annotations

from collections.abc import Callable

from models.document import Box
from sample_invoices.generator.pen import Pen
from sample_invoices.generator.sheet import WIDTH, Align

TOP = 52.0


def draw_logo(pen: Pen, x: float, y: float) -> None:
    """A sign of 30 by 30 points: three shapes whose choice hangs on the seller's name."""
    sheet, kind = pen.sheet, sum(map(ord, pen.facts.seller.key)) % 3
    if kind == 0:
        sheet.disc(x + 15, y + 15, 15, pen.colour)
        sheet.disc(x + 19, y + 11, 7, "#ffffff")
    elif kind == 1:
        sheet.frame(Box(x, y, x + 30, y + 30), fill=pen.colour, stroke=None, radius=6)
        sheet.rule(x + 6, y + 24, x + 24, y + 6, width=4, colour="#ffffff")
    else:
        for step in range(3):
            sheet.frame(Box(x + step * 10, y + 20 - step * 10, x + 8 + step * 10, y + 30), fill=pen.colour, stroke=None)


def print_contact(pen: Pen, x: float, y: float, align: Align, size: float) -> float:
    """Address, telephone and mail; the address only where no other block holds it."""
    seller = pen.facts.seller
    rows = [] if pen.look.address == "columns" else [(seller.street, "seller_address"), (seller.town, "seller_address")]
    if seller.country != pen.facts.buyer.country and rows:
        rows.append((pen.wording.country(seller.country), ""))
    rows.append((" - ".join(filter(None, (f"{pen.label('phone')} {seller.phone}", seller.email))), ""))
    for text, term in rows:
        pen.sheet.text(x, y, text, size=size, align=align, term=term, colour="#333333")
        y += size * 1.35
    return y


def sided(pen: Pen, x: float, align: Align, logo_x: float, name_x: float) -> float:
    """Logo, name, trade, contact, flush to one side."""
    seller = pen.facts.seller
    draw_logo(pen, logo_x, TOP - 22)
    pen.sheet.text(name_x, TOP, seller.name, size=14, bold=True, align=align, colour=pen.colour, term="seller_name")
    pen.sheet.text(name_x, TOP + 12, seller.trade, size=8.5, align=align, colour="#555555")
    return print_contact(pen, x, TOP + 28, align, 8.5) + 6


def left(pen: Pen) -> float:
    """Everything on the left, logo before the name."""
    return sided(pen, pen.left, "left", pen.left, pen.left + 38)


def right(pen: Pen) -> float:
    """Everything on the right, logo after the name."""
    return sided(pen, pen.right, "right", pen.right - 30, pen.right - 38)


def centred(pen: Pen) -> float:
    """Name and contact in the middle, a rule below."""
    middle, seller = WIDTH / 2, pen.facts.seller
    pen.sheet.text(middle, TOP, seller.name, size=16, bold=True, align="centre", colour=pen.colour, term="seller_name")
    pen.sheet.text(middle, TOP + 13, seller.trade, size=9, align="centre", colour="#555555")
    y = print_contact(pen, middle, TOP + 27, "centre", 8.5)
    pen.sheet.rule(pen.left, y - 4, pen.right, y - 4, width=1.2, colour=pen.colour)
    return y + 8


def banner(pen: Pen) -> float:
    """A coloured band with the name in white, the contact below it."""
    pen.sheet.frame(Box(0, 0, WIDTH, 62), fill=pen.colour, stroke=None)
    pen.sheet.text(pen.left, 36, pen.facts.seller.name, size=16, bold=True, colour="#ffffff", term="seller_name")
    pen.sheet.text(pen.left, 51, pen.facts.seller.trade, size=9, colour="#ffffff")
    return print_contact(pen, pen.left, 78, "left", 8.5) + 6


def minimal(pen: Pen) -> float:
    """Only text, as out of a word processor."""
    seller = pen.facts.seller
    pen.sheet.text(pen.left, TOP, seller.name, size=11, bold=True, term="seller_name")
    return print_contact(pen, pen.left, TOP + 14, "left", pen.size) + 4


LETTERHEADS: dict[str, Callable[[Pen], float]] = {
    "left": left,
    "right": right,
    "centred": centred,
    "banner": banner,
    "minimal": minimal,
}
