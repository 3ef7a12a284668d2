"""The engine and its transactions.

SQLite: WAL, synchronous=FULL, foreign keys, BEGIN IMMEDIATE for writes, and an SQLite of 3.51.3 or later, because
3.7.0 to 3.51.2 can corrupt a WAL that two connections reset (https://sqlite.org/releaselog/3_51_3.html).
PostgreSQL works through psycopg with the same code.

>>> store = Store("sqlite://")
>>> store.is_sqlite
True
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite_driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from models.errors import SettingsError

OLDEST_SQLITE = (3, 51, 3)

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose acknowledged commits at power loss
    "busy_timeout=10000",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "mmap_size=0",
    "cache_size=-32768",  # 32 MiB: among a million orders the usual 2 read every index page from the file anew
)

# statfs types of network and user-space file systems, on which SQLite's locks cannot be trusted (linux/magic.h).
_REMOTE_FILE_SYSTEMS = {0x6969: "NFS", 0xFF534D42: "CIFS", 0xFE534D42: "SMB2", 0x65735546: "FUSE", 0x517B: "SMB"}


class Store:
    """One database. `read()` and `write()` open sessions; a write is one transaction, committed at its end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_engine(url, pool_pre_ping=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; whatever it changes is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.expunge_all()  # a rollback would empty the rows that the caller keeps
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction: committed when the block ends, rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"facturier_write": True})
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    if sqlite_driver.sqlite_version_info < OLDEST_SQLITE:
        raise SettingsError(f"SQLite {sqlite_driver.sqlite_version} may corrupt its log; 3.51.3 or later is needed")
    path = url.removeprefix("sqlite:///")
    in_memory = path in {"sqlite://", ""}
    if not in_memory:
        _refuse_remote(Path(path))
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(
        url, module=sqlite_driver, connect_args={"check_same_thread": False, "timeout": 10}, **options
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that starts by reading never fails half-way for want of it.
    writes = connection.get_execution_options().get("facturier_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_remote(path: Path) -> None:
    """Raise SettingsError where the database would lie on a network share."""
    name = remote_file_system(path.parent)
    if name is not None:
        raise SettingsError(
            f"{path} is on {name}: SQLite needs a local disk. Set FACTURIER_HOME to a local folder, "
            "or FACTURIER__DATABASE_URL to a PostgreSQL server"
        )


def remote_file_system(folder: Path) -> str | None:
    """The name of the network file system that a folder is on; None on a local disk."""
    return _REMOTE_FILE_SYSTEMS.get(file_system_type(folder))


def file_system_type(folder: Path) -> int:
    """The statfs type number of a folder; 0 where it cannot be told."""
    buffer = ctypes.create_string_buffer(512)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.statfs(os.fsencode(folder), buffer) != 0:
        return 0
    return int(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ulong)).contents.value) & 0xFFFFFFFF
