"""Idempotency-Key: a POST that comes twice is done once, and answered twice the same.

The answer is kept in the act's own transaction, sealed, because it may hold a secret that is shown once. The same key
with another request is refused (422); without a key the act is done as often as it comes, unless settings want one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse

from models.sealed import seal, unseal
from models.secret import home_secret
from models.store.audit import wait_for_audit
from models.store.idempotent import find_kept, keep
from models.tables import IdempotentRow
from review.api.cells import reply
from review.api.entry import Caller
from review.api.problems import RefusedError
from review.site import Site, site_of

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Done(NamedTuple):
    """What an act answers."""

    status: int
    content: dict[str, Any]


def once(request: Request, caller: Caller, sent: str, act: Callable[[Session], Done]) -> JSONResponse:
    """Do it in one transaction, or give the answer of the first time. `sent` is what tells requests apart."""
    site, key = site_of(request), _key(request)
    request_hash = hashlib.sha256(json.dumps([request.method, request.url.path, sent]).encode()).hexdigest()
    try:
        with site.store.write() as session:
            if key and wait_for_audit(session):
                session.expire_all()
            kept = find_kept(session, caller.key_id, key) if key else None
            if kept is not None:
                return _again(site, kept, request_hash)
            done = act(session)
            if key:
                body = seal(_secret(site), json.dumps(done.content))
                row = IdempotentRow(api_key_id=caller.key_id, key=key, request_hash=request_hash, status=done.status,
                                    body=body, at=site.clock())  # fmt: skip
                keep(session, row, life=timedelta(hours=site.settings.api.idempotency_hours))
    except IntegrityError:  # the same key at the same moment: the other one's answer is ours
        with site.store.read() as session:
            kept = find_kept(session, caller.key_id, key) if key else None
        if kept is None:
            raise
        return _again(site, kept, request_hash)
    return reply(done.content, done.status)


def _again(site: Site, kept: IdempotentRow, request_hash: str) -> JSONResponse:
    if kept.request_hash != request_hash:
        raise RefusedError(422, "key_reused", at=("header", HEADER), why="key_reused")
    return reply(json.loads(unseal(_secret(site), kept.body)), kept.status, {"Idempotency-Replayed": "true"})


def _key(request: Request) -> str:
    key = request.headers.get(HEADER)
    if key is None:
        if site_of(request).settings.api.require_idempotency_key:
            raise RefusedError(400, "key_missing", at=("header", HEADER), why="missing")
        return ""
    if not _KEY.fullmatch(key):
        raise RefusedError(422, "invalid", at=("header", HEADER), why="bad_key")
    return key


def _secret(site: Site) -> bytes:
    return home_secret(site.settings.home, "answers")
