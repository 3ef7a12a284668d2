"""A form checked while it is typed: what the rules say to it as it stands, as a fragment; nothing is written."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from models.store.dossier import load_dossier
from models.store.edits import apply_edit
from review.arithmetic import view_panel
from review.checking import context_of, recheck
from review.messages import is_wrong, said_at
from review.pages.acts import open_act
from review.site import show, site_of, visitor_of

router = APIRouter()


@router.post("/documents/{document_id}/check")
async def check(request: Request, document_id: str) -> Response:
    """What the rules say to the form as it stands; 422 where something must be mended before it can be approved."""
    return await run_in_threadpool(_check, request, document_id, await request.form())


def _check(request: Request, document_id: str, form: FormData) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        act = open_act(session, site, visitor, document_id, form)
        dossier = load_dossier(session, act.document)
        facts = context_of(session, act.document, act.at.date())
    extraction = apply_edit(dossier.extraction, act.typed.edit).extraction
    findings = recheck(extraction, dossier.findings, dossier.match, facts)
    status = 422 if act.typed.errors or any(is_wrong(finding) for finding in findings) else 200
    return show(request, "checks.html", status=status, findings=findings, errors=act.typed.errors,
                balance=view_panel(extraction, act.typed.inputs, visitor.tongue), dossier=dossier, live=True,
                at_fields=said_at(findings, act.typed.errors, visitor.tongue))  # fmt: skip
