"""Group verification: twenty snippets of the same value on one screen; the odd one is seen by eye."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import FacturierError
from models.invoice import TERMS
from models.store.documents import load_extraction
from models.store.micro_tasks import CUTTABLE, can_be_cut
from models.store.verifying import ACT, SCREEN, Group, Specimen, groups, specimens, take_back, verify
from models.tables import BulkRow, DocumentRow
from review.pages.document import visible_document
from review.site import Visitor, not_found, show, site_of, visitor_of
from review.snippets import snippet_of

router = APIRouter()
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a verification did: how many were confirmed, and which are to be looked at."""

    bulk: BulkRow
    confirmed: int
    odd: tuple[DocumentRow, ...]
    term: str


@router.get("/verify")
def verify_page(request: Request) -> Response:
    """Suppliers with several documents; of one of them the snippets of one value."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        found = groups(session, visitor.client_ids)
        asked = request.query_params
        chosen = next((one for one in found if one.key == asked.get("group")),
                      found[0] if found and not asked.get("group") else None)  # fmt: skip
        by_term = _of(session, chosen, visitor, site.clock()) if chosen else {}
        done = session.get(BulkRow, asked.get("done", ""))
        told = _told(session, done, visitor)
    term = asked.get("term", "") if asked.get("term", "") in by_term else next(iter(by_term), "")
    return show(
        request, "verify.html", groups=found, chosen=chosen, terms=sorted(by_term, key=list(TERMS).index), term=term,
        shown=by_term.get(term, []), told=told, kinds={name: mark.kind for name, mark in TERMS.items()},
        names={client.id: client.name for client in visitor.clients}, undone=asked.get("undone", ""),
    )  # fmt: skip


@router.get("/documents/{document_id}/snippets/{term}.png")
def document_snippet(request: Request, document_id: str, term: str) -> Response:
    """One value of a document cut out of its page, for whoever may see the document."""
    site = site_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor_of(request))
        extraction = load_extraction(session, document.id)
    seen = extraction.evidence.get(term) if extraction and term in CUTTABLE else None
    if seen is None or seen.box is None or not can_be_cut(seen):
        raise not_found()
    try:
        picture = snippet_of(site, document, seen.page or 1, seen.box)
    except (FacturierError, OSError) as error:
        raise not_found() from error
    return Response(picture, media_type="image/png")


@router.post("/verify")
async def confirm_group(request: Request) -> Response:
    """Confirm all but those that are marked."""
    return await run_in_threadpool(_confirm, request, await request.form())


@router.post("/verify/undo")
async def undo_group(request: Request) -> Response:
    """Take a verification back."""
    return await run_in_threadpool(_undo, request, await request.form())


def _of(session: Session, chosen: Group, visitor: Visitor, at: datetime) -> dict[str, list[Specimen]]:
    return specimens(session, chosen.client_id, chosen.seller_id, at, visitor.actor)


def _told(session: Session, row: BulkRow | None, visitor: Visitor) -> Told | None:
    """What a verification of one's own did, as long as its documents may be seen."""
    if row is None or row.act != ACT or row.actor != visitor.actor:
        return None
    before = json.loads(row.before_json)
    doubted = [session.get_one(DocumentRow, each) for each, was in before.items() if "doubted" in was]
    odd = [one for one in doubted if visitor.client_ids is None or one.client_id in visitor.client_ids]
    return Told(row, len(before) - len(doubted), tuple(odd), str(json.loads(row.detail_json)["term"]))


def _confirm(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    group, term = str(form.get("group", "")), str(form.get("term", ""))
    client_id = group.partition(":")[0]
    if (visitor.client_ids is not None and client_id not in visitor.client_ids) or term not in CUTTABLE:
        raise not_found()
    shown = {name.removeprefix("version."): int(str(value)) for name, value in form.items()
             if name.startswith("version.") and _WHOLE.fullmatch(str(value))}  # fmt: skip
    wrong = {str(value) for value in form.getlist("wrong")}
    with site.store.write() as session:
        row = verify(session, term, dict(list(shown.items())[:SCREEN]), wrong, client_id=client_id, actor=visitor.actor,
                     at=site.clock())  # fmt: skip
    query = urlencode({"group": group, "term": term, "done": row.id})
    return RedirectResponse(f"/verify?{query}", 303)


def _undo(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        row = session.get(BulkRow, str(form.get("bulk", "")))
        if row is None:
            raise not_found()
        count = take_back(session, row, actor=visitor.actor, at=site.clock())
    back = {name: str(form.get(name, "")) for name in ("group", "term")} | {"undone": str(count)}
    return RedirectResponse(f"/verify?{urlencode(back)}", 303)
