"""Quality of tables: what the expectations look at, what they found, and the publish batches with the gate's word.

Sums are exact: amounts are counted in minor units of their currency (see `models.view_kinds.in_minor_units`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TypeAlias

from sqlalchemy import RowMapping, text
from sqlmodel import Session, col, func, select

from models.finding import Severity
from models.status import Status
from models.store.audit import record
from models.store.documents import new_id
from models.tables import (
    DocumentRow,
    PublishBatchRow,
    PublishHoldRow,
    QualityRunRow,
    SupplierBankRow,
    SupplierRow,
)

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Mapping[str, Cell]
LOOKED_AT = 50_000  # rows of a table, newest first: memory, and what a person can still do something about
_WEEKS = 8
_LEAST_MONTHS, _LEAST_ROWS = 3, 10  # fewer say nothing about what is usual


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a look at tables."""

    scope: str
    rows: int
    failed: int
    suite_hash: str
    result_json: str


def output_frames(session: Session, client_id: str, at: datetime) -> dict[str, Sequence[Row]]:
    """What finance reads of a client: newest versions, one row of facts, suppliers' months."""
    invoices = _invoices(session, client_id, at)
    return {"invoices": invoices, "facts": [_facts(session, client_id, at, invoices)], "months": _months(invoices)}


def intake_frames(session: Session, client_id: str) -> dict[str, Sequence[Row]]:
    """What a client has sent us: suppliers and orders."""
    return {"suppliers": _suppliers(session, client_id), "orders": _orders(session, client_id)}


def _invoices(session: Session, client_id: str, at: datetime) -> list[Row]:
    query = text(
        "SELECT document_id, change_seq, seller_id, invoice_number, issue_date, due_date, currency, published_at, "
        "document_type FROM v1_invoice WHERE client_id = :client AND status <> 'withdrawn' "
        "ORDER BY change_seq DESC LIMIT :most"
    )
    minor = _gross_minor(session, client_id)
    found = session.connection().execute(query, {"client": client_id, "most": LOOKED_AT}).mappings()
    return [
        {
            "id": row["document_id"], "document_id": row["document_id"], "change_seq": row["change_seq"],
            "seller_id": row["seller_id"], "due_date": None if row["due_date"] is None else str(row["due_date"]),
            "currency": row["currency"], "published_at": str(row["published_at"]),
            "age_days": _days_between(row["issue_date"], row["published_at"]),
            "month": str(row["issue_date"] or "")[:7], "gross_minor": minor.get(row["change_seq"], 0),
            "number_key": _number_key(row), "days_ago": _days_ago(row["published_at"], at),
        }
        for row in found
    ]  # fmt: skip


def _gross_minor(session: Session, client_id: str) -> dict[int, int]:
    query = text("SELECT change_seq, x_gross_minor FROM v1_posting WHERE client_id = :client AND sign = 1")
    return {seq: int(minor or 0) for seq, minor in session.connection().execute(query, {"client": client_id})}


def _number_key(row: RowMapping) -> str | None:
    """Two invoices of a supplier have one number only in different years, or as different kinds of document."""
    if row["seller_id"] is None or row["invoice_number"] is None:
        return None
    return f"{row['seller_id']} {row['invoice_number']} {str(row['issue_date'])[:4]} {row['document_type']}"


def _days_between(day: str | date | None, moment: str | datetime) -> int | None:
    if day is None:
        return None
    return (date.fromisoformat(str(moment)[:10]) - date.fromisoformat(str(day)[:10])).days


def _days_ago(moment: str | datetime, at: datetime) -> int:
    return (at.date() - date.fromisoformat(str(moment)[:10])).days


def _facts(session: Session, client_id: str, at: datetime, invoices: Sequence[Row]) -> Row:
    """Counts that should be 0, and two measures of time and volume."""
    oldest = session.exec(select(func.min(DocumentRow.updated_at)).where(
        DocumentRow.client_id == client_id, DocumentRow.state == Status.APPROVED)).one()  # fmt: skip
    counted = {name: _count(session, query, client_id) for name, query in _COUNTS.items()}
    return {"id": client_id, **counted, "waiting_days": 0 if oldest is None else max((at - oldest).days, 0),
            "volume_ratio": _volume_ratio(invoices)}  # fmt: skip


