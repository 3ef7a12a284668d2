"""Heads of the audit chain in places that the program only adds to: what is cut or forged is seen (test 70)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.anchors import EVERY, NAME, T0, anchors_of, newest, note_head
from flows.commands.care import run_verify_audit
from models.settings import AuditSettings, Settings
from models.store import audit
from models.store.audit import Act
from models.tables import AuditRow

ROWS = 1000
BAD = {"change": "row 500", "delete": "row 500", "insert": "row 100", "swap": "row 500", "cut": "row 901"}
FORGERIES = {
    "change": "UPDATE audit SET after_json = '{\"n\":-1}' WHERE seq = 500",
    "delete": "DELETE FROM audit WHERE seq = 500",
    "insert": "INSERT INTO audit SELECT 5000, client_id, at, actor, action, object, before_json, after_json, "
    "prev_hash, hash FROM audit WHERE seq = 500",
    "swap": "UPDATE audit SET seq = CASE seq WHEN 500 THEN -501 ELSE -500 END WHERE seq IN (500, 501)",
    "cut": "DELETE FROM audit WHERE seq > 900",
}


@pytest.fixture
def settings(tmp_path: Path, office: Any) -> Settings:  # noqa: ARG001 - makes the home
    return Settings(home=tmp_path / "home", audit=AuditSettings(anchors=(str(tmp_path / "elsewhere.jsonl"),)))


@pytest.fixture
def thousand(office: Any, settings: Settings) -> Any:
    """A thousand acts, with the head noted."""
    with office.store.write() as session:
        audit.record_all(session, [Act("many", f"y:{n}", after={"n": n}) for n in range(ROWS)], actor="a", at=T0)
    assert note_head(office.store, settings, T0)
    return office


@pytest.mark.parametrize("kind", FORGERIES)
def test_every_kind_of_forgery_is_named(thousand: Any, settings: Settings, kind: str, capsys: Any) -> None:
    with thousand.store.write() as session:
        connection = session.connection()
        for trigger in ("audit_no_update", "audit_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.exec_driver_sql(FORGERIES[kind])
        if kind == "swap":
            connection.exec_driver_sql("UPDATE audit SET seq = -seq WHERE seq < 0")
        if kind == "cut":  # and counted anew: the chain alone looks whole
            connection.exec_driver_sql("UPDATE counter SET value = 900 WHERE name = 'audit'")
    assert run_verify_audit(thousand.store, settings=settings) == 1
    said = capsys.readouterr().err
    assert BAD[kind] in said
    if kind == "cut":
        assert run_verify_audit(thousand.store) == 0  # without what was noted nobody sees it


def test_a_head_is_noted_in_every_place_and_found_in_the_chain(thousand: Any, settings: Settings) -> None:
    places = {place.name: anchor for place, anchor in anchors_of(settings)}
    head = thousand.rows(AuditRow)[-1]
    assert set(places) == {NAME, "elsewhere.jsonl"}
    assert {(one.seq, one.hash) for one in places.values()} == {(head.seq, head.hash)}
    assert run_verify_audit(thousand.store, settings=settings) == 0


def test_it_is_noted_again_after_a_quarter_of_an_hour_or_a_thousand_rows(thousand: Any, settings: Settings) -> None:
    note_head(thousand.store, settings, T0 + EVERY)  # nothing new
    with thousand.store.write() as session:
        audit.record(session, actor="a", action="one", subject="x:1", at=T0)
    note_head(thousand.store, settings, T0 + timedelta(minutes=14))  # too early
    assert len(anchors_of(settings)) == 2
    note_head(thousand.store, settings, T0 + EVERY)
    assert len(anchors_of(settings)) == 4
    with thousand.store.write() as session:
        audit.record_all(session, [Act("many", f"z:{n}") for n in range(ROWS)], actor="a", at=T0)
    note_head(thousand.store, settings, T0 + EVERY + timedelta(seconds=1))
    assert len(anchors_of(settings)) == 6


def test_a_line_that_a_crash_cut_off_and_a_place_that_is_gone_stop_nothing(thousand: Any, settings: Settings) -> None:
    place = settings.home / NAME
    with place.open("ab") as file:
        file.write(b'{"at": "2026-0')
    assert newest(place) == anchors_of(settings)[0][1]
    (settings.home.parent / "elsewhere.jsonl").unlink()
    (settings.home.parent / "elsewhere.jsonl").mkdir()
    with thousand.store.write() as session:
        audit.record(session, actor="a", action="one", subject="x:1", at=T0)
    assert not note_head(thousand.store, settings, T0 + 2 * EVERY)
    assert run_verify_audit(thousand.store, settings=settings) == 0
    assert json.loads(place.read_bytes().splitlines()[-1])["seq"] == thousand.rows(AuditRow)[-1].seq
