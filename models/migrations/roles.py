"""Roles of PostgreSQL that read the output views and nothing else; and views that are made anew without losing them.

A role for all clients reads `v1_...`. A role for one client reads views of the same names in the schema
`finance_<client>`, which hold only that client's rows. The views run with their owner's rights, so that the role needs
none on any table; `security_barrier` keeps a reader's own functions from seeing rows before they are filtered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text

from models.errors import SettingsError
from models.view_kinds import View
from models.views import VIEWS, create_statements

SCHEMA = "finance_"
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SPARED = ("public", "session_user", "current_user", "current_role", "none")


class Reader(NamedTuple):
    """A role that reads; of one client where it is named."""

    role: str
    client_id: str | None = None


def grant_reader(connection: Connection, reader: Reader) -> None:
    """Let a role read the views, and create it without a login where it is not there.

    Raises:
        SettingsError: The database has no roles, the names do not fit it, or the role can do more than read.
    """
    _check(connection, reader)
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": reader.role}).scalar():
        connection.exec_driver_sql(f"CREATE ROLE {_quoted(reader.role)} NOLOGIN")
    for statement in _grants(reader):
        connection.exec_driver_sql(statement)


def revoke_reader(connection: Connection, reader: Reader) -> None:
    """Take that back; the role stays, because others may have given it rights.

    Raises:
        SettingsError: The database has no roles, the names do not fit it, or there is no such role.
    """
    _check(connection, reader)
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": reader.role}).scalar():
        raise SettingsError(f"there is no role {reader.role}")
    schema = _schema(reader)
    if reader.client_id is not None and not _has_schema(connection, schema):
        return
    role = _quoted(reader.role)
    names = ", ".join(f"{_quoted(schema)}.{view.name}" for view in VIEWS)
    connection.exec_driver_sql(f"REVOKE ALL ON {names} FROM {role}")
    connection.exec_driver_sql(f"REVOKE ALL ON SCHEMA {_quoted(schema)} FROM {role}")


def readers_of(connection: Connection) -> list[Reader]:
    """Who reads the views now, by name; nobody on a database without roles."""
    if connection.dialect.name == "sqlite":
        return []
    found = connection.execute(
        text(
            "SELECT DISTINCT g.grantee, g.table_schema FROM information_schema.role_table_grants g "
            "JOIN pg_roles r ON r.rolname = g.grantee WHERE g.table_name = 'v1_invoice' "
            "AND g.privilege_type = 'SELECT' AND g.grantee <> g.grantor ORDER BY 1, 2"
        )
    )
    return [
        Reader(role, schema.removeprefix(SCHEMA) if schema.startswith(SCHEMA) else None) for role, schema in found.all()
    ]


def rebuild_views(connection: Connection, views: Iterable[View] = VIEWS) -> None:
    """Make the views anew, and give every reader back what it read. Without views they are only taken away."""
    readers, wanted = readers_of(connection), tuple(views)
    for name in _present(connection):
        connection.exec_driver_sql(f"DROP VIEW {name}" + (" CASCADE" if connection.dialect.name != "sqlite" else ""))
    for statement in create_statements(connection.dialect.name, wanted):
        connection.execute(text(statement))
    for reader in readers if wanted else ():
        for statement in _grants(reader):
            connection.exec_driver_sql(statement)


def _present(connection: Connection) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'view' AND name LIKE 'v1!_%' ESCAPE '!' ORDER BY name"
        if connection.dialect.name == "sqlite"
        else "SELECT table_name FROM information_schema.views WHERE table_schema = 'public' "
        "AND table_name LIKE 'v1!_%' ESCAPE '!' ORDER BY table_name"
    )
    return list(connection.execute(text(query)).scalars())


def _check(connection: Connection, reader: Reader) -> None:
    if connection.dialect.name == "sqlite":
        raise SettingsError("SQLite has no roles: give a reader the exported files, or the database opened read-only")
    if not _ROLE.fullmatch(reader.role) or reader.role in _SPARED or reader.role.startswith("pg_"):
        raise SettingsError(f"{reader.role!r} is no name for a role: small letters, digits and _ only")
    if len(_schema(reader)) > 63:
        raise SettingsError(f"the name of the schema {_schema(reader)} is longer than PostgreSQL's 63 letters")
    known = text("SELECT rolsuper OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = :name")
    if connection.execute(known, {"name": reader.role}).scalar():
        raise SettingsError(f"the role {reader.role} can do more than read: take another one")


def _grants(reader: Reader) -> Iterator[str]:
    """All that a reader needs; run again it changes nothing."""
    role, schema = _quoted(reader.role), _quoted(_schema(reader))
    if reader.client_id is not None:
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
        yield from (_of_one_client(schema, view, reader.client_id) for view in VIEWS)
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield from (f"GRANT SELECT ON {schema}.{view.name} TO {role}" for view in VIEWS)


def _of_one_client(schema: str, view: View, client_id: str) -> str:
    where = " WHERE client_id = '" + client_id.replace("'", "''") + "'" if "client_id" in view.names else ""
    head = f"CREATE OR REPLACE VIEW {schema}.{view.name} WITH (security_barrier)"
    return f"{head} AS SELECT * FROM public.{view.name}{where}"  # noqa: S608 - quoted above


def _schema(reader: Reader) -> str:
    return "public" if reader.client_id is None else SCHEMA + reader.client_id


def _has_schema(connection: Connection, schema: str) -> bool:
    return bool(connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema}).scalar())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
