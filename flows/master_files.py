"""Master data of a client from CSV files that people bring: purchase orders, goods receipts, suppliers.

The file is the truth for the columns it has: rows are loaded or updated, an empty cell empties, columns that the file
lacks and rows that it does not name stay as they are. The same file again changes nothing.

Bank accounts: those that come with a new supplier count as verified (by "import") where `rules.trust_first_import`
says so. An account that is new to a supplier that was known before is a proposal: a second person verifies it, because
a changed account is how fraud begins. One that only an import vouched for and that the supplier's row no longer names
is dropped; accounts that a person verified stay. The audit gets a row of its own with both lists.

>>> [name for name, column in KINDS["goods-receipts"].table.columns.items() if column.needed]
['receipt_number', 'order_number', 'line_number', 'quantity_received']
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from flows.master_cells import (
    read_code,
    read_date,
    read_days,
    read_ibans,
    read_key,
    read_number,
    read_order_status,
    read_rate,
    read_text,
)
from flows.master_table import Column, MasterFileError, RowProblem, Table, TableKind, read_table
from flows.master_tolerances import TOLERANCE_COLUMNS, tolerance_conflicts
from models.durable import NotAFileError, open_regular
from models.store.coding_history import store_coding
from models.store.engine import Store
from models.store.imports import ORDER_COLUMNS, store_orders, store_receipts, store_suppliers
from models.store.loading import Counts, ImportedFile, MasterRow
from models.store.pilot import store_baseline
from models.store.tolerances import store_tolerances
from validators.identifiers import is_vat_id

FILE_BYTES = 100 * 2**20

_KEY, _NEEDED_KEY, _TEXT = Column(read_key), Column(read_key, needed=True), Column(read_text)
_NUMBER, _DATE = Column(read_number, numeric=True), Column(read_date)
_CURRENCY = Column(partial(read_code, kind="currency"))

_ORDERS: dict[str, Column] = {
    "order_number": _NEEDED_KEY, "order_date": _DATE, "status": Column(read_order_status), "currency": _CURRENCY,
    "buyer_name": _TEXT, "buyer_vat_id": _KEY, "seller_id": _KEY, "seller_name": _TEXT, "seller_vat_id": _KEY,
    "line_number": _NEEDED_KEY, "seller_item_id": _KEY, "buyer_item_id": _KEY, "item_name": _TEXT,
    "quantity": _NUMBER, "unit_code": _KEY, "unit_price": _NUMBER, "net_amount": _NUMBER,
    "vat_rate": Column(read_rate, numeric=True), "category": _TEXT, "quantity_received": _NUMBER,
    "quantity_invoiced": _NUMBER,
}  # fmt: skip
_RECEIPTS: dict[str, Column] = {
    "receipt_number": _NEEDED_KEY, "receipt_date": _DATE, "order_number": _NEEDED_KEY, "line_number": _NEEDED_KEY,
    "quantity_received": Column(read_number, numeric=True, needed=True), "quantity_rejected": _NUMBER,
}  # fmt: skip
_SUPPLIERS: dict[str, Column] = {
    "seller_id": _NEEDED_KEY, "name": Column(read_text, needed=True), "legal_id": _KEY, "vat_id": _KEY,
    "iban": Column(read_ibans), "country": Column(partial(read_code, kind="country")), "currency": _CURRENCY,
    "payment_terms_days": Column(read_days), "address": _TEXT, "status": _KEY,
}  # fmt: skip

_BASELINE: dict[str, Column] = {
    "file": _NEEDED_KEY, "seconds": Column(read_number, numeric=True, needed=True), "keyed_by": _KEY, "keyed_on": _DATE,
}  # fmt: skip
_CODING: dict[str, Column] = {
    "posted_date": Column(read_date, needed=True), "seller_id": _KEY, "seller_name": _TEXT, "seller_vat_id": _KEY,
    "item_name": _TEXT, "net_amount": _NUMBER, "vat_rate": Column(read_rate, numeric=True), "account": _NEEDED_KEY,
    "cost_centre": _KEY, "tax_code": _KEY, "share": Column(read_rate, numeric=True), "document_reference": _KEY,
}  # fmt: skip


class Kind(NamedTuple):
    """A kind of master data: its table, what only several rows together show, what is doubtful, and how it is kept."""

    table: TableKind
    conflicts: Callable[[Sequence[MasterRow]], Iterator[RowProblem]]
    doubts: Callable[[MasterRow], Iterator[RowProblem]]
    keep: Callable[[Store, str, Sequence[MasterRow], ImportedFile, str], Counts]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `rows` are all that were read, bad ones with them."""

    kind: str
    file: str
    sha256: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: tuple[RowProblem, ...] = ()
    warnings: tuple[RowProblem, ...] = ()
    notices: tuple[str, ...] = ()  # changed bank accounts of suppliers that were known
    taken: bool = True  # False: one was bad and `strict` asked to take none then

    @property
    def summary(self) -> str:
        """One line for a person."""
        refused = "" if self.taken else "; nothing was taken (--strict)"
        return (
            f"{self.kind}: {self.rows} rows read, {self.new} new, {self.changed} changed, {len(self.bad)} bad{refused}"
        )

    def as_json(self) -> dict[str, Any]:
        """The report as JSON takes it."""
        return asdict(self) | {
            "bad": [problem._asdict() for problem in self.bad],
            "warnings": [problem._asdict() for problem in self.warnings],
        }


