"""Totals in fourteen manners, and the recapitulation of rates above, beside or below them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from models.document import Box
from sample_invoices.generator.training.deal import ZERO
from sample_invoices.generator.training.pen import Pen
from sample_invoices.generator.training.tables import rate_text


class Sum(NamedTuple):
    """One row: `twin` is a further term with the same value."""

    label: str
    text: str
    term: str
    bold: bool = False
    twin: str = ""


def row_of(pen: Pen, term: str, *, bold: bool = False, twin: str = "", sign: str = "") -> Sum:
    """The row of one term."""
    return Sum(pen.label(term), sign + pen.value(term), term, bold, twin)


def before_net(pen: Pen) -> list[Sum]:
    """Sum of lines, discount and freight where there are any."""
    invoice = pen.deal.invoice
    if invoice.allowance_total is None and invoice.charge_total is None:
        return []
    rows = [row_of(pen, "sum_of_lines")]
    if invoice.allowance_total is not None:
        rows.append(row_of(pen, "allowance_total", sign=("-", "", "- ")[pen.speech.seed % 3]))
    if invoice.charge_total is not None:
        rows.append(row_of(pen, "charge_total"))
    return rows


def tax_rows(pen: Pen) -> list[Sum]:
    """One row a rate, the sum of all, or both."""
    vat = [row for row in pen.deal.invoice.vat_breakdown if row.tax or len(pen.deal.invoice.vat_breakdown) == 1]
    sign = -1 if (pen.deal.invoice.net_total or ZERO) < 0 else 1
    style = pen.speech.seed % 4
    rows = []
    if style < 3:
        for index, row in enumerate(vat, start=1):
            term = "tax_total" if len(vat) == 1 else f"vat_breakdown.{index}.tax"
            rows.append(Sum(rate_label(pen, row.rate or ZERO), pen.amount(sign * (row.tax or ZERO)), term))
    if style == 3 or (len(vat) > 1 and style == 2) or not vat:
        label = pen.label("tax_total").replace("{rate}", pen.speech.short(vat[0].rate or ZERO) if vat else "0")
        rows.append(Sum(label, pen.value("tax_total"), "tax_total"))
    return rows


def rate_label(pen: Pen, rate: Decimal) -> str:
    """What the tax of one rate is called."""
    label = pen.label("tax_total")
    if "{rate}" in label:
        return label.replace("{rate}", pen.speech.short(rate))
    forms = (
        f"{label} {rate_text(pen, rate)}",
        f"{rate_text(pen, rate)} {pen.speech.tax}",
        f"{pen.speech.tax} {rate_text(pen, rate)}",
        label,
    )
    return forms[pen.speech.seed // 3 % 4]


def last_rows(pen: Pen) -> list[Sum]:
    """Gross, prepaid, rounding, payable: one row, or what the sums need."""
    invoice = pen.deal.invoice
    if invoice.payable_total != invoice.gross_total:
        rows = [row_of(pen, "gross_total", bold=True)]
        if invoice.prepaid_total is not None:
            rows.append(row_of(pen, "prepaid_total", sign=("-", "", "")[pen.speech.seed % 3]))
        if invoice.rounding is not None:
            rows.append(row_of(pen, "rounding"))
        return [*rows, row_of(pen, "payable_total", bold=True)]
    style = pen.speech.seed // 5 % 10
    if style < 6:
        return [row_of(pen, "gross_total", bold=True, twin="payable_total")]
    if style < 8:
        return [
            Sum(pen.label("payable_total"), pen.value("gross_total"), "gross_total", bold=True, twin="payable_total")
        ]
    rows = [row_of(pen, "gross_total"), row_of(pen, "payable_total", bold=True)]
    if style == 9:
        rows.insert(1, Sum(pen.label("prepaid_total"), pen.amount(ZERO), ""))
    return rows


def total_rows(pen: Pen) -> list[Sum]:
    """All rows in the order of the page; few families print the last one only."""
    if pen.habit_share("only total", 0.04):
        return last_rows(pen)
    if pen.deal.inclusive:
        rows = [*before_net(pen), *last_rows(pen), *tax_rows(pen)]
        return [*rows, row_of(pen, "net_total")] if pen.speech.seed % 3 else rows
    rows = [*before_net(pen)]
    if pen.habit_share("weight", 0.06):
        rows.append(Sum(pen.label("previous_balance"), pen.deal.decoys["previous_balance"], ""))
    hidden = pen.habit_share("no net", 0.08) and len(pen.deal.invoice.lines) == 1
    return [*rows, *([] if hidden else [row_of(pen, "net_total")]), *tax_rows(pen), *last_rows(pen)]


def put(pen: Pen, row: Sum, x: float, y: float, *, align: str = "right", room: float = 0.0) -> None:
    """Print the amount of a row, and note its twin."""
    size = pen.size + (1.5 if row.bold and pen.speech.seed % 3 == 0 else 0)
    pen.text(x, y, row.text, term=row.term, align=align, bold=row.bold, room=room, size=size)
    if row.twin:
        pen.paper.also(row.twin)


def print_rows(pen: Pen, rows: list[Sum], x0: float, x1: float, y: float, *, near: bool = False) -> float:
    """Label and amount a row between two x; `near` puts the label right before the amount."""
    step = pen.leading * (1.0, 1.2, 1.5)[pen.speech.seed % 3]
    colon = pen.speech.colon if pen.habit_share("colon in totals", 0.4) else ""
    for row in rows:
        wide = pen.paper.width_of(row.text, pen.size + 2, bold=row.bold)
        if near:
            pen.text(x1 - 90, y, f"{row.label}{colon}", align="right", bold=row.bold, room=x1 - 94 - pen.left)
        else:
            pen.text(x0, y, f"{row.label}{colon}", bold=row.bold, room=max(40.0, x1 - x0 - wide - 6))
        put(pen, row, x1, y)
        y += step
    return y


def right(pen: Pen, y: float) -> float:
    """Flush right."""
    return print_rows(pen, total_rows(pen), pen.right - 210, pen.right - 4, y + 16)


def far(pen: Pen, y: float) -> float:
    """Labels flush right against the amounts."""
    return print_rows(pen, total_rows(pen), pen.left, pen.right - 4, y + 16, near=True)


def boxed(pen: Pen, y: float) -> float:
    """In a frame."""
    end = print_rows(pen, total_rows(pen), pen.right - 206, pen.right - 8, y + 24)
    pen.paper.frame(Box(pen.right - 214, y + 10, pen.right, end))
    return end + 8


def left(pen: Pen, y: float) -> float:
    """On the left."""
    return print_rows(pen, total_rows(pen), pen.left, pen.left + 210, y + 16)


def wide(pen: Pen, y: float) -> float:
    """Labels at the left margin, amounts at the right one."""
    return print_rows(pen, total_rows(pen), pen.left, pen.right - 4, y + 16)


def table(pen: Pen, y: float) -> float:
    """As further rows of the table, labels under the names."""
    return print_rows(pen, total_rows(pen), pen.left + 0.35 * (pen.right - pen.left), pen.right - 3, y + pen.leading)


def bar(pen: Pen, y: float) -> float:
    """Cells side by side, label above amount."""
    rows = total_rows(pen)
    cell = (pen.right - pen.left) / len(rows)
    y += 18
    for index, row in enumerate(rows):
        x = pen.left + index * cell
        pen.text(x + 2, y, row.label, size=pen.size - 0.5, room=cell - 5, bold=pen.look.shade)
        put(pen, row, x + 2, y + pen.leading * 1.2, align="left", room=cell - 6)
    return y + pen.leading * 2.4


def columned(pen: Pen, y: float) -> float:
    """The currency in a column of its own between label and amount."""
    y += 16
    for row in total_rows(pen):
        amount = row.text
        for sign in (pen.speech.currency, "€", "$", "£", "zł", "RM"):
            amount = amount.replace(sign, "").strip()
        x = pen.right - 4
        pen.text(pen.right - 220, y, row.label, bold=row.bold, room=120)
        pen.text(pen.right - 95, y, pen.speech.currency)
        put(pen, row._replace(text=amount), x, y)
        y += pen.leading * 1.15
    return y


def big(pen: Pen, y: float) -> float:
    """Small sums, then the last one large."""
    rows = total_rows(pen)
    y = print_rows(pen, rows[:-1], pen.right - 200, pen.right - 4, y + 16) + 10
    row = rows[-1]
    pen.paper.fill(Box(pen.right - 220, y - 14, pen.right, y + 6), "#e8e8e8")
    pen.text(pen.right - 214, y, row.label, size=pen.size + 2, bold=True, room=90)
    pen.text(pen.right - 4, y, row.text, term=row.term, size=pen.size + 4, bold=True, align="right", room=110)
    if row.twin:
        pen.paper.also(row.twin)
    return y + 16


def sentence(pen: Pen, y: float) -> float:
    """Few rows; the sentence below says the rest."""
    return print_rows(pen, total_rows(pen), pen.right - 230, pen.right - 2, y + 14, near=pen.speech.seed % 2 == 0)


def print_recap(pen: Pen, x0: float, x1: float, y: float) -> float:
    """Rate, base, tax and gross of every rate."""
    if pen.habit_share("recap title", 0.4):
        y += pen.leading
        pen.text(x0, y, pen.speech.cased(pen.speech.pick("labels", "recap_title")), bold=True, room=x1 - x0)
    keys = ["recap_rate", "recap_base", "recap_tax", "recap_gross"][: 3 + pen.speech.seed % 2]
    if pen.speech.seed % 5 == 1:
        keys[0], keys[1] = keys[1], keys[0]
    cell = (x1 - x0) / len(keys)
    y += pen.leading * 1.2
    for index, key in enumerate(keys):
        pen.text(
            x0 + (index + 1) * cell - 4, y, pen.label(key), size=pen.size - 0.5, bold=True, align="right", room=cell - 6
        )
    for number, row in enumerate(pen.deal.invoice.vat_breakdown, start=1):
        y += pen.leading
        base, tax = row.taxable or ZERO, row.tax or ZERO
        shown = {
            "recap_rate": (rate_text(pen, row.rate or ZERO), "rate"),
            "recap_base": (pen.amount(base, money=False), "taxable"),
            "recap_tax": (pen.amount(tax, money=False), "tax"),
            "recap_gross": (pen.amount(base + tax, money=False), ""),
        }
        for index, key in enumerate(keys):
            text, name = shown[key]
            term = f"vat_breakdown.{number}.{name}" if name else ""
            pen.text(x0 + (index + 1) * cell - 4, y, text, term=term, align="right", room=cell - 6)
    return y + pen.leading


def recap_left(pen: Pen, y: float) -> float:
    """The recapitulation on the left, the sums beside it."""
    middle = (pen.left + pen.right) / 2
    below = print_recap(pen, pen.left, middle - 16, y + 4)
    return max(below, print_rows(pen, total_rows(pen), middle + 10, pen.right - 4, y + 16))


def recap_above(pen: Pen, y: float) -> float:
    """The recapitulation first."""
    return right(pen, print_recap(pen, pen.left, pen.left + 300, y + 4))


def recap_below(pen: Pen, y: float) -> float:
    """The recapitulation last."""
    return print_recap(pen, pen.left, pen.left + 280, right(pen, y))


TOTALS: dict[str, Callable[[Pen, float], float]] = {
    "right": right,
    "far": far,
    "boxed": boxed,
    "left": left,
    "wide": wide,
    "bar": bar,
    "table": table,
    "columned": columned,
    "big": big,
    "sentence": sentence,
    "recap_left": recap_left,
    "recap_above": recap_above,
    "recap_below": recap_below,
}
