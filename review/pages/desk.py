"""Whose work a document is, when it comes back, and what the supplier is asked: a page of plain forms beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import ConflictError
from models.store.desk_work import assign, postpone, set_tags, workers_of
from models.store.questions import Question, answer, ask, questions_of, withdraw
from models.tables import DocumentRow
from review.desk import view_desk
from review.filters import link, read_filters
from review.letters import LETTERS, TEMPLATES, mail_link
from review.pages.bulk import question_for, read_day
from review.pages.document import visible_document
from review.pricing import price_now
from review.reminders import reminder_at, resume_of
from review.site import Site, Visitor, show, site_of, visitor_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DeskAct:
    """One act in its transaction."""

    session: Session
    document: DocumentRow
    visitor: Visitor
    site: Site
    form: FormData
    at: datetime

    def text(self, name: str, longest: int = 200) -> str:
        """A text of the form."""
        return str(self.form.get(name, "")).strip()[:longest]

    @property
    def who(self) -> dict[str, Any]:
        """Actor and time, as the acts of the store take them."""
        return {"actor": self.visitor.actor, "at": self.at}


def _assign(act: DeskAct) -> str:
    login = act.text("login")
    assign(act.session, act.document, login, steers="steer" in act.visitor.rights,
           office=act.site.settings.review, **act.who)  # fmt: skip
    return "assigned" if login else "unassigned"


def _tag(act: DeskAct) -> str:
    set_tags(act.session, act.document, act.text("tags"), **act.who)
    return "tagged"


def _postpone(act: DeskAct) -> str:
    given = act.text("until")
    until = read_day(given, act.site)
    if given and until is None:
        raise ConflictError("that is no day to come")
    postpone(act.session, act.document, until, **act.who)
    return "postponed" if until else "brought_back"


def _ask(act: DeskAct) -> str:
    question = Question(act.text("template"), act.text("subject"), act.text("words", 5000), act.text("recipient"))
    remind_at = reminder_at(act.session, act.site, act.document.client_id, act.at)
    ask(act.session, act.document, question, remind_at=remind_at, **act.who)
    return "asked"


def _answer(act: DeskAct) -> str:
    answer(act.session, act.document, act.text("answer", 5000), resume=_resume(act), **act.who)
    return "answered"


def _withdraw(act: DeskAct) -> str:
    withdraw(act.session, act.document, resume=_resume(act), **act.who)
    return "withdrawn"


def _resume(act: DeskAct) -> Callable[[datetime, datetime], datetime]:
    return resume_of(act.session, act.site, act.document.client_id, act.at)


_ACTS: dict[str, Callable[[DeskAct], str]] = {
    "assign": _assign, "tag": _tag, "postpone": _postpone, "ask": _ask, "answer": _answer, "withdraw": _withdraw,
}  # fmt: skip
_BACK_TO_QUEUE = frozenset({"postponed", "asked"})  # the document is not in the person's way any more


@router.get("/documents/{document_id}/desk")
def desk_page(request: Request, document_id: str) -> Response:
    """Give the document away, put it off, tag it, or ask its supplier."""
    return _show(request, document_id)


def _show(request: Request, document_id: str, *, form: FormData | None = None, status: int = 200) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    chosen, code = request.query_params.get("template", ""), request.query_params.get("letter", "")
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor)
        question = question_for(session, document, visitor, chosen, code)
        workers = workers_of(session, document.client_id, site.settings.review)
        asked, desk = questions_of(session, document.id), view_desk(session, request, document)
    if form is not None:
        typed = {name: str(form[name])[:5000] for name in ("subject", "words", "recipient") if name in form}
        question = replace(question, **typed)
    filters = read_filters(request.query_params, visitor)
    return show(
        request, "queue_desk.html", status=status, document=document, question=question, workers=workers, asked=asked,
        templates=TEMPLATES, letters=tuple(LETTERS), letter=code, mail=mail_link(question), link=link,
        filters=filters, request_filters=parse_qsl(link(filters)), refused=form is not None,
        desk=desk,
        tomorrow=(site.clock() + timedelta(days=1)).date().isoformat(),
    )  # fmt: skip


def _route(name: str) -> Callable[[Request, str], Awaitable[Response]]:
    async def act(request: Request, document_id: str) -> Response:
        return await run_in_threadpool(_perform, request, document_id, await request.form(), name)

    act.__doc__ = f"Do `{name}` with a document."
    return act


for _name in _ACTS:
    router.add_api_route(f"/documents/{{document_id}}/{_name}", _route(_name), methods=["POST"], name=f"desk_{_name}")


def _perform(request: Request, document_id: str, form: FormData, name: str) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    try:
        with site.store.write() as session:
            document = visible_document(session, document_id, visitor)
            done = _ACTS[name](DeskAct(session, document, visitor, site, form, site.clock()))
            price_now(session, site, document)
    except ConflictError:
        return _show(request, document_id, form=form, status=409)
    filters = read_filters(request.query_params, visitor)
    page = "/queue" if done in _BACK_TO_QUEUE else f"/documents/{document_id}"
    return RedirectResponse(f"{page}?{link(filters)}&{urlencode({'done': done, 'was': document_id})}", 303)
