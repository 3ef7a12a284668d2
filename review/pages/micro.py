"""Micro-tasks: one snippet, one question. The address names a person's own answer by a random id and nothing else.

A question is handed out by a POST, whose instant begins its time; its page is only looked at. Only whoever was handed a
task may see its snippet, and only until the answer. Works without JavaScript.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assurance.consensus import UNREADABLE
from assurance.pay import PaidWeek, statements, week_of
from assurance.quality import accuracy
from models.errors import FacturierError
from models.invoice import TERMS
from models.store.edits import value_text
from models.store.micro_pay import entries_of
from models.store.micro_people import (
    REST,
    STOPPED,
    begin_again,
    known_outcomes,
    look_standing,
    other_outcomes,
    standing_of,
)
from models.store.micro_tasks import box_of, close_task
from models.tables import DocumentRow, MicroAnswerRow, MicroTaskRow, UserRow
from review.micro import NONE, YES_NO, Handed, hand_out, take_answer
from review.site import Site, Visitor, not_found, show, site_of, visitor_of
from review.snippets import can_be_drawn, snippet_of
from review.values import InputError, parse_value

router = APIRouter()
MOST_SECONDS = Decimal(86400)
MOST_TRIED = 12  # questions whose picture is looked at before a person is told that there is none


@router.get("/micro")
def micro_home(request: Request) -> Response:
    """The worker's own page: where they stand, what this week came to, and the next question."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        user = _user(session, visitor)
        standing = look_standing(session, user, at=site.clock())
        known = known_outcomes(session, user.id)
        since = known_outcomes(session, user.id, since=standing.since)
        others = accuracy(other_outcomes(session, user.id))
        week = own_week(session, site, user)
    return show(
        request, "micro_home.html", standing=standing, known=accuracy(known), since=since, week=week, others=others,
        settings=site.settings.micro,
        why=request.query_params.get("why", ""), back_at=standing.since + REST,
        may_begin=standing.state == STOPPED and site.clock() >= standing.since + REST,
    )  # fmt: skip


@router.post("/micro/next")
async def next_task(request: Request) -> Response:
    """Hand the next question out."""
    return await run_in_threadpool(_next, request)


@router.post("/micro/again")
async def qualify_again(request: Request) -> Response:
    """Begin another round of known questions."""
    return await run_in_threadpool(_again, request)


@router.get("/micro/{answer_id}")
def task_page(request: Request, answer_id: str) -> Response:
    """One question; 404 for whoever was not handed it, or has answered."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        _, task = _own(session, answer_id, visitor)
        week = own_week(session, site, _user(session, visitor))
    return _show(request, answer_id, task, week)


@router.get("/micro/{answer_id}/snippet.png")
def snippet(request: Request, answer_id: str) -> Response:
    """The snippet of a task: a crop without its surroundings."""
    site = site_of(request)
    with site.store.read() as session:
        _, task = _own(session, answer_id, visitor_of(request))
        document = session.get_one(DocumentRow, task.document_id)
    try:
        picture = snippet_of(site, document, task.page, box_of(task))
    except (FacturierError, OSError) as error:
        raise not_found() from error
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post("/micro/{answer_id}")
async def answer_task(request: Request, answer_id: str) -> Response:
    """Take an answer and hand the next question out."""
    return await run_in_threadpool(_answer, request, answer_id, await request.form())


def own_week(session: Session, site: Site, user: UserRow) -> PaidWeek | None:
    """This week's statement of a person; None before the first task."""
    zone = site.settings.review.timezone
    week = week_of(site.clock().astimezone(ZoneInfo(zone)).date())
    found = statements(week, entries_of(session, week, zone, user.id))
    return found[0] if found else None


