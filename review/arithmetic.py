"""The arithmetic panel: every sum of the form as it stands, and the smallest change that makes all of them agree.

Cells are shown under their names in the form (`lines.2.quantity`), which need not count like the invoice's lines:
rows that a person dropped or left empty are in the form only.

>>> row_map({"lines.0.drop": "1", "lines.0.quantity": "2", "lines.4.quantity": "3", "lines.5.quantity": ""}, "lines")
[4]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from models.extraction import Evidence, Extraction
from models.money import round_amount
from review.forms import row_numbers
from review.language import Tongue
from validators.balance import AMOUNTS, Cells, Equation, cells_of, equations_of
from validators.balance_search import Change, Doubts, Suggestion, suggest

MOST_ROWS = 60  # of lines that agree no more are listed; those that do not always are
_PARTS = {"lines": "lines", "vat_breakdown": "vat"}


@dataclass(frozen=True, slots=True)
class SumView:
    """One sum: its words, what follows, what is stated, the input to look at; `hint` is a discount in per cent."""

    what: str
    label: str
    computed: str
    stated: str
    agrees: bool
    cell: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One suggestion in words, and what it would fill: pairs of input name and value. A row to drop has no value."""

    words: tuple[str, ...]
    why: str
    fills: tuple[tuple[str, str], ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page shows of an invoice's arithmetic."""

    sums: tuple[SumView, ...]
    agreeing_lines: int
    proposals: tuple[Proposal, ...]
    is_right: bool


def view_panel(extraction: Extraction | None, inputs: Mapping[str, str], tongue: Tongue) -> Panel | None:
    """The panel of a form; None where there is nothing to add up."""
    if extraction is None:
        return None
    invoice = extraction.invoice
    cells, rows = cells_of(invoice), {part: row_map(inputs, part) for part in ("lines", "vat")}
    is_xml = extraction.source == "xml"
    known = [one for one in equations_of(invoice, exact=is_xml) if one.is_known(cells) and not _is_bare(one, cells)]
    if not known:
        return None
    views = [_view(one, cells, rows, tongue) for one in known]
    found = suggest(invoice, doubts_of(extraction), exact=is_xml)
    shown = tuple(view for view in views if view.what != "line" or not view.agrees)
    proposals = tuple(_proposal(one, rows, tongue) for one in found)
    agreeing = sum(view.what == "line" and view.agrees for view in views)
    return Panel(shown, agreeing, proposals, all(view.agrees for view in views))


def row_map(inputs: Mapping[str, str], part: str) -> list[int]:
    """The form's row number of each row that counts, in order."""
    filled = {name.split(".")[1] for name, value in inputs.items()
              if name.startswith(f"{part}.") and value.strip() and not name.endswith(".drop")}  # fmt: skip
    return [row for row in row_numbers(inputs, part)
            if not inputs.get(f"{part}.{row}.drop") and str(row) in filled]  # fmt: skip


def doubts_of(extraction: Extraction) -> Doubts:
    """What the reader said of each cell: a line's confidence goes for all of its cells."""
    sure = {name: seen.confidence for name, seen in extraction.evidence.items() if name in AMOUNTS}
    for at, seen in enumerate(extraction.line_evidence):
        sure |= {f"lines[{at}].{name}": seen.confidence for name in ("quantity", "unit_price", "net_amount")}
    others = {name: _numbers(one) for name, one in extraction.evidence.items() if name in AMOUNTS and one.alternatives}
    return Doubts(sure, others)


def _numbers(seen: Evidence) -> tuple[Decimal, ...]:
    found = []
    for other in seen.alternatives:
        try:
            found.append(Decimal(other.value))
        except InvalidOperation:
            continue
    return tuple(value for value in found if value.is_finite())


def _is_bare(one: Equation, cells: Cells) -> bool:
    """Whether a sum says no more than that a number is itself."""
    return one.what in {"net", "payable", "bases", "taxes", "lines", "base"} and cells.get(one.result) == one.computed(
        cells
    ) and sum(cells.get(name) is not None for name in one.cells) < 2  # fmt: skip


def _view(one: Equation, cells: Cells, rows: Mapping[str, Sequence[int]], tongue: Tongue) -> SumView:
    due, stated = one.due(cells), cells.get(one.result)
    rate = cells.get(f"vat_breakdown[{one.row}].rate")
    label = tongue.t(f"balance.{one.what}", row=(one.row or 0) + 1, rate=tongue.form_value(rate))
    return SumView(one.what, label, _amount(due, tongue), _amount(stated, tongue), one.agrees(cells),
                   input_name(one.result, rows), _discount(one, due, stated, tongue))  # fmt: skip


def _discount(one: Equation, due: Decimal | None, stated: Decimal | None, tongue: Tongue) -> str:
    """The per cent that a line's amount is below quantity times price, where they are round."""
    if one.what != "line" or not due or stated is None or not 0 < stated / due < 1:
        return ""
    off = round((1 - stated / due) * 100)
    return tongue.form_value(Decimal(off)) if 0 < off <= 60 and round_amount(due * (100 - off) / 100) == stated else ""


def _proposal(one: Suggestion, rows: Mapping[str, Sequence[int]], tongue: Tongue) -> Proposal:
    words = tuple(_words(change, tongue) for change in one.changes)
    why = tongue.t(f"balance.why.{one.reasons[0]}") if one.reasons else ""
    fills = tuple(_fill(change, rows, tongue) for change in one.changes)
    return Proposal(words, why, () if any(not name for name, _ in fills) else fills, not one.left)


def _words(change: Change, tongue: Tongue) -> str:
    part, _, name = change.cell.rpartition(".")
    row = change.cell.partition("[")[2].partition("]")[0]
    if change.new is None:
        return tongue.t("balance.drop_line", row=int(row) + 1, amount=_amount(change.old, tongue))
    if row == "+":
        return tongue.t("balance.add_line", amount=_amount(change.new, tongue))
    field = tongue.t(f"column.{name}" if tongue.has(f"column.{name}") else f"field.{name}")
    kind = "line" if part.startswith("lines") else "vat" if part else "total"
    return tongue.t(f"balance.{'fill' if change.old is None else 'instead'}.{kind}", field=field, row=int(row or 0) + 1,
                    new=tongue.form_value(change.new), old=tongue.form_value(change.old))  # fmt: skip


def _fill(change: Change, rows: Mapping[str, Sequence[int]], tongue: Tongue) -> tuple[str, str]:
    if change.new is None:
        return input_name(f"{change.cell}.drop", rows), "1"
    return input_name(change.cell, rows), tongue.form_value(change.new)


def input_name(cell: str, rows: Mapping[str, Sequence[int]]) -> str:
    """The form's name of a cell; empty where the form has no such input."""
    if "[" not in cell:
        return f"field.{cell}"
    part, _, rest = cell.partition("[")
    number, _, name = rest.partition("].")
    if number == "+":
        return f"{part}.+.{name}"
    numbers = rows.get(_PARTS[part], ())
    known = int(number) < len(numbers) and name != "price_base_quantity"
    return f"{_PARTS[part]}.{numbers[int(number)]}.{name}" if known else ""


def _amount(value: Decimal | None, tongue: Tongue) -> str:
    return tongue.number(value, 4) if value is None or value != round(value, 2) else tongue.amount(value, None)
