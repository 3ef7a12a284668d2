"""A consistent copy of the SQLite database, taken while others write, and the look whether a copy is whole.

`VACUUM INTO` reads in one transaction: writers go on, and the copy is what was committed when it began.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pysqlite3.dbapi2 as sqlite_driver

from models.errors import FacturierError
from models.store.engine import Store


class SnapshotError(FacturierError):
    """A database file is damaged or none of ours."""

    code = "snapshot"
    advice = "Take an older backup; this one's database cannot be trusted."


class Content(NamedTuple):
    """What a snapshot holds: its schema, the stored files it names with their sizes in bytes, clients, audit head."""

    revision: str
    blobs: dict[str, int]
    clients: tuple[str, ...]
    documents: int
    audit_rows: int
    audit_head: str


def take_snapshot(store: Store, target: Path) -> None:
    """Copy the database to a new file, durably, readable by this user only.

    Raises:
        SnapshotError: SQLite could not write it.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds keys: never open to others
    try:
        with closing(store.engine.raw_connection()) as connection:  # without BEGIN, in which VACUUM cannot run
            connection.cursor().execute("VACUUM INTO ?", (str(target),))
    except sqlite_driver.Error as error:
        raise SnapshotError(f"the database could not be copied: {error}") from error
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_snapshot(path: Path) -> Content:
    """Check a database file from its first page to its last, and say what it holds; the file is not touched.

    Raises:
        SnapshotError: It is damaged or no database of ours.
    """
    try:
        with _opened(path) as cursor:
            wrong = [row[0] for row in cursor.execute("PRAGMA integrity_check(3)")]
            if wrong != ["ok"]:
                raise SnapshotError(f"{path.name} is damaged: {wrong[0]}")
            if cursor.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise SnapshotError(f"{path.name} has rows without the row that they belong to")
            head = cursor.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            return Content(
                revision=cursor.execute("SELECT version_num FROM alembic_version").fetchone()[0],
                blobs=dict(cursor.execute("SELECT sha256, size FROM blob").fetchall()),
                clients=tuple(row[0] for row in cursor.execute("SELECT id FROM client ORDER BY id")),
                documents=cursor.execute("SELECT count(*) FROM document").fetchone()[0],
                audit_rows=head[0] if head else 0,
                audit_head=head[1] if head else "",
            )
    except sqlite_driver.Error as error:
        raise SnapshotError(f"{path.name} is no database of ours: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Read-only and as if nobody ever wrote: no log and no lock file appear beside it."""
    connection = sqlite_driver.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        yield connection.cursor()
    finally:
        connection.close()
