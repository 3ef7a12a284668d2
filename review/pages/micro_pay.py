"""Pay of micro-tasks: the worker's own meter and disputes; the supervisor's view of quality, pay and what is missing.

A supervisor sees whoever works for one of the supervisor's clients, and what was done for those clients alone.
Screen and CSV are made of the same statements (assurance.pay), so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assurance.pay import SECOND, PaidWeek, as_csv, statements, week_of
from assurance.quality import Accuracy, accuracy
from models.errors import ConflictError
from models.store.micro_pay import (
    dispute,
    entries_of,
    find_floor,
    newest_answers,
    newest_rate,
    open_disputes,
    settle_dispute,
)
from models.store.micro_people import known_outcomes, micro_accounts, workers
from models.store.micro_tasks import close_task
from models.tables import MicroAnswerRow, MicroTaskRow, UserRow, WageFloorRow
from review.micro import passed, region_of, weigh_again
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
WEEKS = 8
KINDS = ("yes_no", "pick", "type")


@router.get("/pay")
def own_pay(request: Request) -> Response:
    """What a person did and what it pays, week by week, with the floor it is held against."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        user = _user(session, visitor)
        weeks = _weeks(session, site, user.id)
        floor = find_floor(session, region_of(user), site.clock().date())
        rates = [rate for kind in KINDS if (rate := newest_rate(session, kind, region_of(user))) is not None]
        answers = newest_answers(session, user.id)
    return show(request, "micro_pay.html", weeks=weeks, floor=floor, rates=rates, answers=answers,
                region=region_of(user), done=request.query_params.get("done", ""))  # fmt: skip


@router.get("/pay.csv")
def own_pay_csv(request: Request) -> Response:
    """The same as CSV."""
    site = site_of(request)
    with site.store.read() as session:
        return _csv(_weeks(session, site, _user(session, visitor_of(request)).id))


@router.post("/pay/answers/{answer_id}")
async def dispute_answer(request: Request, answer_id: str) -> Response:
    """Object to how an answer was counted or paid."""
    return await run_in_threadpool(_dispute, request, answer_id, await request.form())


@router.get("/micro-desk")
def desk(request: Request) -> Response:
    """Quality and pay of everybody, disputes, and regions in which nothing can be shown."""
    site, visitor = site_of(request), visitor_of(request)
    clients = None if visitor.client_ids is None else sorted(visitor.client_ids)
    with site.store.read() as session:
        found = workers(session, clients)
        outcomes = {user.id: known_outcomes(session, user.id, clients=clients) for _, user in found}
        people = [(standing, user, accuracy(outcomes[user.id])) for standing, user in found]
        weeks = _weeks(session, site, clients=clients)
        disputes = open_disputes(session, clients)
        missing = _without_floor(session, site, clients)
        states = _states(session, visitor)
        floors = tuple(session.exec(select(WageFloorRow).order_by(WageFloorRow.region, WageFloorRow.valid_from)))  # type: ignore[arg-type]
    return show(request, "micro_desk.html", people=people, weeks=weeks, disputes=disputes, missing=missing,
                everybody=_everybody(outcomes), states=states, floors=floors, enabled=site.settings.micro.enabled,
                is_part=clients is not None, done=request.query_params.get("done", ""))  # fmt: skip


@router.get("/micro-desk/pay.csv")
def desk_csv(request: Request) -> Response:
    """The same statements as CSV."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        return _csv(_weeks(session, site, clients=visitor.client_ids))


@router.post("/micro-desk/answers/{answer_id}")
async def settle_answer(request: Request, answer_id: str) -> Response:
    """Settle a dispute."""
    return await run_in_threadpool(_settle, request, answer_id, await request.form())


def _weeks(
    session: Session, site: Site, user_id: str | None = None, *, clients: Collection[str] | None = None
) -> list[PaidWeek]:
    """The statements of the last weeks, newest first: of one person or everybody, for all clients or some."""
    zone = site.settings.review.timezone
    this = week_of(site.clock().astimezone(ZoneInfo(zone)).date())
    mondays = [this - timedelta(days=7 * back) for back in range(WEEKS)]
    return [each for week in mondays
            for each in statements(week, entries_of(session, week, zone, user_id, clients=clients))]  # fmt: skip


def _csv(weeks: list[PaidWeek]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="pay-{date.today():%Y-%m-%d}.csv"'}  # noqa: DTZ011
    return Response(as_csv(weeks), media_type="text/csv; charset=utf-8", headers=headers)


def _everybody(outcomes: dict[str, list[bool]]) -> Accuracy:
    return accuracy([each for own in outcomes.values() for each in own])


def _without_floor(session: Session, site: Site, clients: Collection[str] | None) -> list[str]:
    """Logins of workers to whom nothing is shown, because no wage floor is known where they work."""
    users, today = micro_accounts(session, clients), site.clock().date()
    return [user.login for user in users if find_floor(session, region_of(user), today) is None]


def _states(session: Session, visitor: Visitor) -> dict[str, int]:
    """How many tasks are in each state, known questions apart."""
    found: dict[str, int] = {}
    for task in session.exec(select(MicroTaskRow)):
        if visitor.client_ids is None or task.client_id in visitor.client_ids:
            name = "gold" if task.gold is not None else task.state
            found[name] = found.get(name, 0) + (task.gold is None or task.state == "open")
    return found


def _dispute(request: Request, answer_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        row = session.get(MicroAnswerRow, answer_id)
        if row is None or row.user_id != _user(session, visitor).id:
            raise not_found()
        dispute(session, row, str(form.get("words", "")), actor=visitor.actor, at=site.clock())
    return RedirectResponse("/pay?done=disputed", 303)


def _settle(request: Request, answer_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        row = session.get(MicroAnswerRow, answer_id)
        if row is None or (visitor.client_ids is not None and row.client_id not in visitor.client_ids):
            raise not_found()
        if row.user_id == _user(session, visitor).id:
            raise ConflictError("one's own dispute is settled by somebody else")
        upheld, at = form.get("settlement") == "upheld", site.clock()
        seconds = passed(session, row, row.answered_at or row.shown_at).quantize(SECOND)
        settle_dispute(session, row, upheld=upheld, seconds=seconds, actor=visitor.actor, at=at)
        task = session.get_one(MicroTaskRow, row.task_id)
        if upheld and task.gold is not None and task.state == "open":
            close_task(session, task, "withdrawn", at=at, reason="a dispute about it was upheld")
        if upheld:
            weigh_again(session, row, site.settings.micro, at)
    return RedirectResponse("/micro-desk?done=settled", 303)


def _user(session: Session, visitor: Visitor) -> UserRow:
    if visitor.user is None:
        raise not_found()
    return session.get_one(UserRow, visitor.user.id)
