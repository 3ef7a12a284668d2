from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from models.errors import SettingsError
from models.migrate import migrate
from models.store import engine
from models.store.engine import Store
from models.tables import ClientRow, CounterRow


def pragma(office: Any, name: str) -> Any:
    with office.store.read() as session:
        return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("busy_timeout", 10_000)],
)
def test_every_connection_has_the_safe_settings(office: Any, name: str, value: object) -> None:
    assert pragma(office, name) == value


def test_an_sqlite_that_may_corrupt_its_log_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        sqlite_version_info = (3, 40, 1)
        sqlite_version = "3.40.1"

    monkeypatch.setattr(engine, "sqlite_driver", Old)
    with pytest.raises(SettingsError, match=r"3\.51\.3"):
        Store(f"sqlite:///{tmp_path}/a.db")


def test_a_database_on_a_network_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "file_system_type", lambda _folder: 0x6969)
    with pytest.raises(SettingsError, match="NFS"):
        Store(f"sqlite:///{tmp_path}/a.db")


def test_a_write_that_raises_leaves_nothing(office: Any) -> None:
    def write_and_raise() -> None:
        with office.store.write() as session:
            session.add(CounterRow(name="x", value=1))
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_raise()
    assert "x" not in {row.name for row in office.rows(CounterRow)}


def test_a_read_keeps_nothing_and_its_rows_stay_usable(office: Any) -> None:
    with office.store.read() as session:
        session.add(CounterRow(name="x", value=1))
        session.flush()
        client = session.get(ClientRow, "acme")
    assert client.name == "acme"
    assert "x" not in {row.name for row in office.rows(CounterRow)}


def test_a_row_without_its_parent_is_refused(office: Any) -> None:
    from models.tables import UserClientRow

    def write() -> None:
        with office.store.write() as session:
            session.add(UserClientRow(user_id="nobody", client_id="acme"))

    with pytest.raises(IntegrityError):
        write()


def test_many_writers_and_readers_never_see_a_locked_database(office: Any) -> None:
    problems: list[BaseException] = []
    longest: list[float] = []

    def write(name: str) -> None:
        for number in range(15):
            started = time.monotonic()
            try:
                with office.store.write() as session:
                    session.merge(CounterRow(name=name, value=number))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shall show it
                problems.append(error)
            longest.append(time.monotonic() - started)

    def read() -> None:
        for _ in range(30):
            office.rows(CounterRow)

    threads = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(6)]
    threads += [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert {row.value for row in office.rows(CounterRow) if row.name.startswith("w")} == {14}


def test_migrating_twice_changes_nothing(office: Any) -> None:
    assert migrate(office.store) == migrate(office.store)
