"""Whose turn it is: the page's heartbeat, giving a document back, and taking it over from somebody else."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.settings_review import client_review
from models.store.claims import claim, drop_claim, held_since, take_over
from models.tables import ClientRow, DocumentRow
from review.filters import link, read_filters
from review.pages.document import visible_document
from review.site import Site, show, site_of, visitor_of

router = APIRouter()


def idle_time(site: Site, session: Session, document: DocumentRow) -> timedelta:
    """How long a document stays at a desk where nobody touches a key, by the client's contract."""
    client = session.get_one(ClientRow, document.client_id)
    return timedelta(minutes=client_review(site.settings.review, client.review_json).idle_minutes)


@router.post("/documents/{document_id}/claim")
def keep_claim(request: Request, document_id: str) -> Response:
    """The page's heartbeat, sent while a person is at it: keep the document, or say who has it and since when."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        lasts = idle_time(site, session, document)
        held = claim(session, document, actor=visitor.actor, at=site.clock(), lasts=lasts)
        since = held_since(session, document)
    return show(request, "claim.html", held=held, since=since, document=document, base=f"/documents/{document_id}",
                query=f"?{link(read_filters(request.query_params, visitor))}")  # fmt: skip


@router.post("/documents/{document_id}/take-over")
def take(request: Request, document_id: str) -> Response:
    """Take a document from the desk of whoever has it open; audited."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        lasts = idle_time(site, session, document)
        take_over(session, document, actor=visitor.actor, at=site.clock(), lasts=lasts)
    return RedirectResponse(f"/documents/{document_id}?{link(read_filters(request.query_params, visitor))}", 303)


@router.post("/documents/{document_id}/leave")
async def leave(request: Request, document_id: str) -> Response:
    """Give the document back to the queue; a tab that closes asks for no page."""
    return await run_in_threadpool(_leave, request, document_id, await request.form())


def _leave(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        drop_claim(session, visible_document(session, document_id, visitor), actor=visitor.actor, at=site.clock())
    if form.get("quietly"):
        return Response(status_code=204)
    return RedirectResponse(f"/queue?{link(read_filters(request.query_params, visitor))}", 303)