def _count(session: Session, query: str, client_id: str) -> int:
    return int(session.connection().execute(text(query), {"client": client_id}).scalar() or 0)


_HAS_INVOICE = "EXISTS (SELECT 1 FROM invoice i WHERE i.document_id = x.document_id AND i.version = x.version)"
_COUNTS = {
    "feed_gaps": "SELECT COALESCE(max(change_seq), 0) - count(*) FROM change WHERE CAST(:client AS VARCHAR) <> ''",
    "lines_without_invoice": "SELECT count(*) FROM invoice_line x WHERE client_id = :client AND NOT " + _HAS_INVOICE,  # noqa: S608 - names of ours
    "vat_without_invoice": "SELECT count(*) FROM vat_breakdown x WHERE client_id = :client AND NOT " + _HAS_INVOICE,  # noqa: S608
    "versions_without_change": "SELECT count(*) FROM invoice i WHERE client_id = :client AND NOT EXISTS (SELECT 1 "
    "FROM change c WHERE c.change_seq = i.change_seq AND c.entity_id = i.document_id AND c.version = i.version)",
    # What the ledger adds up to, less what holds now, in minor units whatever the currency: both must be one sum.
    "ledger_difference": "SELECT abs((SELECT COALESCE(sum(x_gross_minor), 0) FROM v1_posting WHERE client_id = "
    ":client) - (SELECT COALESCE(sum(p.x_gross_minor), 0) FROM v1_invoice_version v JOIN v1_posting p ON "
    "p.change_seq = v.change_seq AND p.sign = 1 WHERE v.client_id = :client AND v.known_to IS NULL))",
    "invoices_with_open_errors": "SELECT count(DISTINCT i.document_id) FROM invoice i JOIN document d ON "  # noqa: S608
    "d.id = i.document_id JOIN finding f ON f.document_id = d.id AND f.revision = d.revision WHERE i.client_id = "
    f":client AND d.state = 'exported' AND f.severity IN ('{Severity.ERROR}', '{Severity.HOLD}') AND "
    "f.rule <> 'AP-MATCH-NO-ORDER' AND i.x_approved_by NOT LIKE 'user:%' AND i.version = "
    "(SELECT max(n.version) FROM invoice n WHERE n.document_id = i.document_id)",
}  # fmt: skip


def _volume_ratio(invoices: Sequence[Row]) -> float | None:
    """Rows of the last seven days against the median of the eight weeks before; None where those say too little."""
    weeks = [0] * (_WEEKS + 1)
    for row in invoices:
        week = int(row["days_ago"] or 0) // 7
        if 0 <= week <= _WEEKS:
            weeks[week] += 1
    usual = median(weeks[1:])
    return weeks[0] / usual if usual >= _LEAST_ROWS else None


def _months(invoices: Sequence[Row]) -> list[Row]:
    """The newest month of each supplier and currency against the median of its earlier months."""
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for row in invoices:
        if row["seller_id"] and row["month"]:
            by_month = sums.setdefault((str(row["seller_id"]), str(row["currency"])), {})
            by_month[str(row["month"])] = by_month.get(str(row["month"]), 0) + int(row["gross_minor"] or 0)
    return [
        {"id": f"{seller} {currency} {max(months)}", "month_ratio": months[max(months)] / usual}
        for (seller, currency), months in sorted(sums.items())
        if len(months) > _LEAST_MONTHS and (usual := median(months[each] for each in months if each != max(months))) > 0
    ]


