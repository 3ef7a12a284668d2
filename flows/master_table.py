r"""A CSV file of master data as rows of checked values: each row is either taken or listed with its line and reason.

UTF-8 with or without BOM; `,` or `;`, whichever makes more of the header's names ours; order of columns free.

>>> kind = TableKind({"code": Column(read_key, needed=True), "price": Column(read_number, numeric=True)}, ("code",))
>>> table = read_table("Code;price;shelf\nA1;2,50;top\n;3;\n".encode(), kind)
>>> table.rows[0].values, table.rows[0].extra, table.bad
({'code': 'A1', 'price': Decimal('2.50')}, {'shelf': 'top'}, [RowProblem(line=3, reason='code is empty')])
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flows.master_cells import (
    CellError,
    DecimalMark,
    decimal_mark,
    read_key,
    read_number,
    read_text,
)
from models.errors import FacturierError
from models.store.loading import MasterRow

__all__ = ["Column", "MasterFileError", "RowProblem", "Table", "TableKind", "read_key", "read_number", "read_table"]

MOST_COLUMNS = 200
LONGEST_CELL = 100_000  # characters; a quote that is never closed swallows the lines after it only so far

_SEPARATORS = (",", ";")
_USUAL_MARK: dict[str, tuple[DecimalMark, str]] = {
    ",": (".", ","),
    ";": (",", "."),
}  # and the mark that would cast doubt
_SEPARATOR_LINE = re.compile(r"sep=.\r?\n", re.IGNORECASE)  # what Excel writes and reads as a first line
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class MasterFileError(FacturierError):
    """A file cannot be taken as a whole."""

    code = "master_file"
    advice = "Save it as CSV UTF-8, with the names of the columns in its first line."


class RowProblem(NamedTuple):
    """What is wrong with a row: the line of the file where it begins (from 1), and why."""

    line: int
    reason: str


class Column(NamedTuple):
    """How a cell is read; `numeric` ones are also given the file's decimal mark; `needed` ones may not be empty."""

    read: Callable[..., Any]
    numeric: bool = False
    needed: bool = False


class TableKind(NamedTuple):
    """A kind of file: its columns and those that identify a row; none where a row may rightly stand there twice."""

    columns: Mapping[str, Column]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that can be taken, in order, and what is wrong with the others."""

    rows: list[MasterRow] = field(default_factory=list)
    bad: list[RowProblem] = field(default_factory=list)


class _Record(NamedTuple):
    line: int
    cells: list[str]


def read_table(content: bytes, kind: TableKind) -> Table:
    """Read a whole file.

    Raises:
        MasterFileError: It is not CSV in UTF-8, or its header lacks a column that is needed.
    """
    text, first_line = _text(content)
    header, separator = _header(text, kind)
    table = Table()
    records = list(_records(text, separator, first_line, len(header), table.bad))
    mark = _mark(records, header, kind, separator)
    seen: dict[tuple[Any, ...], int] = {}
    for record in records:
        try:
            row = _row(record, header, kind, mark)
        except CellError as error:
            table.bad.append(RowProblem(record.line, str(error)))
            continue
        key = tuple(row.values.get(name) for name in kind.key)  # a part of the key may have no column
        if key and key in seen:
            table.bad.append(RowProblem(record.line, f"repeats {', '.join(map(str, key))} of line {seen[key]}"))
            continue
        seen[key] = record.line
        table.rows.append(row)
    table.bad.sort()
    return table


def _text(content: bytes) -> tuple[str, int]:
    """The text without BOM, and the number of its first line; bytes that are no UTF-8 stay marked in their cell."""
    if content.startswith(_UTF_16):
        raise MasterFileError("the file is UTF-16")
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if found := _SEPARATOR_LINE.match(text):
        return text[found.end() :], 2
    return text, 1


def _header(text: str, kind: TableKind) -> tuple[list[str], str]:
    """The names of the columns, and the separator that makes most of them ours."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        readings = [(next(csv.reader(io.StringIO(text, newline=""), delimiter=each), []), each) for each in _SEPARATORS]
    except csv.Error as error:
        raise MasterFileError(f"the first line is no header: {error}") from error
    named = [([_named(cell, kind) for cell in cells], each) for cells, each in readings]
    names, separator = max(named, key=lambda each: len(set(each[0]) & set(kind.columns)))
    if missing := [name for name, column in kind.columns.items() if column.needed and name not in names]:
        raise MasterFileError(f"the first line does not name the column {', '.join(missing)}")
    if unfit := next((name for name in names if not name.isprintable()), None):
        raise MasterFileError(f"the first line names a column with characters that are no text: {unfit!a}")
    if len(names) != len(set(names)) or len(names) > MOST_COLUMNS:
        raise MasterFileError(f"the first line names a column twice, or more than {MOST_COLUMNS} columns")
    return names, separator


def _named(cell: str, kind: TableKind) -> str:
    """Our name of a column however it is spaced and capitalised; a column unknown to us keeps its own."""
    ours = "_".join(cell.split()).casefold()
    return ours if ours in kind.columns else cell.strip()


def _records(text: str, separator: str, first_line: int, width: int, bad: list[RowProblem]) -> Iterator[_Record]:
    """The records after the header that are as wide as it; the others are added to `bad`. Empty lines are no rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    next(reader)
    while True:
        line = first_line + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            bad.append(RowProblem(line, f"is no row of CSV: {error}"))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            bad.append(RowProblem(line, f"has {len(cells)} cells where the first line names {width} columns"))
            continue
        yield _Record(line, cells)


def _mark(records: Sequence[_Record], header: Sequence[str], kind: TableKind, separator: str) -> DecimalMark:
    """The file's decimal mark: what its cells show, else what goes with its separator where nothing speaks against."""
    places = [at for at, name in enumerate(header) if name in kind.columns and kind.columns[name].numeric]
    shown = decimal_mark(record.cells[at] for record in records for at in places)
    if shown != "?":
        return shown
    usual, doubt = _USUAL_MARK[separator]
    return "?" if any(doubt in record.cells[at] for record in records for at in places) else usual


def _row(record: _Record, header: Sequence[str], kind: TableKind, mark: DecimalMark) -> MasterRow:
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for name, cell in zip(header, record.cells, strict=True):
        column = kind.columns.get(name)
        try:
            if column is None:
                read_text(cell)
                extra[name] = cell.strip()
                continue
            values[name] = column.read(cell, mark) if column.numeric else column.read(cell)
        except CellError as error:
            raise CellError(f"{name} {error}") from error
        if column.needed and values[name] is None:
            raise CellError(f"{name} is empty")
    return MasterRow(record.line, values, extra)
