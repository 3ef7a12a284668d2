"""What whole tables must fulfil: those that finance reads, each day, and those that a client sends us.

A row an expectation, by its name in Great Expectations. Each looks at one frame: invoices, suppliers' months, one row
of facts that the database has counted; or suppliers and orders of the master data. `mostly` is the least share of rows
that must pass: null rates and the like are a matter of degree. Nothing here stops a publication: the page shows it.

>>> sorted({row.frame for row in SUITES["tables"]}), sorted({row.frame for row in SUITES["intake"]})
(['facts', 'invoices', 'months'], ['orders', 'suppliers'])
>>> len(table_suite_hash("tables"))
64
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, Literal, NamedTuple

from validators.codes import currencies

Scope = Literal["tables", "intake"]

WAITING_DAYS = 2  # an approved document is published within minutes; two days are a weekend
VOLUME_BAND = (0.2, 5.0)  # this week's rows against the median of the eight before
MONTH_FACTOR = 10.0  # a supplier's month against the median of its months
OLDEST_DAYS, YOUNGEST_DAYS = 3660, -60  # age of an invoice when it is published


class TableExpectation(NamedTuple):
    """One expectation: our name, the frame it looks at, and the class in Great Expectations with its arguments."""

    name: str
    frame: str
    kind: str
    arguments: dict[str, Any]


def _none_of(name: str) -> TableExpectation:
    return TableExpectation(f"no_{name}", "facts", "ExpectColumnValuesToBeBetween",
                            {"column": name, "min_value": 0, "max_value": 0})  # fmt: skip


def _unique(name: str, frame: str, column: str) -> TableExpectation:
    return TableExpectation(name, frame, "ExpectColumnValuesToBeUnique", {"column": column})


def _filled(name: str, frame: str, column: str, mostly: float = 1.0) -> TableExpectation:
    return TableExpectation(name, frame, "ExpectColumnValuesToNotBeNull", {"column": column, "mostly": mostly})


def _between(name: str, frame: str, column: str, least: float | None, most: float | None) -> TableExpectation:
    return TableExpectation(name, frame, "ExpectColumnValuesToBeBetween",
                            {"column": column, "min_value": least, "max_value": most})  # fmt: skip


def _currency(name: str, frame: str) -> TableExpectation:
    return TableExpectation(name, frame, "ExpectColumnValuesToBeInSet",
                            {"column": "currency", "value_set": sorted(currencies())})  # fmt: skip


SUITES: dict[Scope, tuple[TableExpectation, ...]] = {
    "tables": (
        _unique("one_row_an_invoice", "invoices", "document_id"),
        _unique("one_change_a_row", "invoices", "change_seq"),
        _unique("one_invoice_a_number", "invoices", "number_key"),
        _currency("currency_stays_known", "invoices"),
        _between("age_plausible", "invoices", "age_days", YOUNGEST_DAYS, OLDEST_DAYS),
        _filled("suppliers_mostly_known", "invoices", "seller_id", 0.9),
        _filled("due_dates_mostly_there", "invoices", "due_date", 0.5),
        _none_of("feed_gaps"),
        _none_of("lines_without_invoice"),
        _none_of("vat_without_invoice"),
        _none_of("versions_without_change"),
        _none_of("ledger_difference"),
        _none_of("invoices_with_open_errors"),
        _between("published_in_time", "facts", "waiting_days", 0, WAITING_DAYS),
        _between("volume_as_usual", "facts", "volume_ratio", *VOLUME_BAND),
        _between("months_as_usual", "months", "month_ratio", None, MONTH_FACTOR),
    ),
    "intake": (
        _filled("supplier_named", "suppliers", "name"),
        _unique("supplier_vat_unique", "suppliers", "vat_id"),
        TableExpectation("supplier_vat_shape", "suppliers", "ExpectColumnValuesToMatchRegex",
                         {"column": "vat_id", "regex": r"^[A-Z]{2}[0-9A-Z+*.]{2,13}$", "mostly": 0.98}),
        _filled("supplier_has_account", "suppliers", "accounts", 0.5),
        _filled("order_names_supplier", "orders", "seller_id", 0.9),
        _filled("order_supplier_known", "orders", "known_seller", 0.98),
        _between("order_has_lines", "orders", "lines", 1, None),
        _currency("order_currency_known", "orders"),
        _unique("order_number_unlike_others", "orders", "canonical_number"),
    ),
}  # fmt: skip


@cache
def table_suite_hash(scope: Scope) -> str:
    """SHA-256 of a suite: which one a table was held against."""
    rows = [list(row) for row in SUITES[scope]]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
