"""The line table read anew by the columns that a person drew over the page; the answer only fills the form."""

from __future__ import annotations

import math
from decimal import Decimal

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from extractors.fields.cut import Cut, read_columns
from models.store.seen import kept_words, load_words
from review.forms import LINE_COLUMNS
from review.pages.document import visible_document
from review.site import site_of, visitor_of

router = APIRouter()
FARTHEST = 20_000.0  # points; the longest page that is read is shorter


@router.post("/documents/{document_id}/cut")
async def cut(request: Request, document_id: str) -> Response:
    """The rows between the edges as the form would show them; `words` is false where the page's words are not kept."""
    return await run_in_threadpool(_cut, request, document_id, await request.form())


def _cut(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor)
    pages = load_words(kept_words(site.settings.home, document.sha256)) or ()
    page = next((page for page in pages if str(page.number) == form.get("page")), None)
    if page is None:
        return JSONResponse({"words": False, "rows": []})
    cuts = [Cut(term, *edges) for term in LINE_COLUMNS if (edges := _edges(form, term))]
    heights = _pair(form, "top", "bottom") or (0.0, FARTHEST)
    rows = [
        {term: visitor.tongue.form_value(value) if isinstance(value, Decimal) else value[:500]
         for term, value in item.items()}
        for item in read_columns(page, cuts, *heights)
    ]  # fmt: skip
    return JSONResponse({"words": True, "rows": rows})


def _edges(form: FormData, term: str) -> tuple[float, float] | None:
    return _pair(form, f"{term}.x0", f"{term}.x1")


def _pair(form: FormData, first: str, second: str) -> tuple[float, float] | None:
    """Two places in order; None where one is missing or no place on a page."""
    try:
        low, high = float(str(form.get(first, ""))), float(str(form.get(second, "")))
    except ValueError:
        return None
    return (low, high) if math.isfinite(low + high) and 0 <= low < high <= FARTHEST else None
