"""Which clients a person may see: those given to the account, from a place that the client's contract allows.

Every list, count, picture, figure and export of the site takes its clients from here, by way of the visitor. A client
without a list of places is seen from anywhere; a person without a place sees only such clients.

>>> allows((), ""), allows(("onshore",), ""), allows(("onshore", "nearshore"), "nearshore")
(True, False, True)
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.settings_review import PLACES, Place, ReviewSettings, client_review
from models.store.audit import record
from models.tables import ClientRow, UserClientRow, UserRow

EVERY_CLIENT = frozenset({"administrator"})  # roles that need no row in user_client
OFFICE = ReviewSettings()
_EVERY = select(ClientRow).order_by(ClientRow.name)  # made once: they run for each request
_GIVEN = _EVERY.join(UserClientRow, col(UserClientRow.client_id) == ClientRow.id).where(
    UserClientRow.user_id == bindparam("person"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person may see, and what only the place forbids."""

    clients: tuple[ClientRow, ...]
    refused: tuple[ClientRow, ...] = ()


def allows(places: Collection[str], place: str) -> bool:
    """Whether documents may be seen from a place."""
    return not places or place in places


def places_of(client: ClientRow, office: ReviewSettings = OFFICE) -> tuple[Place, ...]:
    """From where a client's documents may be seen; empty: from anywhere."""
    return client_review(office, client.review_json).places


def reach_of(session: Session, user: UserRow, office: ReviewSettings = OFFICE) -> Reach:
    """The clients of a person by name, parted by the place that the person works from."""
    query = _EVERY if user.role in EVERY_CLIENT else _GIVEN
    given = session.exec(query, params={"person": user.id} if query is _GIVEN else {}).all()
    seen = tuple(client for client in given if allows(places_of(client, office), user.place))
    return Reach(seen, tuple(client for client in given if client not in seen))


def clients_of(session: Session, user: UserRow, office: ReviewSettings = OFFICE) -> tuple[ClientRow, ...]:
    """The clients whose documents a person may see, by name."""
    return reach_of(session, user, office).clients


def set_client_places(session: Session, client: ClientRow, places: Iterable[str], *, actor: str) -> None:
    """Say from where a client's documents may be seen; words that are no place are left out."""
    wanted = [place for place in PLACES if place in set(places)]
    own = json.loads(client.review_json or "{}")
    before = own.get("places", [])
    if wanted == before:
        return
    client.review_json = json.dumps(own | {"places": wanted}, sort_keys=True)
    session.add(client)
    record(session, actor=actor, action="set_places", subject=f"client:{client.id}", client_id=client.id,
           before={"places": before}, after={"places": wanted})  # fmt: skip
