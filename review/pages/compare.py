"""Two documents that may be one invoice, side by side: differences, evidence with its odds, and the decision."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from matching.duplicate_odds import PRIOR
from models.errors import ConflictError
from models.invoice import Invoice
from models.store.claims import check_turn
from models.store.dossier import Dossier, load_dossier
from models.store.duplicate_pairs import OPEN, find_pair, say_different, say_same, take_back
from models.store.reviewing import touch
from models.tables import DocumentRow, DuplicatePairRow
from review.duplicates import differences, first_page, odds_of
from review.pages.document import earlier_ones, visible_document
from review.site import Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
_LONGEST = 500


@router.get("/documents/{document_id}/compare")
def compare_likeliest(request: Request, document_id: str) -> Response:
    """To the document that this one most likely repeats; to the document's page where there is none."""
    with site_of(request).store.read() as session:
        dossier = load_dossier(session, visible_document(session, document_id, visitor_of(request)))
        earlier = earlier_ones(session, dossier)
    there = f"/compare/{earlier[0].id}" if earlier else ""
    return RedirectResponse(f"/documents/{document_id}{there}", 303)


@router.get("/documents/{document_id}/compare/{other_id}")
def compare_page(request: Request, document_id: str, other_id: str) -> Response:
    """Both documents beside each other."""
    return _page(request, document_id, other_id)


@router.post("/documents/{document_id}/compare/{other_id}")
async def decide(request: Request, document_id: str, other_id: str) -> Response:
    """Say that both are one invoice, or two, or take that back."""
    return await run_in_threadpool(_decide, request, document_id, other_id, await request.form())


def _decide(request: Request, document_id: str, other_id: str, form: FormData) -> Response:
    site, visitor, at = site_of(request), visitor_of(request), site_of(request).clock()
    verdict, reason = str(form.get("verdict", "")), str(form.get("reason", "")).strip()[:_LONGEST]
    if verdict not in {"same", "different", "undo"}:
        raise HTTPException(400)
    if verdict == "different" and not reason:
        return _page(request, document_id, other_id, notice="pair.reason_needed", status=422)
    left, right = _dossiers(request, document_id, other_id)
    evidence = odds_of(site, left, right).levels
    with site.store.write() as session:
        document, other = _pair(session, document_id, other_id, visitor)
        check_turn(document, read_version(form), actor=visitor.actor, at=at)
        if verdict == "undo":
            take_back(session, document, other, actor=visitor.actor, at=at, anyone="reopen" in visitor.rights)
        else:
            say = say_same if verdict == "same" else say_different
            say(session, document, other, reason=reason, evidence=evidence, actor=visitor.actor, at=at)
        touch(session, document, act=f"pair_{verdict}", opened_at=at, actor=visitor.actor, at=at)
    return RedirectResponse(f"/documents/{document_id}/compare/{other_id}?done={verdict}", 303)


def _page(request: Request, document_id: str, other_id: str, *, notice: str = "", status: int = 200) -> Response:
    left, right = _dossiers(request, document_id, other_id)
    visitor = visitor_of(request)
    with site_of(request).store.read() as session:
        said = find_pair(session, left.document, right.document)
    done = request.query_params.get("done", "")
    return show(
        request, "compare_pair.html", status=status, left=left, right=right, said=said, notice=notice,
        rows=differences(_invoice(left), _invoice(right)), odds=odds_of(site_of(request), left, right), prior=PRIOR,
        first_page=first_page, done=done if done in {"same", "different", "undo"} else "",
        can_settle="settle" in visitor.rights and left.document.state in OPEN,
        can_undo=_may_undo(visitor, said),
    )  # fmt: skip


def _may_undo(visitor: Visitor, said: DuplicatePairRow | None) -> bool:
    return (
        said is not None and "settle" in visitor.rights
        and (said.actor == visitor.actor or "reopen" in visitor.rights)
    )  # fmt: skip


def _dossiers(request: Request, document_id: str, other_id: str) -> tuple[Dossier, Dossier]:
    with site_of(request).store.read() as session:
        document, other = _pair(session, document_id, other_id, visitor_of(request))
        return load_dossier(session, document), load_dossier(session, other)


def _pair(session: Session, document_id: str, other_id: str, visitor: Visitor) -> tuple[DocumentRow, DocumentRow]:
    """Two documents of one client that this visitor may see; 404 for every other pair."""
    document, other = (visible_document(session, each, visitor) for each in (document_id, other_id))
    if document.client_id != other.client_id or document.id == other.id:
        raise not_found()
    return document, other


def read_version(form: FormData) -> int:
    """The version that the form was made from."""
    text = str(form.get("version", ""))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ConflictError("the form has no version")
    return int(text)


def _invoice(dossier: Dossier) -> Invoice:
    return dossier.extraction.invoice if dossier.extraction else Invoice()
