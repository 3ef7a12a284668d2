"""What is pulled again and again: changes, exceptions, matches, figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from models.store.figures import newest_figures
from models.store.windows import read_window
from models.views import CHANGE, EXCEPTION, INVOICE, MATCH
from review.api.cells import (
    NUMBER,
    TEXT,
    answers,
    many,
    page_of,
    plain_row,
    reply,
    schema_of,
    thing,
)
from review.api.entry import Caller, GuardedRoute, caller_of, chosen_clients
from review.api.invoices import MATCH_SCHEMA, grouped
from review.api.paging import LARGEST, ClientId, Cursor, Limit, cut, make_cursor, next_link, parse_cursor, rows_of
from review.site import site_of

Who = Annotated[Caller, Depends(caller_of)]
After = Annotated[int, Query(ge=0, le=LARGEST, description="The last change_seq that you have stored")]
router = APIRouter(route_class=GuardedRoute, tags=["feeds"])

_FIGURE = ("client_id", "name", "label", "dimension", "part", "value", "numerator", "denominator", "unit",
           "period_start", "period_end", "computed_at")  # fmt: skip
_NO_SHARE = {"type": ["number", "null"]}
_MOMENT = {"type": "string", "format": "date-time"}
_KPI = thing({
    **dict.fromkeys(_FIGURE[:5], TEXT), **dict.fromkeys(_FIGURE[5:8], _NO_SHARE), "unit": TEXT,
    **dict.fromkeys(_FIGURE[9:], _MOMENT),
})  # fmt: skip


@router.get("/changes", responses=answers(page_of(schema_of(CHANGE), last_seq=NUMBER), refusals=(404,)),
            response_model=None)  # fmt: skip
def list_changes(
    request: Request, who: Who, after: After = 0, client: ClientId = None, limit: Limit = None
) -> Response:
    """What changed after a number, in order. Store `last_seq` with the rows, and ask for what came after it."""
    most = rows_of(request, limit)
    with site_of(request).store.read() as session:
        rows = read_window(session, CHANGE, chosen_clients(who, client), key=("change_seq",), after=(after,),
                           limit=most + 1)  # fmt: skip
    shown, last = cut(rows, most)
    seq = shown[-1]["change_seq"] if shown else after
    more = next_link(request, {"after": seq}) if last else None
    return reply({"items": [plain_row(row) for row in shown], "next": more, "last_seq": seq})


@router.get("/exceptions", responses=answers(page_of(schema_of(EXCEPTION)), refusals=(404,)), response_model=None)
def list_exceptions(
    request: Request, who: Who, client: ClientId = None, limit: Limit = None, cursor: Cursor = None
) -> Response:
    """Documents that wait for a person, and why; the oldest first."""
    most, position = rows_of(request, limit), parse_cursor(cursor, "exceptions", ("instant", "str"))
    with site_of(request).store.read() as session:
        rows = read_window(session, EXCEPTION, chosen_clients(who, client), key=("received_at", "document_id"),
                           after=position, limit=most + 1)  # fmt: skip
    shown, last = cut(rows, most)
    place = [last["received_at"], last["document_id"]] if last else []
    more = next_link(request, {"cursor": make_cursor("exceptions", place)}) if last else None
    return reply({"items": [plain_row(row) for row in shown], "next": more})


@router.get("/matches", responses=answers(page_of(MATCH_SCHEMA), refusals=(404,)), response_model=None)
def list_matches(
    request: Request, who: Who, client: ClientId = None, limit: Limit = None, cursor: Cursor = None
) -> Response:
    """How published invoices match their orders: one match for each invoice, with a link for each line."""
    most, clients = rows_of(request, limit), chosen_clients(who, client)
    with site_of(request).store.read() as session:
        invoices = read_window(session, INVOICE, clients, key=("change_seq",), limit=most + 1,
                               after=parse_cursor(cursor, "matches", ("int",)))  # fmt: skip
        shown, last = cut(invoices, most)
        first, end = (shown[0]["change_seq"], shown[-1]["change_seq"]) if shown else (1, 0)
        rows = read_window(session, MATCH, clients, key=("change_seq",), limit=LARGEST, after=(first - 1,),
                           only=[("change_seq", "<=", end)])  # fmt: skip
    more = next_link(request, {"cursor": make_cursor("matches", [last["change_seq"]])}) if last else None
    return reply({"items": grouped(rows), "next": more})


@router.get("/kpis", responses=answers(thing({"items": many(_KPI)}), refusals=(404,)), response_model=None)
def list_kpis(request: Request, who: Who, client: ClientId = None) -> Response:
    """The newest figures of each client: the same rows as the page."""
    with site_of(request).store.read() as session:
        rows = [row for one in sorted(chosen_clients(who, client)) for row in newest_figures(session, one)]
    return reply({"items": [plain_row({name: getattr(row, name) for name in _FIGURE}) for row in rows]})
