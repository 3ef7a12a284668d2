"""Pages of a list: limits, opaque cursors, and the address of the next page.

A cursor says behind which row the next page begins. It is no secret and grants nothing: whose rows are seen comes from
the key. A cursor that is not one of ours is refused.

>>> parse_cursor(make_cursor("invoices", [7]), "invoices", ("int",))
(7,)
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request

from review.api.cells import plain
from review.api.problems import RefusedError
from review.site import site_of

MOST_ROWS = 1000
LARGEST = 2**63 - 1
Kind = Literal["int", "str", "instant"]
Position: TypeAlias = tuple[int | str | datetime, ...]

Limit = Annotated[int | None, Query(ge=1, le=MOST_ROWS, description="Rows at most; default by the settings")]
Cursor = Annotated[str | None, Query(max_length=500, description="From `next` of the page before")]
ClientId = Annotated[
    str | None, Query(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="Only this client's; default all of the key's")
]


def rows_of(request: Request, limit: int | None) -> int:
    """How many rows a page has."""
    return limit or site_of(request).settings.api.page_rows


def make_cursor(kind: str, values: Sequence[Any]) -> str:
    """A cursor behind a row with these values."""
    text = json.dumps([kind, *(plain(value) for value in values)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(text: str | None, kind: str, kinds: Sequence[Kind]) -> Position | None:
    """The values of a cursor of ours; None without one.

    Raises:
        RefusedError: 422, it is none of ours, or of another list.
    """
    if text is None:
        return None
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        name, *values = found
        if name != kind or len(values) != len(kinds):
            raise ValueError("of another list")
        return tuple(_value(value, wanted) for value, wanted in zip(values, kinds, strict=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise RefusedError(422, "invalid", at=("query", "cursor"), why="bad_cursor") from error


def next_link(request: Request, changes: Mapping[str, str | int]) -> str:
    """The address of the next page: this one's, with what is different."""
    query = {name: value for name, value in request.query_params.items() if name not in {"cursor", *changes}}
    return f"{request.url.path}?{urlencode({**query, **changes})}"


def cut(rows: list[dict[str, Any]], limit: int) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """A page out of rows of which one more than its limit was asked for, and its last row where others follow."""
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None


def _value(value: Any, kind: Kind) -> int | str | datetime:  # noqa: ANN401 - of a stranger's JSON
    if kind == "int":
        if type(value) is not int or not 0 <= value <= LARGEST:
            raise ValueError("no number of a row")
        return value
    if type(value) is not str or len(value) > 200 or not value.isprintable():
        raise ValueError("no text of a row")
    value.encode()  # a lone surrogate is no text
    if kind == "str":
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment
