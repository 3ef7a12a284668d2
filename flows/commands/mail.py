"""`facturier mail`: send the mail that waits now, and say what could not leave."""

from __future__ import annotations

from flows.house import House
from flows.mail import send_waiting
from flows.terminal import EXIT_DONE, EXIT_FAILURE, safe, say, write_json, write_line
from models.store.mail import waiting_mail


def run_mail(house: House, *, as_json: bool) -> int:
    """Send, then show what still waits.

    Returns:
        0, or 1 where a mail server is set and mail still waits.
    """
    done = send_waiting(house.store, house.settings.mail)
    with house.store.read() as session:
        rows = waiting_mail(session, None)
    if as_json:
        write_json({"sent": done.sent, "refused": done.refused, "waiting": len(rows)})
    for row in () if as_json else rows:
        told = (f"{row.created_at:%Y-%m-%d %H:%M}", row.recipient or "-", row.subject, row.refused)
        write_line("  ".join(safe(each) for each in told))
    if not house.settings.mail.host:
        say("No mail server is set (mail.host): mail waits, and the supervisor's page shows it")
    say(f"{done.sent} sent, {done.refused} refused, {len(rows)} waiting")
    return EXIT_FAILURE if rows and house.settings.mail.host else EXIT_DONE
