"""Filters of the queue kept under a name: save, drop."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.store.saved_filters import drop_filter, save_filter
from review.filters import link, read_filters
from review.site import not_found, site_of, visitor_of

router = APIRouter()


@router.post("/queue/filters")
async def save(request: Request) -> Response:
    """Keep the filters of the address under a name."""
    return await run_in_threadpool(_save, request, await request.form())


@router.post("/queue/filters/{filter_id}/drop")
async def drop(request: Request, filter_id: str) -> Response:
    """Drop a filter of one's own."""
    return await run_in_threadpool(_drop, request, filter_id)


def _save(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    query = link(read_filters(request.query_params, visitor))
    if visitor.user is None:
        raise not_found()
    with site.store.write() as session:
        save_filter(session, user_id=visitor.user.id, name=str(form.get("name", "")), query=query,
                    shared=form.get("shared") == "yes", actor=visitor.actor, at=site.clock())  # fmt: skip
    return RedirectResponse(f"/queue?{query}", 303)


def _drop(request: Request, filter_id: str) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    user_id = visitor.user.id if visitor.user else ""
    with site.store.write() as session:
        if not drop_filter(session, filter_id, user_id=user_id, actor=visitor.actor, at=site.clock()):
            raise not_found()
    return RedirectResponse(f"/queue?{link(read_filters(request.query_params, visitor))}", 303)
