"""Totals: flush right, boxed, beside a VAT recapitulation, or as a bar of cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from models.document import Box
from sample_invoices.generator.facts import ZERO
from sample_invoices.generator.pen import Pen
from sample_invoices.generator.sheet import Align


class Sum(NamedTuple):
    """One row of the totals."""

    label: str
    text: str
    term: str
    bold: bool = False


def total_rows(pen: Pen) -> list[Sum]:
    """Net, taxes, gross, and what comes before the net where there is a discount."""
    invoice = pen.facts.invoice
    rows = []
    if invoice.allowance_total is not None:
        rows.append(Sum(pen.label("sum_of_lines"), pen.value("sum_of_lines"), "sum_of_lines"))
        rows.append(Sum(pen.label("allowance_total"), f"-{pen.value('allowance_total')}", "allowance_total"))
    rows.append(Sum(pen.label("net_total"), pen.value("net_total"), "net_total"))
    rows.extend(tax_rows(pen))
    rows.append(Sum(pen.label("gross_total"), pen.value("gross_total"), "gross_total", bold=True))
    if pen.look.totals == "recap":
        rows.append(Sum(pen.label("payable_total"), pen.value("payable_total"), "payable_total", bold=True))
    return rows


def tax_rows(pen: Pen) -> list[Sum]:
    """One row a rate, or the sum of all, as the look wants it."""
    vat = pen.facts.invoice.vat_breakdown
    if pen.look.tax_rows == "total":
        return [Sum(pen.label("tax_total"), pen.value("tax_total"), "tax_total")]
    return [
        Sum(
            pen.wording.vat_label(row.rate or ZERO),
            pen.wording.amount(row.tax or ZERO, pen.facts.invoice.currency),
            "tax_total" if len(vat) == 1 else f"vat_breakdown.{index}.tax",
        )
        for index, row in enumerate(vat, start=1)
    ]


def print_sums(pen: Pen, rows: list[Sum], x0: float, y: float, x1: float) -> float:
    """Rows of label and amount between two x."""
    for row in rows:
        size = pen.size + (1 if row.bold else 0)
        room = x1 - x0 - pen.sheet.width_of(row.text, size, bold=row.bold) - 8
        fitting = pen.sheet.fitting(row.label, size, room, bold=row.bold)
        pen.sheet.text(x0, y, row.label, size=fitting, bold=row.bold)
        pen.sheet.text(x1, y, row.text, size=size, bold=row.bold, align="right", term=row.term)
        y += pen.leading * 1.15
    return y


def right(pen: Pen, y: float) -> float:
    """Flush right, a rule above the gross total."""
    rows = total_rows(pen)
    end = print_sums(pen, rows, pen.right - 210, y + 18, pen.right - 4)
    above = end - pen.leading * 1.15 - pen.size - 0.5
    pen.sheet.rule(pen.right - 210, above, pen.right, above, colour=pen.colour)
    return end + 6


def boxed(pen: Pen, y: float) -> float:
    """In a frame of their own."""
    end = print_sums(pen, total_rows(pen), pen.right - 216, y + 26, pen.right - 8)
    pen.sheet.frame(Box(pen.right - 226, y + 10, pen.right, end - 2), stroke=pen.colour, radius=5)
    return end + 10


def recap(pen: Pen, y: float) -> float:
    """The recapitulation of rates on the left, the sums on the right."""
    x, base, tax = pen.left, pen.left + 140, pen.left + 220
    titles = (("recap_rate", x + 4, 62.0), ("recap_base", base, 70.0), ("recap_tax", tax, 74.0))
    for key, edge, room in titles:
        title = pen.label(key)
        align: Align = "left" if key == "recap_rate" else "right"
        size = pen.sheet.fitting(title, pen.size - 1, room, bold=True)
        pen.sheet.text(edge, y + 18, title, size=size, bold=True, align=align)
    below = y + 18
    for index, row in enumerate(pen.facts.invoice.vat_breakdown, start=1):
        below += pen.leading
        name = f"vat_breakdown.{index}"
        rate = f"{pen.wording.rate(row.rate or ZERO)} %"
        pen.sheet.text(x + 4, below, rate, size=pen.size - 1, term=f"{name}.rate")
        for edge, number, term in ((base, row.taxable, "taxable"), (tax, row.tax, "tax")):
            text = pen.wording.number(number or ZERO)
            pen.sheet.text(edge, below, text, size=pen.size - 1, align="right", term=f"{name}.{term}")
    pen.sheet.frame(Box(x, y + 7, tax + 6, below + 6), stroke="#888888")
    return max(below + 16, print_sums(pen, total_rows(pen), pen.right - 196, y + 18, pen.right - 4) + 4)


def bar(pen: Pen, y: float) -> float:
    """One cell a sum across the page, the gross total filled."""
    rows = total_rows(pen)
    wide = (pen.right - pen.left) / len(rows)
    for index, row in enumerate(rows):
        x = pen.left + index * wide
        fill = pen.colour if row.bold else "#f3f3f3"
        ink = "#ffffff" if row.bold else "#111111"
        pen.sheet.frame(Box(x, y + 14, x + wide - 3, y + 50), fill=fill, stroke=None)
        pen.sheet.text(x + 6, y + 27, row.label, size=pen.size - 1, colour=ink)
        pen.sheet.text(
            x + wide - 9, y + 43, row.text, size=pen.size + 1, bold=True, align="right", colour=ink, term=row.term
        )
    return y + 64


TOTALS: dict[str, Callable[[Pen, float], float]] = {"right": right, "boxed": boxed, "recap": recap, "bar": bar}