def import_master(
    store: Store, kind: str, path: Path, client_id: str, *, strict: bool, actor: str, trusted: bool = True
) -> ImportReport:
    """Load or update the master data of a client from a CSV file.

    Args:
        store: The database, migrated; the client must be in it.
        kind: A key of KINDS.
        path: The file, at most FILE_BYTES.
        client_id: Whose master data it is.
        strict: Take no row if one is bad.
        actor: Who does it, for the audit.
        trusted: Whether the accounts of new suppliers count as verified.

    Raises:
        MasterFileError: It cannot be taken as such a file at all; nothing was stored.
    """
    content = read_file(path)
    table, warnings = check(content, kind)
    rows = len(table.rows) + len(table.bad)
    name = path.name.encode("utf-8", "replace").decode()  # a name that is no UTF-8 fits neither database nor JSON
    report = ImportReport(kind, name, hashlib.sha256(content).hexdigest(), rows, bad=tuple(table.bad),
                          warnings=tuple(warnings))  # fmt: skip
    if strict and table.bad:
        return replace(report, taken=False)
    file = ImportedFile(kind, report.file, report.sha256, rows, len(table.bad))
    keep = KINDS[kind].keep if trusted or kind != "suppliers" else partial(store_suppliers, trusted=False)
    counts = keep(store, client_id, table.rows, file, actor)
    return replace(report, new=counts.new, changed=counts.changed, unchanged=counts.unchanged, notices=counts.notices)


def check(content: bytes, kind: str) -> tuple[Table, list[RowProblem]]:
    """The rows of a file that can be taken and those that cannot, and what is doubtful though it is taken."""
    table = read_table(content, KINDS[kind].table)
    conflicts = {problem.line: problem for problem in KINDS[kind].conflicts(table.rows)}
    rows = [row for row in table.rows if row.line not in conflicts]
    doubts = [problem for row in rows for problem in KINDS[kind].doubts(row)]
    return Table(rows, sorted((*table.bad, *conflicts.values()))), doubts


def read_file(path: Path) -> bytes:
    """The bytes of a file of at most FILE_BYTES.

    Raises:
        MasterFileError: It is larger, not a file, or may not be read.
    """
    try:
        with os.fdopen(open_regular(path.resolve()), "rb") as file:
            content = file.read(FILE_BYTES + 1)
    except NotAFileError as error:
        raise MasterFileError("it is not a file") from error
    except OSError as error:
        raise MasterFileError(f"it cannot be read: {error.strerror}") from error
    if len(content) > FILE_BYTES:
        raise MasterFileError(f"it is larger than {FILE_BYTES // 2**20} MB: split it")
    if not content.strip():
        raise MasterFileError("it is empty")
    return content


def _order_conflicts(rows: Sequence[MasterRow]) -> Iterator[RowProblem]:
    """Rows of one order must not disagree on what the order has once; only its status may differ from line to line."""
    told: dict[tuple[str, str], tuple[Any, int]] = {}
    for row in rows:
        for name in ORDER_COLUMNS:
            value = row.values.get(name)
            if value is None or name == "status":
                continue
            first, line = told.setdefault((row.values["order_number"], name), (value, row.line))
            if first != value:
                yield RowProblem(row.line, f"{name} is {value}, but line {line} of the same order says {first}")
                break


def _supplier_doubts(row: MasterRow) -> Iterator[RowProblem]:
    vat_id = row.values.get("vat_id")
    if vat_id and is_vat_id(vat_id) is False:
        yield RowProblem(row.line, f"vat_id {vat_id} is not a valid one: its length or its check digits are wrong")


def _baseline_doubts(row: MasterRow) -> Iterator[RowProblem]:
    if not 5 <= row.values["seconds"] <= 7200:
        yield RowProblem(row.line, f"{row.values['seconds']} seconds for one invoice: is it minutes, or a lunch break?")


def _nothing(_rows: MasterRow | Sequence[MasterRow]) -> Iterator[RowProblem]:
    return iter(())


KINDS: dict[str, Kind] = {
    "purchase-orders": Kind(
        TableKind(_ORDERS, ("order_number", "line_number")), _order_conflicts, _nothing, store_orders
    ),
    "goods-receipts": Kind(
        TableKind(_RECEIPTS, ("receipt_number", "order_number", "line_number")), _nothing, _nothing, store_receipts
    ),
    "manual-baseline": Kind(TableKind(_BASELINE, ("file", "keyed_by")), _nothing, _baseline_doubts, store_baseline),
    "coding-history": Kind(TableKind(_CODING, ()), _nothing, _nothing, store_coding),
    "tolerances": Kind(TableKind(TOLERANCE_COLUMNS, ("scope", "key")), tolerance_conflicts, _nothing, store_tolerances),
    "suppliers": Kind(TableKind(_SUPPLIERS, ("seller_id",)), _nothing, _supplier_doubts, store_suppliers),
}
