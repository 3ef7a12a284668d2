"""The table of lines: columns as the look names them, page breaks with carry-over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from models.document import Box
from models.invoice import InvoiceLine
from sample_invoices.generator.facts import ZERO
from sample_invoices.generator.pen import Pen
from sample_invoices.generator.sheet import Align

WIDTHS = {"position": 30.0, "code": 74.0, "quantity": 52.0, "unit": 44.0, "price": 76.0, "rate": 46.0, "amount": 80.0}
ALIGNS: dict[str, Align] = {"position": "left", "code": "left", "name": "left", "unit": "left"}
PAD = 4.0
CONTINUED_TOP = 84.0  # y of the table on following pages


@dataclass(frozen=True, slots=True)
class Column:
    """One column between two x."""

    key: str
    x0: float
    x1: float

    @property
    def align(self) -> Align:
        """Words flush left, numbers flush right."""
        return ALIGNS.get(self.key, "right")

    @property
    def anchor(self) -> float:
        """Where its text is anchored."""
        return self.x0 + PAD if self.align == "left" else self.x1 - PAD


def lay_columns(pen: Pen) -> list[Column]:
    """The look's columns across the page; the name takes what is left."""
    free = pen.right - pen.left - sum(WIDTHS.get(key, 0.0) for key in pen.look.columns)
    columns, x = [], pen.left
    for key in pen.look.columns:
        wide = WIDTHS.get(key, free)
        columns.append(Column(key, x, x + wide))
        x += wide
    return columns


def show_price(pen: Pen, line: InvoiceLine) -> str:
    """The unit price, with its base where that is not one."""
    price = pen.wording.price(line.unit_price or ZERO)
    return f"{price} /{pen.wording.quantity(line.price_base_quantity)}" if line.price_base_quantity else price


CELLS: dict[str, tuple[str, Callable[[Pen, InvoiceLine], str]]] = {
    "position": ("line_id", lambda _, line: line.line_id or ""),
    "code": ("seller_item_id", lambda _, line: line.seller_item_id or ""),
    "name": ("item_name", lambda _, line: line.item_name or ""),
    "quantity": ("quantity", lambda pen, line: pen.wording.quantity(line.quantity or ZERO)),
    "unit": ("unit_code", lambda pen, line: pen.wording.unit(line.unit_code or "")),
    "price": ("unit_price", show_price),
    "rate": ("vat_rate", lambda pen, line: f"{pen.wording.rate(line.vat_rate or ZERO)} %"),
    "amount": ("net_amount", lambda pen, line: pen.wording.number(line.net_amount or ZERO)),
}


def print_header(pen: Pen, columns: list[Column], y: float) -> float:
    """The column titles in the look's manner."""
    style, height = pen.look.table, pen.leading + 5
    if style == "headerless":
        return y
    box = Box(pen.left, y, pen.right, y + height)
    if style in {"grid", "striped"}:
        fill = pen.colour if style == "striped" else "#e6e6e6"
        pen.sheet.frame(box, fill=fill, stroke="#777777" if style == "grid" else None)
    else:
        pen.sheet.rule(pen.left, y + height, pen.right, y + height, width=1.0, colour=pen.colour)
    ink = "#ffffff" if style == "striped" else "#111111"
    for column in columns:
        title = pen.label(f"col_{column.key}")
        size = pen.sheet.fitting(title, pen.size, column.x1 - column.x0 - 2 * PAD, bold=True)
        pen.sheet.text(column.anchor, y + height - 6, title, size=size, bold=True, align=column.align, colour=ink)
    return y + height


def print_line(pen: Pen, columns: list[Column], index: int, line: InvoiceLine, y: float) -> float:
    """One line; a long name takes several rows."""
    room = next(column.x1 - column.x0 for column in columns if column.key == "name") - 2 * PAD
    names = pen.sheet.wrap(line.item_name or "", room, pen.size)
    height = pen.leading * len(names) + 4
    box = Box(pen.left, y, pen.right, y + height)
    if pen.look.table == "striped" and index % 2 == 0:
        pen.sheet.frame(box, fill="#f1f1f1", stroke=None)
    for column in columns:
        term, show = CELLS[column.key]
        rows = names if column.key == "name" else [show(pen, line)]
        for offset, row in enumerate(rows):
            baseline = y + pen.size + 2 + offset * pen.leading
            name = f"lines.{index}.{term}"
            pen.sheet.text(column.anchor, baseline, row, size=pen.size, align=column.align, term=name)
    print_rules(pen, columns, box)
    return y + height


def print_rules(pen: Pen, columns: list[Column], box: Box) -> None:
    """The rules around one line."""
    if pen.look.table == "grid":
        pen.sheet.frame(box, stroke="#999999")
        for column in columns[1:]:
            pen.sheet.rule(column.x0, box.y0, column.x0, box.y1, width=0.4, colour="#999999")
    elif pen.look.table == "ruled":
        pen.sheet.rule(box.x0, box.y1, box.x1, box.y1, width=0.3, colour="#bbbbbb")


def print_carry(pen: Pen, key: str, carried: Decimal, y: float) -> float:
    """The sum so far, at the foot of one page and at the head of the next."""
    baseline = y + pen.size + 3
    pen.sheet.text(pen.right - 90, baseline, pen.wording.text(key), size=pen.size, align="right", bold=True)
    amount = pen.wording.number(carried)
    pen.sheet.text(pen.right - PAD, baseline, amount, size=pen.size, align="right", bold=True)
    return y + pen.leading + 4


def print_order(pen: Pen, index: int, line: InvoiceLine, y: float) -> float:
    """The row that names the order of the lines below it, where there are several orders."""
    baseline = y + pen.size + 3
    wide = pen.sheet.text(pen.left + PAD, baseline, pen.label("order_reference") + " ", size=pen.size, bold=True)
    term = f"lines.{index}.order_reference"
    pen.sheet.text(pen.left + PAD + wide, baseline, line.order_reference or "", size=pen.size, bold=True, term=term)
    return y + pen.leading + 4


def print_table(pen: Pen, y: float, turn_page: Callable[[Pen], None]) -> float:
    """All lines from y on; `turn_page` ends a page and starts the next one."""
    columns, carried, order = lay_columns(pen), ZERO, None
    y = print_header(pen, columns, y)
    for index, line in enumerate(pen.facts.invoice.lines, start=1):
        if y > pen.bottom - 46:
            print_carry(pen, "carry_out", carried, y)
            turn_page(pen)
            y = print_carry(pen, "carry_in", carried, print_header(pen, columns, CONTINUED_TOP))
        if line.order_reference and line.order_reference != order:
            order = line.order_reference
            y = print_order(pen, index, line, y)
        y = print_line(pen, columns, index, line, y)
        carried += line.net_amount or ZERO
    if pen.look.table != "headerless":
        pen.sheet.rule(pen.left, y, pen.right, y, width=0.8, colour="#444444")
    return y
