"""The references of a document in sixteen manners: number, dates, order, and the decoys that stand among them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from models.document import Box
from sample_invoices.generator.training.pen import ORDER, Pen

Row = tuple[str, str, str]  # label, value, term ("" for a decoy)
NUMBERED_KINDS = {"invoice", "credit_note", "pro_forma", "reminder"}


def reference_rows(pen: Pen) -> list[Row]:
    """Every reference that this document shows, decoys among them, in the family's order."""
    terms = [term for term in ORDER if term not in pen.done and pen.value(term)]
    if pen.deal.kind not in NUMBERED_KINDS:
        terms = [term for term in terms if term not in {"invoice_number", "due_date"}]
    for term in ("currency", "buyer_vat_id", "delivery_date"):
        if term in terms and term not in pen.family.shows:
            terms.remove(term)
    rows: list[Row] = [(pen.label(term), pen.value(term), term) for term in terms]
    rows += [(pen.label(key), pen.deal.decoys[key], "") for key in decoy_keys(pen)]
    if pen.family.scene == "hotel":
        rows += [(pen.label(key), pen.deal.decoys[key], "") for key in ("arrival", "departure")]
    if pen.habit_share("due in meta", 0.12) and pen.deal.kind == "invoice":
        rows.append((pen.label("payable_total"), pen.value("payable_total"), "payable_total"))
    head, tail = rows[:2], rows[2:]
    order = Random(pen.speech.seed)
    order.shuffle(tail)
    if order.random() < 0.3:
        order.shuffle(head)
        tail, head = head + tail, []
        order.shuffle(tail)
    return [row for row in head + tail if row[1]]


def decoy_keys(pen: Pen) -> list[str]:
    """Labels of this family that name no field."""
    keys = ["customer_number"] if "customer_number" in pen.family.shows else []
    return keys + list(pen.family.decoys)


def note(pen: Pen, row: Row) -> None:
    """Remember what the row showed where its amount is more than one term."""
    if row[2] == "payable_total" and pen.deal.invoice.payable_total == pen.deal.invoice.gross_total:
        pen.paper.also("gross_total")


def stacked(pen: Pen, y: float, x0: float, x1: float, middle: float, align: str) -> float:
    """Labels on the left, values from `middle` on or flush right."""
    y += pen.leading
    colon = pen.speech.colon if align != "right" else ""
    for row in reference_rows(pen):
        label, value, term = row
        wide = pen.text(x0, y, f"{label}{colon}", bold=pen.look.shade, room=middle - x0 - 4)
        if align == "right":
            pen.text(x1, y, value, term=term, align="right", room=x1 - x0 - wide - 8, bold=pen.look.values_bold)
        else:
            pen.text(middle, y, value, term=term, room=x1 - middle, bold=pen.look.values_bold)
        note(pen, row)
        y += pen.leading * (1.15 if pen.speech.seed % 2 else 1.0)
    return y