def _next(request: Request) -> Response:
    """The next question; its picture is drawn first, outside of any transaction, and withdrawn where it cannot be."""
    site, visitor = site_of(request), visitor_of(request)
    drawn: set[str] = set()
    for _ in range(MOST_TRIED):
        with site.store.write() as session:
            handed = hand_out(session, site, visitor, _user(session, visitor), drawn)
            document = session.get(DocumentRow, handed.task.document_id) if handed.task else None
        if handed.is_drawn or handed.task is None or document is None:
            return _to(handed)
        is_fine = can_be_drawn(site, document, handed.task.page, box_of(handed.task))
        if is_fine is None:
            break
        if is_fine:
            drawn.add(handed.task.id)
        else:
            _withdraw(site, handed.task.id)
    return RedirectResponse("/micro?why=nothing", 303)


def _to(handed: Handed) -> Response:
    return RedirectResponse(f"/micro/{handed.answer_id}" if handed.answer_id else f"/micro?why={handed.reason}", 303)


def _withdraw(site: Site, task_id: str) -> None:
    with site.store.write() as session:
        task = session.get_one(MicroTaskRow, task_id)
        if task.state == "open":
            close_task(session, task, "withdrawn", at=site.clock(), reason="its picture cannot be drawn")


def _again(request: Request) -> Response:
    site = site_of(request)
    with site.store.write() as session:
        user = _user(session, visitor_of(request))
        begin_again(session, standing_of(session, user, at=site.clock()), at=site.clock())
    return RedirectResponse("/micro", 303)


def _answer(request: Request, answer_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        row, task = _own(session, answer_id, visitor)
        try:
            answer = read_answer(task, form, visitor.tongue.code)
        except InputError as error:
            week = own_week(session, site, _user(session, visitor))
            return _show(request, answer_id, task, week, error=error.key, typed=str(form.get("typed", "")),
                         visible=_visible(form), status=422)  # fmt: skip
        take_answer(session, site, row, task, answer=answer, visible=_visible(form))
    return _next(request)


def read_answer(task: MicroTaskRow, form: FormData, language: str) -> str | None:
    """What a form says, in the contract's form; None where it was skipped.

    Raises:
        InputError: Nothing was chosen, or what was typed is no such value.
    """
    said = str(form.get("answer", ""))
    if said == "skip":
        return None
    if said == UNREADABLE:
        return said
    if task.kind == "yes_no" and said in YES_NO:
        return said
    if task.kind == "pick":
        choices = json.loads(task.choices_json)
        if said == NONE:
            return NONE
        if said.isascii() and said.isdecimal() and int(said[:3]) < len(choices):
            return str(choices[int(said[:3])])
    if task.kind == "type":
        typed = value_text(parse_value(TERMS[task.term].kind, str(form.get("typed", "")), language))
        if typed:
            return typed
    raise InputError("micro.nothing_said")


def _visible(form: FormData) -> Decimal | None:
    """The seconds in which the page could be seen, as the browser counted them; None where it did not."""
    try:
        found = Decimal(str(form.get("visible", "")).strip()[:12])
    except InvalidOperation:
        return None
    return min(found, MOST_SECONDS) if found.is_finite() and found > 0 else None


def _own(session: Session, answer_id: str, visitor: Visitor) -> tuple[MicroAnswerRow, MicroTaskRow]:
    """A task that this person was handed and has not answered, of a client that they work for."""
    row = session.get(MicroAnswerRow, answer_id)
    if row is None or row.user_id != _user(session, visitor).id or row.answered_at is not None:
        raise not_found()
    if visitor.client_ids is not None and row.client_id not in visitor.client_ids:
        raise not_found()
    return row, session.get_one(MicroTaskRow, row.task_id)


def _user(session: Session, visitor: Visitor) -> UserRow:
    if visitor.user is None:
        raise not_found()
    return session.get_one(UserRow, visitor.user.id)


def _show(
    request: Request, answer_id: str, task: MicroTaskRow, week: PaidWeek | None, *, error: str = "", typed: str = "",
    visible: Decimal | None = None, status: int = 200,
) -> Response:  # fmt: skip
    return show(request, "micro_task.html", status=status, answer_id=answer_id, task=task, week=week, error=error,
                choices=json.loads(task.choices_json), kind=TERMS[task.term].kind, typed=typed,
                visible="" if visible is None else visible)  # fmt: skip
