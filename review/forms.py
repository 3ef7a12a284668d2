"""The document form: what was typed, read into typed values, and what could not be read.

Inputs are named after their term: `field.net_total`, `lines.0.quantity`, `vat.1.tax`. What still stands as it was shown
keeps its exact value; only what was touched is parsed, in the language in which the form was shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

from models.document import Box
from models.extraction import DocumentType, Extraction
from models.invoice import LINE_TERMS, TERMS, Frozen, Invoice, InvoiceLine, Term, VatBreakdown
from models.store.edits import VAT_TERMS, Edit, Source, Value
from review.language import DEFAULT, TONGUES, Tongue
from review.readings import ENGINES, PICKED
from review.values import InputError, parse_value

LINE_COLUMNS = ("item_name", "quantity", "unit_code", "unit_price", "vat_rate", "net_amount", "order_line")
VAT_COLUMNS = ("rate", "taxable", "tax")
MOST_ROWS = 2000
_EDGE = r"(\d{1,5}(?:\.\d{1,4})?)"
_PLACE = re.compile(rf"(\d{{1,4}}) {_EDGE} {_EDGE} {_EDGE} {_EDGE}", re.ASCII)  # page, box in points
Row = TypeVar("Row", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that came in: the edit, and for each input that could not be read the key of its message."""

    edit: Edit
    errors: dict[str, str]
    inputs: dict[str, str]
    version: int
    revision: int
    opened_at: datetime


def read_form(form: Mapping[str, Any], base: Extraction | None, at: datetime) -> Typed:
    """Read the form over the revision that it was shown with. Wrong inputs keep the value that stood there."""
    parts = ("field.", "lines.", "vat.", "ok.", "by.", "at.")
    inputs = {name: str(value).replace("\r\n", "\n") for name, value in form.items() if name.startswith(parts)}
    reader = _Reader(inputs, TONGUES.get(str(form.get("shown_in", "")), TONGUES[DEFAULT]))
    invoice = base.invoice if base else Invoice()
    values = {name: reader.value(f"field.{name}", term, getattr(invoice, name)) for name, term in TERMS.items()}
    lines, origins, numbers = _read_rows(reader, "lines", LINE_COLUMNS, LINE_TERMS, invoice.lines, InvoiceLine)
    rows, _, _ = _read_rows(reader, "vat", VAT_COLUMNS, VAT_TERMS, invoice.vat_breakdown, VatBreakdown)
    terms = {f"field.{name}": name for name in TERMS} | {name: name for name in TERMS}
    terms |= {f"lines.{number}.{cell}": f"lines[{index}].{cell}"
              for index, number in enumerate(numbers) for cell in LINE_COLUMNS}  # fmt: skip
    edit = Edit(
        invoice=Invoice(**values, lines=lines, vat_breakdown=rows),
        confirmed=frozenset(terms[name[3:]] for name in inputs if name.startswith("ok.") and name[3:] in terms),
        line_origins=origins,
        document_type=_one_of(get_args(DocumentType), form.get("document_type")),
        sources=read_sources(inputs, terms),
    )
    return Typed(edit, reader.errors, inputs, _whole(form.get("version")), _whole(form.get("revision")),
                 read_instant(str(form.get("opened_at", "")), at))  # fmt: skip


def form_inputs(extraction: Extraction | None, tongue: Tongue) -> dict[str, str]:
    """What the inputs show for a revision."""
    invoice = extraction.invoice if extraction else Invoice()
    shown = {f"field.{name}": tongue.form_value(getattr(invoice, name)) for name in TERMS}
    for index, line in enumerate(invoice.lines):
        shown |= {f"lines.{index}.{name}": tongue.form_value(getattr(line, name)) for name in LINE_COLUMNS}
        shown[f"lines.{index}.origin"] = str(index)
    for index, row in enumerate(invoice.vat_breakdown):
        shown |= {f"vat.{index}.{name}": tongue.form_value(getattr(row, name)) for name in VAT_COLUMNS}
        shown[f"vat.{index}.origin"] = str(index)
    return shown


