"""Webhooks against a real server: signed as the standard's own library checks it, tried again, given up, replayed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from flows.house import House
from flows.webhooks import Parcel, send, send_due
from models.sealed import seal
from models.secret import home_secret
from models.settings import Settings
from models.settings_output import WebhookSettings
from models.signing import SECRETS, fresh_secret
from models.status import Status
from models.store.audit import now, verify
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.webhooks import EVENTS, add_webhook, claim_due, make_messages, replay, rotate_secret
from models.tables import WebhookMessageRow, WebhookRow, WebhookTryRow
from tests.desk import DocumentMaker, desk, make_document
from tests.publishing import correct, publish_some
from tests.receiving import LOCAL, Receiver, receiver

__all__ = ["desk", "make_document", "receiver"]


@pytest.fixture
def house(desk: Store, tmp_path: Any) -> House:
    return House(Settings(home=tmp_path, webhooks=LOCAL), desk, Blobs(tmp_path))


@dataclass
class Clock:
    """A clock that is moved by hand."""

    at: datetime = field(default_factory=now)

    def __call__(self) -> datetime:
        return self.at


def hook(house: House, url: str, events: tuple[str, ...] = EVENTS, client: str = "acme") -> tuple[str, str]:
    """A webhook; its id and its secret."""
    secret = fresh_secret()
    with house.store.write() as session:
        row = add_webhook(session, client_id=client, url=url, events=events, actor="user:ann", at=now(),
                          secret=seal(home_secret(house.home, SECRETS), secret))  # fmt: skip
        return row.id, secret


def messages(store: Store) -> list[WebhookMessageRow]:
    with store.read() as session:
        return list(session.exec(select(WebhookMessageRow).order_by(WebhookMessageRow.event_key)))


def test_an_independent_library_accepts_the_signature(
    house: House, make_document: DocumentMaker, receiver: Receiver
) -> None:
    _, secret = hook(house, receiver.url)
    document_id = publish_some(house.store, make_document)[0]
    while send_due(house):
        pass
    assert {body["type"] for body in receiver.bodies()} == {"invoice.validated", "batch.published"}
    for headers, body in receiver.got:
        checked = Webhook(secret).verify(body.decode(), headers)
        assert checked["data"]["client_id"] == "acme"
        assert "120.00" not in body.decode()  # a message says that something happened; what it was is pulled
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.decode() + " ", headers)
    one = next(body for body in receiver.bodies() if body["type"] == "invoice.validated")
    assert (one["data"]["document_id"], one["data"]["change_seq"]) == (document_id, 1)


def test_both_secrets_sign_while_one_replaces_the_other(
    house: House, make_document: DocumentMaker, receiver: Receiver
) -> None:
    webhook_id, old = hook(house, receiver.url, ("batch.published",))
    new, clock = fresh_secret(), Clock()
    with house.store.write() as session:
        rotate_secret(session, session.get_one(WebhookRow, webhook_id), seal(home_secret(house.home, SECRETS), new),
                      until=clock() + timedelta(hours=1), actor="user:ann", at=clock())  # fmt: skip
    publish_some(house.store, make_document)
    send_due(house, clock=Clock(now() + timedelta(seconds=1)))
    headers, body = receiver.got[0]
    for secret in (old, new):
        Webhook(secret).verify(body.decode(), headers)
    with house.store.write() as session:
        replay(session, session.get_one(WebhookRow, webhook_id), actor="x", at=clock(),
               message_ids=[messages(house.store)[0].id])  # fmt: skip
    send_due(house, clock=Clock(now() + timedelta(hours=2)))
    assert len(receiver.got[1][0]["webhook-signature"].split()) == 1


def test_each_event_is_told_once_however_often_one_looks(
    house: House, make_document: DocumentMaker, receiver: Receiver
) -> None:
    before = publish_some(house.store, make_document, first=50)[0]
    hook(house, receiver.url)
    document_id = publish_some(house.store, make_document)[0]
    correct(house.store, document_id, invoice_number="N-1b")
    make_document(Status.REJECTED, name="r.pdf")
    make_document(client="beta", name="theirs.pdf")
    for _ in range(3):
        send_due(house)
        with house.store.write() as session:
            make_messages(session, at=now())
    while send_due(house):
        pass
    kinds = sorted(body["type"] for body in receiver.bodies())
    # the correction passes through review: an exception of its own
    assert kinds == ["batch.published", "batch.published", "document.rejected", "invoice.corrected",
                     "invoice.exception", "invoice.validated"]  # fmt: skip
    assert before not in str(receiver.bodies())
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == len(receiver.got)


def test_what_fails_is_tried_later_and_at_last_given_up_and_replayed(
    house: House, make_document: DocumentMaker, receiver: Receiver
) -> None:
    webhook_id, _ = hook(house, receiver.url, ("batch.published",))
    publish_some(house.store, make_document)
    receiver.answers = [500, 302, 404, 503, 500, 500, 500, 500]
    receiver.headers = {"Location": receiver.url + "/elsewhere"}
    clock, gaps = Clock(now() + timedelta(seconds=1)), []
    for _ in range(8):
        assert send_due(house, clock=clock) == 1
        assert send_due(house, clock=clock) == 0  # not before its time
        row = messages(house.store)[0]
        gaps.append((row.next_at - clock()).total_seconds())
        clock.at = max(row.next_at, clock())
    assert (row.state, row.tries, row.last_status, len(receiver.got)) == ("dead", 8, 500, 8)
    waits = WebhookSettings().waits_seconds
    assert all(0.8 * wait <= gap <= 1.2 * wait for gap, wait in zip(gaps, waits, strict=False))
    with house.store.write() as session:
        assert replay(session, session.get_one(WebhookRow, webhook_id), actor="user:ann", at=clock()) == 1
    send_due(house, clock=clock)
    assert messages(house.store)[0].state == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    with house.store.read() as session:
        assert len(session.exec(select(WebhookTryRow)).all()) == 9
        assert verify(session) is None


def test_a_receiver_that_says_gone_gets_nothing_more(
    house: House, make_document: DocumentMaker, receiver: Receiver
) -> None:
    hook(house, receiver.url, ("batch.published",))
    receiver.answers = [410]
    publish_some(house.store, make_document)
    send_due(house)
    publish_some(house.store, make_document, first=5)
    assert (send_due(house), len(receiver.got)) == (0, 1)
    with house.store.read() as session:
        assert session.exec(select(WebhookRow)).one().state == "gone"


def test_two_senders_never_take_the_same_message(house: House, make_document: DocumentMaker) -> None:
    hook(house, "http://127.0.0.1:9/")
    publish_some(house.store, make_document, 5)
    at, lease = now(), timedelta(minutes=2)
    with house.store.write() as session:
        make_messages(session, at=at)
    with house.store.write() as session:
        first = {row.id for row in claim_due(session, at=at, lease=lease, limit=4)}
    with house.store.write() as session:
        second = {row.id for row in claim_due(session, at=at, lease=lease, limit=4)}
    assert (len(first), len(second), first & second) == (4, 2, set())
    with house.store.write() as session:  # the first sender died: after its lease others send
        assert len(claim_due(session, at=at + lease, lease=lease, limit=9)) == 6


def test_a_receiver_that_is_slow_holds_nobody_up(
    house: House, make_document: DocumentMaker, receiver: Receiver
) -> None:
    receiver.delay = 1.6
    hook(house, receiver.url, ("batch.published",))
    publish_some(house.store, make_document)
    started = time.monotonic()
    send_due(house)
    assert time.monotonic() - started < 1.5
    assert messages(house.store)[0].last_error == "no answer in time"


@pytest.mark.parametrize(("url", "settings"), [
    ("http://127.0.0.1:9/", WebhookSettings()),
    ("https://127.0.0.1:9/", WebhookSettings()),
    ("https://localhost:9/", WebhookSettings()),
    ("http://localhost:9/", WebhookSettings(allow_http=True, allow_networks=("10.0.0.0/8",))),
    ("https://[::ffff:127.0.0.1]/", WebhookSettings()),
    ("https://0.0.0.0/", WebhookSettings()),
])  # fmt: skip
def test_no_private_address_is_ever_called(url: str, settings: WebhookSettings, receiver: Receiver) -> None:
    parcel = Parcel(WebhookMessageRow(id="msg_1", webhook_id="w", client_id="acme", event="x", event_key="x",
                                      body="{}", created_at=now(), next_at=now()),
                    url.replace(":9/", receiver.url[16:]), (fresh_secret(),))  # fmt: skip
    outcome = asyncio.run(send(parcel, settings, now()))
    assert outcome.status is None
    assert outcome.error
    assert receiver.got == []


def test_a_name_is_looked_up_when_it_is_called(receiver: Receiver) -> None:
    """A name that led to the open internet when the webhook was added may lead home today."""
    parcel = Parcel(WebhookMessageRow(id="msg_1", webhook_id="w", client_id="acme", event="x", event_key="x",
                                      body="{}", created_at=now(), next_at=now()),
                    receiver.url.replace("127.0.0.1", "localhost"), (fresh_secret(),))  # fmt: skip
    elsewhere = WebhookSettings(allow_http=True, allow_networks=("10.0.0.0/8",))
    outcome = asyncio.run(send(parcel, elsewhere, now()))
    assert (outcome.status, receiver.got) == (None, [])
    assert "private_address" in outcome.error
