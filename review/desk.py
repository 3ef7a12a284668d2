"""What the bar above a document shows: its time, why it came first, whose work it is, what its supplier was asked."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session
from starlette.requests import Request

from models.store.questions import questions_of
from models.tables import DocumentRow
from review.countdown import calendars, count_down, why_first
from review.site import client_of, site_of, visitor_of


def view_desk(session: Session, request: Request, document: DocumentRow) -> dict[str, Any]:
    """Time left, price of waiting, the open question or the last answer, and whose document it is."""
    site, visitor = site_of(request), visitor_of(request)
    asked, client = questions_of(session, document.id), client_of(visitor, document)
    offices = calendars(site, [client] if client else [])
    return {
        "clock": count_down(document, offices, site.clock(), visitor.tongue),
        "waiting": why_first(document),
        "question": next((one for one in asked if one.answered_at is None), None),
        "answer": next((one for one in asked if one.answered_at is not None), None),
        "me": visitor.user.login if visitor.user else "",
        "steers": "steer" in visitor.rights,
    }
