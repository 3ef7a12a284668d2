"""The door of every route: who comes, from where, and whether the rights table lets them in.

Runs before each handler. Unsafe methods need an Origin of ours and the session's CSRF token (before sign-in: the one of
a short-lived cookie). Cookies: HttpOnly, SameSite=Lax, and with `web.secure_cookies` Secure under a __Host- name.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.settings import WebSettings
from models.store.access import EVERY_CLIENT, Reach, reach_of
from models.store.people import find_session, is_stale, touch_session
from review.language import TONGUES, choose_language
from review.rights import ROUTES, Right
from review.sightings import admit
from review.site import Visitor, site_of
from review.throttle import address_of, dear

SAFE = frozenset({"GET", "HEAD"})
FORM_BYTES = 4 * 2**20
_FORM_FIELDS = 20_000  # an invoice of 1,000 lines


class SignInNeededError(Exception):
    """Nobody is signed in; the handler sends the browser to the sign-in page."""


async def guard(request: Request) -> None:
    """Let a request in, or raise what the error pages show.

    Raises:
        HTTPException: 403 no right or a forged request, 404 what is not there for this visitor, 411 or 413 a body of
            no or too great length, 429 too many.
        SignInNeededError: The route asks for a person.
    """
    right = _right(request)
    form = None
    if request.method not in SAFE:
        _check_origin(request, site_of(request).settings.web)
        form = await _read_form(request)
    await run_in_threadpool(_let_in, request, right, form)  # one thread for all that asks the database


def _let_in(request: Request, right: Right, form: FormData | None) -> None:
    """Who comes, and whether they may; leaves the visitor with the request."""
    visitor = request.state.visitor = find_visitor(request)
    if form is not None:
        _check_token(request, form, visitor)
    if right == "public":
        return
    if visitor.user is None:
        raise SignInNeededError
    if right not in visitor.rights:
        if request.url.path == "/queue" and "micro" in visitor.rights:  # where every sign-in leads to
            raise HTTPException(303, headers={"Location": "/micro"})
        raise HTTPException(403)
    _check_rate(request, visitor, admit(request, visitor))


def _right(request: Request) -> Right:
    route = request.scope.get("route")
    right = ROUTES.get((request.method, getattr(route, "path", "")))
    if right is None:
        raise HTTPException(403)
    return right


def _check_rate(request: Request, visitor: Visitor, client_id: str) -> None:
    """Raise 429 where a person, an address or a client has had enough of what costs much."""
    route = getattr(request.scope.get("route"), "path", "")
    kind = dear(request.method, route, request.query_params)
    if kind is None or visitor.user is None:
        return
    site = site_of(request)
    keys = {"user": visitor.user.id, "address": address_of(request, site.settings.web)}
    keys |= {"client": client_id} if client_id else {}
    wait = request.app.state.rates.wait(kind, keys, site.clock())
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(ceil(wait.total_seconds()))})


def find_visitor(request: Request) -> Visitor:
    """Who sends a request, by its session cookie; an ended session is nobody."""
    site = site_of(request)
    web = site.settings.web
    token = request.cookies.get(cookie_name("session", web), "")
    if token:
        at = site.clock()
        with site.store.read() as session:
            found = find_session(session, token, web, at=at)
            reach = reach_of(session, found[1], site.settings.review) if found else Reach(())
        if found:
            if is_stale(found[0], at):
                with site.store.write() as session:
                    touch_session(session, token, at=at)
            user = found[1]
            tongue = TONGUES.get(user.language, TONGUES["en"])
            sees_all = user.role in EVERY_CLIENT and not reach.refused
            refused = frozenset(client.id for client in reach.refused)
            return Visitor(tongue, user, reach.clients, sees_all, token, found[0].csrf, refused)
    language = choose_language(request.headers.get("accept-language", ""))
    return Visitor(TONGUES[language], csrf=request.cookies.get(cookie_name("form", web), ""))


def _check_origin(request: Request, web: WebSettings) -> None:
    """Raise 403 where the browser says that another site sends this. No header at all: the token decides."""
    given = request.headers.get("origin")
    own = {f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if web.public_url:
        parts = urlsplit(web.public_url)
        own.add(f"{parts.scheme}://{parts.netloc}")
    if given is not None and given not in own:
        raise HTTPException(403)
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403)


async def _read_form(request: Request) -> FormData:
    """The form of an unsafe request, of known and modest length."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > FORM_BYTES:
        raise HTTPException(413)
    return await request.form(max_files=0, max_fields=_FORM_FIELDS)


def _check_token(request: Request, form: FormData, visitor: Visitor) -> None:
    given = request.headers.get("x-csrf-token") or str(form.get("csrf", ""))
    if not visitor.csrf or not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
        raise HTTPException(403)


def is_own_host(host: str, web: WebSettings) -> bool:
    """Whether a Host header names this site: a name of another site that points here is refused (DNS rebinding)."""
    if web.host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return True
    names = {web.host, "127.0.0.1", "localhost", "[::1]"}
    if web.public_url:
        names.add(urlsplit(web.public_url).hostname or "")
    return host.rpartition(":")[0] in names or host in names


def cookie_name(kind: str, web: WebSettings) -> str:
    """The name of a cookie of ours."""
    return f"__Host-facturier-{kind}" if web.secure_cookies else f"facturier-{kind}"


def set_cookie(response: Response, kind: str, value: str, web: WebSettings, *, life: timedelta) -> None:
    """Give the browser a cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(cookie_name(kind, web), value, max_age=int(life.total_seconds()), path="/", httponly=True,
                        secure=web.secure_cookies, samesite="lax")  # fmt: skip


def drop_cookie(response: Response, kind: str, web: WebSettings) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(kind, web), path="/", httponly=True, secure=web.secure_cookies, samesite="lax")


def fresh_csrf() -> str:
    """A token for the sign-in form."""
    return secrets.token_urlsafe(32)
