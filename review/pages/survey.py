"""What a client is asked: a page behind a link that works once, without sign-in.

A link that is unknown, used or too old gets the same answer, so that nothing is learned by trying. Nothing of the
client is shown: who holds the link may only answer.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.store.surveys import SCORES, answer, find_survey
from review.guard import cookie_name, fresh_csrf, set_cookie
from review.language import TONGUES
from review.site import Visitor, show, site_of, visitor_of
from review.throttle import Throttle, address_of

router = APIRouter()
_LIFE = timedelta(hours=2)  # of a form
_TRIES, _WINDOW = 30, timedelta(minutes=15)  # from one address


@router.get("/survey/{token}")
def survey_page(request: Request, token: str) -> Response:
    """The question, in the language of its letter."""
    _check_rate(request)
    return _form(request, token)


@router.post("/survey/{token}")
async def survey_answer(request: Request, token: str) -> Response:
    """Keep the answer, once."""
    form = await request.form()
    return await run_in_threadpool(_keep, request, token, str(form.get("score", "")), str(form.get("comment", "")))


def make_throttle() -> Throttle:
    """The limit on tries from one address."""
    return Throttle(tries=_TRIES, window=_WINDOW)


def _check_rate(request: Request) -> None:
    site = site_of(request)
    limit: Throttle = request.app.state.surveys
    wait = limit.wait(address_of(request, site.settings.web), site.clock())
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(ceil(wait.total_seconds()))})


def _keep(request: Request, token: str, score: str, comment: str) -> Response:
    _check_rate(request)
    site = site_of(request)
    if score not in map(str, SCORES):
        return _form(request, token, message="survey.missing", comment=comment[:2000], status=400)
    language = _language(request, token)
    if language is None:
        return _gone(request)
    with site.store.write() as session:
        is_kept = answer(session, token, int(score), comment, at=site.clock())
    if not is_kept:
        return _gone(request)
    request.state.visitor = Visitor(TONGUES[language])
    return show(request, "survey_done.html", key="thanks")


def _form(request: Request, token: str, *, message: str = "", comment: str = "", status: int = 200) -> Response:
    language = _language(request, token)
    if language is None:
        return _gone(request)
    web = site_of(request).settings.web
    visitor = visitor_of(request)
    cookie = request.cookies.get(cookie_name("form", web), "") or fresh_csrf()
    csrf = visitor.csrf if visitor.user else cookie  # who is signed in has the token of that session
    request.state.visitor = Visitor(TONGUES[language])
    made = show(request, "survey.html", status=status, form_csrf=csrf, message=message, comment=comment, scores=SCORES,
                token=token)  # fmt: skip
    set_cookie(made, "form", cookie, web, life=_LIFE)
    return made


def _language(request: Request, token: str) -> str | None:
    """The language of an open question; None where there is none."""
    site = site_of(request)
    with site.store.read() as session:
        found = find_survey(session, token, site.clock())
        return None if found is None else found.language


def _gone(request: Request) -> Response:
    """One text for links that are unknown, used or too old; nobody is signed in here."""
    request.state.visitor = Visitor(visitor_of(request).tongue)
    return show(request, "survey_done.html", status=404, key="gone")
