"""Bring a database to the newest schema: `migrate(store)` may be called at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from models.store.engine import Store


def migrate(store: Store) -> str:
    """Upgrade to the newest revision in one transaction and return its id; a database that is there already is left."""
    with store.engine.connect() as connection:
        head = ScriptDirectory.from_config(_config(connection)).get_current_head() or ""
        if MigrationContext.configure(connection).get_current_revision() == head:
            return head
    with store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.upgrade(_config(connection), "head")
    return head


def schema_of(store: Store) -> tuple[str, str]:
    """The revision that a database has, empty where it has none, and the newest one; nothing is changed."""
    with store.engine.connect() as connection:
        newest = ScriptDirectory.from_config(_config(connection)).get_current_head() or ""
        return MigrationContext.configure(connection).get_current_revision() or "", newest


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
