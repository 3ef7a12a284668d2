"""Output tables as bytes: CSV (RFC 4180), JSON Lines, Parquet. The same rows always give the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from flows.exports.cells import csv_cell, json_cell
from models.store.outputs import Row
from models.views import ColumnKind, View

_BOM = b"\xef\xbb\xbf"  # without it French Excel reads UTF-8 as Windows-1252


def csv_chunks(view: View, rows: Iterable[Row], *, french: bool) -> Iterator[bytes]:
    """A heading and one line a row, UTF-8, CRLF; French: `;`, decimal comma and a byte order mark."""
    if french:
        yield _BOM
    yield _csv_line([column.name for column in view.columns], french=french)
    for row in rows:
        yield _csv_line([csv_cell(value, comma=french) for value in row], french=french)


def _csv_line(cells: list[str], *, french: bool) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";" if french else ",", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


def jsonl_chunks(view: View, rows: Iterable[Row], *, french: bool) -> Iterator[bytes]:  # noqa: ARG001 - one signature
    """One object a line; a value that is not there is absent."""
    names = [column.name for column in view.columns]
    for row in rows:
        shown = {name: json_cell(value) for name, value in zip(names, row, strict=True) if value is not None}
        yield (json.dumps(shown, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")


def parquet_chunks(view: View, rows: Iterable[Row], *, french: bool) -> Iterator[bytes]:  # noqa: ARG001
    """One Parquet file: amounts and numbers decimal128, times in microseconds UTC; comments in the schema."""
    import pyarrow as pa
    from pyarrow import parquet

    kinds = _arrow_types()
    schema = pa.schema(
        [pa.field(column.name, kinds[column.kind], metadata={"comment": column.comment}) for column in view.columns]
    )
    columns = [*zip(*rows, strict=True)] or [() for _ in view.columns]
    table = pa.table([pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)],
                     schema=schema)  # fmt: skip
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    yield sink.getvalue()


@cache
def _arrow_types() -> dict[ColumnKind, Any]:
    import pyarrow as pa

    exact = pa.decimal128(24, 6)  # as PostgreSQL has it, see models.columns.Amount
    return {
        "text": pa.string(),
        "date": pa.date32(),
        "amount": exact,
        "number": exact,
        "instant": pa.timestamp("us", tz="UTC"),
        "integer": pa.int64(),
        "share": pa.float64(),
    }
