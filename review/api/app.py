"""The API as an application of its own below the site: no cookie, no form, no session; keys only."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import ConflictError, SettingsError
from models.settings_output import ApiSettings
from models.store.export_batches import Version
from models.tables import ClientRow
from review.api import documents, exports, feeds, hooks, invoices
from review.api.entry import Gate, caller_of
from review.api.problems import (
    PROBLEM_SCHEMA,
    RefusedError,
    show_conflict,
    show_failure,
    show_http_error,
    show_invalid,
    show_refused,
)
from review.site import Site

PREFIX = "/api/v1"
ROUTERS = (invoices.router, feeds.router, exports.router, documents.router, hooks.router)
Attach = Callable[[bytes, bytes, Mapping[str, str]], bytes]  # puts an XML into a PDF, confined
Writers = Mapping[str, Callable[[Version, ClientRow, Callable[[str], bytes], Attach], bytes]]


class _Ending:
    """ASGI middleware: says in every answer until when this version is there (RFC 9745, RFC 8594)."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class ApiMount(Mount):
    """The whole of what is below the prefix: an address with a line break in it is answered as a problem, too."""

    def __init__(self, path: str, app: ASGIApp, name: str) -> None:
        super().__init__(path, app, name=name)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def create_api(site: Site) -> FastAPI:
    """Make the API of a site."""
    app = FastAPI(title="Facturier", version="1", docs_url=None, redoc_url=None, openapi_url="/openapi.json",
                  root_path_in_servers=False, servers=[{"url": PREFIX}], redirect_slashes=False,
                  dependencies=[Depends(caller_of)])  # fmt: skip
    app.state.site, app.state.gate = site, Gate(site.settings.api.requests_per_minute)
    app.state.writers = load_writers(site.settings.api.writers)
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(RefusedError, show_refused)
    app.add_exception_handler(HTTPException, show_http_error)
    app.add_exception_handler(RequestValidationError, show_invalid)
    app.add_exception_handler(ConflictError, show_conflict)
    app.add_exception_handler(Exception, show_failure)
    ending = ending_headers(site.settings.api)
    if ending:
        app.add_middleware(_Ending, ending)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


def load_writers(place: str) -> Writers:
    """What writes one invoice as another format: `module:name`, in a room that the site does not know."""
    if not place:
        return {}
    module, _, name = place.partition(":")
    try:
        found: Writers = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"api.writers: {place} cannot be loaded ({error})") from error
    return found


def ending_headers(settings: ApiSettings) -> dict[str, str]:
    """Deprecation and Sunset, where the settings name days.

    >>> ending_headers(ApiSettings(deprecated_on="2030-01-01", sunset_on="2031-01-01"))
    {'Deprecation': '@1893456000', 'Sunset': 'Wed, 01 Jan 2031 00:00:00 GMT'}
    """
    found = {}
    if settings.deprecated_on:
        found["Deprecation"] = f"@{int(_day(settings.deprecated_on).timestamp())}"
    if settings.sunset_on:
        found["Sunset"] = format_datetime(_day(settings.sunset_on), usegmt=True)
    return found


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, with the problem and the key."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes, servers=app.servers)
        parts = made.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        app.openapi_schema = made
    return app.openapi_schema