def _suppliers(session: Session, client_id: str) -> list[Row]:
    query = select(SupplierRow).where(SupplierRow.client_id == client_id).order_by(col(SupplierRow.updated_at).desc())
    with_account = set(session.exec(select(SupplierBankRow.seller_id).where(SupplierBankRow.client_id == client_id)))
    return [
        {"id": row.seller_id, "name": row.name or None, "vat_id": row.vat_id or None,
         "accounts": "yes" if row.seller_id in with_account else None}
        for row in session.exec(query.limit(LOOKED_AT))
    ]  # fmt: skip


def _orders(session: Session, client_id: str) -> list[Row]:
    query = text(
        "SELECT o.order_number AS id, o.canonical_number, o.seller_id, o.currency, "
        "CASE WHEN o.seller_id IS NULL OR s.seller_id IS NOT NULL THEN 'yes' END AS known_seller, "
        "(SELECT count(*) FROM purchase_order_line l WHERE l.client_id = o.client_id "
        "AND l.order_number = o.order_number) AS lines "
        "FROM purchase_order o LEFT JOIN supplier s ON s.client_id = o.client_id AND s.seller_id = o.seller_id "
        "WHERE o.client_id = :client ORDER BY o.updated_at DESC LIMIT :most"
    )
    found = session.connection().execute(query, {"client": client_id, "most": LOOKED_AT})
    return [dict(row) for row in found.mappings()]


def add_quality_run(session: Session, client_id: str, kept: Kept, *, actor: str, at: datetime) -> QualityRunRow:
    """Keep what a look at the tables gave, with its audit row."""
    row = QualityRunRow(id=new_id(), client_id=client_id, scope=kept.scope, at=at, rows=kept.rows, failed=kept.failed,
                        state="failed" if kept.failed else "passed", suite_hash=kept.suite_hash,
                        result_json=kept.result_json)  # fmt: skip
    session.add(row)
    record(session, actor=actor, action="check_tables", subject=f"quality:{row.id}", client_id=client_id,
           after={"scope": kept.scope, "rows": kept.rows, "failed": kept.failed}, at=at)  # fmt: skip
    return row


def newest_runs(session: Session, clients: Collection[str] | None, days: int, at: datetime) -> list[QualityRunRow]:
    """The looks at tables of the last days, newest first; of every client where none are named."""
    query = select(QualityRunRow).where(QualityRunRow.at >= at - timedelta(days=days))
    if clients is not None:
        query = query.where(col(QualityRunRow.client_id).in_(clients))
    return list(session.exec(query.order_by(col(QualityRunRow.at).desc(), col(QualityRunRow.scope)).limit(100)))


def find_run(session: Session, run_id: str, clients: Collection[str] | None) -> QualityRunRow | None:
    """A look at tables, if it is of one of these clients."""
    row = session.get(QualityRunRow, run_id)
    return row if row is not None and (clients is None or row.client_id in clients) else None


def newest_batches(
    session: Session, clients: Collection[str] | None, *, before: datetime | None = None, limit: int = 50
) -> list[PublishBatchRow]:
    """Publish batches, newest first; older than `before` where it is given."""
    query = select(PublishBatchRow)
    if clients is not None:
        query = query.where(col(PublishBatchRow.client_id).in_(clients))
    if before is not None:
        query = query.where(PublishBatchRow.created_at < before)
    return list(session.exec(query.order_by(col(PublishBatchRow.created_at).desc()).limit(limit)))


def find_batch(session: Session, batch_id: str, clients: Collection[str] | None) -> PublishBatchRow | None:
    """A publish batch, if it is of one of these clients."""
    row = session.get(PublishBatchRow, batch_id)
    return row if row is not None and (clients is None or row.client_id in clients) else None


def held_rows(session: Session, batch_id: str) -> list[tuple[PublishHoldRow, DocumentRow | None]]:
    """What the gate held back in a batch, with each document as it is now."""
    rows = session.exec(select(PublishHoldRow).where(PublishHoldRow.batch_id == batch_id)
                        .order_by(PublishHoldRow.document_id)).all()  # fmt: skip
    return [(row, session.get(DocumentRow, row.document_id)) for row in rows]
