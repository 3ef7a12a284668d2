"""Errors as RFC 9457 problems: type, title, status, detail, instance, and `errors` that point at what is wrong.

>>> pointer_of(("body", "documents", 0, "state"))
'/body/documents/0/state'
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.errors import ConflictError
from review.headers import SAFE_HEADERS
from review.language import TONGUES, Tongue, choose_language

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("facturier.api")
_CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 411: "length_required", 413: "too_large", 415: "unsupported_media_type", 422: "invalid",
    429: "too_many_requests",
}  # fmt: skip

_TEXT = {"type": "string"}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "description": "urn:facturier:problem:<code>; the code is stable"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "instance": {"type": "string", "description": "The path that was asked for"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object", "required": ["pointer", "code", "message"], "additionalProperties": False,
                "properties": {"pointer": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
    },
}  # fmt: skip


class RefusedError(Exception):
    """A request that is answered with a problem. `at` points at what is wrong, e.g. ("query", "cursor")."""

    def __init__(
        self, status: int, code: str = "", *, at: Sequence[str | int] = (), why: str = "", words: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(code)
        self.status, self.code = status, code or _CODES[status]
        self.at, self.why, self.words = tuple(at), why or self.code, words
        self.headers = headers


def not_there() -> RefusedError:
    """What is answered for what is not there and for what is another client's alike."""
    return RefusedError(404)


def pointer_of(place: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) to a part of the request: path, query, header or body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def tongue_of(request: Request) -> Tongue:
    """The language of titles and details, by Accept-Language."""
    return TONGUES[choose_language(request.headers.get("accept-language", ""))]


def problem(
    request: Request, status: int, code: str, *, errors: Sequence[Mapping[str, str]] = (), words: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """The answer."""
    tongue = tongue_of(request)
    found = {
        "type": f"urn:facturier:problem:{code}",
        "title": tongue.t(f"api.problem.{code}"),
        "status": status,
        "detail": words or tongue.t(f"api.detail.{code}"),
        "instance": request.url.path,
        "errors": list(errors),
    }
    made = {"Content-Language": tongue.code, "Vary": "Accept-Language", **(headers or {})}
    return JSONResponse(found, status, made, media_type=MEDIA_TYPE)


def show_refused(request: Request, error: Exception) -> Response:
    """A RefusedError."""
    if not isinstance(error, RefusedError):
        raise error
    errors = [_error(tongue_of(request), error.at, error.why)] if error.at else []
    return problem(request, error.status, error.code, errors=errors, words=error.words, headers=error.headers)


def show_http_error(request: Request, error: Exception) -> Response:
    """What routing refuses: unknown paths and methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(request, status, _CODES.get(status, "failure"), headers=getattr(error, "headers", None))


def show_invalid(request: Request, error: Exception) -> Response:
    """Values that do not fit the description."""
    tongue = tongue_of(request)
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return problem(request, 422, "invalid", errors=[_error(tongue, each["loc"], each["type"]) for each in found[:50]])


def show_conflict(request: Request, error: Exception) -> Response:
    """Somebody or something else stands against it."""
    code = error.reason_code if isinstance(error, ConflictError) else ""
    tongue = tongue_of(request)
    words = tongue.t(f"api.conflict.{code}") if tongue.has(f"api.conflict.{code}") else ""
    return problem(request, 409, "conflict", words=words)


def show_failure(request: Request, error: Exception) -> Response:
    """An error of ours: logged, told without a word of its inside."""
    _LOG.exception("request failed", exc_info=error)
    return problem(request, 500, "failure", headers=SAFE_HEADERS)


def _error(tongue: Tongue, place: Sequence[str | int], code: str) -> dict[str, str]:
    key = f"api.invalid.{code}"
    words = tongue.t(key) if tongue.has(key) else tongue.t("api.invalid.other")
    return {"pointer": pointer_of(place), "code": code, "message": words}
