"""Mail that waits goes out once, by a real server on the loopback; what is refused waits, then is left to a person."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Literal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
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
    """A small SMTP server: takes mail, or refuses recipients with a code; with a certificate it can speak safely."""

    def __init__(self, certificate: Path | None = None, *, at_once: bool = False) -> None:
        self.taken: list[bytes] = []
        self.safe: ssl.SSLContext | None = None
        self.at_once = at_once  # nothing is said before the line is safe
        if certificate:
            self.safe = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.safe.load_cert_chain(certificate)
        self.refuse = ""
        self.in_clear = False
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
            with line, suppress(OSError):  # a client that does not trust us hangs up
                self._speak(self._made_safe(line) if self.at_once else line)

    def _made_safe(self, line: socket.socket) -> socket.socket:
        assert self.safe
        return self.safe.wrap_socket(line, server_side=True)

    def _speak(self, line: socket.socket, greeting: str = "220 here") -> None:
        talk = line.makefile("rwb")

        def say(text: str) -> None:
            talk.write(text.encode() + b"\r\n")
            talk.flush()

        if greeting:
            say(greeting)
        for raw in talk:
            verb = raw[:4].upper()
            if verb == b"QUIT":
                say("221 bye")
                return
            if verb == b"EHLO" and self.safe and not isinstance(line, ssl.SSLSocket):
                say("250-here")
                say("250 STARTTLS")
                continue
            if verb == b"STAR":
                say("220 go on")
                self._speak(self._made_safe(line), greeting="")
                return
            self.in_clear |= verb == b"MAIL" and not isinstance(line, ssl.SSLSocket)
            if verb == b"RCPT" and self.refuse:
                say(self.refuse)
            elif verb == b"DATA":
                say("354 go on")
                self.taken.append(b"".join(iter(talk.readline, b".\r\n")))
                say("250 taken")
            else:
                say("250 fine")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    found = PostOffice()
    yield found
    with suppress(OSError):  # closed by the test
        found.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and the certificate for localhost that it signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("mail") / "server.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))
    return path


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


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_safe_line_is_made_before_anything_is_said(
    desk: Store, certificate: Path, security: Literal["tls", "starttls"]
) -> None:
    put(desk)
    office = PostOffice(certificate, at_once=security == "tls")
    safe = MailSettings(host="localhost", port=office.port, security=security, sender="desk@example.org",
                        ca_file=str(certificate))  # fmt: skip
    assert send_waiting(desk, safe, clock=lambda: AT) == Sent(1, 0)
    assert (len(office.taken), office.in_clear) == (1, False)
    office.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_for_which_nobody_vouches_gets_no_mail(
    desk: Store, certificate: Path, security: Literal["tls", "starttls"]
) -> None:
    mail, office = put(desk), PostOffice(certificate, at_once=security == "tls")
    blind = MailSettings(host="localhost", port=office.port, security=security, sender="desk@example.org")
    assert send_waiting(desk, blind, clock=lambda: AT) == Sent(0, 1)
    assert (office.taken, office.in_clear) == ([], False)
    with desk.read() as session:
        assert "certificate" in session.get_one(MailRow, mail).refused
    office.close()


def test_a_server_without_a_safe_line_gets_no_mail_where_one_is_asked_for(desk: Store, office: PostOffice) -> None:
    put(desk)
    asked = settings(office).model_copy(update={"security": "starttls"})
    assert send_waiting(desk, asked, clock=lambda: AT) == Sent(0, 1)
    assert (office.taken, office.in_clear) == ([], False)


def test_a_server_without_a_sender_is_no_setting() -> None:
    with pytest.raises(ValueError, match="who sends"):
        MailSettings(host="mail.example.org", user="desk")
