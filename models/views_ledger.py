"""What was known when, what is booked and what is to be paid: views over every version, not only the newest.

`v1_invoice_version` says for each version from when until when it was what finance saw. `v1_posting` is a ledger: each
version adds a row, and the change that ends it adds the same row with the other sign; rows only come, none is edited,
so that a sum over all rows up to a change_seq is the state after it. `v1_column` describes all views.

>>> [column.name for column in POSTING.columns][:5]
['client_id', 'document_id', 'version', 'change_seq', 'sign']
"""

from __future__ import annotations

from collections.abc import Sequence

from models.invoice import LINE_TERMS, TERMS
from models.view_kinds import (
    ColumnKind,
    View,
    ViewColumn,
    escaped,
    in_minor_units,
    minor_units,
    plain_columns,
    term_columns,
)

# What became of an invoice after it was published: a correction is under way, or it was taken back.
STATUS = (
    "CASE WHEN d.state = 'exported' THEN 'current' WHEN d.state IN ('rejected', 'duplicate') THEN 'withdrawn' "
    "ELSE 'in_correction' END"
)
_SEQ: tuple[str, ColumnKind, str] = ("change_seq", "integer", "Number of this version in v1_change")
_KEYS = plain_columns(
    "i", ("client_id", "text", "The client whose invoice it is"),
    ("document_id", "text", "Our id of the document, the same for all versions"),
    ("version", "integer", "From 1; a correction after export is the next one"), _SEQ,
)  # fmt: skip
_NEXT = "SELECT min(n.change_seq) FROM change n WHERE n.entity_id = i.document_id AND n.change_seq > i.change_seq"

INVOICE_VERSION = View(
    "v1_invoice_version",
    (
        *_KEYS,
        ViewColumn("known_from", "instant", "i.published_at", "From when finance saw this version, UTC"),
        ViewColumn("known_to", "instant", "e.published_at", "Until when; empty while it is the one that holds, UTC"),
        ViewColumn("ended_by", "text", "e.op", "correct (the next version) or tombstone (withdrawn)"),
        *plain_columns("i", ("document_type", "text", "invoice, credit_note, ..."),
                       ("seller_id", "text", "The supplier's number in the client's master data")),
        *term_columns(TERMS, "i"),
        ViewColumn("x_minor_units", "integer", minor_units("i.currency"), "Decimals of the currency (ISO 4217)"),
        *plain_columns(
            "i",
            ("x_source", "text", "xml or page: what was read"),
            ("x_confidence", "share", "Probability that every value is right, in [0, 1]"),
            ("x_approved_by", "text", "Who approved it: policy or user:<login>"),
            ("x_approved_at", "instant", "When it was approved, UTC"),
            ("x_received_at", "instant", "When it came in, UTC"),
        ),
        ViewColumn("x_batch", "text", "i.batch_id", "The publish batch"),
    ),
    f"invoice i LEFT JOIN change e ON e.change_seq = ({_NEXT})",
    ("change_seq",),
    "Every version of published invoices, and from when until when it was what finance saw",
)  # fmt: skip

# One booking a version, and its reversal by the change that ended it. A change that follows a tombstone ends nothing.
_BEFORE = "SELECT max(b.change_seq) FROM change b WHERE b.entity_id = c.entity_id AND b.change_seq < c.change_seq"
_POSTED = (
    "(SELECT c.change_seq, c.op, c.published_at, c.batch_id, c.entity_id, c.version, 1 AS sign, "  # noqa: S608
    "c.change_seq AS booked_seq FROM change c WHERE c.op <> 'tombstone' "
    "UNION ALL SELECT c.change_seq, c.op, c.published_at, c.batch_id, c.entity_id, w.version, -1, w.change_seq "
    f"FROM change c JOIN change w ON w.change_seq = ({_BEFORE}) WHERE w.op <> 'tombstone') p "
    "JOIN invoice i ON i.document_id = p.entity_id AND i.version = p.version"
)
_POSTING_KEYS = (
    *plain_columns("i", ("client_id", "text", "The client"), ("document_id", "text", "Our id of the document"),
                   ("version", "integer", "The version that is booked or taken back")),
    *plain_columns("p", ("change_seq", "integer", "The change in v1_change that made this row; with sign the key"),
                   ("sign", "integer", "1: the version is booked; -1: it is taken back"),
                   ("op", "text", "insert, correct or tombstone: what the change was"),
                   ("booked_seq", "integer", "change_seq of the row that booked this version"),
                   ("published_at", "instant", "When, UTC"))
)  # fmt: skip
_AMOUNTS = ("net_total", "tax_total", "gross_total", "prepaid_total", "payable_total")
_MINOR = ("net", "tax", "gross", "payable")
_HEADER = ("invoice_number", "issue_date", "type_code", "currency", "due_date", "seller_name", "preceding_invoice")

