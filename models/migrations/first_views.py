"""The views as they were at revision 0008, written out: what older revisions make must not follow the code of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# Name: what stands between SELECT and FROM, and what follows.
_FROZEN: dict[str, tuple[str, str]] = {
    "v1_invoice": (
        "i.client_id, i.document_id, i.version, i.change_seq, CASE WHEN d.state = 'exported' THEN 'current' "
        "WHEN d.state IN ('rejected', 'duplicate') THEN 'withdrawn' ELSE 'in_correction' END AS \"status\", "
        "i.document_type, i.seller_id, i.invoice_number, i.issue_date, i.type_code, i.currency, i.due_date, "
        "i.buyer_reference, i.contract_reference, i.order_reference, i.payment_terms, i.preceding_invoice, "
        "i.seller_name, i.seller_legal_id, i.seller_vat_id, i.seller_address, i.buyer_name, i.buyer_legal_id, "
        "i.buyer_vat_id, i.delivery_date, i.remittance, i.iban, i.bic, i.sum_of_lines, i.allowance_total, "
        "i.charge_total, i.net_total, i.tax_total, i.gross_total, i.prepaid_total, i.rounding, "
        "i.payable_total, i.x_source, i.x_confidence, i.x_approved_by, i.x_approved_at, i.x_received_at, "
        "i.batch_id AS \"x_batch\", i.published_at",
        "invoice i JOIN document d ON d.id = i.document_id WHERE i.version = (SELECT max(n.version) FROM "
        "invoice n WHERE n.document_id = i.document_id)",
    ),
    "v1_invoice_line": (
        "i.client_id, i.document_id, i.version, i.change_seq, l.position, l.line_id, l.quantity, l.unit_code, "
        "l.net_amount, l.order_reference, l.order_line, l.unit_price, l.price_base_quantity, l.vat_rate, "
        "l.item_name, l.seller_item_id, l.buyer_item_id",
        "invoice i JOIN invoice_line l ON l.document_id = i.document_id AND l.version = i.version WHERE "
        "i.version = (SELECT max(n.version) FROM invoice n WHERE n.document_id = i.document_id)",
    ),
    "v1_vat_breakdown": (
        "i.client_id, i.document_id, i.version, i.change_seq, b.position, b.rate, b.taxable, b.tax, "
        "b.category",
        "invoice i JOIN vat_breakdown b ON b.document_id = i.document_id AND b.version = i.version WHERE "
        "i.version = (SELECT max(n.version) FROM invoice n WHERE n.document_id = i.document_id)",
    ),
    "v1_match": (
        "i.client_id, i.document_id, i.version, i.change_seq, m.kind, m.outcome, m.probability, "
        "k.invoice_line, k.order_number AS \"order\", k.order_line, k.quantity, k.probability AS "
        "\"line_probability\"",
        "invoice i JOIN match_result m ON m.document_id = i.document_id AND m.revision = (SELECT "
        "max(r.revision) FROM match_result r WHERE r.document_id = i.document_id) LEFT JOIN match_link k ON "
        "k.document_id = m.document_id AND k.revision = m.revision WHERE i.version = (SELECT max(n.version) "
        "FROM invoice n WHERE n.document_id = i.document_id)",
    ),
    "v1_exception": (
        "d.client_id, d.id AS \"document_id\", d.name, d.batch, d.state, d.reasons, d.reason_code, "
        "d.reason_detail, d.document_type, d.seller_id, d.seller_name, d.invoice_number, d.issue_date, "
        "d.due_date, d.currency, d.gross_total, d.order_reference, d.received_at, d.updated_at AS \"since\"",
        "document d WHERE d.state IN ('in_review', 'held', 'duplicate', 'quarantined')",
    ),
    "v1_change": (
        "c.change_seq, c.client_id, c.entity, c.entity_id, c.op, c.version, c.published_at, c.batch_id",
        "change c",
    ),
    "v1_coding": (
        "i.client_id, i.document_id, i.version, i.change_seq, c.invoice_line AS \"position\", c.account, "
        "c.cost_centre, c.tax_code, c.share, c.net_amount, c.probability, c.actor AS \"x_confirmed_by\", c.at "
        "AS \"x_confirmed_at\"",
        "invoice i JOIN coding c ON c.document_id = i.document_id WHERE i.version = (SELECT max(n.version) "
        "FROM invoice n WHERE n.document_id = i.document_id)",
    ),
}  # fmt: skip
FIRST = tuple(name for name in _FROZEN if name != "v1_coding")  # of revision 0002; v1_coding came with 0006


def create_frozen(names: Iterable[str] = tuple(_FROZEN)) -> Iterator[str]:
    """The statements that create views as they were."""
    for name in names:
        columns, origin = _FROZEN[name]
        yield f"CREATE VIEW {name} AS SELECT {columns} FROM {origin}"  # noqa: S608 - names of this file


def drop_frozen(names: Iterable[str] = tuple(_FROZEN)) -> Iterator[str]:
    """The statements that drop them."""
    yield from (f"DROP VIEW {name}" for name in reversed([*names]))
