from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from models.errors import ConflictError
from models.status import TRANSITIONS, Status
from models.store import audit
from models.store.documents import Arrival, add_document, count_by_state, find_document, move
from models.tables import AuditRow, BlobRow, DocumentRow, EventRow


@pytest.fixture
def document(office: Any) -> DocumentRow:
    with office.store.write() as session:
        session.add(BlobRow(sha256="0" * 64, size=1, media_type="application/pdf", created_at=audit.now()))
        session.flush()
        return add_document(session, Arrival("acme", "0" * 64, "a.pdf", "application/pdf", "folder"), actor="t")


def test_a_move_leaves_an_event_and_an_audit_row(office: Any, document: DocumentRow) -> None:
    with office.store.write() as session:
        move(session, session.get(DocumentRow, document.id), Status.EXTRACTED, actor="reader", reason="read")
    events = [(row.from_state, row.to_state, row.actor) for row in office.rows(EventRow)]
    assert events == [(None, "received", "t"), ("received", "extracted", "reader")]
    assert [row.action for row in office.rows(AuditRow)][-2:] == ["receive", "move:extracted"]
    assert office.documents()[0].version == 2


@pytest.mark.parametrize("state", [s for s in Status if s not in TRANSITIONS[Status.RECEIVED]])
def test_a_move_that_is_not_in_the_table_is_refused_by_code_and_database(
    office: Any, document: DocumentRow, state: Status
) -> None:
    def by_code() -> None:
        with office.store.write() as session:
            move(session, session.get(DocumentRow, document.id), state, actor="t")

    def by_hand() -> None:
        with office.store.write() as session:
            session.connection().exec_driver_sql("UPDATE document SET state = ?", (state.value,))

    with pytest.raises(ConflictError):
        by_code()
    if state != Status.RECEIVED:
        with pytest.raises(DBAPIError, match="no such move"):
            by_hand()
    assert office.documents()[0].state == "received"


def test_the_second_of_two_who_move_the_same_version_is_refused(office: Any, document: DocumentRow) -> None:
    with office.store.read() as session:
        stale = session.get(DocumentRow, document.id)
    with office.store.write() as session:
        move(session, session.get(DocumentRow, document.id), Status.EXTRACTED, actor="first")

    def second() -> None:
        with office.store.write() as session:
            move(session, stale, Status.QUARANTINED, actor="second")

    with pytest.raises(ConflictError):
        second()
    assert office.documents()[0].state == "extracted"


def test_the_same_content_twice_is_refused_by_the_database(office: Any, document: DocumentRow) -> None:
    def again() -> None:
        with office.store.write() as session:
            add_document(session, Arrival("acme", document.sha256, "b.pdf", "application/pdf", "folder"), actor="t")

    with pytest.raises(DBAPIError):
        again()
    with office.store.read() as session:
        assert find_document(session, "acme", document.sha256).id == document.id
        assert find_document(session, "other", document.sha256) is None
        assert count_by_state(session, "acme") == {"received": 1}
