"""Comments on a document and its fields: a list, a mark at the field, and mail for whom a comment calls."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import ConflictError
from models.store.comments import LONGEST, add_comment, strike_comment
from models.tables import DocumentRow
from review.pages.document import visible_document
from review.site import Site, show, site_of, visitor_of
from review.talk import talk_of

router = APIRouter()


@router.post("/documents/{document_id}/comments")
async def comment(request: Request, document_id: str) -> Response:
    """Add a comment; the whole page may come along in the form, only the comment's own inputs are read."""
    return await run_in_threadpool(_comment, request, document_id, await request.form())


def _comment(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    words, term = str(form.get("comment.words", "")), str(form.get("comment.term", ""))
    if len(words) > LONGEST:
        raise HTTPException(400)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        try:
            add_comment(session, document, words=words, term=term, actor=visitor.actor, at=site.clock(),
                        link=f"{_address(site)}/documents/{document.id}#talk")  # fmt: skip
        except ConflictError as error:
            raise HTTPException(400) from error
    return _answer(request, document)


@router.post("/documents/{document_id}/comments/{comment_id}/strike")
def strike(request: Request, document_id: str, comment_id: str) -> Response:
    """Strike a comment: who wrote it may, and who steers."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        strike_comment(session, document, comment_id, actor=visitor.actor, anyone="steer" in visitor.rights,
                       at=site.clock())  # fmt: skip
    return _answer(request, document)


def _answer(request: Request, document: DocumentRow) -> Response:
    if request.headers.get("hx-request"):
        with site_of(request).store.read() as session:
            talk = talk_of(session, request, document)
        return show(request, "document_talk.html", document=document, talk=talk, base=f"/documents/{document.id}",
                    query="")  # fmt: skip
    return RedirectResponse(f"/documents/{document.id}#talk", 303)


def _address(site: Site) -> str:
    web = site.settings.web
    return (web.public_url or f"http://{web.host}:{web.port}").rstrip("/")
