"""Excel: one workbook of typed sheets with frozen headings, the same bytes for the same rows.

Dates and numbers are dates and numbers; times are UTC. Texts are guarded and never formulas, and lose the control
characters that XML cannot hold. Excel keeps 15 digits of a number: Parquet and CSV have them all.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from flows.exports.cells import json_cell
from models.cells import guarded
from models.store.outputs import Row
from models.views import View

_NO_CELL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that a zip can say
LONGEST_CELL, MOST_ROWS = 32_767, 1_048_575
_FIRST_DAY = date(1900, 3, 1)  # Excel believes in a 29 February 1900
_WIDTHS = {"date": 12, "instant": 20, "amount": 14, "number": 12, "integer": 10, "share": 10}


class Sheet(NamedTuple):
    """One sheet: its name, the columns, the rows."""

    title: str
    headings: Sequence[str]
    kinds: Sequence[str]
    rows: Iterable[Row]


def sheet_of(title: str, view: View, rows: Iterable[Row]) -> Sheet:
    """A sheet of an output table."""
    return Sheet(title, [each.name for each in view.columns], [each.kind for each in view.columns], rows)


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """The workbook.

    Raises:
        ValueError: A sheet has more rows than Excel can hold.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "Facturier"
    for sheet in sheets:
        _fill(book, sheet)
    sink = io.BytesIO()
    book.save(sink)
    return _timeless(sink.getvalue())


def _fill(book: Any, sheet: Sheet) -> None:  # noqa: ANN401 - openpyxl has no types
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for at, kind in enumerate(sheet.kinds, 1):
        page.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(kind, 24)
    bold = Font(bold=True)

    def cell(value: Any, kind: str = "", *, is_bold: bool = False) -> Any:  # noqa: ANN401
        made = WriteOnlyCell(page, value=value)
        if isinstance(value, str):
            made.data_type = "s"  # never a formula, whatever the text begins with
        if isinstance(value, datetime):
            made.number_format = "yyyy-mm-dd hh:mm:ss"
        elif isinstance(value, date):
            made.number_format = "yyyy-mm-dd"
        elif kind == "amount":
            made.number_format = "#,##0.00##"  # Excel shows it with the separators of whoever reads
        if is_bold:
            made.font = bold
        return made

    page.append([cell(name, is_bold=True) for name in sheet.headings])
    for number, row in enumerate(sheet.rows, 1):
        if number > MOST_ROWS:
            raise ValueError(f"a sheet holds {MOST_ROWS} rows; take csv or parquet, or begin --after a later change")
        page.append([cell(_value(each), kind) for each, kind in zip(row, sheet.kinds, strict=True)])


def _value(value: Any) -> Any:  # noqa: ANN401 - any cell
    if isinstance(value, str):
        return guarded(_NO_CELL.sub("", value))[:LONGEST_CELL]
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date) and value < _FIRST_DAY:
        return json_cell(value)
    return value if value is None or isinstance(value, Decimal | int | float | date) else guarded(str(value))


def _timeless(content: bytes) -> bytes:
    """The same zip without the time at which it was made."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as found, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name in found.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            data = found.read(name)
            if name == "docProps/core.xml":
                data = _TIMES.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
            made.writestr(info, data)
    return sink.getvalue()


def xlsx_chunks(view: View, rows: Iterable[Row], *, french: bool) -> Iterator[bytes]:  # noqa: ARG001 - one signature
    """One table as a workbook."""
    yield write_workbook((sheet_of(view.name.removeprefix("v1_"), view, rows),))
