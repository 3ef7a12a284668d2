"""One's own account: language and password."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.store.people import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    find_user,
    hash_password,
    set_password,
)
from review.language import TONGUES
from review.pages.sign_in import safe_target
from review.passwords import check_login
from review.site import Site, Visitor, show, site_of, visitor_of

router = APIRouter()


@router.get("/account")
def account_page(request: Request) -> Response:
    """Name, clients, language, password."""
    return show(request, "account.html", message="", shortest=SHORTEST_PASSWORD)


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
    message = _objection(new, again)
    if not message:
        changed = await run_in_threadpool(_replace, site_of(request), visitor_of(request), old, new)
        if changed:
            return RedirectResponse("/sign-in", 303)
        message = "account.wrong_password"
    return show(request, "account.html", status=422, message=message, shortest=SHORTEST_PASSWORD)


def _objection(new: str, again: str) -> str:
    if new != again:
        return "account.not_alike"
    return "" if SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD and len(set(new)) > 4 else "account.too_short"


def _keep_language(site: Site, visitor: Visitor, code: str) -> None:
    with site.store.write() as session:
        user = find_user(session, visitor.user.login if visitor.user else "")
        if user is not None:
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
