"""Sign-in by the company's identity provider: the button, the way back, and one-time links of administrators.

Nobody gets an account by coming back from the provider: an administrator links an identity to an account, by a link
that works once, or by saying yes to one that came with the account's verified mail address. The way back sets the same
session as a password does.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.settings_review import OidcSettings
from models.store.identities import ask_for_link, find_identity, link_identity, take_link
from models.store.people import open_session
from models.tables import UserRow
from review.guard import cookie_name, drop_cookie, set_cookie
from review.oidc import PENDING, Answered, Provider, SignInError
from review.pages.sign_in import safe_target, show_form
from review.site import Site, Visitor, not_found, site_of, visitor_of

router = APIRouter()
COOKIE = "oidc"


def make_provider(site: Site) -> Provider | None:
    """The provider of the settings; None where they name none."""
    settings = site.settings.oidc
    return Provider(settings, site.clock) if settings.issuer else None


def company_name(settings: OidcSettings) -> str:
    """What the provider is called on buttons; empty where there is none."""
    return (settings.label or urlsplit(settings.issuer).hostname or "") if settings.issuer else ""


@router.get("/sign-in/company")
async def begin(request: Request, next: str = "/queue", link: str = "") -> Response:  # noqa: A002
    """To the provider, with a state that only this browser can bring back. Signed in: to sign in anew (step-up)."""
    user = visitor_of(request).user
    provider = _provider(request)
    try:
        address, binding = await run_in_threadpool(
            provider.begin, _way_back(request), safe_target(next), for_user=user.id if user else "", link=link[:100]
        )
    except SignInError as error:
        return show_form(request, message=error.key, status=502)
    answer = RedirectResponse(address, 303)
    set_cookie(answer, COOKIE, binding, site_of(request).settings.web, life=PENDING)
    return answer


@router.get("/sign-in/company/back")
async def finish(request: Request) -> Response:
    """The provider's answer: the session of the account that the identity is linked to."""
    site, provider = site_of(request), _provider(request)
    web = site.settings.web
    binding = request.cookies.get(cookie_name(COOKIE, web), "")
    try:
        who = await run_in_threadpool(provider.finish, dict(request.query_params), binding)
        if who.begun.for_user:
            await run_in_threadpool(_renew, request, site, visitor_of(request), who)
            answer = RedirectResponse(who.begun.target, 303)
        else:
            token = await run_in_threadpool(_enter, site, visitor_of(request), who)
            answer = RedirectResponse(who.begun.target, 303)
            set_cookie(answer, "session", token, web, life=timedelta(hours=web.session_hours))
    except SignInError as error:
        refused = show_form(request, message=error.key, status=502 if error.key == "oidc.unreachable" else 401)
        drop_cookie(refused, COOKIE, web)
        return refused
    drop_cookie(answer, COOKIE, web)
    return answer


def _enter(site: Site, visitor: Visitor, who: Answered) -> str:
    """The token of a fresh session for the account behind an identity; a one-time link makes the tie first."""
    with site.store.write() as session:
        at = site.clock()
        user = find_identity(session, who.issuer, who.subject)
        if who.begun.link and user is None:
            user = take_link(session, who.begun.link, at=at)
            if user is not None:
                link_identity(session, user, who.issuer, who.subject, actor=f"user:{user.login}", at=at)
        if user is not None and user.active:
            return open_session(session, user, at=at, replaces=visitor.token)
        mail = str(who.claims.get("email", "")) if who.claims.get("email_verified") is True else ""
        has_asked = user is None and ask_for_link(session, who.issuer, who.subject, mail, at=at)
    raise SignInError(f"nobody is linked to {who.subject[:60]}", "oidc.asked" if has_asked else "oidc.unknown")


def _renew(request: Request, site: Site, visitor: Visitor, who: Answered) -> None:
    """A person who is signed in has signed in anew: good for the acts that ask for it."""
    with site.store.read() as session:
        user: UserRow | None = find_identity(session, who.issuer, who.subject)
    if user is None or visitor.user is None or not user.id == visitor.user.id == who.begun.for_user:
        raise SignInError("somebody else signed in", "oidc.refused")
    request.app.state.renewals.note(visitor.token, site.clock())


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise not_found()
    return provider


def _way_back(request: Request) -> str:
    """Our own address for the answer, as the provider has it registered."""
    public = site_of(request).settings.web.public_url
    path = request.url_for("finish").path
    return f"{public.rstrip('/')}{path}" if public else str(URL(f"{request.url.scheme}://{request.url.netloc}{path}"))


def fresh_link() -> str:
    """The token of a one-time link."""
    return secrets.token_urlsafe(32)
