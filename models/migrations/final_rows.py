"""Triggers that keep published rows as they are: versions and changes are added, never edited or deleted."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

TABLES = ("invoice", "invoice_line", "vat_breakdown", "change")


def create_final_rows() -> None:
    """Create the triggers of the database at hand."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for statement in _sqlite(table) if on_sqlite else _postgresql(table):
            op.execute(statement)


def drop_final_rows() -> None:
    """Take them away."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if on_sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_final ON {table}")


def _sqlite(table: str) -> Iterator[str]:
    for act in ("update", "delete"):
        yield (
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'published rows are final'); END"
        )


def _postgresql(table: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"  # of revision 0001
    )
