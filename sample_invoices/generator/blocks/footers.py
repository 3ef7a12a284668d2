"""What stands below: legal mentions, how to pay, and the footer of each page.

Footers print the seller's legal line, VAT id and bank account; each takes the pen and prints at the foot of the page.
"""

from __future__ import annotations

from collections.abc import Callable

from models.document import Box
from sample_invoices.generator.pen import Pen, grouped
from sample_invoices.generator.sheet import HEIGHT, WIDTH

SMALL = 7.2
STEP = 9.6
Part = tuple[str, str]  # text, term


def print_mentions(pen: Pen, y: float) -> float:
    """The sentences that the law or the seller's habit asks for."""
    for key in pen.facts.mentions:
        for row in pen.sheet.wrap(pen.wording.locale.mentions[key], pen.right - pen.left, SMALL):
            pen.sheet.text(pen.left, y + SMALL, row, size=SMALL, colour="#333333")
            y += STEP
        y += 2
    return y


def parts_of_identity(pen: Pen) -> list[Part]:
    """Registration and VAT id, the numbers apart from their labels."""
    invoice = pen.facts.invoice
    parts: list[Part] = [(pen.facts.seller.registration, "")] if pen.facts.seller.registration else []
    if invoice.seller_legal_id:
        parts += [
            (pen.label("seller_legal_id"), ""),
            (grouped("seller_legal_id", invoice.seller_legal_id), "seller_legal_id"),
        ]
    return [*parts, (pen.label("seller_vat_id"), ""), (invoice.seller_vat_id or "", "seller_vat_id")]


def parts_of_bank(pen: Pen) -> list[Part]:
    """IBAN and BIC with their labels."""
    parts: list[Part] = []
    for term in ("iban", "bic"):
        if pen.value(term):
            parts += [(pen.label(term), ""), (pen.value(term), term)]
    return parts


def print_parts(pen: Pen, parts: list[Part], x: float, y: float, size: float = SMALL) -> None:
    """Parts of one row, one after the other."""
    for text, term in parts:
        x += pen.sheet.text(x, y, text, size=size, term=term) + size * 0.5


def centre_parts(pen: Pen, parts: list[Part], y: float) -> None:
    """Parts of one row, centred on the page."""
    wide = sum(pen.sheet.width_of(text, SMALL) + SMALL * 0.5 for text, _ in parts)
    print_parts(pen, parts, (WIDTH - wide) / 2, y)


def centred(pen: Pen) -> None:
    """Two centred rows."""
    centre_parts(pen, parts_of_identity(pen), HEIGHT - 52)
    centre_parts(pen, parts_of_bank(pen), HEIGHT - 40)


def line(pen: Pen) -> None:
    """A rule, then two rows flush left."""
    pen.sheet.rule(pen.left, HEIGHT - 66, pen.right, HEIGHT - 66, width=0.4)
    print_parts(pen, parts_of_bank(pen), pen.left, HEIGHT - 54)
    print_parts(pen, parts_of_identity(pen), pen.left, HEIGHT - 42)


def columns(pen: Pen) -> None:
    """Three columns: address, bank, register (usual in Germany)."""
    seller, invoice = pen.facts.seller, pen.facts.invoice
    pen.sheet.rule(pen.left, HEIGHT - 82, pen.right, HEIGHT - 82, width=0.4)
    blocks: list[list[list[Part]]] = [
        [[(seller.name, "")], [(seller.street, "")], [(seller.town, "")], [(seller.phone, "")]],
        [parts_of_bank(pen)[:2], parts_of_bank(pen)[2:]],
        [
            *[[(text, "")] for text in seller.registration.split(" - ")],
            [(pen.label("seller_vat_id"), ""), (invoice.seller_vat_id or "", "seller_vat_id")],
        ],
    ]
    wide = (pen.right - pen.left) / 3
    for column, rows in enumerate(blocks):
        for row, parts in enumerate(rows):
            print_parts(pen, parts, pen.left + column * wide, HEIGHT - 70 + row * STEP, 6.6)


def payment(pen: Pen) -> None:
    """The legal line only; the bank account stands in the payment box above."""
    centre_parts(pen, parts_of_identity(pen), HEIGHT - 40)


def print_payment_box(pen: Pen, y: float) -> float:
    """How to pay: account and the date by which."""
    if pen.look.footer != "payment":
        return y
    pen.sheet.frame(Box(pen.left, y, pen.left + 300, y + 50), stroke=pen.colour, radius=4)
    pen.sheet.text(pen.left + 8, y + 13, pen.label("payment_title"), size=pen.size, bold=True, colour=pen.colour)
    bank = parts_of_bank(pen)
    print_parts(pen, bank[:2], pen.left + 8, y + 28, pen.size)
    print_parts(pen, bank[2:], pen.left + 8, y + 42, pen.size)
    return y + 60


FOOTERS: dict[str, Callable[[Pen], None]] = {"centred": centred, "line": line, "columns": columns, "payment": payment}
