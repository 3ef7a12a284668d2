"""The page that programs make of an e-invoice: everything in rows of label and value, seller and buyer as tables."""

from __future__ import annotations

from models.document import Box
from sample_invoices.generator.training.metas import reference_rows
from sample_invoices.generator.training.parties import Party
from sample_invoices.generator.training.pen import Pen
from sample_invoices.generator.training.words import load_pack


def form(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Title with number and date, references, both parties."""
    middle = x0 + (x1 - x0) * (0.3, 0.45)[pen.speech.seed % 2]
    title = pen.speech.cased(pen.speech.pick("titles", pen.deal.kind if pen.deal.kind != "receipt" else "invoice"))
    y += 16
    pen.text(x0, y, title, size=12, bold=True, room=x1 - x0)
    y += 12
    for label, value, term in reference_rows(pen):
        y = one_row(pen, y, x0, middle, x1, label, [(value, term)])
    for role, party, key in (("seller", pen.deal.seller, "seller_block"), ("buyer", pen.deal.buyer, "bill_to")):
        y = party_rows(pen, y + 8, x0, middle, x1, role, party, key)
    return y + 8


def one_row(
    pen: Pen, y: float, x0: float, middle: float, x1: float, label: str, values: list[tuple[str, str]]
) -> float:
    """A label and the rows of its value."""
    pen.text(x0 + 3, y + pen.size + 1, f"{label}{pen.speech.colon}", room=middle - x0 - 6)
    for text, term in values:
        pen.text(middle + 2, y + pen.size + 1, text, term=term, room=x1 - middle - 4)
        y += pen.leading * 1.1
    return y


def party_rows(pen: Pen, y: float, x0: float, middle: float, x1: float, role: str, party: Party, key: str) -> float:
    """A party as a table of its own."""
    pen.paper.fill(Box(x0, y, x1, y + pen.leading), "#cfeefc")
    pen.text(x0 + 3, y + pen.size, pen.label(key), bold=True, room=x1 - x0 - 6)
    y += pen.leading * 1.2
    words = load_pack(pen.speech.language).lists["form"]
    y = one_row(pen, y, x0, middle, x1, words["name"][0], [(party.name, f"{role}_name")])
    address = f"{role}_address" if role == "seller" else ""
    y = one_row(
        pen,
        y,
        x0,
        middle,
        x1,
        words["address"][pen.speech.seed % len(words["address"])],
        [(row, address) for row in party.rows],
    )
    if pen.speech.seed % 2:
        y = one_row(pen, y, x0, middle, x1, words["country"][0], [(party.country_name, "")])
    term = f"{role}_vat_id"
    if term in pen.family.shows and pen.value(term):
        y = one_row(pen, y, x0, middle, x1, pen.label(term), [(pen.value(term), term)])
    if role == "seller" and pen.speech.seed % 3:
        y = one_row(pen, y, x0, middle, x1, pen.label("phone"), [(party.phone, "")])
    return y
