"""One's own account: language, password, and where one is signed in."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.store.audit import record
from models.store.identities import identities_of
from models.store.people import (
    SHORTEST_PASSWORD,
    end_session,
    find_session,
    find_user,
    hash_password,
    list_sessions,
    session_key,
    set_password,
)
from review.language import TONGUES
from review.pages.sign_in import safe_target
from review.passwords import check_login, objection
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()


@router.get("/account")
def account_page(request: Request) -> Response:
    """Name, clients, language, password."""
    return _page(request)


@router.post("/account/language")
async def choose(request: Request) -> Response:
    """Keep the language for this person."""
    form = await request.form()
    code = str(form.get("language", ""))
    if code in TONGUES:
        await run_in_threadpool(_keep_language, site_of(request), visitor_of(request), code)
    return RedirectResponse(safe_target(str(form.get("back", ""))), 303)


@router.post("/account/password")
async def change(request: Request) -> Response:
    """Replace the password; every sign-in of the person ends, also this one."""
    form = await request.form()
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    user = visitor_of(request).user
    message = "account.not_alike" if new != again else objection(new, (user.login, user.name) if user else ())
    if not message:
        changed = await run_in_threadpool(_replace, site_of(request), visitor_of(request), old, new)
        if changed:
            return RedirectResponse("/sign-in", 303)
        message = "account.wrong_password"
    return _page(request, message=message, status=422)


@router.post("/account/sessions/{key}")
def end(request: Request, key: str) -> Response:
    """End one of the person's own sign-ins, also this one."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        if visitor.user is None or not end_session(session, visitor.user.id, key, actor=visitor.actor):
            raise not_found()
    return RedirectResponse("/account", 303)


def _page(request: Request, *, message: str = "", status: int = 200) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        own = visitor.user.id if visitor.user else ""
        rows = list_sessions(session, own, site.settings.web, at=site.clock())
        mine = find_session(session, visitor.token, site.settings.web, at=site.clock())
        identities = identities_of(session, own)
    sessions = [(session_key(row), row) for row in rows]
    return show(request, "account.html", status=status, message=message, shortest=SHORTEST_PASSWORD, sessions=sessions,
                this_one=session_key(mine[0]) if mine else "", identities=identities)  # fmt: skip


def _keep_language(site: Site, visitor: Visitor, code: str) -> None:
    with site.store.write() as session:
        user = find_user(session, visitor.user.login if visitor.user else "")
        if user is not None and user.language != code:
            record(session, actor=visitor.actor, action="set_language", subject=f"user:{user.id}",
                   before={"language": user.language}, after={"language": code})  # fmt: skip
            user.language = code
            session.add(user)


def _replace(site: Site, visitor: Visitor, old: str, new: str) -> bool:
    user = visitor.user
    if user is None or check_login(site, user.login, old) is None:
        return False
    hashed = hash_password(new)
    with site.store.write() as session:
        fresh = find_user(session, user.login)
        if fresh is not None:
            set_password(session, fresh, hashed, actor=visitor.actor)
    return True
