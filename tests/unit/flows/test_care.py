"""`doctor`, `migrate` and `verify-audit`: what they say of a machine that is well, and of one that is not."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from flows.commands.care import run_doctor, run_migrate, run_verify_audit
from flows.diagnosis import FREE_SHARE, POINTS, Level, Point, examine
from models.settings import Settings
from models.store.audit import now, record
from models.tables import AuditRow, CounterRow


def point(settings: Settings, name: str) -> Point:
    """One point alone: the engines take a second to load."""
    return next(function for function in POINTS if function.__name__ == f"_{name}")(settings)


def test_the_doctor_finds_this_machine_without_fault(office: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_doctor(office.settings, as_json=True) == 0
    points = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in points if each["level"] == "fault"] == []
    assert {"python", "sqlite", "database", "home", "disk", "clock", "bubblewrap", "tesseract", "prefect"} <= {
        each["name"] for each in points
    }
    assert all(each["advice"] for each in points if each["level"] == "warning")


def test_a_fault_makes_the_doctor_fail_and_comes_with_advice(
    office: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = office.settings.model_copy(update={"database_url": f"sqlite:///{office.home / 'empty.db'}"})
    (office.home / "empty.db").touch()
    monkeypatch.setattr("flows.diagnosis.POINTS", tuple(each for each in POINTS if each.__name__ == "_database"))
    assert run_doctor(broken) == 1
    said = capsys.readouterr()
    assert "fault" in said.out
    assert "Run `facturier migrate`" in said.out
    assert "1 at fault" in said.err


def test_a_point_that_breaks_is_a_fault_and_the_others_are_looked_at(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _broken(_settings: Settings) -> Point:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("flows.diagnosis.POINTS", (_broken, POINTS[0]))
    first, second = examine(office.settings)
    assert (first.level, first.name) == (Level.FAULT, "broken")
    assert second.level is Level.OK


def test_a_home_that_is_a_file_or_not_there_and_a_full_disk_are_seen(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = office.settings.model_copy(update={"home": tmp_path / "away"})
    assert point(away, "home").level is Level.WARNING
    assert point(away, "database").level is Level.WARNING
    assert point(office.settings, "home").level is Level.OK
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(1000, 950, int(1000 * FREE_SHARE) - 50))
    assert point(office.settings, "disk").level is Level.WARNING
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(1000, 999, 1))
    assert point(office.settings, "disk").level is Level.FAULT


def test_an_audit_row_from_the_future_says_that_the_clock_is_wrong(office: Any) -> None:
    assert point(office.settings, "clock").level is Level.OK
    with office.store.write() as session:
        record(session, actor="ann", action="test", subject="x", at=now() + timedelta(days=2))
    assert point(office.settings, "clock").level is Level.FAULT


def test_an_engine_that_is_in_no_row_is_a_fault(office: Any) -> None:
    section = office.settings.reading.model_copy(update={"engine": "crystal-ball", "second_engine": "null"})
    settings = office.settings.model_copy(update={"reading": section})
    assert point(settings, "reading_engine").level is Level.FAULT
    assert point(settings, "second_engine").level is Level.OK


def test_migrate_makes_the_database_and_a_second_time_leaves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "new")
    assert run_migrate(settings) == 0
    first = capsys.readouterr().out
    assert run_migrate(settings) == 0
    assert first == capsys.readouterr().out
    assert first.startswith("database at schema 0")


def test_migrate_says_that_a_file_is_no_database(office: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (office.home / "text.db").write_text("not a database, and long enough to be seen as none " * 20)
    settings = office.settings.model_copy(update={"database_url": f"sqlite:///{office.home / 'text.db'}"})
    assert run_migrate(settings) == 1
    assert "not a database" in capsys.readouterr().err


def chain(office: Any, count: int = 30) -> tuple[int, str]:
    """Add audit rows; returns the head."""
    with office.store.write() as session:
        for number in range(count):
            record(session, actor="ann", action="test", subject=f"thing:{number}", after={"number": number})
    with office.store.read() as session:
        head = session.exec(select(AuditRow).order_by(AuditRow.seq.desc())).first()  # type: ignore[attr-defined]
    return head.seq, head.hash


def tamper(office: Any, *statements: str) -> None:
    """What somebody with the database file can do: triggers off, then anything."""
    with office.store.write() as session:
        for statement in ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", *statements):
            session.connection().execute(text(statement))


def test_a_whole_chain_is_ok_with_its_count_and_head(office: Any, capsys: pytest.CaptureFixture[str]) -> None:
    seq, head = chain(office)
    assert run_verify_audit(office.store) == 0
    assert capsys.readouterr().out == f"OK: {seq} audit rows, head {head}\n"
    assert run_verify_audit(office.store, anchor=(seq, head)) == 0


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("UPDATE audit SET actor = 'eve' WHERE seq = 12",), "row 12 was changed"),
        (("UPDATE audit SET at = 'yesterday' WHERE seq = 12",), "row 12 was changed"),
        (("DELETE FROM audit WHERE seq = 12",), "row 12 is missing"),
        (("UPDATE audit SET seq = -1 WHERE seq = 12", "UPDATE audit SET seq = 12 WHERE seq = 13",
          "UPDATE audit SET seq = 13 WHERE seq = -1"), "row 12 was changed"),
        (("INSERT INTO audit SELECT 99, client_id, at, actor, action, object, before_json, after_json, prev_hash, hash "
          "FROM audit WHERE seq = 12",), "is missing"),
        (("DELETE FROM audit WHERE seq > 20",), "the tail from row 21 on was cut"),
    ],
)  # fmt: skip
def test_the_first_bad_row_is_named(
    statements: tuple[str, ...], said: str, office: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    chain(office)
    tamper(office, *statements)
    assert run_verify_audit(office.store) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_a_tail_cut_with_its_counter_is_seen_by_a_head_noted_before(
    office: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = chain(office)
    tamper(office, "DELETE FROM audit WHERE seq > 20")
    with office.store.write() as session:
        counter = session.get(CounterRow, "audit")
        counter.value = 20
        session.add(counter)
    assert run_verify_audit(office.store) == 0
    assert run_verify_audit(office.store, anchor=anchor, as_json=True) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["wrong"] == "the tail from row 21 on was cut"
