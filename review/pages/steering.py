"""The supervisor's page: what waits, who works, how fast and how well; and mail that could not leave by itself."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.store.mail import find_mail, mark_sent, retry_mail
from models.store.queue import Filters
from review.board import board_of
from review.filters import timed
from review.site import not_found, show, site_of, visitor_of

router = APIRouter()


@router.get("/steering")
def steering_page(request: Request) -> Response:
    """The board; it is fetched anew every 30 seconds where scripts run, and by loading the page where they do not."""
    return show(request, "steering.html", **_context(request))


@router.get("/steering/board")
def board(request: Request) -> Response:
    """The board alone."""
    return show(request, "steering_board.html", **_context(request))


def _context(request: Request) -> dict[str, Any]:
    site, visitor = site_of(request), visitor_of(request)
    asked = request.query_params
    wanted, names = asked.get("client", ""), asked.get("names") == "1"
    clients = [client for client in visitor.clients if wanted in {"", client.id}]
    every = Filters(clients=visitor.client_ids, client=wanted, tab="all", due="late")
    filters = timed(every, site, visitor)
    with site.store.read() as session:
        found = board_of(session, clients, site.settings.review, filters, visitor.tongue,
                         sees_all=visitor.sees_all and not wanted, with_names=names)  # fmt: skip
    return {"board": found, "wanted": wanted, "names": names, "has_host": bool(site.settings.mail.host),
            "clients": {client.id: client.name for client in visitor.clients}}  # fmt: skip


@router.post("/steering/mail/{mail_id}/{act}")
def settle_mail(request: Request, mail_id: str, act: str) -> Response:
    """Note that a mail was sent by hand, or have it tried again."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        row = find_mail(session, mail_id, visitor.client_ids)
        if row is None or act not in {"sent", "again"}:
            raise not_found()
        if act == "sent":
            mark_sent(session, row.id, actor=visitor.actor, at=site.clock())
        else:
            retry_mail(session, row, actor=visitor.actor, at=site.clock())
    return RedirectResponse("/steering#mails", 303)
