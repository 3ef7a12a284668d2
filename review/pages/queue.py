"""The queue: what waits for a person, and every other document, by tab, filter, search and order."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.decision import Reason
from models.store.queue import count_tabs, list_batches, list_documents
from models.tables import DocumentRow
from review.filters import link, read_filters
from review.site import show, site_of, visitor_of

router = APIRouter()
WAITING_TABS = ("review", "held", "duplicate", "quarantined")
OTHER_TABS = ("working", "approved", "exported", "rejected", "all")


@router.get("/")
def home() -> Response:
    """The queue is the home page."""
    return RedirectResponse("/queue", 303)


@router.get("/queue")
def queue_page(request: Request) -> Response:
    """One page of documents with counts; `was` and `done` tell what was just done to which document."""
    site, visitor = site_of(request), visitor_of(request)
    filters = read_filters(request.query_params, visitor)
    with site.store.read() as session:
        page = list_documents(session, filters)
        counts = count_tabs(session, filters)
        batches = list_batches(session, visitor.client_ids)
        was = session.get(DocumentRow, request.query_params.get("was", ""))
    names = {client.id: client.name for client in visitor.clients}
    return show(
        request, "queue.html", filters=filters, page=page, counts=counts, batches=batches, link=link, names=names,
        reasons=tuple(Reason), waiting_tabs=WAITING_TABS, other_tabs=OTHER_TABS,
        was=was if was is not None and was.client_id in names else None, done=request.query_params.get("done", ""),
        is_filtered=bool(filters.client or filters.batch or filters.reason or filters.search),
    )  # fmt: skip
