"""Exports: the output tables as files. One row of EXPORTERS a format.

>>> sorted(EXPORTERS)
['cii', 'csv', 'erpnext', 'facturx', 'fec', 'idoc', 'jsonl', 'odoo', 'parquet', 'quickbooks', 'sage100', 'sage50', \
'ubl', 'xero', 'xlsx']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flows.exports.batch_files import FILES, TARGETS
from flows.exports.excel import xlsx_chunks
from flows.exports.single import CONFORMING
from flows.exports.tables import csv_chunks, jsonl_chunks, parquet_chunks
from models.store.outputs import Row
from models.views import VIEWS, View

__all__ = ["EXPORTERS", "TABLES", "Exporter"]


class Exporter(NamedTuple):
    """A format: a whole table as chunks of bytes, one file an invoice, or what a ledger takes in."""

    suffix: str
    is_text: bool = False  # may go to a terminal or pipe
    table: Callable[..., Iterator[bytes]] | None = None  # (view, rows, *, french)
    is_single: bool = False  # one file an invoice: UBL, CII, Factur-X

    def chunks(self, view: View, rows: Iterable[Row], *, french: bool) -> Iterator[bytes]:
        """The table's bytes; ValueError for a format of invoices."""
        if self.table is None:
            raise ValueError("this format is one of invoices")
        return self.table(view, rows, french=french)


EXPORTERS: dict[str, Exporter] = {
    "csv": Exporter(".csv", is_text=True, table=csv_chunks),
    "jsonl": Exporter(".jsonl", is_text=True, table=jsonl_chunks),
    "parquet": Exporter(".parquet", table=parquet_chunks),
    "xlsx": Exporter(".xlsx", table=xlsx_chunks),
    **{form: Exporter(suffix, is_single=True) for form, suffix in CONFORMING.items()},
    **{target: Exporter("") for target in sorted(TARGETS - {FILES})},
}

_NAMES = {
    "invoices": "v1_invoice", "lines": "v1_invoice_line", "vat": "v1_vat_breakdown", "matches": "v1_match",
    "coding": "v1_coding", "changes": "v1_change", "exceptions": "v1_exception", "postings": "v1_posting",
    "posting-lines": "v1_posting_line", "payments": "v1_payment_instruction",
}  # fmt: skip
_VIEWS = {view.name: view for view in VIEWS}
TABLES: dict[str, View] = {name: _VIEWS[view] for name, view in _NAMES.items() if view in _VIEWS}
