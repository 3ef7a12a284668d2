"""Every route that writes something leaves an audit row of the same person: each act is really done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmodel import select

from models.store.audit import verify
from models.tables import AuditRow
from review.rights import ROUTES
from tests.deeds import DEEDS, D, do, furnish
from tests.desk import DocumentMaker, dump

UNAUDITED = {"session", "secret", "search_index", "replay", "job", "touch"}  # who worked how long, and work to do
WATCHED_ELSEWHERE = {  # acts with tests of their own that look at the audit row, and previews that write nothing
    "/sign-in", "/sign-out", "/account/password", "/queue/bulk", D + "check", D + "cut", D + "join", D + "coding",
    D + "bank", D + "pages", D + "teach/{key}", "/audit-sample/{document_id}", "/alarms/lift", "/verify",
    "/verify/undo", "/micro/next", "/micro/again", "/micro/{answer_id}", "/micro-desk/answers/{answer_id}",
    "/fraud/accounts", "/integrations/{act}/{key}", "/survey/{token}",
}  # fmt: skip


def test_every_route_that_may_write_is_done_here_or_watched_elsewhere() -> None:
    asked = {path for method, path in ROUTES if method != "GET"}
    assert asked == DEEDS.keys() | WATCHED_ELSEWHERE
    assert not DEEDS.keys() & WATCHED_ELSEWHERE


def test_every_act_that_changes_something_leaves_its_row(
    visit: Callable[..., Any], make_document: DocumentMaker
) -> None:
    visit("rita", "administrator")
    desk, other_id = visit("ruth", "administrator"), make_document(name="other.pdf")
    with desk.store.write() as session:
        furnish(session, other_id)
    for number, (path, deed) in enumerate(DEEDS.items()):
        document_id = make_document(deed.state, name=f"{number}.pdf")
        for step in (*deed.first, path):
            before = dump(desk.store)
            answer = do(desk, step, document_id, other_id)
            assert answer.status_code in {200, 303, 204}, (path, step, answer.status_code, answer.text)
        after = dump(desk.store)
        touched = {name for name in after if after[name] != before[name]} - UNAUDITED
        fresh = after["audit"] - before["audit"]
        assert touched, path
        assert any("user:" in row for row in fresh), (path, touched)
    with desk.store.read() as session:
        assert verify(session) is None
        assert {row.actor for row in session.exec(select(AuditRow)).all()} <= {"system", "user:rita", "user:ruth"}
