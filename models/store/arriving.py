"""One client's rows, written by another house (`leaving`), into this database: all of them, or none.

What is taken in is checked against the columns and their types; it comes from a file, so it is hostile until then.

>>> _read(Column("amount", Amount()), "12.50", "line 1"), _read(Column("day", Date()), "2026-11-02", "line 1")
(Decimal('12.50'), datetime.date(2026, 11, 2))
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Integer, Table, bindparam, func, insert, select, text, update
from sqlmodel import Session, SQLModel, col

from models.columns import Amount, Instant
from models.errors import FacturierError
from models.store.audit import Act, record_all
from models.tables import ChangeRow, CounterRow, DocumentRow, ExportBatchRow

PAGE = 500  # rows written at a time


class ExitPackError(FacturierError):
    """An exit pack cannot be taken in."""

    code = "exit_pack"
    advice = "Nothing was changed. Ask for the pack to be made anew, or take it in with the version that made it."


def is_new_house(session: Session) -> bool:
    """Whether nobody works here yet: no client, no person, nothing published."""
    return not any(
        session.connection().execute(select(func.count()).select_from(SQLModel.metadata.tables[name])).scalar()
        for name in ("client", "user_account", "change", "document")
    )


def take_rows(session: Session, table: Table, rows: Iterable[tuple[str, Any]]) -> int:
    """Add rows to a table; returns how many.

    Args:
        session: Of the whole taking in: all or nothing.
        table: One of `leaving.leaving_tables`, in their order.
        rows: Where each stands (file and line, for messages), and the JSON object.

    Raises:
        ExitPackError: A row is not one of this table.
    """
    if table.name == "audit":
        return _take_audit(session, rows)
    count, page = 0, []
    for where, row in rows:
        page.append(_checked(table, where, row))
        if len(page) == PAGE:
            count += _add(session, table, page)
            page = []
    return count + _add(session, table, page)


def _add(session: Session, table: Table, page: list[dict[str, Any]]) -> int:
    if not page:
        return 0
    if table.name == "document":  # approvals are checked against the last editor when they are added: he comes after
        session.connection().execute(insert(table), [row | {"last_editor": None} for row in page])
    else:
        session.connection().execute(insert(table), page)
    return len(page)


def name_editors(session: Session, rows: Iterable[tuple[str, Any]]) -> None:
    """Write who edited documents last, once their approvals are there."""
    table = SQLModel.metadata.tables["document"]
    change = update(table).where(col(DocumentRow.id) == bindparam("which")).values(last_editor=bindparam("who"))
    edits = [{"which": str(row["id"]), "who": str(row["last_editor"])} for _, row in rows if row.get("last_editor")]
    if edits:
        session.connection().execute(change, edits)


def count_anew(session: Session) -> None:
    """Set the gapless sequences behind what was taken in."""
    last = session.exec(select(func.max(col(ChangeRow.change_seq)))).scalar() or 0  # type: ignore[call-overload]
    _count(session, "change", int(last))
    batches = select(ExportBatchRow.client_id, ExportBatchRow.target, func.max(col(ExportBatchRow.seq)))  # type: ignore[call-overload]
    for client_id, target, seq in session.connection().execute(
        batches.group_by(ExportBatchRow.client_id, ExportBatchRow.target)
    ):
        _count(session, f"export:{client_id}:{target}", int(seq))
    if session.get_bind().dialect.name == "postgresql":
        for table, column in (("event", "seq"), ("search_text", "id")):  # numbered by the database itself
            session.connection().execute(text(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "  # noqa: S608 - names of this file
                f"(SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
            ))  # fmt: skip


def _count(session: Session, name: str, value: int) -> None:
    known = session.get(CounterRow, name)
    if known is None:
        session.add(CounterRow(name=name, value=value))
    elif known.value < value:
        known.value = value
        session.add(known)


def _take_audit(session: Session, rows: Iterable[tuple[str, Any]]) -> int:
    """Acts go on in this house's own chain, in their order, with their times and people."""
    table = SQLModel.metadata.tables["audit"]
    checked = [_checked(table, where, row) for where, row in rows]
    checked.sort(key=lambda row: row["seq"])
    acts = [
        Act(row["action"], row["object"], row.get("client_id"), _object(row.get("before_json")),
            _object(row.get("after_json")), actor=row["actor"], at=row["at"])
        for row in checked
    ]  # fmt: skip
    if acts:
        record_all(session, acts, actor="exit-pack", at=acts[-1].at or datetime.now(UTC))
    return len(acts)


def _object(stored: str | None) -> Mapping[str, Any] | None:
    if stored is None:
        return None
    try:
        found = json.loads(stored)
    except ValueError as error:
        raise ExitPackError("an audit row holds no JSON") from error
    if not isinstance(found, dict):
        raise ExitPackError("an audit row holds something else than values")
    return found


def _checked(table: Table, where: str, row: Any) -> dict[str, Any]:  # noqa: ANN401 - from a file
    """A row with the values that its columns take."""
    if not isinstance(row, dict):
        raise ExitPackError(f"{where}: not an object")
    strange = sorted(set(row) - {column.name for column in table.columns})
    if strange:
        raise ExitPackError(f"{where}: {table.name} has no column {strange[0]!r}")
    missing = [column.name for column in table.columns
               if column.name not in row and not column.nullable and column.server_default is None]  # fmt: skip
    if missing:
        raise ExitPackError(f"{where}: {missing[0]} is missing")
    return {column.name: _read(column, row.get(column.name), where) for column in table.columns
            if column.name in row or column.nullable}  # fmt: skip


def _read(column: Column[Any], value: Any, where: str) -> Any:  # noqa: ANN401 - any cell
    if value is None:
        return None
    for kind, (wanted, read) in _READERS.items():
        if isinstance(column.type, kind):
            if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not Boolean):
                break
            try:
                return read(value)
            except (ValueError, InvalidOperation):
                break
    else:
        if isinstance(value, str) and "\0" not in value:
            return value
    raise ExitPackError(f"{where}: {column.name} cannot be {str(value)[:40]!r}")


def _instant(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("a time without zone")
    return found


def _amount(value: str) -> Decimal:
    found = Decimal(value)
    if not found.is_finite():
        raise ValueError("no number")
    return found


# Kind of column -> (what JSON holds, how it is read). Everything else is text.
_READERS: dict[type, tuple[type | tuple[type, ...], Any]] = {
    Amount: (str, _amount),
    Instant: (str, _instant),
    Date: (str, date.fromisoformat),
    Boolean: (bool, bool),
    Integer: (int, int),
    Float: ((int, float), float),
}
