"""One client's rows out of a database: every table has its row here, or says why it stays.

Rows travel as JSON objects by column: exact numbers and times as text, what is empty left out. `arriving` takes them
into another house.

>>> sorted(name for name, rule in TABLES.items() if rule.stays)[:3]
['account_use', 'alembic_version', 'api_key']
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Table, select, text
from sqlmodel import Session, SQLModel

_BY_CLIENT = "client_id = :client"
_BY_DOCUMENT = "document_id IN (SELECT id FROM document WHERE client_id = :client)"
_FILES = (
    "sha256 IN (SELECT sha256 FROM document WHERE client_id = :client "
    "UNION SELECT sha256 FROM receipt WHERE client_id = :client AND sha256 IS NOT NULL)"
)
_PEOPLE = (
    "SELECT user_id FROM user_client WHERE client_id = :client "
    "UNION SELECT user_id FROM approval WHERE client_id = :client "
    "UNION SELECT user_id FROM micro_answer WHERE client_id = :client"
)


class Rule(NamedTuple):
    """Which rows of a table are a client's (`where`), what is left out of them, or why the table stays."""

    where: str = ""
    blank: Mapping[str, Any] = {}
    stays: str = ""


_CLIENTS = Rule(_BY_CLIENT)
_DOCUMENTS = Rule(_BY_DOCUMENT)

TABLES: dict[str, Rule] = {
    **dict.fromkeys((
        "ack", "alarm", "alert", "alias", "approval", "arrangement", "audit_sample", "certificate", "change",
        "chosen_order", "coding", "coding_proposal", "comment", "contract", "correction", "credit_link", "decision",
        "delivery", "document", "duplicate_key", "duplicate_pair", "escalation", "event", "export_batch", "finding",
        "forecast", "goods_receipt", "governance_action", "invoice", "invoice_line", "job", "kpi", "label", "mail",
        "manual_baseline", "match_link", "micro_task", "order_claim", "page_picture", "publish_batch",
        "purchase_order", "purchase_order_line", "quality_run", "receipt", "reused_number", "sample", "sample_key",
        "search_text", "shadow", "sla_pause", "supplier", "supplier_bank", "supplier_key", "supplier_question",
        "supplier_rule", "survey", "tolerance", "touch", "user_client", "vat_breakdown",
    ), _CLIENTS),
    "audit": _CLIENTS,  # goes on in the chain of the house that takes it in, see take_audit
    "client": Rule("id = :client"),
    "extraction": _DOCUMENTS,
    "match_result": _DOCUMENTS,
    "publish_hold": _DOCUMENTS,
    "blob": Rule(_FILES),
    "incident": Rule("client_id = :client OR client_id IS NULL"),
    "currency_rate": Rule("1 = 1"),
    "model_version": Rule("1 = 1"),
    "user_account": Rule(f"id IN ({_PEOPLE})",
                         {"password_hash": "!", "active": False, "failures": 0, "locked_until": None}),
    "micro_answer": Rule(_BY_CLIENT, {"rate_id": None}),
    # Secrets stay here: receivers get new ones.
    "webhook": Rule(_BY_CLIENT, {"secret": "", "old_secret": "", "old_secret_until": None, "state": "paused"}),
    "webhook_message": _CLIENTS,
    "webhook_try": Rule("message_id IN (SELECT id FROM webhook_message WHERE client_id = :client)"),
    "guarded_account": Rule(stays="hashes salted with a key of this house: import the list of accounts anew"),
    "account_use": Rule(stays="hashes salted with a key of this house, over all clients: counted anew"),
    "alembic_version": Rule(stays="the schema; the manifest names it"),
    "api_key": Rule(stays="keys to this house"),
    "bulk": Rule(stays="what may be undone in this house; the acts themselves are in the audit"),
    "counter": Rule(stays="counted anew from what is taken in"),
    "heartbeat": Rule(stays="signs of life of this house"),
    "idempotent": Rule(stays="answers of this house to requests"),
    "identity": Rule(stays="accounts at this house's identity provider"),
    "micro_worker": Rule(stays="people's qualification in this house"),
    "pay_rate": Rule(stays="wages of this house"),
    "replay": Rule(stays="answers of this house to forms"),
    "saved_filter": Rule(stays="people's own settings"),
    "secret": Rule(stays="keys of this house"),
    "session": Rule(stays="sign-ins to this house"),
    "top_up": Rule(stays="wages of this house"),
    "transition": Rule(stays="part of the program"),
    "wage_floor": Rule(stays="wages of this house"),
}  # fmt: skip


def leaving_tables() -> list[Table]:
    """The tables that travel, those first on which others rest.

    Raises:
        KeyError: A table has no row in TABLES.
    """
    return [table for table in SQLModel.metadata.sorted_tables if not TABLES[table.name].stays]


def rows_of(session: Session, table: Table, client_id: str) -> Iterator[dict[str, Any]]:
    """One client's rows of a table as JSON objects, in the order of its key."""
    rule = TABLES[table.name]
    query = select(table).where(text(rule.where).bindparams(**_bound(rule.where, client_id)))
    for row in session.connection().execute(query.order_by(*table.primary_key.columns)).mappings():
        values = {**row, **rule.blank}
        yield {name: _told(value) for name, value in values.items() if value is not None}


def files_of(session: Session, client_id: str) -> list[str]:
    """Hashes of the stored files that go with the rows: documents, and the models' files."""
    query = text(f"SELECT sha256 FROM blob WHERE {_FILES} ORDER BY sha256")  # noqa: S608 - names of this file
    found = [str(row[0]) for row in session.connection().execute(query, {"client": client_id})]
    models = session.connection().execute(text("SELECT files_json FROM model_version"))
    return sorted({*found, *(sha256 for (files,) in models for sha256 in json.loads(files).values())})


def _bound(where: str, client_id: str) -> dict[str, str]:
    return {"client": client_id} if ":client" in where else {}


def _told(value: Any) -> Any:  # noqa: ANN401 - any cell
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
