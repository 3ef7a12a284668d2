"""An invoice beside the orders it may belong to: pair its lines anew, see what comes of it, and take it, with a reason.

Nothing is stored before a person takes it; the invoice's own values never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.choice import CHOICE_REASONS, OrderChoice
from models.money import round_amount
from models.order import PurchaseOrder
from models.store.chosen_orders import MOST_ORDERS, choose_order, chosen_order, find_orders, undo_choice
from models.store.claims import EDITABLE, check_turn
from models.store.dossier import Dossier, load_dossier
from models.store.master import load_orders
from models.store.reviewing import touch
from review.candidates import telling
from review.pages.compare import read_version
from review.pages.document import visible_document
from review.pairing import read_links, read_reason, view_board
from review.site import show, site_of, visitor_of

router = APIRouter()
_LONGEST = 500
_ACTS = frozenset({"preview", "choose", "undo"})


@router.get("/documents/{document_id}/orders")
def orders_page(request: Request, document_id: str) -> Response:
    """The candidates and one of them line by line: that of the address, else what stands."""
    asked = request.query_params.getlist("order")[:MOST_ORDERS]
    choice = OrderChoice(orders=tuple(each[:100] for each in asked)) if asked else None
    return _page(request, document_id, choice)


@router.post("/documents/{document_id}/orders")
async def act_on_orders(request: Request, document_id: str) -> Response:
    """Pair anew without storing, take orders and links, or take the last choice back."""
    return await run_in_threadpool(_act, request, document_id, await request.form())


def _act(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor, at = site_of(request), visitor_of(request), site_of(request).clock()
    act = str(form.get("act", ""))
    if act not in _ACTS:
        raise HTTPException(400)
    choice = _read_choice(form)
    if act == "preview":
        return _page(request, document_id, choice)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        check_turn(document, read_version(form), actor=visitor.actor, at=at)
        if act == "undo":
            undo_choice(session, document, actor=visitor.actor, at=at)
        else:
            dossier = load_dossier(session, document)
            board = view_board(session, dossier, choice, site.settings.matching)
            ranked = [each.order for each in board.match.candidates]
            if choice.is_second_to(ranked) and ranked and not choice.reason:
                return _page(request, document_id, choice, notice="orders.reason_needed", status=422)
            choose_order(session, document, board.choice, board.match, actor=visitor.actor, at=at)
        touch(session, document, act=f"order_{act}", opened_at=at, actor=visitor.actor, at=at)
    return RedirectResponse(f"/documents/{document_id}/orders?done={act}", 303)


def _read_choice(form: FormData) -> OrderChoice:
    orders = tuple(dict.fromkeys(str(each)[:100] for each in form.getlist("order") if each))[:MOST_ORDERS]
    return OrderChoice(
        orders=orders, links=read_links(form, _count(form)), reason=read_reason(form.get("reason", "")),
        note=str(form.get("note", "")).strip()[:_LONGEST],
    )  # fmt: skip


def _count(form: FormData) -> int:
    return sum(1 for name in form if name.startswith("link."))


def _page(
    request: Request, document_id: str, choice: OrderChoice | None, *, notice: str = "", status: int = 200
) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    text = request.query_params.get("q", "").strip()[:100]
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor)
        dossier = load_dossier(session, document)
        stands = chosen_order(session, document.id)
        shown = choice or stands or OrderChoice(orders=dossier.match.orders if dossier.match else ())
        if not shown.orders and choice is None and stands is None and dossier.match and dossier.match.candidates:
            shown = OrderChoice(orders=(dossier.match.candidates[0].order,))
        board = view_board(session, dossier, shown, site.settings.matching)
        found = _search(session, dossier, text) if text else ()
    done = request.query_params.get("done", "")
    return show(
        request, "compare_orders.html", status=status, document=document, dossier=dossier, board=board, shown=shown,
        stands=stands, found=found, text=text, notice=notice, done=done if done in {"choose", "undo"} else "",
        candidates=board.match.candidates, telling=telling, reasons=CHOICE_REASONS,
        editable=document.state in EDITABLE and "settle" in visitor.rights,
    )  # fmt: skip


def _search(session: Session, dossier: Dossier, text: str) -> Sequence[PurchaseOrder]:
    """Orders of the document's own client, by number, supplier or net amount."""
    client_id = dossier.document.client_id
    numbers = find_orders(session, client_id, text, _amount(text))
    return load_orders(session, client_id, numbers)


def _amount(text: str) -> Decimal | None:
    """A text as an amount, in either notation; None where it is none."""
    plain = text.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    if plain.count(".") > 1 or not plain.replace(".", "").isdecimal() or not plain.isascii():
        return None
    return round_amount(Decimal(plain))
