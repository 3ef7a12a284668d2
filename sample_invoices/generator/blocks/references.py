"""The document's title and its references: number, dates, order.

Each takes the pen, the y where it may start and the two x between which it stands; it returns the y below itself.
"""

from __future__ import annotations

from collections.abc import Callable

from models.document import Box
from sample_invoices.generator.pen import Pen, shown_terms

Row = tuple[str, str, str]  # label, value, term ("" for a decoy)


def reference_rows(pen: Pen) -> list[Row]:
    """Every reference that the page shows, and the customer number, which is none of the fields."""
    rows = [(pen.label(term), pen.value(term), term) for term in shown_terms(pen.facts)]
    if pen.facts.customer_number:
        rows.insert(min(2, len(rows)), (pen.label("customer_number"), pen.facts.customer_number, ""))
    return rows


def print_title(pen: Pen, x: float, y: float) -> float:
    """The word that says what this is."""
    pen.sheet.text(x, y + 16, pen.label("title"), size=16, bold=True, colour=pen.colour)
    return y + 34


def colon(pen: Pen, y: float, x0: float, _x1: float) -> float:
    """One "label: value" a row, the value right behind the colon."""
    y = print_title(pen, x0, y)
    mark = " : " if pen.wording.locale.language == "fr" else ": "
    for label, value, term in reference_rows(pen):
        wide = pen.sheet.text(x0, y, label + mark, size=pen.size, colour="#444444")
        pen.sheet.text(x0 + wide + 2, y, value, size=pen.size, term=term, bold=term == "invoice_number")
        y += pen.leading
    return y


def right(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Labels flush left, values flush right."""
    y = print_title(pen, x0, y)
    for label, value, term in reference_rows(pen):
        wide = pen.sheet.text(x0, y, label, size=pen.size, colour="#444444")
        size = pen.sheet.fitting(value, pen.size, x1 - x0 - wide - 6)
        pen.sheet.text(x1, y, value, size=size, align="right", term=term)
        y += pen.leading
    return y


def table(pen: Pen, y: float, x0: float, x1: float) -> float:
    """A ruled table of two columns."""
    y = print_title(pen, x0, y)
    height = pen.leading + 4
    middle = x0 + (x1 - x0) * 0.52
    for label, value, term in reference_rows(pen):
        pen.sheet.frame(Box(x0, y - height + 5, x1, y + 5), stroke="#999999")
        pen.sheet.rule(middle, y - height + 5, middle, y + 5, colour="#999999")
        for x, end, text, name in ((x0 + 4, middle, label, ""), (middle + 4, x1, value, term)):
            size = pen.sheet.fitting(text, pen.size, end - x - 3)
            pen.sheet.text(x, y, text, size=size, term=name)
        y += height
    return y


def grid(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Cells with the label above the value, at most four in a row."""
    y = print_title(pen, x0, y)
    rows = reference_rows(pen)
    per_row = 4 if len(rows) % 3 else 3
    wide, high = (x1 - x0) / per_row, 30.0
    for index, (label, value, term) in enumerate(rows):
        x, top = x0 + index % per_row * wide, y - 10 + index // per_row * high
        pen.sheet.frame(Box(x, top, x + wide, top + high), stroke="#888888")
        pen.sheet.text(x + 4, top + 10, label, size=pen.size - 2, colour="#555555")
        size = pen.sheet.fitting(value, pen.size, wide - 8)
        pen.sheet.text(x + 4, top + 23, value, size=size, term=term)
    return y - 10 + ((len(rows) - 1) // per_row + 1) * high + 12


def sentence(pen: Pen, y: float, x0: float, _x1: float) -> float:
    """Title, number and date in one running line, the other references below."""
    rows = reference_rows(pen)
    (_, number, _), (_, day, _) = rows[0], rows[1]
    joint = {"fr": " du ", "de": " vom ", "en": " dated "}[pen.wording.locale.language]
    x = x0 + pen.sheet.text(x0, y + 14, f"{pen.label('invoice_number')} ", size=13, bold=True)
    x += pen.sheet.text(x, y + 14, number, size=13, bold=True, term="invoice_number")
    x += pen.sheet.text(x, y + 14, joint, size=13)
    pen.sheet.text(x, y + 14, day, size=13, term="issue_date")
    y += 14 + pen.leading * 1.6
    for label, value, term in rows[2:]:
        wide = pen.sheet.text(x0, y, label + " ", size=pen.size)
        pen.sheet.text(x0 + wide + 2, y, value, size=pen.size, term=term)
        y += pen.leading
    return y


REFERENCES: dict[str, Callable[[Pen, float, float, float], float]] = {
    "colon": colon,
    "right": right,
    "table": table,
    "grid": grid,
    "sentence": sentence,
}
BESIDE = frozenset({"colon", "right", "table"})  # narrow enough to stand beside the address
