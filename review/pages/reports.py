"""Reports of a client: the periodic review to take away, what was agreed, what went wrong, what the client says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kpis.nps import NetPromoter, net_promoter
from models.errors import ConflictError
from models.governance import Promise
from models.settings_review import client_review
from models.store.actions import actions_of, add_action, finish_action
from models.store.audit import record
from models.store.governance import load_governance
from models.store.incidents import KINDS, incidents_of
from models.store.surveys import Asked, surveys_of
from models.tables import ClientRow, IncidentRow
from reports.governance import governance_pack
from reports.html import as_html
from reports.pdf import as_pdf
from reports.review import period_of, read_month
from review.language import TONGUES, Tongue
from review.plain_forms import Words, do, words_of
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
_MONTHS = 13  # this one and twelve before it
_LATELY = timedelta(days=92)
_FORMS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown of one client."""

    client: ClientRow
    actions: tuple[Promise, ...]
    incidents: tuple[IncidentRow, ...]
    surveys: tuple[Asked, ...]
    score: NetPromoter | None


@router.get("/reports")
def reports_page(request: Request) -> Response:
    """One section a client; `client` chooses one."""
    visitor, at = visitor_of(request), site_of(request).clock()
    wanted = request.query_params.get("client", "")
    with site_of(request).store.read() as session:
        sections = [_section(session, client, at) for client in visitor.clients if wanted in {"", client.id}]
    return show(request, "reports.html", sections=sections, wanted=wanted, months=_months(visitor.tongue, at),
                kinds=KINDS, today=at.date())  # fmt: skip


@router.post("/reports/export")
async def take_away(request: Request) -> Response:
    """Make the review of a month and send it as a file."""
    return await run_in_threadpool(_make, request, await words_of(request))


@router.post("/reports/actions")
async def note_action(request: Request) -> Response:
    """Note what was agreed with a client."""
    return await run_in_threadpool(do, request, _note, await words_of(request), "/reports")


@router.post("/reports/actions/{action_id}/done")
async def close_action(request: Request, action_id: str) -> Response:
    """Note that it is done."""
    return await run_in_threadpool(do, request, _finish, {"id": action_id}, "/reports")


def _section(session: Session, client: ClientRow, at: datetime) -> Section:
    surveys = tuple(surveys_of(session, (client.id,), limit=20))
    return Section(client, actions_of(session, client.id), tuple(incidents_of(session, client.id, at - _LATELY, at)),
                   surveys, net_promoter(one.score for one in surveys if one.score is not None))  # fmt: skip


def _months(tongue: Tongue, at: datetime) -> list[tuple[str, str]]:
    """Months to choose from, the last full one first."""
    first = [divmod(at.year * 12 + at.month - 1 - back, 12) for back in range(_MONTHS)]
    days = [date(year, month + 1, 1) for year, month in first]
    days = [*days[1:], days[0]]
    return [(f"{day:%Y-%m}", str(format_date(day, "LLLL y", locale=tongue.locale))) for day in days]


def _make(request: Request, words: Words) -> Response:
    site, visitor, at = site_of(request), visitor_of(request), site_of(request).clock()
    client = _client(visitor, words)
    language, form = words.get("language", ""), words.get("form", "")
    if language not in TONGUES or form not in _FORMS:
        raise ConflictError("a report has a language and a form")
    month = read_month(words.get("month", ""))
    if month is None:
        raise ConflictError("no month")
    content = _printed(site, client, month, language, form, at)
    with site.store.write() as session:
        record(session, actor=visitor.actor, action="make_report", subject="report:governance", client_id=client.id,
               after={"month": words["month"], "language": language, "form": form}, at=at)  # fmt: skip
    name = f"governance_{client.id}_{month[0]}-{month[1]:02}_{language}.{form}"
    return Response(content, media_type=_FORMS[form],
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


def _printed(site: Site, client: ClientRow, month: tuple[int, int], language: str, form: str, at: datetime) -> bytes:
    zone = client_review(site.settings.review, client.review_json).timezone
    period = period_of(at, zone, month=month)
    if period.start >= period.end:
        raise ConflictError("the month has not begun")
    with site.store.read() as session:
        facts = load_governance(session, client, period)
    pack = governance_pack(facts, language, office=site.settings.review, costs=site.settings.costs)
    return as_pdf(pack) if form == "pdf" else as_html(pack).encode()


def _note(session: Session, visitor: Visitor, words: Words, at: datetime) -> None:
    text = words.get("due", "")
    try:
        due = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConflictError("no day") from error
    add_action(session, _client(visitor, words).id, words.get("title", ""), words.get("owner", ""), due,
               actor=visitor.actor, at=at)  # fmt: skip


def _finish(session: Session, visitor: Visitor, words: Words, at: datetime) -> None:
    finish_action(session, words["id"], visitor.client_ids, actor=visitor.actor, at=at)


def _client(visitor: Visitor, words: Words) -> ClientRow:
    """A client of the visitor's own."""
    found = next((client for client in visitor.clients if client.id == words.get("client")), None)
    if found is None:
        raise not_found()
    return found
