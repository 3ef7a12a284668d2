"""The API for people: every route with its scope, parameters and an example, out of the machines' document.

Public as the document itself: who connects a system need not have an account here. Tells nothing of clients.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from review.api.described import calls_of
from review.site import show

router = APIRouter()


@router.get("/integrations/api")
def api_page(request: Request) -> Response:
    """All routes of the API on one page."""
    described = request.app.state.api.openapi()
    return show(request, "api_page.html", groups=calls_of(described), base=described["servers"][0]["url"])
