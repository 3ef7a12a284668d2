"""Alarms from the clock to the chat room: found, told once to a server of our own, tried again when refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlmodel import select

from flows.alerts import notify, send_alerts
from flows.sla import tend_clocks
from models.contract import Contract, Turnaround
from models.invoice import Invoice
from models.settings import Settings
from models.settings_service import AlertSettings
from models.status import Status
from models.store.alerts import TRIES, Alert, alerts_of, mark_alerts, raise_alerts, take_alerts
from models.store.audit import now
from models.store.contracts import put_contract
from models.store.engine import Store
from models.tables import MailRow
from tests.desk import DocumentMaker, desk, load, make_document  # noqa: F401 - fixtures


class Room:
    """A chat room: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.answer = 200
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if room.answer == 200:
                    room.heard.append(json.loads(body))
                self.send_response(room.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def settings_of(home: Path, **own: object) -> Settings:
    return Settings(home=home, alerts=AlertSettings.model_validate(own))


def test_a_late_document_is_told_once_without_names_or_amounts(
    tmp_path: Path, desk: Store, make_document: DocumentMaker, room: Room  # noqa: F811
) -> None:  # fmt: skip
    at = now()
    late = make_document(at=at - timedelta(days=4))
    with desk.write() as session:
        row = load(desk, late)
        row.due_at = at - timedelta(hours=1)
        session.merge(row)
    settings = settings_of(tmp_path, urls=[room.url], mail=["boss@example.org"], language="fr")
    fresh = tend_clocks(desk, settings, at)
    assert [one.kind for one in fresh] == ["late"]
    assert send_alerts(desk, settings) == {"told": 1, "failed": 0}
    assert tend_clocks(desk, settings, at + timedelta(minutes=5)) == []
    assert send_alerts(desk, settings) == {"told": 0, "failed": 0}
    (message,) = room.heard
    assert message["title"] == "acme : la pièce F-1 est en retard"
    assert f"/documents/{late}" in message["message"]
    assert not {"Papeterie", "120", "FR76"} & set(message["message"].replace("/", " ").split())
    with desk.read() as session:
        assert [mail.recipient for mail in session.exec(select(MailRow))] == ["boss@example.org"]


def test_numbers_are_left_out_where_settings_say_so(
    tmp_path: Path, desk: Store, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    at = now()
    late = make_document(at=at - timedelta(days=4))
    with desk.write() as session:
        session.merge(load(desk, late).model_copy(update={"due_at": at - timedelta(hours=1)}))
    (alert,) = tend_clocks(desk, settings_of(tmp_path, numbers=False), at)
    assert "F-1" not in alert.title + alert.words


def test_what_a_room_refuses_is_tried_again_and_then_given_up(tmp_path: Path, desk: Store, room: Room) -> None:  # noqa: F811
    settings = settings_of(tmp_path, urls=[room.url])
    with desk.write() as session:
        raise_alerts(session, [Alert("late:1", "late", "A", "B", "acme")], now())
    room.answer = 500
    assert send_alerts(desk, settings) == {"told": 0, "failed": 1}
    room.answer = 200
    assert send_alerts(desk, settings) == {"told": 1, "failed": 0}
    with desk.write() as session:
        raise_alerts(session, [Alert("late:2", "late", "A", "B", "acme")], now())
    for _ in range(TRIES):
        with desk.write() as session:
            assert [one.key for one in take_alerts(session)] == ["late:2"]
            mark_alerts(session, ["late:2"], is_told=False, at=now())
    with desk.write() as session:
        assert take_alerts(session) == []
        assert {row.key: row.state for row in alerts_of(session)} == {"late:1": "told", "late:2": "failed"}


def test_nothing_goes_to_the_network_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert notify((), Alert("k", "late", "A", "B"))
    assert not notify(("nonsense",), Alert("k", "late", "A", "B"))


def test_the_look_sets_limits_by_contract_and_risks_of_what_is_open(
    tmp_path: Path, desk: Store, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    at = now()
    terms = Contract(name="A", valid_from=date(2020, 1, 1), turnaround=(Turnaround(name="all", days=5),))
    waiting, done = make_document(at=at, name="a"), make_document(at=at, name="b", state=Status.REJECTED)
    before = load(desk, waiting).due_at
    with desk.write() as session:
        put_contract(session, "acme", terms, actor="user:boss", at=at)
    tend_clocks(desk, settings_of(tmp_path), at)
    after = load(desk, waiting)
    assert after.due_at is not None
    assert before is not None
    assert after.due_at > before
    assert after.version == load(desk, waiting).version
    assert after.breach_risk is not None
    assert 0 <= after.breach_risk < 0.5  # one document and five days
    assert load(desk, done).breach_risk is None


def test_a_level_below_its_target_is_told_once_a_month(
    tmp_path: Path, desk: Store, make_document: DocumentMaker  # noqa: F811
) -> None:  # fmt: skip
    at = now()
    with desk.write() as session:
        terms = Contract(name="A", valid_from=date(2020, 1, 1), turnaround=(Turnaround(name="fast", hours=1),))
        put_contract(session, "acme", terms, actor="user:boss", at=at)
    for number in range(3):
        make_document(at=at - timedelta(days=25), invoice=Invoice(invoice_number=f"F-{number}"), name=f"{number}.pdf")
    month_start = at.replace(day=1, hour=0, minute=0)
    moment = max(at, month_start + timedelta(days=26))  # so that the limits lie in this month
    for number in range(3):
        make_document(at=moment - timedelta(days=20), invoice=Invoice(invoice_number=f"G-{number}"), name=f"g{number}")
    settings = settings_of(tmp_path)
    kinds = [one.kind for one in tend_clocks(desk, settings, moment)]
    assert kinds.count("attainment") == 1
    assert "attainment" not in [one.kind for one in tend_clocks(desk, settings, moment + timedelta(hours=1))]
