"""A form counts once, however often it comes: after a lost answer, a double click, or a minute without connection.

Each form shown holds a random key. What is kept is a hash of key, address and all that was typed: a page that the
browser goes back to and that is filled anew has the same key but is another form, and is not taken for the old one.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from models.store.replay import find_answer, keep_answer
from models.tables import DocumentRow
from review.site import site_of, visitor_of

GO = "x-facturier-go"  # the page's script asks to be told where to go instead of being sent there
_KEY = re.compile(r"[0-9a-f]{32}")
_ASIDE = frozenset({"csrf", "once", "password"})  # of the session, or never kept


def fresh_key() -> str:
    """A key for a form, 128 random bits.

    >>> len(fresh_key())
    32
    """
    return secrets.token_hex(16)


def form_key(path: str, form: FormData) -> str:
    """What a form is known by; empty where it carries no key of ours.

    >>> one, other = FormData([("once", "0" * 32), ("a", "1")]), FormData([("once", "0" * 32), ("a", "2")])
    >>> form_key("/x", one) == form_key("/x", other), form_key("/x", FormData([("once", "zz")]))
    (False, '')
    """
    once = str(form.get("once", ""))
    if not _KEY.fullmatch(once):
        return ""
    typed = sorted((name, str(value)) for name, value in form.multi_items() if name not in _ASIDE)
    return hashlib.sha256(json.dumps([once, path, typed]).encode()).hexdigest()


def answered(session: Session, request: Request, form: FormData) -> Response | None:
    """The answer to a form that came before; None for a new one."""
    user = visitor_of(request).user
    location = find_answer(session, form_key(request.url.path, form), user_id=user.id) if user else None
    return None if location is None else _send(request, location, None)


def go_on(
    session: Session, request: Request, form: FormData, location: str, document: DocumentRow | None = None
) -> Response:
    """Keep the answer in the act's own transaction, and give it."""
    user = visitor_of(request).user
    if user:
        path = request.url.path
        keep_answer(session, form_key(path, form), user_id=user.id, path=path, location=location,
                    at=site_of(request).clock())  # fmt: skip
    return _send(request, location, document)


def _send(request: Request, location: str, document: DocumentRow | None) -> Response:
    if request.headers.get(GO) is None:
        return RedirectResponse(location, 303)
    fresh = {"version": str(document.version), "revision": str(document.revision)} if document else {}
    return JSONResponse({"location": location, **fresh}, headers={"Cache-Control": "no-store"})