POSTING = View(
    "v1_posting",
    (
        *_POSTING_KEYS,
        *plain_columns("i", ("document_type", "text", "invoice, credit_note, ..."),
                       ("seller_id", "text", "The supplier's number in the client's master data")),
        *term_columns({name: TERMS[name] for name in (*_HEADER, *_AMOUNTS)}, "i"),
        ViewColumn("x_minor_units", "integer", minor_units("i.currency"), "Decimals of the currency (ISO 4217)"),
        *(ViewColumn(f"x_{name}_minor", "integer", in_minor_units(f"i.{name}_total", "i.currency"),
                     f"{name}_total in minor units: sums of it are exact on every database") for name in _MINOR),
        ViewColumn("x_batch", "text", "p.batch_id", "The publish batch"),
    ),
    _POSTED,
    ("change_seq", "sign"),
    "The ledger: each version with its sign. Amounts carry the sign: their sum is what holds now",
    signed=(*_AMOUNTS, *(f"x_{name}_minor" for name in _MINOR)),
)  # fmt: skip

POSTING_LINE = View(
    "v1_posting_line",
    (
        *_POSTING_KEYS,
        *plain_columns("l", ("position", "integer", "Place on the invoice, from 1")),
        *term_columns(LINE_TERMS, "l"),
        ViewColumn("x_net_minor", "integer", in_minor_units("l.net_amount", "i.currency"),
                   "net_amount in minor units: sums of it are exact on every database"),
    ),
    _POSTED + " JOIN invoice_line l ON l.document_id = i.document_id AND l.version = i.version",
    ("change_seq", "sign", "position"),
    "The lines of the ledger's rows. Quantities and net amounts carry the sign",
    signed=("quantity", "net_amount", "x_net_minor"),
)  # fmt: skip

_NEWEST = "i.version = (SELECT max(n.version) FROM invoice n WHERE n.document_id = i.document_id)"
_IS_PAYABLE = (
    "CASE WHEN d.state = 'exported' AND b.verified_at IS NOT NULL AND i.document_type <> 'credit_note' "
    "AND CAST(COALESCE(i.payable_total, i.gross_total) AS REAL) > 0 THEN 1 ELSE 0 END"
)
PAYMENT_INSTRUCTION = View(
    "v1_payment_instruction",
    (
        *_KEYS,
        ViewColumn("status", "text", STATUS, "current, or in_correction: then wait for the next version"),
        *plain_columns("i", ("document_type", "text", "invoice, credit_note, ..."),
                       ("seller_id", "text", "The supplier's number in the client's master data")),
        *term_columns({name: TERMS[name] for name in (
            "seller_name", "invoice_number", "issue_date", "due_date", "currency", "iban", "bic", "remittance",
            "payment_terms")}, "i"),
        ViewColumn("payable", "amount", "COALESCE(i.payable_total, i.gross_total)",
                   "BT-115; the gross total (BT-112) where the invoice names no payable amount"),
        ViewColumn("x_minor_units", "integer", minor_units("i.currency"), "Decimals of the currency (ISO 4217)"),
        *plain_columns("i", ("x_reference", "text", "The payment reference without spaces, as a bank takes it"),
                       ("x_reference_kind", "text", "rf (ISO 11649), qrr (Swiss), ogm (Belgian) or plain")),
        ViewColumn("verified_iban", "integer", "CASE WHEN b.verified_at IS NULL THEN 0 ELSE 1 END",
                   "1: this very IBAN was verified for this supplier; 0: do not pay to it"),
        ViewColumn("x_verified_by", "text", "b.verified_by", "Who verified it: user:<login>, or the import"),
        ViewColumn("x_verified_at", "instant", "b.verified_at", "When, UTC"),
        ViewColumn("is_payable", "integer", _IS_PAYABLE,
                   "1: current, more than nothing, no credit note, and the IBAN is verified"),
    ),
    "invoice i JOIN document d ON d.id = i.document_id LEFT JOIN supplier_bank b ON b.client_id = i.client_id "
    "AND b.seller_id = i.seller_id AND b.iban = i.iban "
    f"WHERE d.state NOT IN ('rejected', 'duplicate') AND {_NEWEST}",
    ("change_seq",),
    "Whom to pay, how much, until when and to which account; withdrawn invoices are not here",
)  # fmt: skip


def list_columns(views: Sequence[View]) -> tuple[View, ...]:
    """The view that describes the columns of all others, and of itself."""
    columns = tuple(
        ViewColumn(name, kind, f"c.column{at}", comment)  # both databases call the columns of VALUES so
        for at, (name, kind, comment) in enumerate(_DESCRIBED, 1)
    )
    shown = View("v1_column", columns, "", ("view_name", "position"), "What each column of the views means")
    rows = ", ".join(
        f"('{view.name}', {at}, '{column.name}', '{column.kind}', {_term_of(column)}, '{escaped(column.comment)}')"
        for view in (*views, shown)
        for at, column in enumerate(view.columns, 1)
    )
    return (shown._replace(origin=f"(VALUES {rows}) c"),)


_DESCRIBED: tuple[tuple[str, ColumnKind, str], ...] = (
    ("view_name", "text", "The view"),
    ("position", "integer", "Place of the column, from 1"),
    ("column_name", "text", "The column"),
    ("kind", "text", "text, date, amount, number, instant, integer or share"),
    ("term", "text", "Business term of EN 16931, e.g. BT-109; empty for columns of our own"),
    ("comment", "text", "What it means; on PostgreSQL also the comment on the column"),
)


def _term_of(column: ViewColumn) -> str:
    return f"'{column.comment}'" if column.comment.startswith(("BT-", "BG-")) and " " not in column.comment else "NULL"
