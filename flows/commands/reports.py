"""`facturier report governance`, `report pilot`, `survey ask`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flows.house import House
from flows.judge import Office
from flows.packing import Wish, make_governance, write_pack
from flows.pilot import report_pilot
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, say
from models.errors import ConflictError
from models.store.audit import now
from models.store.surveys import ask
from models.tables import ClientRow
from reports.language import TONGUES
from reports.pilot import pilot_pack

ACTOR = "operator"


def run_governance(house: House, client_id: str, wish: Wish, folder: Path) -> int:
    """Write the pack of a period."""
    if not _is_there(house, client_id):
        return EXIT_USAGE
    at = now()
    try:
        pack = make_governance(house, client_id, wish, at)
    except ConflictError as error:
        complain(f"facturier report: {error}")
        return EXIT_USAGE
    for path in write_pack(house, client_id, "governance", pack, folder, at, name=wish.name):
        say(f"{pack.period}: {path}")
    return EXIT_DONE


def run_pilot_report(house: House, client_id: str, since: datetime | None, language: str, folder: Path) -> int:
    """Write the report of a pilot."""
    if not _is_there(house, client_id):
        return EXIT_USAGE
    at = now()
    with house.store.read() as session:
        client = session.get_one(ClientRow, client_id)
        facts = report_pilot(session, client_id, Office(client, house.settings).policy, since=since)
        name = client.name
    for path in write_pack(house, client_id, "pilot", pilot_pack(facts, name, language, at), folder, at):
        say(str(path))
    return EXIT_DONE


def run_ask(house: House, client_id: str, recipient: str, language: str) -> int:
    """Put a letter with a link into the queue of mails."""
    if not _is_there(house, client_id):
        return EXIT_USAGE
    web = house.settings.web
    site = (web.public_url or f"http://{web.host}:{web.port}").rstrip("/")
    tongue = TONGUES[language]

    def letter(token: str) -> tuple[str, str]:
        words = tongue.t("survey.letter", link=f"{site}/survey/{token}")
        return tongue.t("survey.subject"), words

    try:
        with house.store.write() as session:
            ask(session, client_id, recipient, language, letter, actor=ACTOR, at=now())
    except ConflictError as error:
        complain(f"facturier survey: {error}")
        return EXIT_USAGE
    if not house.settings.mail.host:
        say("The letter waits among the mails: no mail server is set ([mail]); the supervisor's page shows it.")
    else:
        say("The letter waits among the mails and goes out with the next ones.")
    return EXIT_DONE


def _is_there(house: House, client_id: str) -> bool:
    with house.store.read() as session:
        found = session.get(ClientRow, client_id) is not None
    if not found:
        complain(f"facturier: there is no client {client_id!r}")
    return found
