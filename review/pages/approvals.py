"""The alarm of a new bank account: old and new beside each other, the call that was made, and two persons' words."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.errors import ConflictError
from models.status import Status
from models.store.approvals import FourEyesError, approvals_of, may_give
from models.store.bank_alarm import country_of, load_bank_alarm
from models.store.claims import check_turn
from models.store.reviewing import release, touch
from models.store.tiers import TierError
from review.approving import cleared_rules
from review.pages.document import visible_document
from review.pages.oidc import company_name
from review.passwords import is_himself
from review.site import not_found, show, site_of, visitor_of

router = APIRouter()
_LONGEST = 200


@router.get("/documents/{document_id}/bank")
def bank_page(request: Request, document_id: str) -> Response:
    """The account on the invoice beside those that are verified."""
    return _page(request, document_id)


@router.post("/documents/{document_id}/bank")
async def settle_bank(request: Request, document_id: str) -> Response:
    """Keep whom a person called, and the person's word; the second person's word releases the document."""
    return await run_in_threadpool(_settle, request, document_id, await request.form())


def _settle(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    who, number, note = (str(form.get(name, "")).strip()[:_LONGEST] for name in ("who", "number", "note"))
    if not who or not number:
        return _page(request, document_id, form, message="bank.incomplete", status=422)
    if not is_himself(request, str(form.get("password", ""))):
        return _page(request, document_id, form, message="release.password", status=403)
    said = visitor.tongue.t("bank.said", who=who, number=number, note=note).strip()
    at, version = site.clock(), str(form.get("version", ""))
    try:
        with site.store.write() as session:
            document = visible_document(session, document_id, visitor)
            check_turn(document, int(version) if version.isdecimal() and len(version) < 10 else -1,
                       actor=visitor.actor, at=at)  # fmt: skip
            done = release(session, document, actor=visitor.actor, at=at, reason=said, office=site.settings.review,
                           cleared=cleared_rules(session, document, at.date()))  # fmt: skip
            touch(session, document, actor=visitor.actor, act="release", opened_at=at, at=at)
    except FourEyesError:
        return _page(request, document_id, form, message="release.four_eyes", status=409)
    except TierError:
        return _page(request, document_id, form, message="tier.expert_needed", status=403)
    except ConflictError:
        return _page(request, document_id, form, message="conflict.title", status=409)
    return RedirectResponse(f"/documents/{document_id}?done={done}&was={document_id}", 303)


def _page(
    request: Request, document_id: str, form: FormData | None = None, *, message: str = "", status: int = 200
) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor)
        alarm = load_bank_alarm(session, document)
        given = approvals_of(session, document)
        free = may_give(session, document, visitor.actor)
    if alarm is None:
        raise not_found()
    typed = {name: str(form.get(name, "")) if form else "" for name in ("who", "number", "note")}
    return show(
        request, "bank.html", status=status, document=document, alarm=alarm, given=given, free=free, typed=typed,
        message=message, country_of=country_of, company=company_name(site.settings.oidc),
        is_held=document.state == Status.HELD, local=site.settings.oidc.local,
        renewed=request.app.state.renewals.is_fresh(visitor.token, site.clock()),
    )  # fmt: skip
