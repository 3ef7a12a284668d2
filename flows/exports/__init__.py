"""Exports: the output tables as files. One row of EXPORTERS a format.

>>> sorted(EXPORTERS)
['cii', 'csv', 'jsonl', 'parquet', 'ubl']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flows.exports.cii import write_cii
from flows.exports.tables import csv_chunks, jsonl_chunks, parquet_chunks
from flows.exports.ubl import write_ubl
from models.invoice import Invoice
from models.store.outputs import Row
from models.views import CHANGE, CODING, INVOICE, INVOICE_LINE, MATCH, View

__all__ = ["EXPORTERS", "TABLES", "Exporter"]


class Exporter(NamedTuple):
    """A format: either a whole table as chunks of bytes, or one file an invoice."""

    suffix: str
    is_text: bool  # may go to a terminal or pipe
    table: Callable[..., Iterator[bytes]] | None = None  # (view, rows, *, french)
    invoice: Callable[[Invoice, str], bytes] | None = None  # (invoice, document id)

    def chunks(self, view: View, rows: Iterable[Row], *, french: bool) -> Iterator[bytes]:
        """The table's bytes; ValueError for a format that has one file an invoice."""
        if self.table is None:
            raise ValueError("this format has one file an invoice")
        return self.table(view, rows, french=french)


EXPORTERS: dict[str, Exporter] = {
    "csv": Exporter(".csv", is_text=True, table=csv_chunks),
    "jsonl": Exporter(".jsonl", is_text=True, table=jsonl_chunks),
    "parquet": Exporter(".parquet", is_text=False, table=parquet_chunks),
    "ubl": Exporter(".ubl.xml", is_text=False, invoice=write_ubl),
    "cii": Exporter(".cii.xml", is_text=False, invoice=write_cii),
}

TABLES: dict[str, View] = {"invoices": INVOICE, "lines": INVOICE_LINE, "matches": MATCH, "coding": CODING,
                           "changes": CHANGE}  # fmt: skip
