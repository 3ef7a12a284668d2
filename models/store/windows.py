"""Rows of the views a page at a time, for callers that come back for the next one.

A page begins behind a position (the values of the view's key columns in its last row), so that rows which come in
meanwhile move nothing. Clients are always named: nothing is read for all of them by leaving something out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, text
from sqlmodel import Session

from models.columns import Instant
from models.store.outputs import read_cell
from models.views import View

Position = Sequence[int | str | datetime]
Condition = tuple[str, Literal["=", ">", "<="], int | str | datetime]


def read_window(
    session: Session, view: View, clients: Collection[str], *, key: Sequence[str], after: Position | None, limit: int,
    only: Sequence[Condition] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """At most `limit` rows behind a position, by `key`, as typed values by column name.

    Args:
        session: An open session.
        view: The view.
        clients: Whose rows.
        key: Columns that order the rows and tell them apart; none is ever empty.
        after: Their values in the last row of the page before.
        limit: Rows at most.
        only: What else holds of each row.
    """
    values: dict[str, Any] = {"clients": list(clients), "limit": limit}
    where = ["client_id IN :clients"]
    if after is not None:
        where.append(f"({_columns(key)}) > ({', '.join(f':after_{at}' for at in range(len(key)))})")
        values |= {f"after_{at}": value for at, value in enumerate(after)}
    for at, (name, sign, value) in enumerate(only):
        where.append(f'"{name}" {sign} :only_{at}')
        values[f"only_{at}"] = value
    chosen = _columns([column.name for column in view.columns])
    words = f"SELECT {chosen} FROM {view.name} WHERE {' AND '.join(where)} ORDER BY {_columns(key)} LIMIT :limit"  # noqa: S608 - names of models.views and of this file; values are bound
    instants = [bindparam(name, type_=Instant()) for name, value in values.items() if isinstance(value, datetime)]
    query = text(words).bindparams(bindparam("clients", expanding=True), *instants)
    found = session.connection().execute(query, values)
    return [
        {column.name: read_cell(column.kind, cell) for column, cell in zip(view.columns, row, strict=True)}
        for row in found
    ]


def rows_of_version(session: Session, view: View, document_id: str, change_seq: int) -> list[dict[str, Any]]:
    """The rows of a view that belong to one version of one document, in the view's order."""
    chosen, order = _columns([column.name for column in view.columns]), _columns(view.order)
    words = f"SELECT {chosen} FROM {view.name} WHERE document_id = :document AND change_seq = :seq ORDER BY {order}"  # noqa: S608
    found = session.connection().execute(text(words), {"document": document_id, "seq": change_seq})
    return [
        {column.name: read_cell(column.kind, cell) for column, cell in zip(view.columns, row, strict=True)}
        for row in found
    ]


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