def row_numbers(inputs: Mapping[str, str], part: str) -> list[int]:
    """The rows of a table in a form, in order."""
    found = {name.split(".")[1] for name in inputs if name.startswith(f"{part}.")}
    return sorted(int(number) for number in found if number.isdecimal() and len(number) <= 4)[:MOST_ROWS]


class _Reader:
    """Reads inputs one by one and collects what could not be read."""

    def __init__(self, inputs: Mapping[str, str], tongue: Tongue) -> None:
        self.inputs = inputs
        self.errors: dict[str, str] = {}
        self._tongue = tongue

    def value(self, name: str, term: Term, before: Value) -> Value:
        typed = self.inputs.get(name)
        if typed is None or typed.strip() == self._tongue.form_value(before).strip():
            return before
        try:
            return parse_value(term.kind, typed, self._tongue.code)
        except InputError as error:
            self.errors[name] = error.key
            return before


def _read_rows(
    reader: _Reader, part: str, columns: tuple[str, ...], terms: Mapping[str, Term], before: tuple[Row, ...],
    kind: type[Row],
) -> tuple[tuple[Row, ...], tuple[int | None, ...], list[int]]:  # fmt: skip
    """The rows of a table, where each came from, and its number in the form; without the table it stays as it was."""
    numbers = row_numbers(reader.inputs, part)
    if not numbers:
        return before, tuple(range(len(before))), []
    rows, origins, kept = [], [], []
    for number in numbers:
        if reader.inputs.get(f"{part}.{number}.drop"):
            continue
        origin = _whole(reader.inputs.get(f"{part}.{number}.origin"), missing=-1)
        start = before[origin] if 0 <= origin < len(before) else kind()
        new = {name: reader.value(f"{part}.{number}.{name}", terms[name], getattr(start, name)) for name in columns}
        row = start.model_copy(update=new)
        if any(getattr(row, name) is not None for name in terms):
            rows.append(row)
            origins.append(origin if 0 <= origin < len(before) else None)
            kept.append(number)
    return tuple(rows), tuple(origins), kept


def read_sources(inputs: Mapping[str, str], terms: Mapping[str, str]) -> dict[str, Source]:
    """Where values were taken from, by term: `by.<input>` names an engine, `at.<input>` a page and a box in points.

    >>> read_sources({"at.field.iban": "2 10 20 30 40"}, {"field.iban": "iban"})
    {'iban': Source(by='page', page=2, box=Box(x0=10.0, y0=20.0, x1=30.0, y1=40.0))}
    """
    found = {}
    for name, term in terms.items():
        by = inputs.get(f"by.{name}", "")
        page, box = read_place(inputs.get(f"at.{name}", ""))
        if by in ENGINES or box is not None:
            found[term] = Source(by if by in ENGINES else PICKED, page, box)
    return found


def read_place(text: str) -> tuple[int | None, Box | None]:
    """A place that a form carries; nothing where it is none.

    >>> read_place("1 0 0 nan 3"), read_place("1 5 5 1 1")
    ((None, None), (None, None))
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        return None, None
    x0, y0, x1, y1 = (float(edge) for edge in found.groups()[1:])
    return (int(found[1]), Box(x0, y0, x1, y1)) if int(found[1]) and x0 < x1 and y0 < y1 else (None, None)


def read_instant(text: str, latest: datetime) -> datetime:
    """A time that a form carries; a wrong one, or one to come, is the latest."""
    try:
        return min(datetime.fromisoformat(text).astimezone(UTC), latest)
    except (ValueError, OverflowError):
        return latest


def _whole(text: object, *, missing: int = 0) -> int:
    given = str(text or "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else missing


def _one_of(allowed: tuple[str, ...], given: object) -> str | None:
    return str(given) if given in allowed else None
