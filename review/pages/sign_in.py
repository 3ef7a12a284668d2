"""Signing in and out. One message for a wrong login and a wrong password, and the same work for both."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.store.people import WINDOW, close_session, open_session
from models.tables import UserRow
from review.guard import cookie_name, drop_cookie, fresh_csrf, set_cookie
from review.passwords import check_login
from review.site import Site, Visitor, show, site_of, visitor_of
from review.throttle import Throttle, address_of

router = APIRouter()
FORM_LIFE = timedelta(hours=2)
_TRIES = 30  # from one address in 15 minutes: an office behind one address signs in with fewer


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/queue", expired: bool = False) -> Response:  # noqa: A002, FBT001, FBT002
    """The form; somebody who is signed in goes on."""
    if visitor_of(request).user is not None:
        return RedirectResponse(safe_target(next), 303)
    return show_form(request, target=safe_target(next), message="sign_in.expired" if expired else "")


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check login and password; on success a fresh session starts and any earlier one of this browser ends."""
    form = await request.form()
    login, password = str(form.get("login", ""))[:200], str(form.get("password", ""))
    target = safe_target(str(form.get("next", "")))
    site, visitor = site_of(request), visitor_of(request)
    if site.settings.oidc.issuer and not site.settings.oidc.local:
        raise HTTPException(403)
    limit: Throttle = request.app.state.throttle
    if not limit.take(address_of(request, site.settings.web), site.clock()):
        return show_form(request, target=target, message="sign_in.throttled", login=login, status=429)
    token = await run_in_threadpool(_try, site, visitor, login, password)
    if token is None:
        return show_form(request, target=target, message="sign_in.refused", login=login, status=401)
    answer = RedirectResponse("/" if target == "/queue" else target, 303)  # the home page knows the role
    web = site.settings.web
    set_cookie(answer, "session", token, web, life=timedelta(hours=web.session_hours))
    drop_cookie(answer, "form", web)
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session here and in the browser."""
    site = site_of(request)
    with site.store.write() as session:
        close_session(session, visitor_of(request).token)
    answer = RedirectResponse("/sign-in", 303)
    drop_cookie(answer, "session", site.settings.web)
    return answer


def make_throttle() -> Throttle:
    """The limit on tries from one address."""
    return Throttle(tries=_TRIES, window=WINDOW)


def safe_target(target: str) -> str:
    """A page of ours to go on to; anything that could lead elsewhere is the queue.

    >>> safe_target("//evil.example"), safe_target("/documents/1")
    ('/queue', '/documents/1')
    """
    harmless = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if harmless and not target.startswith("/sign-in") else "/queue"


def _try(site: Site, visitor: Visitor, login: str, password: str) -> str | None:
    """The token of a fresh session, or None."""
    user = check_login(site, login, password)
    if user is None:
        return None
    with site.store.write() as session:
        fresh = session.get(UserRow, user.id)
        return open_session(session, fresh, at=site.clock(), replaces=visitor.token) if fresh else None


def show_form(
    request: Request, *, target: str = "/queue", message: str = "", login: str = "", status: int = 200
) -> Response:
    """The sign-in page, with what went wrong."""
    settings = site_of(request).settings
    web, oidc = settings.web, settings.oidc
    company = (oidc.label or urlsplit(oidc.issuer).hostname or "") if oidc.issuer else ""
    csrf = request.cookies.get(cookie_name("form", web), "") or fresh_csrf()
    answer = show(request, "sign_in.html", status=status, target=target, message=message, login=login, form_csrf=csrf,
                  company=company, local=oidc.local or not company)  # fmt: skip
    set_cookie(answer, "form", csrf, web, life=FORM_LIFE)
    return answer
