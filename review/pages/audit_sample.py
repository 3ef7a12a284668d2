"""The audit sample: documents that were let through and are looked at nevertheless, and the alarms that came of it.

A plain audit shows what was read and asks what is wrong. A blind one shows the page only: the person keys six values,
and once more those that differ, before it is told what had been read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.extraction import PageInfo
from models.settings import PolicySettings, client_policy
from models.store.alarms import lift_alarm, standing_alarms
from models.store.audit_samples import Drawn, open_samples
from models.store.edits import Value
from models.tables import AuditSampleRow, ClientRow, DocumentRow, ExtractionRow
from review.auditing import BESIDE, KEYED, SHOWN, Found, Read, differing, read_keyed, read_of, settle
from review.fields import kind_of
from review.pages.document import visible_document
from review.site import Site, Visitor, not_found, show, site_of, visitor_of

router = APIRouter()
MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A form that came in: what is wrong by it, or the notice that sends it back."""

    values: dict[str, Value]
    wrong: tuple[str, ...] = ()
    notice: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    again: tuple[str, ...] = ()  # a blind audit's values to key once more


@router.get("/audit-sample")
def audit_list(request: Request) -> Response:
    """What is still to be looked at, oldest first, and the alarms that stand."""
    visitor = visitor_of(request)
    with site_of(request).store.read() as session:
        drawn = open_samples(session, visitor.client_ids)
        alarms = standing_alarms(session, visitor.client_ids)
    names = {client.id: client.name for client in visitor.clients}
    details = {alarm.id: json.loads(alarm.detail_json) for alarm in alarms}
    return show(request, "audit_list.html", drawn=drawn, alarms=alarms, details=details, names=names,
                done=request.query_params.get("done", ""))  # fmt: skip


@router.get("/audit-sample/{document_id}")
def audit_page(request: Request, document_id: str) -> Response:
    """One document of the sample; 404 where it was not drawn."""
    with site_of(request).store.read() as session:
        drawn = _drawn(session, document_id, visitor_of(request))
        return _show(request, session, drawn)


@router.post("/audit-sample/{document_id}")
async def settle_audit(request: Request, document_id: str) -> Response:
    """Settle one audit; what cannot be read or does not fit together comes back with what was typed."""
    return await run_in_threadpool(_settle, request, document_id, await request.form())


@router.post("/alarms/lift")
async def lift(request: Request) -> Response:
    """Let a segment through again, with a reason."""
    return await run_in_threadpool(_lift, request, await request.form())


def _settle(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        drawn = _drawn(session, document_id, visitor)
        read = read_of(session, drawn.document)
        answer = (_blind_answer if drawn.sample.blind else _plain_answer)(form, read, visitor.tongue.code)
        if answer.notice:
            return _show(request, session, drawn, answer=answer, typed=form, status=422)
        found = Found(answer.values, answer.wrong, str(form.get("note", "")).strip()[:MOST_NOTE])
        policy = _policy(site, session, drawn.document)
        settle(session, drawn.document, drawn.sample, found, policy=policy, actor=visitor.actor, at=site.clock())
    return RedirectResponse(f"/audit-sample/{document_id}?done=settled", 303)


def _blind_answer(form: FormData, read: Read, language: str) -> Answer:
    """Differing values are keyed twice before they count: a slip of the finger is no error of ours."""
    keyed = read_keyed(form, "value", KEYED, language)
    if keyed.errors:
        return Answer(keyed.values, notice="document.wrong_input", errors=keyed.errors)
    wrong = differing(read, keyed.values)
    before = tuple(term for term in KEYED if form.get(f"again.{term}"))
    if [term for term in wrong if term not in before]:
        return Answer(keyed.values, notice="sample.again", again=wrong)
    return Answer(keyed.values, wrong)


def _plain_answer(form: FormData, read: Read, language: str) -> Answer:
    keyed = read_keyed(form, "value", SHOWN, language)
    if keyed.errors:
        return Answer(keyed.values, notice="document.wrong_input", errors=keyed.errors)
    named = {term: value for term, value in keyed.values.items() if value is not None or form.get(f"none.{term}")}
    beside = tuple(name for name in BESIDE if form.get(f"beside.{name}"))
    wrong = (*differing(read, named), *beside)
    verdict = form.get("verdict")
    if verdict not in {"right", "wrong"}:
        return Answer(named, notice="sample.no_verdict")
    if (verdict == "wrong") is not bool(wrong):
        return Answer(named, notice="sample.which" if verdict == "wrong" else "sample.but_wrong")
    return Answer(named, wrong)


def _lift(request: Request, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    client_id, segment = str(form.get("client", "")), str(form.get("segment", ""))
    if client_id not in {client.id for client in visitor.clients}:
        raise not_found()
    with site.store.write() as session:
        lift_alarm(session, client_id, segment, reason=str(form.get("reason", ""))[:MOST_NOTE], actor=visitor.actor,
                   at=site.clock())  # fmt: skip
    return RedirectResponse("/audit-sample?done=lifted", 303)


def _drawn(session: Session, document_id: str, visitor: Visitor) -> Drawn:
    document = visible_document(session, document_id, visitor)
    sample = session.get(AuditSampleRow, document.id)
    if sample is None:
        raise not_found()
    return Drawn(sample, document)


def _policy(site: Site, session: Session, document: DocumentRow) -> PolicySettings:
    return client_policy(site.settings.policy, session.get_one(ClientRow, document.client_id).policy_json)


def _show(
    request: Request, session: Session, drawn: Drawn, *, answer: Answer | None = None,
    typed: Mapping[str, Any] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """The page; what was read is not even handed to the template while a blind audit is open."""
    sample, document = drawn
    is_hidden = sample.blind and sample.state == "open"
    invoice = read_of(session, document).invoice
    waiting = () if sample.state == "open" else open_samples(session, visitor_of(request).client_ids)
    terms = KEYED if is_hidden else SHOWN
    return show(
        request, "audit_document.html", status=status, sample=sample, document=document, terms=terms, beside=BESIDE,
        read={} if is_hidden else {term: getattr(invoice, term) for term in terms}, answer=answer, typed=typed or {},
        checked=json.loads(sample.checked_json), pages=_pages(session, document), kind_of=kind_of,
        following=waiting[0].document.id if waiting else "",
        errors=answer.errors if answer else {}, again=answer.again if answer else (),
        done=request.query_params.get("done", ""),
    )  # fmt: skip


def _pages(session: Session, document: DocumentRow) -> tuple[PageInfo, ...]:
    """The document's pages; none where there is nothing to draw."""
    if document.media_type.endswith("xml"):
        return ()
    query = select(ExtractionRow.pages_json).where(ExtractionRow.document_id == document.id)
    text = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first() or "[]"
    return tuple(PageInfo.model_validate(page) for page in json.loads(text))
