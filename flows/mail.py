"""Mail that waits goes out by SMTP, one after the other; what is refused waits longer each time.

Without a host nothing is sent: mails stay in the table, and the supervisor's page shows them with a link for the
machine's own mail program.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import NamedTuple

from models.settings_review import MailSettings
from models.store.audit import now
from models.store.engine import Store
from models.store.mail import mark_refused, mark_sent, take_mail
from models.tables import MailRow

logger = logging.getLogger(__name__)
ACTOR = "mail"
MOST = 200  # mails of one run
SECONDS = 20.0  # that a server may take to answer
_NO_HOST = "facturier.invalid"


class Sent(NamedTuple):
    """What one run did."""

    sent: int = 0
    refused: int = 0


def send_waiting(store: Store, settings: MailSettings, *, clock: Callable[[], datetime] = now) -> Sent:
    """Send what is due; each mail in transactions of its own, none held open while a server is spoken to."""
    done = Sent()
    if not settings.host:
        return done
    for _ in range(MOST):
        with store.write() as session:
            mail = take_mail(session, at=clock())
        if mail is None:
            break
        done = _send_one(store, settings, mail, done, clock)
    return done


def _send_one(store: Store, settings: MailSettings, mail: MailRow, done: Sent, clock: Callable[[], datetime]) -> Sent:
    try:
        hand_over(settings, message_of(mail, settings))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.warning("mail %s was not taken: %s", mail.id, error)
        with store.write() as session:
            mark_refused(session, mail.id, str(error), for_good=_is_final(error), actor=ACTOR, at=clock())
        return done._replace(refused=done.refused + 1)
    with store.write() as session:
        mark_sent(session, mail.id, actor=ACTOR, at=clock())
    return done._replace(sent=done.sent + 1)


def message_of(mail: MailRow, settings: MailSettings) -> EmailMessage:
    """The mail as a message; its Message-ID comes from its row, so that a second delivery is seen as one.

    Raises:
        ValueError: The recipient is no address, or a header would hold a line break.
    """
    name, address = parseaddr(mail.recipient)
    if address.count("@") != 1 or not mail.recipient.isprintable():
        raise ValueError(f"no mail address: {mail.recipient[:80]!r}")
    sender = settings.sender or settings.user
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, f"{name} <{address}>" if name else address, mail.subject
    made["Date"] = format_datetime(mail.created_at)
    made["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].rpartition('@')[2] or _NO_HOST}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.words)
    return made


def hand_over(settings: MailSettings, message: EmailMessage) -> None:
    """Give one message to the server; with `starttls` nothing is said before the line is safe."""
    safe = ssl.create_default_context(cafile=settings.ca_file or None)
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=safe)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    with server:
        if settings.security == "starttls":
            server.starttls(context=safe)
        if settings.user:
            server.login(settings.user, settings.password)
        server.send_message(message)


def _is_final(error: Exception) -> bool:
    """Whether the server will say the same tomorrow: an address that it does not take, or none at all."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused):
        return False  # a setting is wrong: put right, the mail goes out
    return isinstance(error, ValueError) or (isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500)
