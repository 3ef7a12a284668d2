"""Values as JSON and their description: amounts and numbers are strings, times end in Z, what is empty is null.

>>> plain(Decimal("1.50")), plain(datetime(2026, 1, 2, tzinfo=UTC))
('1.50', '2026-01-02T00:00:00.000000Z')
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from starlette.responses import JSONResponse

from models.views import ColumnKind, View
from review.api.problems import MEDIA_TYPE

Schema: TypeAlias = dict[str, Any]

_EXACT = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_KINDS: dict[ColumnKind, Schema] = {
    "text": {"type": "string"}, "date": {"type": "string", "format": "date"}, "amount": _EXACT, "number": _EXACT,
    "instant": {"type": "string", "format": "date-time"}, "integer": {"type": "integer"},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
}  # fmt: skip
KEYS = frozenset({"client_id", "document_id", "version", "change_seq", "entity", "entity_id", "op", "batch_id"})
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
NO_TEXT: Schema = {"type": ["string", "null"]}
NO_NUMBER: Schema = {"type": ["integer", "null"]}
NO_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}


def plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def plain_row(row: Mapping[str, Any], but: Collection[str] = ()) -> dict[str, Any]:
    """A row as JSON has it, without some columns."""
    return {name: plain(value) for name, value in row.items() if name not in but}


def schema_of(view: View, but: Collection[str] = ()) -> Schema:
    """The description of a view's row, with the comment on each column."""
    columns = [column for column in view.columns if column.name not in but]
    return thing({column.name: _described(column.name, column.kind, column.comment) for column in columns})


def thing(properties: Mapping[str, Schema]) -> Schema:
    """An object of which every property is always there."""
    return {"type": "object", "required": list(properties), "properties": dict(properties),
            "additionalProperties": False}  # fmt: skip


def many(item: Schema) -> Schema:
    """A list of things."""
    return {"type": "array", "items": item}


def page_of(item: Schema, **more: Schema) -> Schema:
    """A page of things with the address of the next one."""
    return thing({"items": many(item), "next": {**NO_TEXT, "description": "Address of the next page"}, **more})


def answers(schema: Schema | None, *, status: int = 200, told: str = "Done", refusals: Collection[int] = ()) -> dict[
    int | str, dict[str, Any]
]:  # fmt: skip
    """The description of a route's answers: the good one, and the problems that any route may give and its own."""
    good: dict[str, Any] = {"description": told}
    if schema is not None:
        good["content"] = {"application/json": {"schema": schema}}
    found: dict[int | str, dict[str, Any]] = {status: good}
    for code in sorted({401, 403, 422, 429, 500, *refusals}):
        found[code] = {
            "description": _REFUSED[code],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return found


_REFUSED = {
    400: "A header is missing", 401: "No key, or one that does not stand",
    403: "The key lacks the scope, or nobody may", 404: "Not there, or another client's",
    409: "Something stands against it", 411: "No Content-Length", 413: "Too large", 415: "Of another media type",
    422: "A value does not fit", 429: "Too many requests: see Retry-After", 500: "An error of ours",
}  # fmt: skip


def reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> JSONResponse:  # noqa: ANN401
    """JSON as an answer."""
    return JSONResponse(content, status, headers)


def _described(name: str, kind: ColumnKind, comment: str) -> Schema:
    schema = _KINDS[kind]
    if name in KEYS:
        return {**schema, "description": comment}
    return {**schema, "type": [schema["type"], "null"], "description": comment}
