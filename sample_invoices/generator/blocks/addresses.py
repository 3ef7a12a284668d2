"""Where the buyer stands: in a DIN 5008 window, on the right as in France, on the left, or in columns with the seller.

Each takes the pen and the y where it may start, and returns the y below itself.
"""

from __future__ import annotations

from collections.abc import Callable

from sample_invoices.generator.pen import Pen

MILLIMETRE = 72 / 25.4
WINDOW_X = 25 * MILLIMETRE  # DIN 5008: text edge; form B's window starts 45 mm from the top
WINDOW_Y = 45 * MILLIMETRE
RIGHT_X = 318.0


def print_buyer(pen: Pen, x: float, y: float, *, titled: bool) -> float:
    """The buyer's name and address, with country and VAT id where a cross-border invoice shows them."""
    buyer, seller, step = pen.facts.buyer, pen.facts.seller, pen.leading
    if titled:
        pen.sheet.text(x, y, pen.label("bill_to"), size=pen.size - 1, bold=True, colour=pen.colour)
        y += step
    pen.sheet.text(x, y, buyer.name, size=pen.size + 0.5, bold=True, term="buyer_name")
    rows = [buyer.street, buyer.town]
    if seller.country != buyer.country:
        rows.append(pen.wording.country(buyer.country).upper())
    for row in rows:
        y += step
        pen.sheet.text(x, y, row, size=pen.size)
    if pen.facts.invoice.buyer_vat_id:
        y += step * 1.15
        pen.labelled(x, y, "buyer_vat_id")
    return y + step


def print_delivery(pen: Pen, x: float, y: float) -> float:
    """Where the goods went, if that is elsewhere."""
    if not pen.facts.deliver_to:
        return y
    pen.sheet.text(x, y, pen.label("deliver_to"), size=pen.size - 1, bold=True, colour=pen.colour)
    for row in pen.facts.deliver_to:
        y += pen.leading
        pen.sheet.text(x, y, row, size=pen.size)
    return y + pen.leading


def window(pen: Pen, y: float) -> float:
    """DIN 5008: the sender in one small line, the addressee below it, both in the envelope's window."""
    seller = pen.facts.seller
    top = max(y + 8, WINDOW_Y)
    pen.sheet.text(WINDOW_X, top, f"{seller.name} · {seller.street} · {seller.town}", size=6.5, colour="#666666")
    pen.sheet.rule(WINDOW_X, top + 3, WINDOW_X + 240, top + 3, width=0.3)
    end = print_buyer(pen, WINDOW_X, top + 20, titled=False)
    return print_delivery(pen, WINDOW_X, end + 4)


def right(pen: Pen, y: float) -> float:
    """On the right, as the French window envelope asks for."""
    end = print_buyer(pen, RIGHT_X, max(y + 10, 120.0), titled=False)
    return print_delivery(pen, RIGHT_X, end + 4)


def left(pen: Pen, y: float) -> float:
    """On the left, under its title."""
    end = print_buyer(pen, pen.left, y + 12, titled=True)
    return print_delivery(pen, pen.left, end + 4)


def columns(pen: Pen, y: float) -> float:
    """Seller and buyer side by side."""
    seller, step = pen.facts.seller, pen.leading
    pen.sheet.text(pen.left, y + 12, pen.label("seller_block"), size=pen.size - 1, bold=True, colour=pen.colour)
    below = y + 12 + step
    for text, term in (
        (seller.name, "seller_name"),
        (seller.street, "seller_address"),
        (seller.town, "seller_address"),
    ):
        pen.sheet.text(pen.left, below, text, size=pen.size, term=term)
        below += step
    pen.sheet.text(pen.left, below, pen.wording.country(seller.country), size=pen.size)
    end = print_buyer(pen, RIGHT_X, y + 12, titled=True)
    return max(below + step, print_delivery(pen, RIGHT_X, end + 4))


ADDRESSES: dict[str, Callable[[Pen, float], float]] = {
    "window": window,
    "right": right,
    "left": left,
    "columns": columns,
}
