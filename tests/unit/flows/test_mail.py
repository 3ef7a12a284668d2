"""Mail that waits goes out once, by a real server on the loopback; what is refused waits, then is left to a person."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import select

from flows.mail import Sent, send_waiting
from models.settings_review import MailSettings
from models.store.engine import Store
from models.store.mail import TRIES, queue_mail, retry_mail, take_mail
from models.tables import AuditRow, MailRow
from tests.desk import desk

__all__ = ["desk"]
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


class PostOffice:
    """A small SMTP server: takes mail, or refuses recipients with a code."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuse = ""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)  # or the thread that waits would still take one
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as talk:
                self._speak(talk)

    def _speak(self, talk: object) -> None:
        say = lambda text: (talk.write(text.encode() + b"\r\n"), talk.flush())  # type: ignore[attr-defined] # noqa: E731
        say("220 here")
        for raw in talk:  # type: ignore[attr-defined]
            verb = raw[:4].upper()
            if verb == b"QUIT":
                say("221 bye")
                return
            if verb == b"RCPT" and self.refuse:
                say(self.refuse)
            elif verb == b"DATA":
                say("354 go on")
                self.taken.append(b"".join(iter(talk.readline, b".\r\n")))  # type: ignore[attr-defined]
                say("250 taken")
            else:
                say("250 fine")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    found = PostOffice()
    yield found
    with suppress(OSError):  # closed by the test
        found.close()


def settings(office: PostOffice) -> MailSettings:
    return MailSettings(host="127.0.0.1", port=office.port, security="none", sender="desk@example.org")


def put(store: Store, recipient: str = "omar@example.org") -> str:
    with store.write() as session:
        return queue_mail(session, kind="mention", recipient=recipient, subject="Rita asks you\r\nBcc: x@y", at=AT,
                          words="Lisez ça.\n.\nfin", client_id="acme").id  # fmt: skip


def test_a_mail_goes_out_once_under_the_id_of_its_row(desk: Store, office: PostOffice) -> None:
    mail = put(desk)
    assert send_waiting(desk, settings(office), clock=lambda: AT) == Sent(1, 0)
    assert send_waiting(desk, settings(office), clock=lambda: AT) == Sent(0, 0)
    (raw,) = office.taken
    found = message_from_bytes(raw, policy=policy.default)
    assert found["Message-ID"] == f"<{mail}@example.org>"
    assert found["Subject"] == "Rita asks you Bcc: x@y"
    assert found["Bcc"] is None
    assert "Lisez ça." in found.get_content()
    with desk.read() as session:
        assert session.get_one(MailRow, mail).sent_at == AT
        assert session.exec(select(AuditRow).where(AuditRow.action == "send_mail")).one().client_id == "acme"


def test_two_senders_do_not_take_the_same_mail(desk: Store) -> None:
    put(desk)
    with desk.write() as session:
        assert take_mail(session, at=AT) is not None
    with desk.write() as session:
        assert take_mail(session, at=AT) is None


def test_a_mail_refused_for_now_waits_longer_each_time(desk: Store, office: PostOffice) -> None:
    mail, office.refuse = put(desk), "451 later"
    assert send_waiting(desk, settings(office), clock=lambda: AT) == Sent(0, 1)
    with desk.read() as session:
        row = session.get_one(MailRow, mail)
        assert (row.tries, row.next_at, "later" in row.refused) == (1, AT + timedelta(minutes=5), True)
    assert send_waiting(desk, settings(office), clock=lambda: AT + timedelta(minutes=4)) == Sent(0, 0)
    office.refuse = ""
    assert send_waiting(desk, settings(office), clock=lambda: AT + timedelta(minutes=5)) == Sent(1, 0)


def test_a_mail_refused_for_good_is_left_to_a_person_who_may_try_again(desk: Store, office: PostOffice) -> None:
    mail, office.refuse = put(desk), "550 nobody here"
    assert send_waiting(desk, settings(office), clock=lambda: AT) == Sent(0, 1)
    later = AT + timedelta(days=30)
    assert send_waiting(desk, settings(office), clock=lambda: later) == Sent(0, 0)
    office.refuse = ""
    with desk.write() as session:
        assert session.get_one(MailRow, mail).tries == TRIES
        retry_mail(session, session.get_one(MailRow, mail), actor="user:rita", at=later)
    assert send_waiting(desk, settings(office), clock=lambda: later) == Sent(1, 0)


@pytest.mark.parametrize("recipient", ["no address", "a@b\nBcc: c@d", "@"])
def test_an_address_that_is_none_harms_nothing(desk: Store, office: PostOffice, recipient: str) -> None:
    put(desk, recipient)
    put(desk)
    assert send_waiting(desk, settings(office), clock=lambda: AT).sent == 1
    assert len(office.taken) == 1


def test_a_server_that_is_away_is_tried_again(desk: Store, office: PostOffice) -> None:
    office.close()
    mail = put(desk)
    assert send_waiting(desk, settings(office), clock=lambda: AT) == Sent(0, 1)
    with desk.read() as session:
        assert session.get_one(MailRow, mail).sent_at is None


def test_without_a_host_mail_waits(desk: Store) -> None:
    put(desk)
    assert send_waiting(desk, MailSettings()) == Sent(0, 0)
