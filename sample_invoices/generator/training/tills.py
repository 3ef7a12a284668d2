"""Receipts: a narrow roll, rows of letters of one width, as tills, pumps, taxis and restaurants print them."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from models.money import round_amount
from sample_invoices.generator.training.deal import ZERO, Deal, Goods
from sample_invoices.generator.training.family import Family
from sample_invoices.generator.training.look import A4
from sample_invoices.generator.training.paper import Paper
from sample_invoices.generator.training.pen import Pen
from sample_invoices.generator.training.roll import Roll
from sample_invoices.generator.training.shops import print_heading, print_shop, print_time
from sample_invoices.generator.training.tables import unit_word

WIDTHS = (164.0, 190.0, 215.0, 226.0, 260.0, 300.0)


def print_till(deal: Deal, family: Family, rng: Random) -> Paper:
    """One receipt; now and then on a sheet of A4, as flatbed scanners give them."""
    seed = family.speech.seed
    wide = WIDTHS[seed // 3 % len(WIDTHS)]
    on_sheet = seed % 6 == 0
    paper = Paper(A4[0] if on_sheet else wide, A4[1], ("courier", "courier", "helvetica", "vera")[seed % 4])
    x0 = 40.0 if on_sheet else 10.0
    pen = Pen(paper, deal, family, rng, Random(seed))
    roll = Roll(pen, x0, x0 + wide - 20.0)
    print_shop(roll)
    print_heading(roll)
    print_items(roll)
    print_sums(roll)
    print_paid(roll)
    print_end(roll)
    paper.cut(max(roll.y + 24.0, A4[1] if on_sheet else 0.0))
    return paper


def print_items(roll: Roll) -> None:
    """Lines in one or two rows each."""
    pen, style = roll.pen, roll.pen.speech.seed % 6
    roll.stroke()
    if pen.habit_share("till header", 0.35):
        heads = [pen.speech.pick("labels", f"col_{key}") for key in ("name", "quantity", "amount")]
        roll.pair(heads[0], f"{heads[1]}   {heads[2]}")
        roll.stroke()
    if style == 5 and pen.speech.seed % 2:
        print_columns(roll)
        return
    for index, item in enumerate(pen.deal.goods, start=1):
        print_item(roll, index, item, style)
    roll.stroke()


def print_columns(roll: Roll) -> None:
    """Items in columns: name above, then code, quantity, price and amount."""
    pen, wide = roll.pen, roll.x1 - roll.x0
    ends, rooms = (0.42, 0.58, 0.78, 1.0), (0.42, 0.15, 0.19, 0.21)
    heads = [pen.speech.pick("labels", f"col_{key}") for key in ("code", "quantity", "price", "amount")]
    roll.down()
    for share, room, text in zip(ends, rooms, heads, strict=True):
        pen.text(roll.x0 + share * wide, roll.y, text, size=roll.size, align="right", room=wide * room)
    for index, item in enumerate(pen.deal.goods, start=1):
        roll.row(roll.say(item.name), term=f"lines.{index}.item_name")
        roll.down()
        cells = (
            (item.code, "seller_item_id"),
            (pen.speech.short(item.quantity), "quantity"),
            (pen.speech.number(item.price), "unit_price"),
            (pen.speech.number(item.net), "net_amount"),
        )
        for share, room, (text, term) in zip(ends, rooms, cells, strict=True):
            x, name = roll.x0 + share * wide, f"lines.{index}.{term}"
            pen.text(x, roll.y, text, term=name, size=roll.size, align="right", room=wide * room)
    roll.stroke()


def print_item(roll: Roll, index: int, item: Goods, style: int) -> None:
    """One line in the till's manner."""
    pen = roll.pen
    amount = pen.speech.number(item.net)
    code = ("", " A", "", " *", " SR", "")[pen.speech.seed // 7 % 6]
    quantity, price = pen.speech.short(item.quantity), pen.speech.number(item.price)
    if style in {0, 1} and item.quantity == 1:
        roll.pair(item.name, amount + code, term=f"lines.{index}.net_amount")
        return
    if style in {2, 3}:
        roll.row(f"{quantity} {item.name}" if style == 2 else item.name)
        roll.pair(f"  {item.code}" if style == 3 else "", f"{quantity} x {price}   {amount}{code}")
        return
    roll.row(roll.say(item.name))
    roll.pair(
        f"  {quantity} {unit_word(pen, item) if style == 4 else ''} x {price}",
        amount + code,
        term=f"lines.{index}.net_amount",
    )


def print_sums(roll: Roll) -> None:
    """Count, subtotal, tax, rounding, total; the total large."""
    pen, invoice, lists = roll.pen, roll.pen.deal.invoice, "receipt"
    money = pen.amount
    rate = pen.speech.short(invoice.vat_breakdown[0].rate or ZERO)

    def word(key: str) -> str:
        return pen.speech.pick(lists, key).replace("{rate}", rate)

    payable, whole = invoice.payable_total or ZERO, (invoice.net_total or ZERO) + (invoice.tax_total or ZERO)
    if pen.habit_share("count", 0.3):
        roll.pair(word("count"), str(len(pen.deal.goods)))
    if pen.habit_share("till subtotal", 0.6):
        exclusive = pen.speech.seed % 2
        label = word("subtotal")
        roll.pair(
            label, money((invoice.net_total or ZERO) if exclusive else whole), term="net_total" if exclusive else ""
        )
        if exclusive:
            roll.pair(word("tax"), money(invoice.tax_total or ZERO), term="tax_total")
    for key, term in (("allowance_total", "discounts"), ("service", "services")):
        if pen.habit_share(f"zero {term}", 0.15):
            label = pen.label(key) if key == "allowance_total" else word(key)
            roll.pair(label, money(ZERO))
    if invoice.rounding is not None:
        roll.pair(word("rounding"), money(invoice.rounding))
    size = roll.size * (1.0, 1.2, 1.5, 1.9)[pen.speech.seed // 4 % 4]
    roll.pair(word("total"), money(payable), term="gross_total", size=size, bold=size > roll.size)
    pen.paper.also("payable_total")


def print_paid(roll: Roll) -> None:
    """Cash and change, or a card; the recapitulation of the tax; the card's slip."""
    pen, invoice = roll.pen, roll.pen.deal.invoice
    payable = invoice.payable_total or ZERO

    def word(key: str) -> str:
        return pen.speech.pick("receipt", key)

    if pen.chance(0.5):
        step = Decimal(pen.rng.choice((1, 5, 10, 50)))
        given = (payable / step).to_integral_value(rounding="ROUND_UP") * step
        roll.pair(word("cash"), pen.amount(given))
        roll.pair(word("change"), pen.amount(round_amount(given - payable)))
    else:
        roll.pair(pen.rng.choice(("VISA", "Mastercard", word("card"), word("card"))), pen.amount(payable))
    if pen.habit_share("till recap", 0.5):
        roll.stroke()
        print_recap(roll)
    if pen.habit_share("slip", 0.25):
        for _ in range(pen.rng.randint(2, 5)):
            roll.pair(
                pen.speech.sentence_of("receipt", "slip", pen.rng), str(pen.rng.randrange(10**5, 10**9)), near=True
            )


def print_recap(roll: Roll) -> None:
    """Tax by rate in columns."""
    pen = roll.pen
    heads = [pen.label(key) for key in ("recap_rate", "recap_base", "recap_tax")]
    size, cell = roll.size * 0.95, (roll.x1 - roll.x0) / 3
    roll.row(pen.speech.pick("receipt", "summary"))
    roll.down()
    for place, text in enumerate(heads):
        pen.text(roll.x0 + (place + 1) * cell - 2, roll.y, text, size=size, align="right", room=cell - 4)
    for number, row in enumerate(pen.deal.invoice.vat_breakdown, start=1):
        roll.down()
        values = (
            (f"{pen.speech.short(row.rate or ZERO)}%", "rate"),
            (pen.speech.number(row.taxable or ZERO), "taxable"),
            (pen.speech.number(row.tax or ZERO), "tax"),
        )
        for place, (text, name) in enumerate(values):
            term = f"vat_breakdown.{number}.{name}"
            if len(pen.deal.invoice.vat_breakdown) == 1 and name != "rate":
                term = {"taxable": "net_total", "tax": "tax_total"}[name]
            pen.text(roll.x0 + (place + 1) * cell - 2, roll.y, text, term=term, size=size, align="right", room=cell - 4)


def print_end(roll: Roll) -> None:
    """Date where it stands below, and thanks."""
    pen = roll.pen
    roll.stroke()
    if "issue_date" not in pen.done:
        print_time(roll)
    for _ in range(pen.rng.randint(1, 4)):
        text = pen.speech.sentence_of("receipt", "thanks", pen.rng)
        for row in pen.paper.wrap(text, roll.x1 - roll.x0, roll.size):
            roll.row(roll.say(row), align="centre")
    if pen.habit_share("web", 0.3):
        roll.row(pen.deal.seller.web, align="centre")
