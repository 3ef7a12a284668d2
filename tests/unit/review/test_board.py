"""The supervisor's board: its numbers lead to what they count, who is idle, who agrees with whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlmodel import Session

from models.settings_review import ReviewSettings
from models.status import Status
from models.store.audit import now
from models.store.engine import Store
from models.store.queue import Filters
from models.store.steering import verdict_pairs
from models.tables import AuditSampleRow, ClientRow, CorrectionRow, DocumentRow
from review.board import board_of
from review.language import TONGUES
from tests.browser import Desk
from tests.desk import NOON, DocumentMaker

Visit = Callable[..., Desk]
ROOT = Path(__file__).parents[3]
FAR = now() + timedelta(days=40)
TILE = re.compile(r'<strong>(\d+)</strong><a href="(/queue\?tab=all&amp;due=[^"]+)"')


def due(store: Store, document_id: str, at: datetime) -> None:
    with store.write() as session:
        session.add(session.get_one(DocumentRow, document_id).sqlmodel_update({"due_at": at}))


def test_each_number_leads_to_as_many_documents(visit: Visit, desk: Store, make_document: DocumentMaker) -> None:
    late, soon = now() - timedelta(hours=1), now() + timedelta(hours=1)
    for name, state, at in (("a", Status.IN_REVIEW, late), ("b", Status.HELD, late), ("c", Status.IN_REVIEW, soon),
                            ("d", Status.APPROVED, late), ("e", Status.IN_REVIEW, FAR)):  # fmt: skip
        due(desk, make_document(state, name=name), at)
    due(desk, make_document(client="beta", name="f"), late)
    found = visit("rita", "supervisor")
    tiles = TILE.findall(found.get("/steering").text)
    assert [int(count) for count, _ in tiles] == [2, 1, 0]
    for count, link in tiles:
        assert found.get(unescape(link)).text.count('class="rowlink"') == int(count), link


def test_reviewers_do_not_see_the_board(visit: Visit) -> None:
    assert visit("ruth", "reviewer").get("/steering").status_code == 403


@pytest.mark.parametrize("minutes", [0, 6])
def test_idle_is_what_a_claim_has_lost_since_its_last_sign_of_life(
    desk: Store, make_document: DocumentMaker, minutes: int
) -> None:
    document, office = make_document(), ReviewSettings()
    held = NOON + timedelta(minutes=office.idle_minutes - minutes)
    with desk.write() as session:
        row = session.get_one(DocumentRow, document)
        session.add(row.sqlmodel_update({"claimed_by": "user:omar", "claimed_until": held}))
        session.flush()
        board = board_of(session, [session.get_one(ClientRow, "acme")], office, Filters(None, at=NOON), TONGUES["en"])
    assert board.idle == {document: timedelta(minutes=minutes)}


def correct(session: Session, document: str, term: str, before: str, after: str) -> None:
    session.add(CorrectionRow(id=f"{term}{document}"[:32], client_id="acme", document_id=document, revision=1,
                              term=term, before=before, after=after, changed=before != after, actor="user:nora",
                              at=NOON))  # fmt: skip


def test_an_audit_is_the_word_of_a_second_person(desk: Store, make_document: DocumentMaker) -> None:
    document, other = make_document(), make_document(name="b.pdf", client="beta")
    with desk.write() as session:
        correct(session, document, "invoice_number", "F-1", "F-7")
        correct(session, document, "issue_date", "2026-11-12", "2026-11-12")
        correct(session, document, "currency", "EUR", "EUR")
        keyed = {"invoice_number": "F-1", "issue_date": "2026-11-13", "gross_total": "120.00"}
        checked = {"keyed": keyed, "wrong": ["issue_date", "lines"]}
        for each, client in ((document, "acme"), (other, "beta")):
            session.add(AuditSampleRow(document_id=each, client_id=client, segment="scan/known", share=0.5,
                                       drawn_at=NOON, state="wrong", checked_by="user:omar", checked_at=NOON,
                                       checked_json=json.dumps(checked)))  # fmt: skip
        session.flush()
        found = verdict_pairs(session, {"acme"}, NOON - timedelta(days=1))
        assert {names: sorted(said) for names, said in found.items()} == {
            ("user:nora", "user:omar"): [("right", "wrong"), ("wrong", "right")]
        }
        assert verdict_pairs(session, {"acme"}, NOON + timedelta(days=1)) == {}


def test_every_act_of_the_record_has_words() -> None:
    sources = (path for room in ("models", "flows", "review") for path in (ROOT / room).rglob("*.py"))
    acts = {act for path in sources for act in re.findall(r'action="([a-z_:]+)"', path.read_text(encoding="utf-8"))}
    assert len(acts) > 40
    assert [act for act in sorted(acts) if not TONGUES["fr"].has(f"audit.{act.replace(':', '_')}")] == []
