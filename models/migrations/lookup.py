"""The n-gram index, and the filing of what a database held before it: for migration 0005 and what may follow it.

SQLite: FTS5 over the table `search_text`, kept by triggers. PostgreSQL: a GIN index of pg_trgm where that extension
may be created; where it may not, everything but the search by words works, and `facturier doctor` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update
from sqlalchemy.exc import DBAPIError

from models.keys import net_cents, order_keys, search_words, supplier_keys
from models.tables import OrderLineRow, OrderRow, SearchTextRow, SupplierKeyRow, SupplierRow

_PAGE = 2000  # rows at a time
_DELETE = "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.id, old.words);"
_INSERT = "INSERT INTO search_index (rowid, words) VALUES (new.id, new.words);"
_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5 (words, content='search_text', content_rowid='id', "
    "tokenize='trigram', detail=none, columnsize=0)",
    f"CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN {_INSERT} END",
    f"CREATE TRIGGER search_text_gone AFTER DELETE ON search_text BEGIN {_DELETE} END",
    f"CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN {_DELETE} {_INSERT} END",
)
_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX search_index ON search_text USING gin (words gin_trgm_ops)",
)


def create_search_index(connection: Connection) -> None:
    """Make the n-gram index of the database at hand; where PostgreSQL refuses the extension, go on without."""
    if connection.dialect.name == "sqlite":
        for statement in _SQLITE:
            connection.exec_driver_sql(statement)
        return
    try:
        with connection.begin_nested():
            for statement in _POSTGRESQL:
                connection.exec_driver_sql(statement)
    except DBAPIError:
        return  # not installed, or this user may not: the doctor tells


def drop_search_index(connection: Connection) -> None:
    """Take it away; a table takes its triggers and indexes with it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE search_index")


def file_everything(connection: Connection) -> None:
    """File every supplier and order that is there."""
    # Columns by name: a later version's table may have more of them than this database.
    suppliers = (SupplierRow.client_id, SupplierRow.seller_id, SupplierRow.name, SupplierRow.vat_id,
                 SupplierRow.legal_id)  # fmt: skip
    for page in _pages(connection, suppliers, 2):
        _file_suppliers(connection, page)
    lines: Sequence[Any] = (
        OrderLineRow.client_id, OrderLineRow.order_number, OrderLineRow.line_number, OrderLineRow.net_amount,
        OrderLineRow.quantity, OrderLineRow.unit_price, OrderLineRow.item_name, OrderLineRow.seller_item_id,
        OrderLineRow.buyer_item_id,
    )  # fmt: skip
    for page in _pages(connection, (OrderRow.client_id, OrderRow.order_number, OrderRow.seller_name), 2):
        keys = [(row[0], row[1]) for row in page]
        query = select(*lines).where(tuple_(lines[0], lines[1]).in_(keys)).order_by(*lines[:3])
        grouped = groupby(connection.execute(query), key=lambda row: (row[0], row[1]))
        _file_orders(connection, page, {key: list(rows) for key, rows in grouped})


def _pages(connection: Connection, columns: Sequence[Any], keys: int) -> Iterator[Sequence[Any]]:
    """All rows in the order of their key, a page at a time."""
    last: tuple[Any, ...] | None = None
    while True:
        query = select(*columns).order_by(*columns[:keys]).limit(_PAGE)
        if last is not None:
            query = query.where(tuple_(*columns[:keys]) > tuple_(*last))
        page = connection.execute(query).all()
        if not page:
            return
        yield page
        last = tuple(page[-1][:keys])


def _file_suppliers(connection: Connection, page: Sequence[Any]) -> None:
    keys = [
        {"client_id": client_id, "key": key, "seller_id": seller_id, "view": view}
        for client_id, seller_id, name, vat_id, legal_id in page
        for key, view in sorted(supplier_keys(name, vat_id, legal_id).items())
    ]
    if keys:
        connection.execute(insert(SupplierKeyRow), keys)
    texts = [_text(row[0], "supplier", row[1], [row[2]]) for row in page]
    connection.execute(insert(SearchTextRow), texts)


def _file_orders(connection: Connection, page: Sequence[Any], lines: dict[tuple[str, str], list[Any]]) -> None:
    values: list[dict[str, Any]] = []
    texts: list[dict[str, str]] = []
    for client_id, number, seller_name in page:
        rows = lines.get((client_id, number), [])
        values.append({"of_client": client_id, "of_number": number, **order_keys(number),
                       "net_cents": net_cents((row[3], row[4], row[5]) for row in rows)})  # fmt: skip
        words = [seller_name, *(text for row in rows for text in row[6:9])]
        texts.append(_text(client_id, "order", number, words))
    table = OrderRow.__table__  # type: ignore[attr-defined]
    change = update(table).where(table.c.client_id == bindparam("of_client"),
                                 table.c.order_number == bindparam("of_number"))  # fmt: skip
    connection.execute(change.values({name: bindparam(name) for name in ("canonical_number", "reversed_number",
                                                                         "net_cents")}), values)  # fmt: skip
    connection.execute(insert(SearchTextRow), texts)


def _text(client_id: str, kind: str, key: str, texts: Sequence[str | None]) -> dict[str, str]:
    return {"client_id": client_id, "kind": kind, "key": key, "words": search_words(client_id, kind, texts)}
