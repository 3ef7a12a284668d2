from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from models.store import audit
from models.store.audit import Act
from models.tables import AuditRow

T0 = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def chained(office: Any) -> Any:
    """Ten more rows, five one by one and five at once."""
    with office.store.write() as session:
        for number in range(5):
            audit.record(session, actor="a", action="one", subject=f"x:{number}", after={"n": number})
    with office.store.write() as session:
        audit.record_all(session, [Act("many", f"y:{n}", "acme", after={"n": n}) for n in range(5)], actor="a", at=T0)
    return office


def verdict(office: Any, anchor: tuple[int, str] | None = None) -> str | None:
    with office.store.read() as session:
        return audit.verify(session, anchor=anchor)


def forge(office: Any, statement: str) -> None:
    """What somebody with the database file in hands could do."""
    with office.store.write() as session:
        connection = session.connection()
        for trigger in ("audit_no_update", "audit_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.exec_driver_sql(statement)


def test_the_chain_is_whole_and_gapless_however_rows_were_added(chained: Any) -> None:
    assert verdict(chained) is None
    assert [row.seq for row in chained.rows(AuditRow)] == list(range(1, 12))


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'b' WHERE seq = 3", "DELETE FROM audit WHERE seq = 3"])
def test_the_database_refuses_to_change_history(chained: Any, statement: str) -> None:
    def change() -> None:
        with chained.store.write() as session:
            session.connection().exec_driver_sql(statement)

    with pytest.raises(DBAPIError, match="final"):
        change()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET after_json = '{\"n\":9}' WHERE seq = 4", "row 4 was changed"),
        ("UPDATE audit SET actor = 'b' WHERE seq = 9", "row 9 was changed"),
        ("DELETE FROM audit WHERE seq = 5", "row 5 is missing"),
        ("DELETE FROM audit WHERE seq > 8", "the tail from row 9 on was cut"),
    ],
)
def test_a_forged_history_is_seen(chained: Any, statement: str, said: str) -> None:
    forge(chained, statement)
    assert verdict(chained) == said


def test_a_tail_that_was_cut_with_its_counter_is_seen_by_the_anchor(chained: Any) -> None:
    head = chained.rows(AuditRow)[-1]
    forge(chained, "DELETE FROM audit WHERE seq > 8")
    forge(chained, "UPDATE counter SET value = 8 WHERE name = 'audit'")
    assert verdict(chained) is None
    assert verdict(chained, (head.seq, head.hash)) == "the tail from row 9 on was cut"


def test_an_act_that_is_rolled_back_leaves_no_row_and_no_gap(chained: Any) -> None:
    def act() -> None:
        with chained.store.write() as session:
            audit.record(session, actor="a", action="x", subject="y")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        act()
    with chained.store.write() as session:
        assert audit.record(session, actor="a", action="x", subject="y").seq == 12
    assert verdict(chained) is None


def test_a_key_from_the_environment_is_used(chained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTURIER_AUDIT_KEY", "another")
    assert verdict(chained) == "row 1 was changed"
