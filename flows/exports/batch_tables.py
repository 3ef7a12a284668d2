"""The tables of a batch: every posting once, a version that was taken back with its amounts turned round.

`x_key` names a posting for ever: a consumer that has it already skips the row. Adding up a column over all batches
gives what is valid now.

>>> [view.name for view in BATCH_TABLES.values()]
['invoices', 'lines', 'vat_breakdown', 'coding', 'changes']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from flows.exports.booking import Booking, Problem
from models.invoice import LINE_TERMS, TERMS, Frozen, Term, VatBreakdown, terms_of
from models.store.outputs import Row
from models.views import ColumnKind, View, ViewColumn

_KINDS: dict[str, ColumnKind] = {"date": "date", "amount": "amount", "number": "number"}
_VAT_TERMS = terms_of(VatBreakdown)
_TURNED = frozenset({"quantity"})  # besides the amounts: what a reversal takes back


def _terms(terms: dict[str, Term]) -> tuple[ViewColumn, ...]:
    return tuple(ViewColumn(name, _KINDS.get(term.kind, "text"), "", term.bt) for name, term in terms.items())


def _plain(*rows: tuple[str, ColumnKind, str]) -> tuple[ViewColumn, ...]:
    return tuple(ViewColumn(name, kind, "", comment) for name, kind, comment in rows)


_KEYS = _plain(
    ("x_key", "text", "The posting: document, version, post or reverse; each is delivered once"),
    ("document_id", "text", "Our id of the document, the same for all versions"),
    ("version", "integer", "From 1; a correction after export is the next one"),
    ("change_seq", "integer", "Number of the change in v1_change that brought this posting"),
    ("entry", "text", "post, or reverse: takes an earlier version back, its amounts are turned round"),
)


def _view(name: str, columns: tuple[ViewColumn, ...], comment: str) -> View:
    return View(name, (*_KEYS, *columns), "", ("change_seq",), comment)


BATCH_TABLES: dict[str, View] = {
    "invoices": _view("invoices", (
        *_plain(("document_type", "text", "invoice, credit_note, ..."),
                ("seller_id", "text", "The supplier's number in the client's master data"),
                ("published_at", "instant", "When this version was published, UTC")),
        *_terms(TERMS),
    ), "Postings of invoices"),
    "lines": _view("lines", (*_plain(("currency", "text", "BT-5"), ("position", "integer", "Place, from 1")),
                             *_terms(LINE_TERMS)), "Their lines"),
    "vat_breakdown": _view("vat_breakdown", (*_plain(("currency", "text", "BT-5"),
                                                     ("position", "integer", "Place, from 1")), *_terms(_VAT_TERMS)),
                           "Their VAT recapitulation (BG-23)"),
    "coding": _view("coding", _plain(
        ("position", "integer", "Place of the line, from 1"), ("account", "text", "General ledger account"),
        ("cost_centre", "text", "Cost centre"), ("tax_code", "text", "Tax code of the ledger"),
        ("share", "number", "Per cent of the line"),
    ), "How their lines are posted, as a person confirmed it"),
    "changes": View("changes", _plain(
        ("change_seq", "integer", "Number in v1_change"), ("document_id", "text", "Our id of the document"),
        ("version", "integer", "The version that became valid, or was withdrawn"),
        ("op", "text", "insert, correct or tombstone (withdrawn)"), ("published_at", "instant", "When, UTC"),
    ), "", ("change_seq",), "The changes that this batch delivers"),
}  # fmt: skip
EXCEPTIONS = View("exceptions", _plain(
    ("document_id", "text", "Our id of the document"), ("version", "integer", "Its version"),
    ("invoice_number", "text", "BT-1"), ("reason", "text", "Why, for machines"),
    ("detail", "text", "Why, and what to do"),
), "", (), "What is not in the files, or not as the standard wants it")  # fmt: skip


def table_rows(table: str, bookings: Sequence[Booking]) -> Iterator[Row]:
    """The rows of one table of bookings, in their order."""
    columns = [column.name for column in BATCH_TABLES[table].columns]
    for booking in bookings:
        for values in _ROWS[table](booking):
            row = _keys(booking) | values
            yield tuple(row.get(name) for name in columns)


def problem_rows(problems: Sequence[Problem]) -> list[Row]:
    """The exceptions as rows."""
    return [(each.document_id, each.version, each.invoice_number, each.reason, each.detail) for each in problems]


def _keys(booking: Booking) -> dict[str, Any]:
    return {"x_key": booking.key, "document_id": booking.document_id, "version": booking.version,
            "change_seq": booking.change_seq, "entry": "reverse" if booking.is_reversal else "post"}  # fmt: skip


def _values(thing: Frozen, terms: dict[str, Term], booking: Booking) -> dict[str, Any]:
    found = {name: getattr(thing, name) for name in terms}
    if not booking.is_reversal:
        return found
    return {
        name: -value if isinstance(value, Decimal) and (terms[name].kind == "amount" or name in _TURNED) else value
        for name, value in found.items()
    }


def _invoice(booking: Booking) -> Iterator[dict[str, Any]]:
    yield _values(booking.invoice, TERMS, booking) | {
        "document_type": booking.document_type, "seller_id": booking.seller_id, "published_at": booking.published_at,
    }  # fmt: skip


def _lines(booking: Booking) -> Iterator[dict[str, Any]]:
    for at, line in enumerate(booking.invoice.lines, 1):
        yield _values(line, LINE_TERMS, booking) | {"position": at, "currency": booking.invoice.currency}


def _vat(booking: Booking) -> Iterator[dict[str, Any]]:
    for at, row in enumerate(booking.invoice.vat_breakdown, 1):
        yield _values(row, _VAT_TERMS, booking) | {"position": at, "currency": booking.invoice.currency}


def _coding(booking: Booking) -> Iterator[dict[str, Any]]:
    for at, postings in sorted(booking.coding.items()):
        for each in postings:
            yield {"position": at, "account": each.account, "cost_centre": each.cost_centre,
                   "tax_code": each.tax_code, "share": each.share}  # fmt: skip


_ROWS: dict[str, Callable[[Booking], Iterator[dict[str, Any]]]] = {
    "invoices": _invoice, "lines": _lines, "vat_breakdown": _vat, "coding": _coding,
}  # fmt: skip
