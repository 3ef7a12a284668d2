"""The document form: what was typed, read into typed values, and what could not be read.

Inputs are named after their term: `field.net_total`, `lines.0.quantity`, `vat.1.tax`. What still stands as it was shown
keeps its exact value; only what was touched is parsed, in the language in which the form was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

from models.extraction import DocumentType, Extraction
from models.invoice import LINE_TERMS, TERMS, Frozen, Invoice, InvoiceLine, Term, VatBreakdown
from models.store.edits import VAT_TERMS, Edit, Value
from review.language import DEFAULT, TONGUES, Tongue
from review.values import InputError, parse_value

LINE_COLUMNS = ("item_name", "quantity", "unit_code", "unit_price", "vat_rate", "net_amount", "order_line")
VAT_COLUMNS = ("rate", "taxable", "tax")
MOST_ROWS = 2000
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
    parts = ("field.", "lines.", "vat.", "ok.")
    inputs = {name: str(value).replace("\r\n", "\n") for name, value in form.items() if name.startswith(parts)}
    reader = _Reader(inputs, TONGUES.get(str(form.get("shown_in", "")), TONGUES[DEFAULT]))
    invoice = base.invoice if base else Invoice()
    values = {name: reader.value(f"field.{name}", term, getattr(invoice, name)) for name, term in TERMS.items()}
    lines, origins = _read_rows(reader, "lines", LINE_COLUMNS, LINE_TERMS, invoice.lines, InvoiceLine)
    rows, _ = _read_rows(reader, "vat", VAT_COLUMNS, VAT_TERMS, invoice.vat_breakdown, VatBreakdown)
    edit = Edit(
        invoice=Invoice(**values, lines=lines, vat_breakdown=rows),
        confirmed=frozenset(name.removeprefix("ok.") for name in inputs if name.startswith("ok.")) & set(TERMS),
        line_origins=origins,
        document_type=_one_of(get_args(DocumentType), form.get("document_type")),
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
) -> tuple[tuple[Row, ...], tuple[int | None, ...]]:  # fmt: skip
    """The rows of a table and where each came from. A form without the table leaves it as it was."""
    numbers = row_numbers(reader.inputs, part)
    if not numbers:
        return before, tuple(range(len(before)))
    rows, origins = [], []
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
    return tuple(rows), tuple(origins)


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
