"""The table of lines: any order of columns, wrapped headings, notes below lines, groups, carry-overs; or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from models.document import Box
from models.money import round_amount
from sample_invoices.generator.sheet import Align
from sample_invoices.generator.training.deal import HUNDRED, ZERO, Goods
from sample_invoices.generator.training.pen import Pen
from sample_invoices.generator.training.words import load_pack

WIDTHS = {
    "position": 0.05,
    "code": 0.13,
    "name": 0.36,
    "quantity": 0.08,
    "unit": 0.07,
    "price": 0.12,
    "discount": 0.08,
    "rate": 0.08,
    "tax": 0.1,
    "amount": 0.13,
    "gross": 0.13,
    "date": 0.12,
}
LEFT = {"code", "name", "unit", "date"}
PAD = 3.0
TOP = 70.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column between two x."""

    key: str
    x0: float
    x1: float
    align: Align

    @property
    def anchor(self) -> float:
        """Where its text is anchored."""
        return {"left": self.x0 + PAD, "right": self.x1 - PAD, "centre": (self.x0 + self.x1) / 2}[self.align]

    @property
    def room(self) -> float:
        """How wide its text may be."""
        return self.x1 - self.x0 - 2 * PAD


def lay_columns(pen: Pen) -> list[Column]:
    """The family's columns across the page."""
    keys = pen.look.columns
    total, x, columns = sum(WIDTHS[key] for key in keys), pen.left, []
    aligns: tuple[Align, ...] = ("right", "right", "right", "centre", "left")
    numbers: Align = aligns[pen.speech.seed % 5] if "amount" not in keys[-1:] or pen.speech.seed % 3 == 0 else "right"
    for key in keys:
        wide = WIDTHS[key] / total * (pen.right - pen.left)
        columns.append(Column(key, x, x + wide, "left" if key in LEFT else "centre" if key == "position" else numbers))
        x += wide
    return columns


def tax_of(item: Goods) -> Decimal:
    """Tax of one line on its own."""
    return round_amount(item.net * item.rate / HUNDRED)


def unit_word(pen: Pen, item: Goods) -> str:
    """What this supplier writes for a unit."""
    return pen.speech.pick("units", item.unit) or item.unit


def price_text(pen: Pen, item: Goods) -> str:
    """Unit price, with its base where that is not one."""
    text = pen.amount(item.price, money=pen.look.line_money)
    return f"{text}/{item.base}" if item.base != 1 else text


def quantity_text(pen: Pen, item: Goods) -> str:
    """Quantity; some write two or three decimals, some add the unit."""
    style = pen.speech.seed % 6
    text = pen.speech.number(item.quantity, 2 + style % 2) if style > 3 else pen.speech.short(item.quantity)
    return f"{text} {unit_word(pen, item)}" if "unit" not in pen.look.columns and style == 1 else text


def rate_text(pen: Pen, rate: Decimal) -> str:
    """A rate with or without its sign."""
    style = pen.speech.seed % 4
    text = pen.speech.number(rate, 2) if style == 3 else pen.speech.short(rate)
    return (f"{text}%", f"{text} %", text, f"{text}%")[style]


CELLS: dict[str, tuple[str, Callable[[Pen, Goods], str]]] = {
    "code": ("seller_item_id", lambda _, item: item.code),
    "quantity": ("quantity", quantity_text),
    "unit": ("unit_code", unit_word),
    "price": ("unit_price", price_text),
    "discount": ("", lambda pen, item: f"{pen.speech.short(item.discount)}%" if item.discount else ""),
    "rate": ("vat_rate", lambda pen, item: rate_text(pen, item.rate)),
    "tax": ("", lambda pen, item: pen.amount(tax_of(item), money=pen.look.line_money)),
    "amount": ("net_amount", lambda pen, item: pen.amount(item.net, money=pen.look.line_money)),
    "gross": ("", lambda pen, item: pen.amount(item.net + tax_of(item), money=pen.look.line_money)),
    "date": ("", lambda pen, item: pen.speech.day(item.day) if item.day else ""),
}


def print_header(pen: Pen, columns: list[Column], y: float) -> float:
    """Column titles, wrapped over two rows in some families."""
    if pen.look.table == "headerless":
        return y
    titles = {column.key: pen.label(f"col_{column.key}") for column in columns}
    wrapped = {
        key: pen.paper.wrap(titles[key], column.room, pen.size, bold=True)[:2]
        if pen.look.wrap_headers
        else [titles[key]]
        for key, column in ((column.key, column) for column in columns)
    }
    high = max(len(rows) for rows in wrapped.values()) * pen.leading + 6
    dark = pen.look.table in {"striped", "banded"}
    if dark:
        pen.paper.fill(Box(pen.left, y, pen.right, y + high), pen.look.colour)
    elif pen.look.table == "grid":
        pen.paper.frame(Box(pen.left, y, pen.right, y + high))
    elif pen.look.table == "ruled":
        pen.paper.rule(pen.left, y + high, pen.right, y + high, width=1.0)
    for column in columns:
        for offset, row in enumerate(wrapped[column.key]):
            pen.text(
                column.anchor,
                y + pen.size + 3 + offset * pen.leading,
                row,
                room=column.room,
                align=column.align,
                bold=True,
                colour="#ffffff" if dark else "#111111",
            )
    return y + high + 1


