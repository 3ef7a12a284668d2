"""The head of a receipt: the shop, its numbers, and when and by whom something was sold."""

from __future__ import annotations

from random import Random

from sample_invoices.generator.sheet import Align
from sample_invoices.generator.training.roll import Roll


def print_shop(roll: Roll) -> None:
    """Name, registration, address, telephone, tax number."""
    pen, seller = roll.pen, roll.pen.deal.seller
    align: Align = "left" if pen.speech.seed % 5 == 4 else "centre"
    size = roll.size * (1.0, 1.15, 1.4, 1.8)[pen.speech.seed // 5 % 4]
    brand = f"{seller.surname} {pen.speech.pick('goods', 'shops')}"
    branded = pen.habit_share("brand", 0.25)
    if branded and pen.speech.seed % 2:
        roll.row(roll.say(brand), align=align, size=size * 1.2, bold=True)
    for row in pen.paper.wrap(roll.say(seller.name), roll.x1 - roll.x0, size, bold=True):
        roll.row(row, term="seller_name", align=align, size=size, bold=size > roll.size)
    if branded and pen.speech.seed % 2 == 0:
        roll.row(roll.say(brand), align=align)
    if "seller_legal_id" in pen.family.shows:
        roll.row(seller.legal_id if seller.legal_id.startswith("(") else f"({seller.legal_id})", align=align)
    rows = seller.rows
    if pen.speech.seed % 4 == 2:
        rows = pen.paper.wrap(", ".join(rows), roll.x1 - roll.x0, roll.size)
    for text in rows:
        roll.row(roll.say(text), term="seller_address", align=align)
    if pen.habit_share("phone", 0.7):
        fax = f"  {pen.label('fax')}: {seller.fax}" if pen.habit_share("fax", 0.3) else ""
        roll.row(f"{pen.label('phone')}: {seller.phone}{fax}", align=align)
    if "seller_vat_id" in pen.family.shows:
        label, value, term = pen.tax_identity()
        label = f"{label}: "
        wide = pen.paper.width_of(label + value, roll.size)
        roll.down()
        x = roll.x0 if align == "left" else max(roll.x0, (roll.x0 + roll.x1 - wide) / 2)
        at = pen.text(x, roll.y, label, size=roll.size, room=(roll.x1 - roll.x0) * 0.6)
        pen.text(x + at + 3, roll.y, value, term=term, size=roll.size, room=roll.x1 - x - at - 3)


def print_heading(roll: Roll) -> None:
    """Title, number, date and time, who served, for whom."""
    pen = roll.pen
    roll.stroke()
    if pen.habit_share("till title", 0.55):
        roll.row(pen.speech.pick("titles", "receipt"), align="centre", bold=True, size=roll.size * 1.1)
    near = pen.speech.seed % 4 > 0
    order = ["number", "date", "cashier", "table"]
    Random(pen.speech.seed).shuffle(order)
    if pen.habit_share("paired heading", 0.25):
        print_pairs(roll)
        order = ["date"]
    for key in order:
        if key == "number" and pen.habit_share("till number", 0.8):
            label = pen.speech.pick("receipt", "number")
            roll.pair(label, pen.value("invoice_number"), term="invoice_number", near=near)
        elif key == "date" and "issue_date" not in pen.done and pen.habit_share("date above", 0.75):
            print_time(roll)
        elif key in {"cashier", "table"} and pen.habit_share(key, 0.5):
            value = pen.deal.seller.person.split(" ")[0] if key == "cashier" else str(pen.rng.randint(1, 60))
            roll.pair(pen.speech.pick("receipt", key), value, near=near)
    if pen.habit_share("till buyer", 0.12):
        roll.pair(pen.label("bill_to"), pen.deal.buyer.name, term="buyer_name", near=True)


def print_pairs(roll: Roll) -> None:
    """Number and date side by side, and who served beside the till."""
    pen, half = roll.pen, (roll.x1 - roll.x0) / 2
    rows = [
        (pen.speech.pick("receipt", "number"), pen.value("invoice_number"), "invoice_number"),
        (pen.speech.pick("labels", "issue_date"), pen.value("issue_date"), "issue_date"),
        (pen.speech.pick("receipt", "cashier"), pen.deal.seller.surname, ""),
        (pen.speech.pick("receipt", "table"), str(pen.rng.randint(1, 60)), ""),
    ]
    for index, row in enumerate(rows):
        if index % 2 == 0:
            roll.down()
        pen.pair(roll.x0 + index % 2 * half, roll.y, *row, room=half - 4, size=roll.size)


def print_time(roll: Roll) -> None:
    """Date with time in one row, or in two."""
    pen, clock = roll.pen, f"{roll.pen.rng.randint(7, 22):02d}:{roll.pen.rng.randint(0, 59):02d}"
    clock += (
        f":{pen.rng.randint(0, 59):02d}"
        if pen.speech.seed % 3 == 0
        else (" PM", " AM")[pen.speech.seed % 2]
        if pen.speech.seed % 7 == 1
        else ""
    )
    label, style = pen.speech.pick("receipt", "date"), pen.speech.seed % 4
    text = f"{roll.say(label)}: " if label else ""
    roll.down()
    at = pen.text(roll.x0, roll.y, text, size=roll.size)
    at += pen.text(
        roll.x0 + at + 3,
        roll.y,
        pen.value("issue_date"),
        term="issue_date",
        size=roll.size,
        room=roll.x1 - roll.x0 - at - 44,
    )
    if style == 0:
        pen.text(roll.x0 + at + 8, roll.y, clock, size=roll.size, room=roll.x1 - roll.x0 - at - 8)
    elif style == 1:
        pen.text(roll.x1, roll.y, clock, size=roll.size, align="right", room=roll.x1 - roll.x0 - at - 10)
    else:
        roll.pair(pen.speech.pick("receipt", "time"), clock, near=True)
