"""Small forms: their words, and one act in one transaction with the way back to the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.site import Visitor, site_of, visitor_of

Words = dict[str, str]
Act = Callable[[Session, Visitor, Words, datetime], None]


async def words_of(request: Request) -> Words:
    """The fields of a form that are words; files are left out."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def do(request: Request, act: Act, words: Words, back: str) -> Response:
    """Do one act in one transaction, and go back to the page."""
    site = site_of(request)
    with site.store.write() as session:
        act(session, visitor_of(request), words, site.clock())
    return RedirectResponse(back, 303)
