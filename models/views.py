"""What finance systems read: the views `v1_...`, one table of columns each, with a comment on every column.

Amounts are exact (decimal text on SQLite, NUMERIC on PostgreSQL), times UTC, dates ISO 8601. A new column is a minor
change; a renamed one would be a `v2_` view beside these. Column names: EN 16931 terms; our own begin with `x_`.

>>> [view.name for view in VIEWS]
['v1_invoice', 'v1_invoice_line', 'v1_vat_breakdown', 'v1_match', 'v1_exception', 'v1_change', 'v1_coding']
>>> [column.comment for column in VIEWS[0].columns if column.name == "net_total"]
['BT-109']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from models.invoice import LINE_TERMS, TERMS, Term, VatBreakdown, terms_of

AMOUNT_PLACES = 2  # an amount has at least two decimals, in whatever currency: it looks the same everywhere

ColumnKind = Literal["text", "date", "amount", "number", "instant", "integer", "share"]

_KINDS: dict[str, ColumnKind] = {"date": "date", "amount": "amount", "number": "number"}  # all other terms are text


class ViewColumn(NamedTuple):
    """A column: its name, what it holds, the expression it comes from, and what it means."""

    name: str
    kind: ColumnKind
    source: str
    comment: str


class View(NamedTuple):
    """A view: its columns, what follows FROM, and the column by which its rows are ordered for a reader."""

    name: str
    columns: tuple[ViewColumn, ...]
    origin: str
    order: tuple[str, ...]
    comment: str


def _terms(terms: Mapping[str, Term], alias: str) -> tuple[ViewColumn, ...]:
    return tuple(
        ViewColumn(name, _KINDS.get(term.kind, "text"), f"{alias}.{name}", term.bt) for name, term in terms.items()
    )


def _plain(alias: str, *rows: tuple[str, ColumnKind, str]) -> tuple[ViewColumn, ...]:
    return tuple(ViewColumn(name, kind, f"{alias}.{name}", comment) for name, kind, comment in rows)


_NEWEST = "i.version = (SELECT max(n.version) FROM invoice n WHERE n.document_id = i.document_id)"
# What became of an invoice after it was published: a correction is under way, or it was taken back.
_STATUS = (
    "CASE WHEN d.state = 'exported' THEN 'current' WHEN d.state IN ('rejected', 'duplicate') THEN 'withdrawn' "
    "ELSE 'in_correction' END"
)
_KEYS = _plain(
    "i",
    ("client_id", "text", "The client whose invoice it is"),
    ("document_id", "text", "Our id of the document, the same for all versions"),
    ("version", "integer", "From 1; a correction after export is the next one"),
    ("change_seq", "integer", "Number of this version in v1_change"),
)

INVOICE = View(
    "v1_invoice",
    (
        *_KEYS,
        ViewColumn("status", "text", _STATUS, "current, in_correction (a person has it again) or withdrawn"),
        *_plain("i", ("document_type", "text", "invoice, credit_note, ..."),
                ("seller_id", "text", "The supplier's number in the client's master data")),
        *_terms(TERMS, "i"),
        *_plain(
            "i",
            ("x_source", "text", "xml or page: what was read"),
            ("x_confidence", "share", "Probability that every value is right, in [0, 1]"),
            ("x_approved_by", "text", "Who approved it: policy or user:<login>"),
            ("x_approved_at", "instant", "When it was approved, UTC"),
            ("x_received_at", "instant", "When it came in, UTC"),
        ),
        ViewColumn("x_batch", "text", "i.batch_id", "The publish batch; v1_change names it too"),
        ViewColumn("published_at", "instant", "i.published_at", "When this version became visible, UTC"),
    ),
    f"invoice i JOIN document d ON d.id = i.document_id WHERE {_NEWEST}",
    ("change_seq",),
    "Published invoices, the newest version of each",
)  # fmt: skip

INVOICE_LINE = View(
    "v1_invoice_line",
    (*_KEYS, *_plain("l", ("position", "integer", "Place on the invoice, from 1")), *_terms(LINE_TERMS, "l")),
    f"invoice i JOIN invoice_line l ON l.document_id = i.document_id AND l.version = i.version WHERE {_NEWEST}",
    ("change_seq", "position"),
    "Lines of published invoices, of the newest version of each",
)

VAT_BREAKDOWN = View(
    "v1_vat_breakdown",
    (*_KEYS, *_plain("b", ("position", "integer", "Place in the recapitulation, from 1")),
     *_terms(terms_of(VatBreakdown), "b")),
    f"invoice i JOIN vat_breakdown b ON b.document_id = i.document_id AND b.version = i.version WHERE {_NEWEST}",
    ("change_seq", "position"),
    "VAT recapitulation of published invoices (BG-23), of the newest version of each",
)  # fmt: skip

MATCH = View(
    "v1_match",
    (
        *_KEYS,
        *_plain("m", ("kind", "text", "none, two_way or three_way"),
                ("outcome", "text", "match, price_variance, quantity_variance, no_order, ..."),
                ("probability", "share", "Match probability, in [0, 1]")),
        ViewColumn("invoice_line", "integer", "k.invoice_line", "Position of the invoice line; empty without a match"),
        ViewColumn("order", "text", "k.order_number", "Purchase order number"),
        ViewColumn("order_line", "text", "k.order_line", "Line of the purchase order (BT-132)"),
        ViewColumn("quantity", "number", "k.quantity", "Quantity that the line takes from the order"),
        ViewColumn("line_probability", "share", "k.probability", "Probability of this link, in [0, 1]"),
    ),
    "invoice i JOIN match_result m ON m.document_id = i.document_id AND m.revision = "  # noqa: S608 - names of this file
    "(SELECT max(r.revision) FROM match_result r WHERE r.document_id = i.document_id) "
    "LEFT JOIN match_link k ON k.document_id = m.document_id AND k.revision = m.revision WHERE " + _NEWEST,
    ("change_seq", "invoice_line", "order", "order_line"),
    "Which order lines the lines of published invoices take from",
)  # fmt: skip

EXCEPTION = View(
    "v1_exception",
    (
        ViewColumn("client_id", "text", "d.client_id", "The client whose document it is"),
        ViewColumn("document_id", "text", "d.id", "Our id of the document"),
        *_plain(
            "d",
            ("name", "text", "The file's name"),
            ("batch", "text", "The sub-folder that it came in"),
            ("state", "text", "in_review, held, duplicate or quarantined"),
            ("reasons", "text", "Why, separated by a space"),
            ("reason_code", "text", "Why it could not be read, when quarantined"),
            ("reason_detail", "text", "The same in words"),
            ("document_type", "text", "invoice, credit_note, ..."),
            ("seller_id", "text", "The supplier's number in the client's master data"),
        ),
        *(ViewColumn(name, _KINDS.get(TERMS[name].kind, "text"), f"d.{name}", TERMS[name].bt)
          for name in ("seller_name", "invoice_number", "issue_date", "due_date", "currency", "gross_total",
                       "order_reference")),
        ViewColumn("received_at", "instant", "d.received_at", "When it came in, UTC"),
        ViewColumn("since", "instant", "d.updated_at", "When it was changed last, UTC"),
    ),
    "document d WHERE d.state IN ('in_review', 'held', 'duplicate', 'quarantined')",
    ("received_at", "document_id"),
    "Documents that wait for a person, and why",
)  # fmt: skip

CHANGE = View(
    "v1_change",
    _plain(
        "c",
        ("change_seq", "integer", "Without gaps in the order of publication: keep the last one you have seen"),
        ("client_id", "text", "The client"),
        ("entity", "text", "invoice"),
        ("entity_id", "text", "document_id in v1_invoice"),
        ("op", "text", "insert, correct, or tombstone (withdrawn)"),
        ("version", "integer", "The version that became valid, or was withdrawn"),
        ("published_at", "instant", "When, UTC"),
        ("batch_id", "text", "The publish batch"),
    ),
    "change c",
    ("change_seq",),
    "What changed in v1_invoice, in order; rows are never edited or deleted",
)

CODING = View(
    "v1_coding",
    (
        *_KEYS,
        ViewColumn("position", "integer", "c.invoice_line", "Place of the line on the invoice, from 1"),
        *_plain("c", ("account", "text", "General ledger account"), ("cost_centre", "text", "Cost centre"),
                ("tax_code", "text", "Tax code of the ledger"),
                ("share", "number", "Per cent of the line, where it is split over several cost centres"),
                ("net_amount", "amount", "Net amount of the whole line (BT-131)")),
        *_plain("c", ("probability", "share", "What the proposal gave it, in [0, 1]; empty where a person chose it")),
        ViewColumn("x_confirmed_by", "text", "c.actor", "Who confirmed it: user:<login>"),
        ViewColumn("x_confirmed_at", "instant", "c.at", "When, UTC"),
    ),
    f"invoice i JOIN coding c ON c.document_id = i.document_id WHERE {_NEWEST}",
    ("change_seq", "position", "account", "cost_centre"),
    "How lines of published invoices without an order are posted, as a person confirmed it",
)  # fmt: skip

FIRST_VIEWS = (INVOICE, INVOICE_LINE, VAT_BREAKDOWN, MATCH, EXCEPTION, CHANGE)  # of the first migrations
VIEWS = (*FIRST_VIEWS, CODING)


def create_statements(dialect: str, views: Iterable[View] = VIEWS) -> Iterator[str]:
    """The statements that create the views on `sqlite` or `postgresql`, with comments where the database keeps them."""
    for view in views:
        chosen = ", ".join(f'{column.source} AS "{column.name}"' for column in view.columns)
        yield f"CREATE VIEW {view.name} AS SELECT {chosen} FROM {view.origin}"  # noqa: S608 - names of this file
        if dialect == "postgresql":
            yield f"COMMENT ON VIEW {view.name} IS '{_escaped(view.comment)}'"
            for column in view.columns:
                yield f"COMMENT ON COLUMN {view.name}.\"{column.name}\" IS '{_escaped(column.comment)}'"


def select_statement(view: View) -> str:
    """All columns of a view in their order, for one client (`:client`, all where it is null) from `:after` on."""
    chosen = ", ".join(f'"{column.name}"' for column in view.columns)
    where = "(client_id = :client OR CAST(:client AS VARCHAR) IS NULL)"
    if any(column.name == "change_seq" for column in view.columns):
        where += " AND change_seq > :after"
    order = ", ".join(f'"{name}"' for name in view.order)
    return f"SELECT {chosen} FROM {view.name} WHERE {where} ORDER BY {order}"  # noqa: S608 - names of this file


def _escaped(text: str) -> str:
    return text.replace("'", "''")
