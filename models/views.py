"""What finance systems read: the views `v1_...`, one table of columns each, with a comment on every column.

Amounts are exact (decimal text on SQLite, NUMERIC on PostgreSQL), times UTC, dates ISO 8601. A new column is a minor
change; a renamed one would be a `v2_` view beside these. Column names: EN 16931 terms; our own begin with `x_`.
`v1_column` lists all of it, so that a database says itself what its columns mean.

>>> [view.name for view in VIEWS][:4], len(VIEWS)
(['v1_invoice', 'v1_invoice_line', 'v1_vat_breakdown', 'v1_match'], 12)
>>> [column.comment for column in VIEWS[0].columns if column.name == "net_total"]
['BT-109']
"""

from __future__ import annotations

from models.invoice import LINE_TERMS, TERMS, VatBreakdown, terms_of
from models.lifecycle import REFUSED_AS, STATES
from models.view_kinds import (
    KINDS,
    ColumnKind,
    View,
    ViewColumn,
    cases,
    create_statements,
    minor_units,
    plain_columns,
    select_statement,
    term_columns,
)
from models.views_ledger import INVOICE_VERSION, PAYMENT_INSTRUCTION, POSTING, POSTING_LINE, STATUS, list_columns

__all__ = ["AMOUNT_PLACES", "VIEWS", "ColumnKind", "View", "ViewColumn", "create_statements", "select_statement"]

AMOUNT_PLACES = 2  # an amount has at least two decimals, in whatever currency: it looks the same everywhere

_NEWEST = "i.version = (SELECT max(n.version) FROM invoice n WHERE n.document_id = i.document_id)"
_LIFECYCLE = ViewColumn("x_lifecycle_code", "text", cases("d.state", STATES, "204"),
                        "Status of the French invoice lifecycle (CDAR) that the state suggests, e.g. 205")  # fmt: skip
_REFUSED_AS = " ".join(f"WHEN e.reason LIKE '{ours}%' THEN '{code}'" for ours, code in REFUSED_AS.items())
_LIFECYCLE_REASON = ViewColumn(
    "x_lifecycle_reason", "text",
    f"CASE WHEN d.state = 'rejected' THEN (SELECT CASE {_REFUSED_AS} ELSE 'NON_CONFORME' END FROM event e "  # noqa: S608
    "WHERE e.document_id = d.id AND e.to_state = 'rejected' ORDER BY e.seq DESC LIMIT 1) END",
    "Reason of that lifecycle with which a withdrawn invoice would be refused, e.g. DOUBLON",
)  # fmt: skip
_SAID_SAME = (
    "SELECT CASE WHEN y.first_id = d.id THEN y.second_id ELSE y.first_id END FROM duplicate_pair y "
    "WHERE y.verdict = 'same' AND (y.first_id = d.id OR y.second_id = d.id) ORDER BY y.at DESC LIMIT 1"
)
_SAME_NUMBER = (
    "SELECT min(o.document_id) FROM invoice o WHERE o.client_id = d.client_id AND o.seller_id = d.seller_id "
    "AND o.invoice_number = d.invoice_number AND o.document_id <> d.id"
)
_DUPLICATE_OF = ViewColumn(
    "x_duplicate_of", "text",
    f"CASE WHEN d.state IN ('duplicate', 'rejected') THEN COALESCE(({_SAID_SAME}), "
    f"CASE WHEN d.state = 'duplicate' THEN ({_SAME_NUMBER}) END) END",
    "document_id of the invoice that it repeats, where a person said so or the table has one of its number",
)  # fmt: skip
_REVIEWER = ViewColumn(
    "x_reviewer", "text", "CASE WHEN i.x_approved_by LIKE 'user:%' THEN substr(i.x_approved_by, 6) END",
    "Login of the person who approved it; empty where the policy did",
)  # fmt: skip


def _acknowledged(column: str, state: str) -> str:
    """What the finance system said last of this version."""
    return (
        f"(SELECT k.{column} FROM ack k WHERE k.document_id = i.document_id AND k.version = i.version "  # noqa: S608
        f"AND k.state = '{state}' ORDER BY k.at DESC, k.id DESC LIMIT 1)"
    )


