"""`facturier certify`: labels to certificates, and what is missing where they do not suffice."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from flows.certify import certify_client, open_window
from flows.champion import models_in_use
from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, complain, safe, say, write_json, write_table
from models.certificate import SEGMENTS, Certificate, Label
from models.settings import client_policy
from models.store.alarms import lowering
from models.store.audit import now
from models.store.clients import list_clients
from models.store.labels import put_labels
from models.tables import ClientRow

ACTOR = "operator"
LONGEST_LINE = 20_000


def run_certify(house: House, client_id: str | None, *, labels: Path | None, as_json: bool) -> int:
    """Make new certificates for one client or for all.

    Returns:
        0, 2 for a client that is not there or labels without one, 1 where the labels cannot be read.
    """
    with house.store.read() as session:
        clients = [row.id for row in list_clients(session) if client_id in {None, row.id}]
    if not clients or (labels is not None and client_id is None):
        complain("certify: name a client that exists (--client ID)")
        return EXIT_USAGE
    if labels is not None:
        try:
            found = read_labels(labels)
        except (OSError, ValueError) as error:
            complain(f"certify: {safe(labels)}: {safe(error, 300)}")
            return EXIT_FAILURE
        with house.store.write() as session:
            say(f"{put_labels(session, clients[0], found, actor=ACTOR)} labels imported for {clients[0]}")
    for each in clients:
        made = certify_for(house, each)
        if as_json:
            for certificate in made:
                write_json(certificate.model_dump(mode="json"))
        else:
            _tell(house, each, made)
    return EXIT_DONE


def certify_for(house: House, client_id: str, *, actor: str = ACTOR) -> list[Certificate]:
    """New certificates of one client, in a transaction of their own."""
    places, at = models_in_use(house).places, now()
    with house.store.write() as session:
        policy = client_policy(house.settings.policy, session.get_one(ClientRow, client_id).policy_json)
        outdated = open_window(session, client_id, policy, at=at, places=places).outdated
        if outdated:
            say(f"{client_id}: {outdated} labels are of other versions of the models and do not count")
        return certify_client(session, client_id, policy, at=at, actor=actor, places=places)


def read_labels(path: Path) -> list[Label]:
    """Labels of a file of JSON lines; raises ValueError that names the line which is none."""
    found = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                label = Label.model_validate_json(line[:LONGEST_LINE])
            except ValidationError as error:
                raise ValueError(f"line {number} is no label: {error.errors()[0]['msg']}") from error
            if label.segment not in SEGMENTS or not 0 <= label.score <= 1 or label.at.tzinfo is None:
                raise ValueError(f"line {number}: segment, score or time is none that there is")
            found.append(label)
    return found


def _tell(house: House, client_id: str, made: list[Certificate]) -> None:
    with house.store.read() as session:
        lowered = {each.segment for each in made if lowering(session, client_id, each.segment)}
    rows = [(each.segment, *cells(each, is_lowered=each.segment in lowered)) for each in made]
    limit = f"at most {made[0].alpha:.1%} wrong" if made else ""
    write_table(f"Certificates of {client_id}: {limit}",
                ("segment", "state", "threshold", "labels", "wrong above", "bound", "missing"), rows)  # fmt: skip


def cells(certificate: Certificate, *, is_lowered: bool) -> tuple[str, ...]:
    """One certificate as a row for people."""
    if certificate.threshold is None:
        state = "not certified"
        return state, "–", str(certificate.labelled), "–", "–", str(certificate.missing)
    state = "lowered by an alarm" if is_lowered else "certified"
    return (state, f"{certificate.threshold:.4f}", str(certificate.labelled),
            f"{certificate.errors} of {certificate.accepted}", f"{certificate.bound or 0:.2%}", "0")  # fmt: skip
