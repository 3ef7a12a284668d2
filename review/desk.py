"""What the bar above a document shows: its time, why it came first, whose work it is, what its supplier was asked."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from models.store.questions import questions_of
from models.tables import DocumentRow
from review.countdown import calendars, count_down, why_first
from review.site import site_of, visitor_of


def view_desk(request: Request, document: DocumentRow) -> dict[str, Any]:
    """Time left, price of waiting, the open question or the last answer, and whose document it is."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        asked = questions_of(session, document.id)
    offices = calendars(site, [client for client in visitor.clients if client.id == document.client_id])
    return {
        "clock": count_down(document, offices, site.clock(), visitor.tongue),
        "waiting": why_first(document),
        "question": next((one for one in asked if one.answered_at is None), None),
        "answer": next((one for one in asked if one.answered_at is not None), None),
        "me": visitor.user.login if visitor.user else "",
        "steers": "steer" in visitor.rights,
    }
