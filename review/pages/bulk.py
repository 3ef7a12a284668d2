"""Acts on many documents: the preview, the act itself, and its undo. Plain forms; scripts only help to select."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.store.bulk import ACTS, MOST, BulkOrder, Preview, chosen, perform, preview, undo_bulk
from models.store.desk_work import people_beside
from models.store.documents import load_extraction
from models.store.dossier import load_dossier
from models.store.questions import Question
from models.store.queue import list_documents
from models.store.reviewing import REJECT_CODES
from models.tables import BulkRow, DocumentRow
from review.filters import link, parse_filters, read_filters, timed
from review.letters import LETTERS, TEMPLATES, Case, letter_language, propose, write_question
from review.pricing import price_now
from review.reminders import reminder_at, resume_of
from review.rights import Right
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
_NEEDS: dict[str, Right] = {"approve": "settle", "reject": "settle"}  # all others: the route's own
_DETAILS = ("login", "tags", "until", "code", "note", "template")
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class BulkTold:
    """What an act on many did, for the notice above the list."""

    id: str
    act: str
    done: int
    skipped: Mapping[str, int]
    can_undo: bool
    undone: bool


@router.post("/queue/bulk")
async def preview_page(request: Request) -> Response:
    """What an act would do to the selected documents; nothing is written."""
    return await run_in_threadpool(_preview, request, await request.form())


@router.post("/queue/bulk/do")
async def do_bulk(request: Request) -> Response:
    """Do exactly what the preview showed."""
    return await run_in_threadpool(_perform, request, await request.form())


@router.post("/queue/bulk/{bulk_id}/undo")
async def undo_page(request: Request, bulk_id: str) -> Response:
    """Take a whole act back."""
    return await run_in_threadpool(_undo, request, bulk_id)


def _preview(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    act = _act_of(form, visitor)
    filters = timed(read_filters(request.query_params, visitor), site, visitor)
    with site.store.read() as session:
        if form.get("all") == "yes":
            rows = list_documents(session, replace(filters, after=""), limit=MOST).rows
        else:
            rows = chosen(session, [str(one) for one in form.getlist("pick")], visitor.client_ids)
        wrong = wrong_detail(act, form, site)
        seen = preview(session, rows, _order(session, site, visitor, act, form)) if not wrong else Preview((), {})
        people = people_beside(session, visitor.client_ids)
    return show(
        request, "queue_bulk.html", act=act, seen=seen, rows=rows, filters=filters, link=link, people=people,
        codes=REJECT_CODES, templates=TEMPLATES, detail=_details(form), wrong=wrong, most=MOST,
        status=422 if wrong and form.get("again") == "yes" else 200,
        refused=sum(len(some) for some in seen.cannot.values()),
    )  # fmt: skip


def _perform(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    act = _act_of(form, visitor)
    if wrong_detail(act, form, site):
        return _preview(request, form)
    versions = dict(filter(None, map(_read_version, form.getlist("do"))))
    with site.store.write() as session:
        rows = chosen(session, list(versions), visitor.client_ids)
        if not rows:
            raise HTTPException(400)
        row = perform(session, versions, _order(session, site, visitor, act, form), rows)
        price_all(session, site, rows)
    filters = parse_filters(request.url.query, visitor)
    return RedirectResponse(f"/queue?{link(filters)}&bulk={row.id}", 303)


def _undo(request: Request, bulk_id: str) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        row = session.get(BulkRow, bulk_id)
        if row is None:
            raise not_found()
        rows = chosen(session, list(json.loads(row.before_json)), visitor.client_ids)
        order = replace(_order(session, site, visitor, row.act, FormData()), detail={})
        undo_bulk(session, row, order, rows)
        price_all(session, site, rows)
    filters = read_filters(request.query_params, visitor)
    return RedirectResponse(f"/queue?{link(filters)}&bulk={row.id}", 303)


def told_bulk(row: BulkRow | None, visitor: Visitor) -> BulkTold | None:
    """What an act did; only whoever did it, and a supervisor, is told."""
    steers = "steer" in visitor.rights
    if row is None or (row.actor != visitor.actor and not steers):
        return None
    detail, done = json.loads(row.detail_json), json.loads(row.before_json)
    return BulkTold(row.id, row.act, len(done), detail.get("skipped", {}), row.undone_at is None and bool(done),
                    row.undone_at is not None)  # fmt: skip


def _act_of(form: FormData, visitor: Visitor) -> str:
    act = str(form.get("act", ""))
    if act not in ACTS:
        raise HTTPException(400)
    if _NEEDS.get(act, "edit") not in visitor.rights:
        raise HTTPException(403)
    return act


def _details(form: FormData) -> dict[str, str]:
    return {name: str(form.get(name, "")).strip()[:_LONGEST_DETAIL] for name in _DETAILS}


def wrong_detail(act: str, form: FormData, site: Site) -> str:
    """Which detail of an act is missing or wrong; empty where all is there."""
    detail = _details(form)
    if act == "tag" and not detail["tags"]:
        return "tags"
    if act == "reject" and detail["code"] not in REJECT_CODES:
        return "code"
    if act == "ask" and detail["template"] not in TEMPLATES:
        return "template"
    if act == "assign" and "login" not in form:
        return "login"
    return "until" if act == "postpone" and read_day(detail["until"], site) is None else ""


def read_day(text: str, site: Site) -> datetime | None:
    """The morning of a day (ISO date) in the office's time zone; None where it is no day to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    moment = datetime.combine(day, time(0), tzinfo=ZoneInfo(site.settings.review.timezone)).astimezone(UTC)
    return moment if moment > site.clock() else None


def price_all(session: Session, site: Site, rows: Sequence[DocumentRow]) -> None:
    """Price what an act has moved; where nothing of the price changed it holds."""
    for document in rows:
        if document.waiting_until is None:
            price_now(session, site, document)


def _order(session: Session, site: Site, visitor: Visitor, act: str, form: FormData) -> BulkOrder:
    detail = _details(form)
    until = read_day(detail["until"], site)
    at = site.clock()
    return BulkOrder(
        act, visitor.actor, at, detail | ({"until": until.isoformat()} if until else {}),
        steers="steer" in visitor.rights, office=site.settings.review,
        question=lambda document: question_for(session, document, visitor, detail["template"]),
        remind_at=lambda client: reminder_at(session, site, client, at),
        resume=lambda client: resume_of(session, site, client, at),
    )  # fmt: skip


def question_for(
    session: Session, document: DocumentRow, visitor: Visitor, template: str = "", code: str = ""
) -> Question:  # fmt: skip
    """A question about a document as the templates write it; without a name the template that fits its findings."""
    findings = load_dossier(session, document).findings
    extraction = load_extraction(session, document.id)
    names = {client.id: client.name for client in visitor.clients}
    case = Case(document, names.get(document.client_id, ""), extraction.invoice if extraction else None,
                tuple(findings))  # fmt: skip
    kind = template if template in TEMPLATES else propose(one.rule for one in findings)
    return write_question(case, kind, code if code in LETTERS else letter_language(document, visitor.tongue.code))


def _read_version(text: object) -> tuple[str, int] | None:
    """`id:version` as the preview wrote it."""
    name, _, version = str(text).partition(":")
    return (name, int(version)) if version.isascii() and version.isdecimal() and len(version) < 10 else None
