"""The API and webhooks on a real PostgreSQL: pages by key, the feed, two answers at once, two senders at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.migrate import migrate
from models.settings import Settings
from models.store.api_keys import add_api_key, fresh_token
from models.store.audit import now, verify
from models.store.engine import Store
from models.store.webhooks import EVENTS, add_webhook, claim_due, make_messages
from models.tables import AckRow, ClientRow, SupplierRow
from review.app import create_app
from tests.browser import BASE
from tests.desk import NOON, DocumentMaker, make_document
from tests.publishing import correct, publish_some
from tests.servers import server_url

__all__ = ["make_document", "server_url"]
LEASE = timedelta(minutes=2)


@pytest.fixture
def desk(server_url: str) -> Iterator[Store]:
    store = Store(server_url)
    migrate(store)
    with store.write() as session:
        for client in ("acme", "beta"):
            session.add(ClientRow(id=client, name=client, created_at=NOON))
            session.flush()
            session.add(SupplierRow(client_id=client, seller_id="S1", name="Papeterie", updated_at=NOON))
    yield store
    store.dispose()


@pytest.fixture
def erp(desk: Store, tmp_path: Path) -> TestClient:
    """A finance system with a key for one of two clients."""
    key, at = fresh_token(), now()
    with desk.write() as session:
        add_api_key(session, key, name="erp", clients=["acme"], scopes=["read", "ack"], actor="user:ann", at=at,
                    expires_at=None)  # fmt: skip
    app = create_app(Settings(home=tmp_path), desk)
    return TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {key}"})


def rows_of(erp: TestClient, path: str) -> list[dict[str, Any]]:
    """All rows of a list, page after page."""
    found: list[dict[str, Any]] = []
    following: str | None = f"/api/v1{path}"
    while following:
        answer = erp.get(following)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        following = answer.json().get("next")
    return found


@pytest.mark.slow
def test_pages_feed_answers_and_senders_on_postgresql(
    desk: Store, erp: TestClient, make_document: DocumentMaker
) -> None:  # fmt: skip
    with desk.write() as session:
        add_webhook(session, client_id="acme", url="https://erp.example/", events=EVENTS, secret="", actor="x",
                    at=now() - timedelta(hours=1))  # fmt: skip
    ids = publish_some(desk, make_document, 5)
    publish_some(desk, make_document, 2, client="beta")
    correct(desk, ids[0], invoice_number="N-1b")
    waiting = {make_document(name=f"waits-{number}.pdf") for number in range(5)}
    _check_pages(erp, ids, waiting)
    _check_two_answers(desk, erp, ids[1])
    _check_two_senders(desk)
    with desk.read() as session:
        assert verify(session) is None


def _check_pages(erp: TestClient, ids: list[str], waiting: set[str]) -> None:
    assert [row["document_id"] for row in rows_of(erp, "/invoices?limit=2")] == [*ids[1:], ids[0]]
    assert {row["document_id"] for row in rows_of(erp, "/exceptions?limit=2")} == waiting
    assert len(rows_of(erp, "/exceptions?limit=2")) == len(waiting)
    assert len(rows_of(erp, "/matches?limit=2")) == len(rows_of(erp, "/matches"))
    assert len(rows_of(erp, "/exports?limit=1")) == 2
    changes = erp.get("/api/v1/changes?after=0").json()
    assert [row["entity_id"] for row in changes["items"]] == [*ids, ids[0]]
    assert erp.get(f"/api/v1/changes?after={changes['last_seq']}").json()["items"] == []


def _check_two_answers(desk: Store, erp: TestClient, document_id: str) -> None:
    """Two workers of the finance system answer at once, each with its own number: one is told that it is too late."""
    batch = rows_of(erp, "/exports")[0]["batch_id"]

    def answer(number: str) -> int:
        said = {"documents": [{"document_id": document_id, "state": "posted", "erp_number": number}]}
        return int(erp.post(f"/api/v1/exports/{batch}/ack", json=said).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(answer, ("51", "52", "51", "52")))
    assert sorted(statuses) == [200, 200, 409, 409]
    with desk.read() as session:
        rows = session.exec(select(AckRow)).all()
    assert [row.erp_number for row in rows] == ["51" if statuses[0] == 200 else "52"]


def _check_two_senders(desk: Store) -> None:
    """While one sender has not yet committed what it took, the other takes other messages, and does not wait."""
    at = now()
    with desk.write() as session:
        made = make_messages(session, at=at)
    with desk.write() as one:
        first = {row.id for row in claim_due(one, at=at, lease=LEASE, limit=4)}
        with desk.write() as other:
            second = {row.id for row in claim_due(other, at=at, lease=LEASE, limit=100)}
    assert (len(first), len(second), first & second) == (4, made - 4, set())
