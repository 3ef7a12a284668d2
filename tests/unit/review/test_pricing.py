"""The order in the database is that of the formula, whenever one looks."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from kpis.pricing import price_wait
from models.settings_review import ReviewSettings
from models.status import Status
from models.store.engine import Store
from models.store.queue import Filters, list_documents, next_document
from models.store.waiting import price_stale
from models.tables import BlobRow, ClientRow, DocumentRow
from models.waiting import Wait

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
OFFICE = ReviewSettings()
NIGHTS = ReviewSettings(hours=("22:00-06:00",), timezone="Asia/Kolkata", country="IN", sla_hours=6)


def refresh(session: Session, at: datetime, *, limit: int = 400) -> int:
    return price_stale(session, office=OFFICE, pricer=price_wait, at=at, limit=limit)


def wait_of(row: DocumentRow) -> Wait:
    return Wait(row.id, row.received_at, row.due_at, row.gross_total, row.issue_date, row.due_date,
                len(row.reasons.split()))  # fmt: skip


def fill(session: Session, count: int) -> None:
    """Random documents of two clients with different contracts."""
    seed = random.Random(11)
    session.get_one(ClientRow, "beta").review_json = NIGHTS.model_dump_json(
        include={"hours", "timezone", "country", "sla_hours"})  # fmt: skip
    session.add(BlobRow(sha256="0" * 64, size=1, media_type="application/pdf", created_at=START))
    session.flush()
    for number in range(count):
        due = seed.choice((None, date(2026, 11, 10) + timedelta(days=seed.randrange(30))))
        session.add(DocumentRow(
            id=f"{seed.getrandbits(128):032x}", client_id=seed.choice(("acme", "beta")), sha256="0" * 64,
            part=number + 1, name=f"{number}.pdf", media_type="application/pdf", state=Status.IN_REVIEW,
            updated_at=START, received_at=START - timedelta(hours=seed.randrange(90)), due_date=due, currency="EUR",
            gross_total=Decimal(seed.randrange(-100, 10**7)) / 100,
            reasons=" ".join(["arithmetic"] * seed.randrange(4)),
        ))  # fmt: skip


@pytest.mark.parametrize("hours", [0, 1, 14, 27, 96, 24 * 20])
def test_database_order_is_the_formulas_order_at_any_hour(desk: Store, hours: int) -> None:
    with desk.write() as session:
        fill(session, 300)
        refresh(session, START, limit=1000)
    at = START + timedelta(hours=hours, minutes=7)
    with desk.write() as session:
        while refresh(session, at, limit=90):
            pass
    with desk.read() as session:
        rows = session.exec(select(DocumentRow)).all()
        listed, after = [], ""
        while True:
            page = list_documents(session, Filters(clients=None, after=after, at=at), limit=70)
            listed += [row.id for row in page.rows]
            after = page.next_key
            if not after:
                break
        following = next_document(session, Filters(clients=None), page.rows[-1], actor="user:x", at=at)
    settings = {"acme": OFFICE, "beta": OFFICE.model_copy(update=NIGHTS.model_dump(
        include={"hours", "timezone", "country", "sla_hours"}))}  # fmt: skip
    prices = {row.id: price_wait(wait_of(row), settings[row.client_id], at) for row in rows}
    assert listed == sorted(prices, key=lambda one: (prices[one].rank, one), reverse=True)
    assert following is not None
    assert following.id == listed[0]
    assert {row.id: row.waiting_cost for row in rows} == {one: found.cost for one, found in prices.items()}


def test_what_moves_is_priced_anew_and_the_rest_is_not(desk: Store) -> None:
    with desk.write() as session:
        fill(session, 20)
        assert refresh(session, START) == 20
        assert refresh(session, START + timedelta(minutes=30)) == 0
        row = session.exec(select(DocumentRow)).first()
        assert row is not None
        row.waiting_until = None
        session.add(row)
        session.flush()
        assert refresh(session, START + timedelta(minutes=31)) == 1
