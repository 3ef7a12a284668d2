"""The queue: what waits for a person, and every other document, by tab, filter, search and order."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.decision import Reason
from models.store.desk_work import people_beside
from models.store.dossier import find_visible
from models.store.queue import COUNTED, TABS, count_tabs, list_batches, list_documents
from models.store.saved_filters import filters_of
from models.tables import BulkRow
from review.countdown import calendars, count_down, why_first
from review.filters import cleared, is_filtered, link, read_filters, timed
from review.pages.bulk import told_bulk
from review.site import show, site_of, visitor_of

router = APIRouter()
WAITING_TABS = ("review", "held", "duplicate", "quarantined", "waiting", "postponed")
OTHER_TABS = ("working", "approved", "exported", "rejected", "all")
ORDERS = ("waiting", "due", "oldest", "newest", "amount")


@router.get("/")
def home(request: Request) -> Response:
    """The queue is the home page; who only looks on has the dashboard, and who sees no document has micro-tasks."""
    rights = visitor_of(request).rights
    if "see" not in rights:
        return RedirectResponse("/micro", 303)
    only_looks = "kpis" in rights and not rights & {"edit", "audit"}
    return RedirectResponse("/dashboard" if only_looks else "/queue", 303)


@router.get("/queue")
def queue_page(request: Request) -> Response:
    """One page of documents with counts; `was` and `done` tell what was just done to which document."""
    site, visitor = site_of(request), visitor_of(request)
    filters = timed(read_filters(request.query_params, visitor), site, visitor)
    offices = calendars(site, visitor.clients)
    with site.store.read() as session:
        page = list_documents(session, filters)
        counts = count_tabs(session, filters)
        batches = list_batches(session, visitor.client_ids)
        was = find_visible(session, request.query_params.get("was", ""), visitor.client_ids)
        saved = filters_of(session, visitor.user.id) if visitor.user else ()
        bulk = told_bulk(session.get(BulkRow, request.query_params.get("bulk", "")), visitor)
        people = people_beside(session, visitor.client_ids) if "edit" in visitor.rights else ()
    seen = TABS if is_filtered(filters) else WAITING_TABS
    return show(
        request, "queue.html", filters=filters, page=page, counts=counts, counted=COUNTED, batches=batches, link=link,
        names={client.id: client.name for client in visitor.clients}, reasons=tuple(Reason), orders=ORDERS,
        waiting_tabs=WAITING_TABS, other_tabs=OTHER_TABS, was=was, done=request.query_params.get("done", ""),
        saved=saved, bulk=bulk, people=people, cleared=cleared, is_filtered=is_filtered(filters), tabs=tuple(TABS),
        clock_of={row.id: count_down(row, offices, filters.at, visitor.tongue) for row in page.rows},
        waiting={row.id: why_first(row) for row in page.rows},
        elsewhere=sum(counts[tab] for tab in seen if tab not in {"all", filters.tab}),
        tomorrow=(filters.at + timedelta(days=1)).date().isoformat(),
    )  # fmt: skip