def aligned(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Two columns, values flush left."""
    return stacked(pen, y, x0, x1, x0 + min(0.5 * (x1 - x0), 150), "left")


def spread(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Labels flush left, values flush right."""
    return stacked(pen, y, x0, min(x1, x0 + 260), x0 + 0.55 * (min(x1, x0 + 260) - x0), "right")


def right(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Labels flush right against the values."""
    y, middle = y + pen.leading, x0 + 0.55 * (x1 - x0)
    for row in reference_rows(pen):
        label, value, term = row
        pen.text(middle - 4, y, f"{label}{pen.speech.colon}", align="right", bold=pen.look.shade, room=middle - x0 - 4)
        pen.text(middle + 4, y, value, term=term, room=x1 - middle - 4)
        note(pen, row)
        y += pen.leading
    return y


def inline(pen: Pen, y: float, x0: float, x1: float) -> float:
    """One "label: value" a row."""
    y += pen.leading
    for row in reference_rows(pen):
        pen.pair(x0, y, *row, room=x1 - x0 - 4)
        note(pen, row)
        y += pen.leading
    return y


def above(pen: Pen, y: float, x0: float, x1: float) -> float:
    """The label above its value, in one or two columns."""
    rows = reference_rows(pen)
    columns = 2 if x1 - x0 > 200 and pen.speech.seed % 2 else 1
    wide, y = (x1 - x0) / columns, y + pen.leading
    for index, row in enumerate(rows):
        x, top = x0 + index % columns * wide, y + index // columns * pen.leading * 2.5
        pen.text(x, top, row[0], size=pen.size - 1, room=wide - 6, bold=pen.look.shade)
        pen.text(x, top + pen.leading, row[1], term=row[2], room=wide - 6)
        note(pen, row)
    return y + (len(rows) + columns - 1) // columns * pen.leading * 2.5


def cells(pen: Pen, y: float, x0: float, x1: float, *, ruled: bool) -> float:
    """Rows of cells, label above value, as many in a row as there is room for."""
    rows = reference_rows(pen)
    most = max(1, int((x1 - x0) / 92))
    per_row = min(most, 3 + pen.speech.seed % 4, max(1, len(rows)))
    wide, high = (x1 - x0) / per_row, pen.leading * 2.3 + 4
    y += 6
    for index, row in enumerate(rows):
        x, top = x0 + index % per_row * wide, y + index // per_row * high
        if ruled:
            pen.paper.frame(Box(x, top, x + wide, top + high))
        pen.text(x + 3, top + pen.size + 1, row[0], size=pen.size - 1, room=wide - 7, bold=pen.look.shade)
        pen.text(x + 3, top + pen.size + 2 + pen.leading, row[1], term=row[2], room=wide - 7)
        note(pen, row)
    return y + ((len(rows) - 1) // per_row + 1) * high + 4


def grid(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Labels as a header row, values below, no rules."""
    return cells(pen, y, x0, x1, ruled=False)


def boxes(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Ruled cells."""
    return cells(pen, y, x0, x1, ruled=True)


def running(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Several "label: value" in a row, parted by room or a stroke."""
    x, y = x0, y + pen.leading
    joint = ("   ", " | ", "  -  ", "    ")[pen.speech.seed % 4]
    for row in reference_rows(pen):
        wide = pen.paper.width_of(f"{row[0]}{pen.speech.colon} {row[1]}{joint}", pen.size, bold=pen.look.shade)
        if x > x0 and x + wide > x1:
            x, y = x0, y + pen.leading
        elif x > x0:
            x += pen.text(x, y, joint) or pen.size * 1.6
        x += pen.pair(x, y, *row, room=x1 - x) + pen.size * 0.4
        note(pen, row)
    return y + pen.leading


def sentence(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Number and date in one line of text, the other references below."""
    y += pen.leading * 1.3
    key = "credit_heading" if pen.deal.kind == "credit_note" else "heading"
    text = pen.speech.pick("sentences", key)
    if "invoice_number" in pen.done or pen.deal.kind not in NUMBERED_KINDS or not text:
        return inline(pen, y, x0, x1)
    size = min(pen.look.title_size, 14.0)
    values = {"{number}": "invoice_number", "{date}": "issue_date"}
    whole = text.replace("{number}", pen.value("invoice_number")).replace("{date}", pen.value("issue_date"))
    size = min(size, size * (x1 - x0) / max(1.0, pen.paper.width_of(whole, size, bold=True)))
    x = x0
    for part in text.replace("{number}", "\0{number}\0").replace("{date}", "\0{date}\0").split("\0"):
        term = values.get(part, "")
        shown = pen.value(term) if term else part
        pen.text(x, y, shown, term=term, size=size, bold=True)
        x += pen.paper.width_of(shown, size, bold=True)
    return inline(pen, y + 4, x0, x1)


def ruled(pen: Pen, y: float, x0: float, x1: float) -> float:
    """A table of two columns with rules."""
    x1 = min(x1, x0 + 280)
    middle, height = x0 + 0.5 * (x1 - x0), pen.leading + 4
    y += 4
    for row in reference_rows(pen):
        pen.paper.frame(Box(x0, y, x1, y + height))
        pen.paper.rule(middle, y, middle, y + height)
        pen.text(x0 + 3, y + pen.size + 2, row[0], room=middle - x0 - 6, bold=pen.look.shade)
        pen.text(middle + 3, y + pen.size + 2, row[1], term=row[2], room=x1 - middle - 6)
        note(pen, row)
        y += height
    return y + 4


def columns2(pen: Pen, y: float, x0: float, x1: float) -> float:
    """Two pairs a row, each aligned."""
    rows, half = reference_rows(pen), (x1 - x0) / 2
    y += pen.leading
    for index, row in enumerate(rows):
        x, top = x0 + index % 2 * half, y + index // 2 * pen.leading * 1.1
        pen.text(x, top, f"{row[0]}{pen.speech.colon}", room=half * 0.52 - 3, bold=pen.look.shade)
        pen.text(x + half * 0.52, top, row[1], term=row[2], room=half * 0.48 - 6)
        note(pen, row)
    return y + (len(rows) + 1) // 2 * pen.leading * 1.1


def mixed(pen: Pen, y: float, x0: float, x1: float) -> float:
    """The value first, its label small below it."""
    y += pen.leading
    for row in reference_rows(pen):
        pen.text(x0, y, row[1], term=row[2], room=x1 - x0, bold=True)
        note(pen, row)
        pen.text(x0, y + pen.size, row[0], size=pen.size - 2, room=x1 - x0)
        y += pen.leading * 2.2
    return y


METAS: dict[str, Callable[[Pen, float, float, float], float]] = {
    "inline": inline, "aligned": aligned, "spread": spread, "right": right, "above": above, "grid": grid,
    "boxes": boxes,
    "running": running, "sentence": sentence, "ruled": ruled, "columns2": columns2, "mixed": mixed,
}  # fmt: skip
