"""The site and its stores on PostgreSQL: every page, every act, the guards of two persons, bulk acts, micro-tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from flows.commands.wages import run_wages
from models.document import Box
from models.extraction import Evidence
from models.migrate import migrate
from models.settings import Settings
from models.settings_review import MicroSettings
from models.status import Status
from models.store import audit
from models.store.approvals import FourEyesError
from models.store.bulk import BulkOrder, perform, preview, undo_bulk
from models.store.comments import add_comment, comments_of
from models.store.documents import add_extraction, load_extraction
from models.store.engine import Store
from models.store.micro_people import WORKING, set_standing, standing_of
from models.store.micro_tasks import make_tasks
from models.store.people import add_user
from models.store.queue import TABS, Filters, Order, count_tabs, list_batches, list_documents
from models.store.reviewing import approve, release
from models.store.timeline import timeline_of
from models.tables import (
    BulkRow,
    ClientRow,
    CorrectionRow,
    DocumentRow,
    MicroAnswerRow,
    MicroTaskRow,
    SupplierBankRow,
    SupplierRow,
    UserRow,
)
from review.micro import hand_out, take_answer
from review.rights import ROUTES
from review.site import Site, Visitor
from tests.browser import painter, settings, visit
from tests.deeds import DEEDS, do, furnish
from tests.desk import IBAN, INVOICE, NOON, DocumentMaker, make_document
from tests.servers import server_url

__all__ = ["make_document", "painter", "server_url", "settings", "visit"]
ANN, BEN, HOUR = "user:ann", "user:ben", timedelta(hours=1)
FOREIGN = INVOICE.model_copy(update={"iban": "DE89370400440532013000"})
EXAMPLE = Path(__file__).parents[2] / "sample_invoices" / "wages-example.csv"


@pytest.fixture
def desk(server_url: str) -> Iterator[Store]:
    """A database on the server with two clients and one supplier each."""
    store = Store(server_url)
    with store.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    migrate(store)
    with store.write() as session:
        for client in ("acme", "beta"):
            session.add(ClientRow(id=client, name=client.title(), created_at=NOON))
            session.flush()
            session.add(SupplierRow(client_id=client, seller_id="S1", name="Papeterie", updated_at=NOON))
            session.flush()
            session.add(SupplierBankRow(client_id=client, seller_id="S1", iban=IBAN, verified_at=NOON))
    yield store
    store.dispose()


def test_every_page_opens_and_every_act_is_done(visit: Callable[..., Any], make_document: DocumentMaker) -> None:
    visit("rita", "administrator")
    desk, other_id = visit("ruth", "administrator"), make_document(name="other.pdf")
    with desk.store.write() as session:
        furnish(session, other_id)
    for number, (path, deed) in enumerate(DEEDS.items()):
        document_id = make_document(deed.state, name=f"{number}.pdf")
        for step in (*deed.first, path):
            answer = do(desk, step, document_id, other_id)
            assert answer.status_code in {200, 303, 204}, (path, step, answer.text)
    for method, path in ROUTES:
        if method == "GET":
            address = path.replace("{document_id}", document_id).replace("{other_id}", other_id)
            for query in ("", "?tab=all&search=F-1+120.00&order=amount&client=acme", "?q=PO&week=2026-W47"):
                assert desk.get(address + query, follow_redirects=False).status_code < 500, (path, query)
    with desk.store.read() as session:
        assert audit.verify(session) is None


def test_the_queue_lists_by_every_order_and_filter(desk: Store, make_document: DocumentMaker) -> None:
    ids = [make_document(at=NOON + timedelta(minutes=number), name=f"{number}.pdf", batch=f"b{number % 2}")
           for number in range(7)]  # fmt: skip
    make_document(client="beta")
    mine = Filters(frozenset({"acme"}), at=NOON + HOUR)
    for order in get_args(Order):
        seen, after = [], ""
        while True:
            page = list_documents_of(desk, replace(mine, order=order, after=after))
            seen += [row.id for row in page.rows]
            after = page.next_key
            if not after:
                break
        assert sorted(seen) == sorted(ids), order
    with desk.read() as session:
        counts = count_tabs(session, mine)
        assert (counts["review"], counts["all"], set(counts)) == (7, 7, set(TABS))
        assert list_batches(session, frozenset({"acme"})) == ("b1", "b0")
        for some, count in (({"batch": "b1"}, 3), ({"reason": "low_confidence"}, 7), ({"tag": "late"}, 0),
                            ({"tier": "expert"}, 0), ({"who": "nobody"}, 7), ({"who": "mine", "me": "ann"}, 0),
                            ({"search": "F-1"}, 7), ({"search": "120,00"}, 7), ({"search": "nothing"}, 0),
                            ({"client": "beta"}, 0)):  # fmt: skip
            assert len(list_documents(session, replace(mine, **some)).rows) == count, some  # type: ignore[arg-type]


def list_documents_of(store: Store, filters: Filters) -> Any:
    with store.read() as session:
        return list_documents(session, filters, limit=3)


def test_two_persons_are_two_and_the_database_holds_to_it(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(invoice=FOREIGN)
    with desk.write() as session:
        assert approve(session, session.get_one(DocumentRow, document_id), actor=ANN, at=NOON) == Status.HELD
    with pytest.raises(FourEyesError), desk.write() as session:
        release(session, session.get_one(DocumentRow, document_id), actor=ANN, at=NOON, reason="sure")
    for statement, why in (
        ("UPDATE document SET state = 'approved' WHERE id = :id", "enough persons"),
        ("UPDATE approval SET user_id = 'x' WHERE document_id = :id", "final"),
        ("INSERT INTO approval (id, client_id, document_id, revision, user_id, rules, actor, at) "
         "SELECT 'x', client_id, document_id, revision, 'x', rules, actor, at FROM approval WHERE document_id = :id",
         "last editor"),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match=why), desk.engine.begin() as connection:
            connection.execute(text(statement), {"id": document_id})
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        assert release(session, document, actor=BEN, at=NOON, reason="called them") == Status.APPROVED


def test_an_act_on_many_keeps_the_rules_of_one_and_is_taken_back_whole(
    desk: Store, make_document: DocumentMaker
) -> None:
    ids = [make_document(name=f"{number}.pdf") for number in range(3)] + [make_document(invoice=FOREIGN)]
    order = BulkOrder("approve", ANN, NOON)
    with desk.write() as session:
        rows = [session.get_one(DocumentRow, each) for each in ids]
        assert {reason: len(some) for reason, some in preview(session, rows, order).cannot.items()} == {"bank": 1}
        bulk_id = perform(session, {row.id: row.version for row in rows}, order, rows).id
    with desk.write() as session:
        rows = [session.get_one(DocumentRow, each) for each in ids]
        assert [row.state for row in rows] == ["approved"] * 3 + ["in_review"]
        assert undo_bulk(session, session.get_one(BulkRow, bulk_id), replace(order, at=NOON + HOUR), rows[:3]) == (3, 0)
    with desk.read() as session:
        assert {session.get_one(DocumentRow, each).state for each in ids} == {"in_review"}


def test_comments_and_their_timeline(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document()
    with desk.write() as session:
        add_user(
            session, login="ann", name="Ann", password_hash="x", role="reviewer", clients=("acme",), actor="system"
        )
        document = session.get_one(DocumentRow, document_id)
        add_comment(session, document, words="@ann is this right?", term="gross_total", actor=BEN, at=NOON)
    with desk.read() as session:
        assert [row.words for row in comments_of(session, document_id)] == ["@ann is this right?"]
        assert [entry.after for entry in timeline_of(session, document_id, kind="comment")] == ["@ann is this right?"]


def test_micro_tasks_are_handed_out_and_agreed_on(desk: Store, make_document: DocumentMaker, tmp_path: Path) -> None:
    document_id = make_document()
    site = Site(Settings(home=tmp_path, micro=MicroSettings(enabled=True)), desk, None, lambda: NOON)
    run_wages(desk, EXAMPLE)
    with desk.write() as session:
        document, extraction = session.get_one(DocumentRow, document_id), load_extraction(session, document_id)
        assert extraction is not None
        seen = {"gross_total": Evidence(confidence=0.7, reader="ppocr", page=1, box=Box(100, 100, 160, 112))}
        add_extraction(session, document, extraction.model_copy(update={"evidence": seen}), origin="reader",
                       actor="system")  # fmt: skip
        make_tasks(session, document, {"gross_total"}, at=NOON)
    for number in range(3):
        with desk.write() as session:
            user = add_user(session, login=f"w{number}", name="W", password_hash="x", role="micro_worker",
                            clients=("acme",), actor="system")  # fmt: skip
            user.region = "XA"
            session.add(user)
            answer(session, site, user)
    with desk.read() as session:
        assert session.exec(select(MicroTaskRow.state)).one() == "done"
        row = session.exec(select(CorrectionRow)).one()
        assert (row.actor, row.term, Decimal(row.after or 0)) == ("micro", "gross_total", Decimal(120))


def answer(session: Any, site: Site, user: UserRow) -> None:
    """One worker, who has qualified, says that the value is right; nothing where nothing is asked any more."""
    set_standing(session, standing_of(session, user, at=NOON), WORKING, at=NOON)
    client = session.get_one(ClientRow, "acme")
    drawn = session.exec(select(MicroTaskRow.id)).all()
    handed = hand_out(session, site, Visitor(user=user, clients=(client,)), user, drawn)
    if handed.task is not None:
        row = session.exec(select(MicroAnswerRow).where(MicroAnswerRow.user_id == user.id)).one()
        take_answer(session, site, row, handed.task, answer="yes", visible=Decimal(5))