_ACKNOWLEDGED = (
    ViewColumn("x_erp_number", "text", _acknowledged("erp_number", "posted"),
               "Number under which the finance system took it; empty until it says so"),
    ViewColumn("x_posted_at", "instant", _acknowledged("at", "posted"), "When it said so, UTC"),
    ViewColumn("x_refusal", "text", _acknowledged("reason", "refused"), "Why it refused this version last"),
)  # fmt: skip
_KEYS = plain_columns(
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
        ViewColumn("status", "text", STATUS, "current, in_correction (a person has it again) or withdrawn"),
        *plain_columns("i", ("document_type", "text", "invoice, credit_note, ..."),
                ("seller_id", "text", "The supplier's number in the client's master data")),
        *term_columns(TERMS, "i"),
        *plain_columns(
            "i",
            ("x_source", "text", "xml or page: what was read"),
            ("x_confidence", "share", "Probability that every value is right, in [0, 1]"),
            ("x_approved_by", "text", "Who approved it: policy or user:<login>"),
            ("x_approved_at", "instant", "When it was approved, UTC"),
            ("x_received_at", "instant", "When it came in, UTC"),
        ),
        ViewColumn("x_batch", "text", "i.batch_id", "The publish batch; v1_change names it too"),
        ViewColumn("published_at", "instant", "i.published_at", "When this version became visible, UTC"),
        ViewColumn("x_minor_units", "integer", minor_units("i.currency"), "Decimals of the currency (ISO 4217)"),
        *plain_columns("i", ("x_reference", "text", "The payment reference without spaces"),
                       ("x_reference_kind", "text", "rf (ISO 11649), qrr (Swiss), ogm (Belgian) or plain")),
        _REVIEWER,
        _DUPLICATE_OF,
        _LIFECYCLE,
        _LIFECYCLE_REASON,
        *_ACKNOWLEDGED,
    ),
    f"invoice i JOIN document d ON d.id = i.document_id WHERE {_NEWEST}",
    ("change_seq",),
    "Published invoices, the newest version of each",
)  # fmt: skip

INVOICE_LINE = View(
    "v1_invoice_line",
    (
        *_KEYS,
        *plain_columns("l", ("position", "integer", "Place on the invoice, from 1")),
        *term_columns(LINE_TERMS, "l"),
    ),
    f"invoice i JOIN invoice_line l ON l.document_id = i.document_id AND l.version = i.version WHERE {_NEWEST}",
    ("change_seq", "position"),
    "Lines of published invoices, of the newest version of each",
)

VAT_BREAKDOWN = View(
    "v1_vat_breakdown",
    (*_KEYS, *plain_columns("b", ("position", "integer", "Place in the recapitulation, from 1")),
     *term_columns(terms_of(VatBreakdown), "b")),
    f"invoice i JOIN vat_breakdown b ON b.document_id = i.document_id AND b.version = i.version WHERE {_NEWEST}",
    ("change_seq", "position"),
    "VAT recapitulation of published invoices (BG-23), of the newest version of each",
)  # fmt: skip

MATCH = View(
    "v1_match",
    (
        *_KEYS,
        *plain_columns("m", ("kind", "text", "none, two_way or three_way"),
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
        *plain_columns(
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
        *(ViewColumn(name, KINDS.get(TERMS[name].kind, "text"), f"d.{name}", TERMS[name].bt)
          for name in ("seller_name", "invoice_number", "issue_date", "due_date", "currency", "gross_total",
                       "order_reference")),
        ViewColumn("received_at", "instant", "d.received_at", "When it came in, UTC"),
        ViewColumn("since", "instant", "d.updated_at", "When it was changed last, UTC"),
        ViewColumn("x_minor_units", "integer", minor_units("d.currency"), "Decimals of the currency (ISO 4217)"),
        ViewColumn("x_reviewer", "text", "d.assigned_to", "Login of the person whose work it is"),
        _DUPLICATE_OF,
        _LIFECYCLE,
    ),
    "document d WHERE d.state IN ('in_review', 'held', 'duplicate', 'quarantined')",
    ("received_at", "document_id"),
    "Documents that wait for a person, and why",
)  # fmt: skip

CHANGE = View(
    "v1_change",
    plain_columns(
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
        *plain_columns("c", ("account", "text", "General ledger account"), ("cost_centre", "text", "Cost centre"),
                ("tax_code", "text", "Tax code of the ledger"),
                ("share", "number", "Per cent of the line, where it is split over several cost centres"),
                ("net_amount", "amount", "Net amount of the whole line (BT-131)")),
        *plain_columns("c", ("probability", "share",
                             "What the proposal gave it, in [0, 1]; empty where a person chose it")),
        ViewColumn("x_confirmed_by", "text", "c.actor", "Who confirmed it: user:<login>"),
        ViewColumn("x_confirmed_at", "instant", "c.at", "When, UTC"),
    ),
    f"invoice i JOIN coding c ON c.document_id = i.document_id WHERE {_NEWEST}",
    ("change_seq", "position", "account", "cost_centre"),
    "How lines of published invoices without an order are posted, as a person confirmed it",
)  # fmt: skip

_TABLES = (
    INVOICE, INVOICE_LINE, VAT_BREAKDOWN, MATCH, EXCEPTION, CHANGE, CODING, PAYMENT_INSTRUCTION, INVOICE_VERSION,
    POSTING, POSTING_LINE,
)  # fmt: skip
VIEWS = (*_TABLES, *list_columns(_TABLES))
