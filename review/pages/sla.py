"""Levels of service: for each client the contract, the clocks that run, what was reached, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi import APIRouter
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kpis.clocks import Clock
from kpis.service import clocks_now, statements
from kpis.sla import Attainment, Statement, month_of
from models.contract import Contract, Difference, Service, contract_on, differences
from models.store.alerts import alerts_of
from models.store.contracts import contracts_of
from models.store.incidents import KINDS, add_incident, end_incident, incidents_of
from models.store.pauses import end_pause, open_pauses, start_pause
from models.store.service import load_service
from models.tables import AlertRow, ClientRow, DocumentRow, IncidentRow, PauseRow
from review.language import Tongue
from review.pages.document import visible_document
from review.plain_forms import Words, do, words_of
from review.site import Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
_SHOWN = 50
_MONTHS_BACK = 24
_BEFORE = timedelta(days=92)  # documents that were received before a month may be settled in it


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown of one client."""

    client: ClientRow
    contract: Contract | None = None
    made: Statement | None = None
    changed: tuple[Difference, ...] = ()
    running: tuple[Clock, ...] = ()
    documents: Mapping[str, DocumentRow] = field(default_factory=dict)
    pauses: tuple[PauseRow, ...] = ()
    incidents: tuple[IncidentRow, ...] = ()
    alerts: tuple[AlertRow, ...] = ()


@router.get("/sla")
def sla_page(request: Request) -> Response:
    """One section a client; `client` chooses one, `back` an earlier month."""
    visitor, at = visitor_of(request), site_of(request).clock()
    wanted, asked = request.query_params.get("client", ""), request.query_params.get("back", "")
    back = min(int(asked), _MONTHS_BACK) if asked.isdecimal() and len(asked) < 4 else 0
    with site_of(request).store.read() as session:
        sections = [_section(session, client, at, back) for client in visitor.clients if wanted in {"", client.id}]
    return show(request, "sla.html", sections=sections, wanted=wanted, back=back, kinds=KINDS,
                level_text=level_text, money=money, local=local, shown=_SHOWN)  # fmt: skip


def _section(session: Session, client: ClientRow, at: datetime, back: int) -> Section:
    versions = contracts_of(session, client.id)
    contract = contract_on(versions, at)
    if contract is None:
        return Section(client)
    first = month_of(at, contract.calendar.timezone, back + contract.credits.earn_back)[0]
    service = load_service(session, client.id, first - _BEFORE, at)
    made = statements(service, at, back)
    running = _running(service, at)
    start, end = month_of(at, contract.calendar.timezone, back)
    older = [each for each in versions if each.valid_from < contract.valid_from]
    named = {clock.document_id for clock in (*running[:_SHOWN], *(made[-1].missed[:_SHOWN] if made else ()))}
    return Section(
        client, contract, made[-1] if made else None, differences(older[-1], contract) if older else (), running,
        _documents(session, client.id, named), tuple(open_pauses(session, (client.id,))),
        tuple(incidents_of(session, client.id, start, end)), tuple(alerts_of(session, (client.id,), limit=10)),
    )  # fmt: skip


def _running(service: Service, at: datetime) -> tuple[Clock, ...]:
    clocks = (clock for clock in clocks_now(service, at) if clock.stopped is None)
    return tuple(sorted(clocks, key=lambda clock: (clock.due, clock.document_id)))


def _documents(session: Session, client_id: str, names: Iterable[str]) -> dict[str, DocumentRow]:
    query = select(DocumentRow).where(DocumentRow.client_id == client_id, col(DocumentRow.id).in_(sorted(names)))
    return {row.id: row for row in session.exec(query)}


def level_text(tongue: Tongue, each: Attainment) -> str:
    """What was reached, in words: a share, and of an error rate its interval."""
    if each.value is None:
        return "–"
    if each.low is None or each.high is None:
        return tongue.percent(each.value)
    return tongue.t("sla.between", value=tongue.percent(each.value), low=tongue.percent(each.low),
                    high=tongue.percent(each.high))  # fmt: skip


def local(tongue: Tongue, at: datetime, contract: Contract) -> str:
    """A moment in the contract's own time zone: its months and limits are there."""
    return str(format_datetime(at.astimezone(ZoneInfo(contract.calendar.timezone)), "d MMM y HH:mm",
                               locale=tongue.locale))  # fmt: skip


def money(tongue: Tongue, amount: Decimal, currency: str) -> str:
    """An amount with its currency."""
    return f"{tongue.stored_value(str(amount), 'amount')} {currency}"


@router.post("/sla/pauses")
async def pause(request: Request) -> Response:
    """Stop the clock of a document, or of all of a client."""
    return await run_in_threadpool(do, request, _pause, await words_of(request), "/sla")


@router.post("/sla/pauses/{pause_id}/end")
async def resume(request: Request, pause_id: str) -> Response:
    """Let a clock run on."""
    return await run_in_threadpool(do, request, _resume, {"id": pause_id}, "/sla")


@router.post("/sla/incidents")
async def note_incident(request: Request) -> Response:
    """Note something that went wrong for a client."""
    return await run_in_threadpool(do, request, _note, await words_of(request), "/sla")


@router.post("/sla/incidents/{incident_id}/end")
async def close_incident(request: Request, incident_id: str) -> Response:
    """Close an incident with what was done."""
    return await run_in_threadpool(do, request, _close, await words_of(request) | {"id": incident_id}, "/sla")


def _pause(session: Session, visitor: Visitor, words: Words, at: datetime) -> None:
    client, document = _client(visitor, words), words.get("document", "").strip()
    if document and visible_document(session, document, visitor).client_id != client.id:
        raise not_found()
    start_pause(session, client.id, words.get("reason", ""), document_id=document or None, actor=visitor.actor, at=at)


def _resume(session: Session, visitor: Visitor, words: Words, at: datetime) -> None:
    end_pause(session, words["id"], visitor.client_ids, actor=visitor.actor, at=at)


def _note(session: Session, visitor: Visitor, words: Words, at: datetime) -> None:
    kind, title, detail = (words.get(name, "") for name in ("kind", "title", "detail"))
    add_incident(session, _client(visitor, words).id, kind, title, detail, actor=visitor.actor, at=at)


def _close(session: Session, visitor: Visitor, words: Words, at: datetime) -> None:
    detail = words.get("detail", "")
    end_incident(session, words["id"], visitor.client_ids, detail=detail, actor=visitor.actor, at=at)


def _client(visitor: Visitor, words: Words) -> ClientRow:
    """A client of the visitor's own."""
    found = next((client for client in visitor.clients if client.id == words.get("client")), None)
    if found is None:
        raise not_found()
    return found