def print_line(pen: Pen, columns: list[Column], index: int, item: Goods, y: float) -> float:
    """One line of the table, with its note below the name."""
    name = next(column for column in columns if column.key == "name")
    rows = pen.paper.wrap(item.name, name.room, pen.size)
    notes = note_rows(pen)
    if "code" not in pen.look.columns and pen.habit_share("code in name", 0.2):
        notes.insert(0, f"{pen.label('col_code')}{pen.speech.colon} {item.code}")
    top, height = y, pen.leading * (len(rows) + len(notes)) + (6 if pen.look.table != "plain" else 1)
    if pen.look.table == "striped" and index % 2 == 0:
        pen.paper.fill(Box(pen.left, y, pen.right, y + height), "#eeeeee")
    y += pen.size + 2
    for offset, row in enumerate(rows):
        pen.text(name.anchor, y + offset * pen.leading, row, term=f"lines.{index}.item_name", room=name.room)
    for offset, row in enumerate(notes, start=len(rows)):
        pen.text(name.anchor, y + offset * pen.leading, row, room=name.room, size=pen.size - 0.5)
    for column in columns:
        if column.key == "position":
            pen.text(
                column.anchor,
                y,
                str(index * pen.step),
                term=f"lines.{index}.line_id",
                room=column.room,
                align=column.align,
            )
        elif column.key != "name":
            term, show = CELLS[column.key]
            name_of = f"lines.{index}.{term}" if term else ""
            pen.text(column.anchor, y, show(pen, item), term=name_of, room=column.room, align=column.align)
    if pen.look.table == "grid":
        pen.paper.frame(Box(pen.left, top, pen.right, top + height))
    return top + height


def note_rows(pen: Pen) -> list[str]:
    """Rows of text below a name: dates, numbers and percentages that are no field."""
    if not pen.chance(pen.look.notes):
        return []
    values = {**pen.deal.decoys, "note": pen.deal.decoys["note"]}
    return [pen.speech.sentence("line_notes", pen.rng, **values) for _ in range(pen.rng.choice((1, 1, 2)))]


def print_two_rows(pen: Pen, index: int, item: Goods, y: float) -> float:
    """Name in one row; quantity, price and amount in the next."""
    y += pen.leading
    pen.text(pen.left, y, item.name, term=f"lines.{index}.item_name", room=pen.right - pen.left - 80)
    y += pen.leading
    x = pen.left + 20
    for text, term in (
        (pen.speech.short(item.quantity), "quantity"),
        (unit_word(pen, item), "unit_code"),
        ("x", ""),
        (price_text(pen, item), "unit_price"),
    ):
        x += pen.text(x, y, text, term=f"lines.{index}.{term}" if term else "") + pen.size * 0.4
    pen.text(
        pen.right, y, pen.amount(item.net, money=pen.look.line_money), term=f"lines.{index}.net_amount", align="right"
    )
    return y + 3


def print_table(pen: Pen, y: float, turn_page: Callable[[], None]) -> float:
    """All lines from y on; `turn_page` ends a page and starts the next."""
    columns, carried = lay_columns(pen), ZERO
    groups = pen.habit_share("groups", 0.12) and len(pen.deal.goods) > 1
    if pen.look.table != "twoline":
        y = print_header(pen, columns, y)
    for index, item in enumerate(pen.deal.goods, start=1):
        if y > pen.bottom - 40:
            carry = pen.habit_share("carry", 0.4)
            if carry:
                print_carry(pen, "carry", carried, y)
            turn_page()
            y = TOP + pen.leading
            if pen.look.table != "twoline":
                y = print_header(pen, columns, y)
            y = print_carry(pen, "carried", carried, y) if carry else y
        if groups and index % 3 == 1:
            text = pen.speech.sentence(
                "group", pen.rng, n=index, **{key: pen.deal.decoys[key] for key in ("note", "day")}
            )
            pen.text(pen.left + PAD, y + pen.size + 2, text, bold=True)
            y += pen.leading + 3
        y = (
            print_two_rows(pen, index, item, y)
            if pen.look.table == "twoline"
            else print_line(pen, columns, index, item, y)
        )
        carried += item.net
    if pen.look.table not in {"plain", "headerless"}:
        pen.paper.rule(pen.left, y + 1, pen.right, y + 1, width=0.7)
    return y + 2


def print_carry(pen: Pen, key: str, carried: Decimal, y: float) -> float:
    """The sum so far at the foot of a page or the head of the next."""
    pen.text(pen.right - 90, y + pen.size + 3, pen.speech.pick("sentences", key), align="right")
    pen.text(pen.right - PAD, y + pen.size + 3, pen.amount(carried), align="right")
    return y + pen.leading + 4


def print_free(pen: Pen, y: float) -> float:
    """No table: what was done in words, and an amount at the right."""
    pack = load_pack(pen.speech.language)
    for index, item in enumerate(pen.deal.goods, start=1):
        y += pen.leading * 1.4
        amount = pen.amount(item.net)
        wide = pen.paper.width_of(amount, pen.size)
        rows = pen.paper.wrap(
            f"{item.name}, {pen.rng.choice(pack.lists['goods']['services'])}",
            pen.right - pen.left - wide - 40,
            pen.size,
        )
        for offset, row in enumerate(rows):
            pen.text(pen.left, y + offset * pen.leading, row)
        pen.text(pen.right, y, amount, term=f"lines.{index}.net_amount", align="right")
        y += (len(rows) - 1) * pen.leading
    return y + pen.leading
