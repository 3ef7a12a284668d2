"""The queue's filters as they travel in addresses: read from a query, written into links.

>>> link(Filters(clients=None, tab="held", order="amount"), batch="A 1")
'tab=held&batch=A+1&order=amount'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args
from urllib.parse import urlencode

from models.store.queue import TABS, Filters, Order
from review.site import Visitor

_NAMES = tuple(field.name for field in fields(Filters) if field.name != "clients")
_LONGEST = 200


def read_filters(query: Mapping[str, Any], visitor: Visitor) -> Filters:
    """The filters of a query; what is not known falls back to its default, clients come from the visitor only."""
    given = {name: str(query.get(name, ""))[:_LONGEST].strip() for name in _NAMES if query.get(name)}
    if given.get("tab") not in TABS:
        given.pop("tab", None)
    if given.get("order") not in get_args(Order):
        given.pop("order", None)
    return replace(Filters(clients=visitor.client_ids), **given)  # type: ignore[arg-type]


def link(filters: Filters, **changes: str) -> str:
    """The query of a link with these filters; a change of filter starts from the top again."""
    chosen = replace(filters, **{"after": "", **changes})  # type: ignore[arg-type]
    start = Filters(clients=None)
    return urlencode({name: getattr(chosen, name) for name in _NAMES if getattr(chosen, name) != getattr(start, name)})
