"""What a visitor may name, decided before any handler runs, and the record of what was seen.

A document of another client, or of one that the visitor's place forbids, is not there: 404 for both. A refusal for the
place leaves one audit row for each person, client and hour; a document opened leaves one for each sign-in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request

from models.store.audit import record
from models.store.dossier import client_of
from review.site import Site, Visitor, not_found, site_of
from review.throttle import Throttle

NAMES = ("document_id", "other_id")  # parameters of routes that name a document


@dataclass
class Sightings:
    """What was written down lately, so that nothing is written twice. In memory: after a restart once more."""

    refused: Throttle = field(default_factory=lambda: Throttle(tries=1, window=timedelta(hours=1)))
    viewed: Throttle = field(default_factory=lambda: Throttle(tries=1, window=timedelta(days=1)))


def admit(request: Request, visitor: Visitor) -> str:
    """Let a request through that names only what its visitor may see; returns the client that it is about, if any.

    Raises:
        HTTPException: 404, the document is not there for this visitor.
    """
    site = site_of(request)
    named = [str(request.path_params[name]) for name in NAMES if name in request.path_params]
    asked = request.query_params.get("client", "")
    _note_refusal(request, site, visitor, asked)
    if not named:
        return asked if visitor.client_ids is None or asked in visitor.client_ids else ""
    owners = {document_id: _owner(request, site, visitor, document_id) for document_id in named}
    if request.method == "GET":
        for document_id, client_id in owners.items():
            _note_view(request, site, visitor, document_id, client_id)
    return owners[named[0]]


def _owner(request: Request, site: Site, visitor: Visitor, document_id: str) -> str:
    with site.store.read() as session:
        client_id = client_of(session, document_id)
    if client_id is None or (visitor.client_ids is not None and client_id not in visitor.client_ids):
        _note_refusal(request, site, visitor, client_id or "")
        raise not_found()
    return client_id


def _note_refusal(request: Request, site: Site, visitor: Visitor, client_id: str) -> None:
    if client_id not in visitor.refused or visitor.user is None:
        return
    at, seen = site.clock(), request.app.state.sightings
    if seen.refused.take(f"{visitor.user.id} {client_id}", at):
        with site.store.write() as session:
            record(session, actor=visitor.actor, action="refuse_place", subject=f"client:{client_id}",
                   client_id=client_id, after={"place": visitor.user.place, "country": visitor.user.country},
                   at=at)  # fmt: skip


def _note_view(request: Request, site: Site, visitor: Visitor, document_id: str, client_id: str) -> None:
    at, seen = site.clock(), request.app.state.sightings
    key = hashlib.sha256(f"{visitor.token} {document_id}".encode()).hexdigest()
    if seen.viewed.take(key, at):
        with site.store.write() as session:
            record(session, actor=visitor.actor, action="view", subject=f"document:{document_id}",
                   client_id=client_id, at=at)  # fmt: skip
