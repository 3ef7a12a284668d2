"""The queue's filters as they travel in addresses: read from a query, written into links.

>>> link(Filters(clients=None, tab="held", order="amount"), batch="A 1")
'tab=held&batch=A+1&order=amount'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from models.status import Status
from models.store.found import folded
from models.store.queue import TABS, Filters, Limits, Order
from models.store.tiers import EXPERTS
from review.countdown import SOON, calendars
from review.site import Site, Visitor

# These come from the session and the clock, never from an address.
_INSIDE = frozenset({"clients", "me", "skills", "states", "at", "limits"})
_NAMES = tuple(field.name for field in fields(Filters) if field.name not in _INSIDE)
_NARROWING = ("client", "batch", "reason", "search", "who", "tag", "tier", "due")
_KNOWN: dict[str, frozenset[str]] = {
    "tab": frozenset(TABS), "order": frozenset(get_args(Order)), "who": frozenset({"mine", "nobody"}),
    "tier": frozenset({"routine", "expert"}), "due": frozenset({"late", "soon", "today"}),
}  # fmt: skip
_LONGEST = 200


def read_filters(query: Mapping[str, Any], visitor: Visitor) -> Filters:
    """The filters of a query; what is not known falls back to its default, clients come from the visitor only."""
    given = {name: str(query.get(name, ""))[:_LONGEST].strip() for name in _NAMES if query.get(name)}
    given = {name: value for name, value in given.items() if name not in _KNOWN or value in _KNOWN[name]}
    login = visitor.user.login if visitor.user else ""
    states = _named_states(given.get("search", ""), visitor)
    skills = frozenset(visitor.user.skills.split() if visitor.user and visitor.user.role in EXPERTS else ())
    start = Filters(clients=visitor.client_ids, me=login, skills=skills, states=states)
    return replace(start, **given)  # type: ignore[arg-type]


def timed(filters: Filters, site: Site, visitor: Visitor) -> Filters:
    """The filters at this moment: what is late, due soon and due today by the hours of each client."""
    at = site.clock()
    offices = calendars(site, visitor.clients) if filters.due else {}
    limits = [Limits(client, office.add_hours(at, SOON), office.end_of_work(at)) for client, office in offices.items()]
    return replace(filters, at=at, limits=tuple(limits))


def parse_filters(address: str, visitor: Visitor) -> Filters:
    """The filters of a query string, e.g. of a saved filter."""
    return read_filters(dict(parse_qsl(address[:2000])), visitor)


def link(filters: Filters, **changes: str) -> str:
    """The query of a link with these filters; a change of filter starts from the top again."""
    chosen = replace(filters, **{"after": "", **changes})  # type: ignore[arg-type]
    start = Filters(clients=None)
    return urlencode({name: getattr(chosen, name) for name in _NAMES if getattr(chosen, name) != getattr(start, name)})


def cleared(filters: Filters) -> str:
    """The query of a link to the same tab and order without any filter."""
    return link(filters, **dict.fromkeys(_NARROWING, ""))


def is_filtered(filters: Filters) -> bool:
    """Whether anything narrows the list beside the tab."""
    return any(getattr(filters, name) for name in _NARROWING)


def _named_states(search: str, visitor: Visitor) -> frozenset[str]:
    """The states whose name, in the visitor's language, is what was searched."""
    wanted = folded(search)
    return frozenset(state for state in Status if wanted and wanted == folded(visitor.tongue.t(f"state.{state}")))
