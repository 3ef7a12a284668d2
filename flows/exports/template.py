"""Column templates: what Sage, Odoo and the like want to read, as data in `templates/*.toml`.

A template names its rows (`entries` or `bills`), its notation, and for each column the value, whether it must be there,
and how long it may be. A bill that breaks a column's rule is left out whole, with the reason. Texts are guarded against
formulas everywhere.

>>> sorted(templates())
['erpnext', 'fec', 'odoo', 'quickbooks', 'sage100', 'sage50', 'xero']
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field

from flows.exports.booking import Booking, UnmappedError
from flows.exports.rows import NAMES, Bill, Value, bill_of
from models.cells import guarded
from models.invoice import Frozen
from models.settings_output import OutputSettings


class Column(Frozen):
    """One column: its heading, what stands in it, and what must be true of it."""

    title: str
    value: str = ""  # a name of flows.exports.rows; empty: always `constant`
    constant: str = ""
    words: dict[str, str] = Field(default_factory=dict)  # the value -> what is written instead
    first_only: bool = False  # blank but on a bill's first row
    required: bool = False
    longest: int = 0  # characters; 0: any
    cut: bool = False  # what is longer is cut; otherwise the bill is left out
    places: int | None = None  # decimals


class Template(Frozen):
    """One kind of file."""

    title: str
    rows: Literal["entries", "bills"]
    file: str  # {part}: a number where there are several; {siren} {day}
    columns: tuple[Column, ...]
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    day: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    heading: bool = True
    before: tuple[str, ...] = ()  # lines above the heading
    quoted: bool = True  # False: no quotes, so line breaks, delimiters and quotes in texts become blanks
    bills_a_file: int = 0  # 0: all in one
    refunds: Literal["minus", "positive", "refused"] = "minus"  # how a refund's amounts stand
    unique: str = ""  # a value that no two bills may share, cut as its column says


@cache
def templates() -> dict[str, Template]:
    """Every template by its name; a column that asks for an unknown value is an error."""
    found = {}
    for entry in files("flows.exports").joinpath("templates").iterdir():
        if entry.name.endswith(".toml"):
            template = Template.model_validate(tomllib.loads(entry.read_text("utf-8")))
            unknown = {each.value for each in template.columns if each.value} - NAMES[template.rows]
            if unknown:
                raise ValueError(f"{entry.name}: no such value: {', '.join(sorted(unknown))}")
            found[entry.name.removesuffix(".toml")] = template
    return found


def check_booking(template: Template, booking: Booking, settings: OutputSettings) -> Bill:
    """The rows of a booking as this template takes them.

    Raises:
        UnmappedError: It cannot be written, with what to do about it.
    """
    bill = bill_of(template.rows, booking, settings)
    if template.refunds == "refused" and bill.rows[0].get("is_return"):
        raise UnmappedError("credit_note", f"{template.title} takes no credit note by this file; enter it there.")
    for row in bill.rows:
        for column in template.columns:
            _check_cell(column, cell_text(template, column, row), row.get("vat_rate"))
    return bill


def _check_cell(column: Column, text: str, rate: Value) -> None:
    if column.required and not text:
        hint = _HINTS.get(column.value, "correct the invoice and publish it again")
        if column.value == "tax_code":
            hint = f"name the code of {rate:f} % in output.tax_codes" if isinstance(rate, Decimal) else _NO_RATE
        raise UnmappedError(f"no_{column.value}", f"{column.title} is empty: {hint}.")
    if column.longest and len(text) > column.longest and not column.cut:
        raise UnmappedError("too_long", f"{column.title} holds {column.longest} characters at most: {text[:60]}")


_NO_RATE = "the line has no VAT rate; confirm its posting with a tax code, or correct the invoice"
_HINTS = {
    "account": "confirm the posting of the line, or set output.expense_account",
    "seller_id": "the supplier is not in the master data; import it",
    "seller_name": "the supplier has no name; correct the invoice",
}


def write_template(template: Template, bills: Sequence[Bill], *, siren: str, day: date) -> Iterator[tuple[str, bytes]]:
    """The files: names and contents. Entries are numbered from 1 without a gap."""
    size = template.bills_a_file or max(len(bills), 1)
    parts = [bills[at : at + size] for at in range(0, max(len(bills), 1), size)]
    number = 0
    for at, part in enumerate(parts, 1):
        numbered = [bill.numbered(number + place) for place, bill in enumerate(part, 1)]
        number += len(part)
        mark = f"-{at:03d}" if len(parts) > 1 else ""
        name = template.file.format(part=mark, siren=siren, day=day.strftime("%Y%m%d"))
        yield name, b"".join(_lines(template, numbered))


def _lines(template: Template, bills: Iterable[Bill]) -> Iterator[bytes]:
    for line in template.before:
        yield _encoded(template, line + "\r\n")
    if template.heading:
        yield _line(template, [column.title for column in template.columns])
    for bill in bills:
        for at, row in enumerate(bill.rows):
            yield _line(template, [
                "" if column.first_only and at else cell_text(template, column, row) for column in template.columns
            ])  # fmt: skip


def _line(template: Template, cells: list[str]) -> bytes:
    if not template.quoted:
        return _encoded(template, template.delimiter.join(cells) + "\r\n")
    text = io.StringIO()
    csv.writer(text, delimiter=template.delimiter, lineterminator="\r\n").writerow(cells)
    return _encoded(template, text.getvalue())


def _encoded(template: Template, text: str) -> bytes:
    return text.encode(template.encoding, "replace")


def cell_text(template: Template, column: Column, row: dict[str, Any] | Any) -> str:  # noqa: ANN401 - a mapping of values
    """One cell as it is written."""
    value: Value = row[column.value] if column.value else column.constant
    if isinstance(value, Decimal):
        return _number(template, column, value, is_refund=bool(row.get("is_return")))
    if isinstance(value, date):
        return value.strftime(template.day).zfill(8)
    if value is None:
        return ""
    text = column.words.get(str(value), str(value))
    if isinstance(value, int):
        return text
    plain = text if template.quoted else " ".join(text.replace(template.delimiter, " ").replace('"', " ").split())
    safe = guarded(plain)
    return safe[: column.longest] if column.cut and column.longest else safe


def _number(template: Template, column: Column, value: Decimal, *, is_refund: bool) -> str:
    number = -value if is_refund and template.refunds == "positive" and column.value != "unit_price" else value
    shown = format(number if column.places is None else round(number, column.places), "f")
    return shown.replace(".", template.decimal)
