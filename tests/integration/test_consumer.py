"""Exactly once at the consumer's end: killed at random amid publications and corrections, none is lost or twice.

Over a real server. The quick test kills a few processes; the slow one more than a hundred.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn
from sqlmodel import select

from flows.house import House
from flows.webhooks import send_due
from models.sealed import seal
from models.secret import home_secret
from models.settings import Settings
from models.signing import SECRETS, fresh_secret
from models.store.api_keys import add_api_key, fresh_token
from models.store.audit import now
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.webhooks import EVENTS, add_webhook, replay
from models.tables import AckRow, ChangeRow, WebhookMessageRow, WebhookRow
from review.app import create_app
from tests.consumer import open_database, pull
from tests.desk import DocumentMaker, desk, make_document
from tests.publishing import correct, publish_some
from tests.receiving import LOCAL, Receiver, receiver

__all__ = ["desk", "make_document", "receiver"]
ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A server and a key for it."""

    address: str
    key: str


@pytest.fixture
def server(desk: Store, tmp_path: Path) -> Iterator[Running]:
    """The site behind a real socket, in a thread."""
    key, at = fresh_token(), now()
    with desk.write() as session:
        add_api_key(session, key, name="erp", clients=["acme"], scopes=["read", "ack"], actor="user:ann", at=at,
                    expires_at=at + timedelta(days=1))  # fmt: skip
    settings = Settings(home=tmp_path, api={"requests_per_minute": 10**9})
    running = uvicorn.Server(uvicorn.Config(create_app(settings, desk), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield Running(f"http://127.0.0.1:{port}", key)
    running.should_exit = True
    thread.join()


def changes(store: Store) -> list[tuple[int, str, int, str]]:
    with store.read() as session:
        rows = session.exec(select(ChangeRow).order_by(ChangeRow.change_seq)).all()
        return [(row.change_seq, row.entity_id, row.version, row.op) for row in rows if row.client_id == "acme"]


def start(server: Running, database: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen((sys.executable, "-m", "tests.consumer", server.address, server.key, str(database)),
                            cwd=ROOT, stderr=subprocess.DEVNULL)  # fmt: skip


def kill_while_publishing(
    server: Running, store: Store, make: DocumentMaker, database: Path, *, kills: int
) -> list[tuple[int, str, int, str]]:
    """Kill consumers at random while a publisher works; then let the last one catch up. What it has taken."""
    stop, dice = threading.Event(), random.Random(6)
    pool = ThreadPoolExecutor(1)
    publisher = pool.submit(_publish, store, make, stop)
    try:
        for _ in range(kills):
            consumer = start(server, database)
            time.sleep(0.25 + dice.random() * 0.5)  # the interpreter starts, then a few pulls
            consumer.send_signal(signal.SIGKILL)
            consumer.wait()
    finally:
        stop.set()
        pool.shutdown()
    assert publisher.result() > 1
    with (
        closing(open_database(str(database))) as mine,
        httpx2.Client(base_url=server.address, headers={"Authorization": f"Bearer {server.key}"}) as client,
    ):
        while pull(client, mine):
            pass
        return mine.execute("SELECT * FROM taken ORDER BY rowid").fetchall()


def _publish(store: Store, make: DocumentMaker, stop: threading.Event) -> int:
    """Publish, correct, and work for another client in between, as fast as it goes; how many rounds."""
    number = 0
    while not stop.is_set():
        ids = publish_some(store, make, 2, first=2 * number + 1)
        publish_some(store, make, client="beta", first=number + 1)
        correct(store, ids[0], invoice_number=f"C-{number}")
        number += 1
        time.sleep(0.05)
    return number


def test_a_consumer_that_is_killed_gets_every_change_once(
    server: Running, desk: Store, make_document: DocumentMaker, tmp_path: Path
) -> None:
    taken = kill_while_publishing(server, desk, make_document, tmp_path / "erp.db", kills=4)
    assert taken == changes(desk)
    assert len(taken) > 2


@pytest.mark.slow
def test_a_consumer_that_is_killed_over_a_hundred_times_gets_every_change_once(
    server: Running, desk: Store, make_document: DocumentMaker, tmp_path: Path
) -> None:
    kills = int(os.environ.get("KILLS", "110"))
    taken = kill_while_publishing(server, desk, make_document, tmp_path / "erp.db", kills=kills)
    assert taken == changes(desk)


def test_a_consumer_that_pulls_when_webhooks_tell_it_gets_every_change_once(
    server: Running, desk: Store, make_document: DocumentMaker, tmp_path: Path, receiver: Receiver
) -> None:
    """It never looks by itself. Some messages are refused, come late, overtake others, and come again."""
    one_at_a_time = threading.Lock()

    def pull_all() -> None:
        with (
            one_at_a_time,
            closing(open_database(str(tmp_path / "erp.db"))) as mine,
            httpx2.Client(base_url=server.address, headers={"Authorization": f"Bearer {server.key}"}) as client,
        ):
            while pull(client, mine):
                pass

    receiver.then, receiver.answers = pull_all, [503, 204, 503, 500]
    house = House(Settings(home=tmp_path, webhooks=LOCAL), desk, Blobs(tmp_path))
    with desk.write() as session:
        hook = add_webhook(session, client_id="acme", url=receiver.url, events=EVENTS, actor="user:ann", at=now(),
                           secret=seal(home_secret(tmp_path, SECRETS), fresh_secret()))  # fmt: skip
    ids = publish_some(desk, make_document, 3)
    send_due(house)
    publish_some(desk, make_document, client="beta")
    correct(desk, ids[0], invoice_number="N-1b")
    publish_some(desk, make_document, 2, first=10)
    _send_all(house)
    with desk.write() as session:
        sent = session.exec(select(WebhookMessageRow.id)).all()
        assert replay(session, session.get_one(WebhookRow, hook.id), actor="user:ann", at=now(), message_ids=sent)
    _send_all(house)
    with closing(open_database(str(tmp_path / "erp.db"))) as mine:
        assert mine.execute("SELECT * FROM taken ORDER BY change_seq").fetchall() == changes(desk)
    came = Counter(headers["webhook-id"] for headers, _ in receiver.got)
    assert set(came) == set(sent)
    assert min(came.values()) >= 2


def _send_all(house: House) -> None:
    """Send until nothing waits, however late its next try is."""
    for days in range(1, 6):
        later = now() + timedelta(days=days)
        while send_due(house, clock=lambda later=later: later):  # type: ignore[misc]
            pass


def test_an_acknowledgement_whose_answer_is_lost_counts_once(
    server: Running, desk: Store, make_document: DocumentMaker
) -> None:
    """The sender hangs up before it hears the answer, and sends it again: test 33 of the plan."""
    document_id = publish_some(desk, make_document)[0]
    headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": "booking-1"}
    with httpx2.Client(base_url=server.address, headers=headers) as client:
        batch = client.get("/api/v1/exports").json()["items"][0]["batch_id"]
        body = {"documents": [{"document_id": document_id, "state": "posted", "erp_number": "5100001234"}]}
        for _ in range(5):
            _send_and_hang_up(server, f"/api/v1/exports/{batch}/ack", headers, json.dumps(body).encode())
        answers = [client.post(f"/api/v1/exports/{batch}/ack", json=body) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    with desk.read() as session:
        assert len(session.exec(select(AckRow)).all()) == 1


def _send_and_hang_up(server: Running, path: str, headers: dict[str, str], body: bytes) -> None:
    """Send a whole request, and listen to no answer."""
    place = httpx2.URL(server.address)
    sent = headers | {"Host": f"{place.host}:{place.port}", "Content-Type": "application/json",
                      "Content-Length": str(len(body))}  # fmt: skip
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in sent.items()) + "\r\n"
    with socket.create_connection((place.host, place.port or 0)) as line:
        line.sendall(head.encode() + body)
        time.sleep(0.02)
