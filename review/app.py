"""The review site as an ASGI application: pages, guard, headers, error pages.

No remote asset, no API docs, no inline script or style.
"""

from __future__ import annotations

import logging
from functools import partial

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from models.errors import ConflictError
from models.settings import Settings
from models.store.engine import Store
from review.api.app import PREFIX, ApiMount, create_api
from review.guard import SignInNeededError, find_visitor, guard, is_own_host
from review.headers import SAFE_HEADERS, SafeHeaders
from review.levels import KeptLevels
from review.pages import (
    account,
    acts,
    api_page,
    approvals,
    arrange,
    audit_sample,
    bulk,
    certificates,
    check,
    comments,
    compare,
    cutting,
    dashboard,
    desk,
    document,
    filters_saved,
    forecast,
    fraud,
    health,
    integrations,
    kpis,
    metrics,
    micro,
    micro_pay,
    oidc,
    orders,
    people,
    pictures,
    quality,
    queue,
    reports,
    sign_in,
    sla,
    steering,
    survey,
    teaching,
    timeline,
    turns,
    verify,
    words,
)
from review.passwords import Renewals
from review.sightings import Sightings
from review.site import PageReader, Site, show
from review.throttle import Rates

_MODULES = (
    sign_in, oidc, account, people, integrations, api_page,
    queue, bulk, filters_saved, desk,
    document, acts, check, cutting, turns, pictures, words, compare, orders, arrange, approvals,
    comments, timeline, teaching, audit_sample, verify,
    steering, dashboard, kpis, sla, forecast, certificates, fraud, quality, micro_pay, micro, health, metrics,
    reports, survey,
)  # fmt: skip
PAGES: tuple[APIRouter, ...] = tuple(module.router for module in _MODULES)
_LOG = logging.getLogger("facturier.review")
_EXPLAINED = frozenset({400, 403, 404, 405, 409, 411, 413, 421, 429, 500})


class _Static(StaticFiles):
    """Files of ours: their address holds a hash of their content, so a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(settings: Settings, store: Store, reader: PageReader | None = None) -> FastAPI:
    """Make the site. `reader` draws page pictures in its sandbox; without one documents are shown without pictures."""
    app = FastAPI(title="Facturier", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(guard)])
    app.state.site = Site(settings, store, reader)
    app.state.throttle, app.state.rates, app.state.sightings = sign_in.make_throttle(), Rates(), Sightings()
    app.state.levels = KeptLevels()
    app.state.surveys = survey.make_throttle()
    app.state.provider, app.state.renewals = oidc.make_provider(app.state.site), Renewals()
    for router in PAGES:
        app.include_router(router)
    app.state.api = create_api(app.state.site)
    app.router.routes.append(ApiMount(PREFIX, app.state.api, name="api"))
    app.mount("/static", _Static(packages=[("review", "static")]), name="static")
    app.add_middleware(SafeHeaders, partial(is_own_host, web=settings.web), secure=settings.web.secure_cookies)
    app.add_exception_handler(SignInNeededError, _to_sign_in)
    app.add_exception_handler(HTTPException, _show_http_error)
    app.add_exception_handler(ConflictError, _show_conflict)
    app.add_exception_handler(RequestValidationError, _show_bad_request)
    app.add_exception_handler(Exception, _show_failure)
    return app


def _to_sign_in(request: Request, _error: Exception) -> Response:
    """To the sign-in page and back; a form that was sent meanwhile cannot be repeated by itself."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = request.url_for("sign_in_page").include_query_params(next=back) if request.method == "GET" else "/sign-in"
    return RedirectResponse(target if isinstance(target, str) else f"{target.path}?{target.query}", 303)


def _error_page(request: Request, status: int) -> Response:
    if not hasattr(request.state, "visitor"):
        request.state.visitor = find_visitor(request)
    return show(request, "error.html", status=status, code=status if status in _EXPLAINED else 500)


def _show_http_error(request: Request, error: Exception) -> Response:
    answer = _error_page(request, error.status_code if isinstance(error, HTTPException) else 500)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _show_conflict(request: Request, error: Exception) -> Response:
    _LOG.info("conflict: %s", error)
    return _error_page(request, 409)


def _show_bad_request(request: Request, _error: Exception) -> Response:
    return _error_page(request, 400)


def _show_failure(request: Request, error: Exception) -> Response:
    _LOG.exception("request failed", exc_info=error)
    answer = _error_page(request, 500)  # goes out past the middleware
    answer.headers.update(SAFE_HEADERS)
    return answer
