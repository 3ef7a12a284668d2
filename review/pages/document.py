"""One document: page pictures with a box for each value beside the fields, why it is here, its match, its history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from assurance.experience import Experience
from learning.causes import CAUSES
from models.reference import canonical_number
from models.settings import client_policy
from models.status import Status
from models.store.audit import now
from models.store.bundles import parts_of
from models.store.claims import EDITABLE
from models.store.dossier import Dossier, audit_values, find_visible, load_dossier
from models.store.master import neighbours
from models.store.reviewing import REJECT_CODES, can_undo
from models.tables import ClientRow, DocumentRow
from review.candidates import side_by_side, telling
from review.checking import context_of, recheck
from review.coding import view_coding
from review.experience import experience_of
from review.fields import GROUPS, first_doubt, kind_of, shown_more, sum_rows, view_fields, view_pages
from review.filters import link, read_filters
from review.forms import LINE_COLUMNS, VAT_COLUMNS, Typed, form_inputs, row_numbers
from review.site import Visitor, not_found, show, site_of, visitor_of

router = APIRouter()

CODABLE = frozenset({Status.APPROVED, Status.EXPORTED})  # approved without a person: its posting can still be given


@router.get("/documents/{document_id}")
def document_page(request: Request, document_id: str) -> Response:
    """The page of one document, with the queue's filters in its address so that the next one can follow."""
    with site_of(request).store.read() as session:
        dossier = load_dossier(session, visible_document(session, document_id, visitor_of(request)))
        if dossier.extraction and not dossier.is_judged:  # a person just saved: the worker's judgement is on its way
            facts = context_of(session, dossier.document, site_of(request).clock().date())
            dossier = replace(dossier, findings=recheck(dossier.extraction, dossier.findings, dossier.match, facts))
        earlier = earlier_ones(session, dossier)
        parts = parts_of(session, dossier.document)
        like_it = _like_it(request, session, dossier.document)
        was = find_visible(session, request.query_params.get("was", ""), visitor_of(request).client_ids)
    done = request.query_params.get("done", "")
    return show_document(request, dossier, was=was, earlier=earlier, parts=parts, done=done, experience=like_it)


def _like_it(request: Request, session: Session, document: DocumentRow) -> Experience | None:
    """How many like it were wrong."""
    site, client = site_of(request), session.get_one(ClientRow, document.client_id)
    return experience_of(session, document, client_policy(site.settings.policy, client.policy_json), site.clock())


def earlier_ones(session: Session, dossier: Dossier) -> tuple[DocumentRow, ...]:
    """Documents that a suspected duplicate may repeat: same number or amount, at most five."""
    document = dossier.document
    suspected = any(finding.rule.startswith("AP-DUPLICATE") for finding in dossier.findings)
    if document.state != Status.DUPLICATE and not suspected:
        return ()
    number = canonical_number(document.invoice_number)
    return tuple(
        row for row in neighbours(session, document, document.seller_id)
        if row.gross_total == document.gross_total or (number and canonical_number(row.invoice_number) == number)
    )[:5]  # fmt: skip


def visible_document(session: Session, document_id: str, visitor: Visitor) -> DocumentRow:
    """A document that this visitor may see; 404 for every other, so that nobody learns which ids exist."""
    document = find_visible(session, document_id, visitor.client_ids)
    if document is None:
        raise not_found()
    return document


def show_document(
    request: Request, dossier: Dossier, *, typed: Typed | None = None, notice: str = "", status: int = 200,
    theirs: dict[str, str] | None = None, **context: Any,  # noqa: ANN401 - goes to the template
) -> Response:  # fmt: skip
    """The page, with what stands in the database or, after a refusal, with what the person had typed."""
    visitor = visitor_of(request)
    tongue, document, extraction = visitor.tongue, dossier.document, dossier.extraction
    inputs = typed.inputs if typed else form_inputs(extraction, tongue)
    errors = typed.errors if typed else {}
    fields = view_fields(extraction, inputs, errors, dossier.findings, dossier.checked, tongue)
    more, empty = shown_more(fields)
    editable = document.state in EDITABLE and "edit" in visitor.rights
    return show(
        request, "document.html", status=status, document=document, dossier=dossier, fields=fields, groups=GROUPS,
        more=more, empty=empty, pages=view_pages(extraction, dossier.pages, fields, tongue), inputs=inputs,
        errors=errors, line_rows=row_numbers(inputs, "lines"), line_columns=LINE_COLUMNS, vat_columns=VAT_COLUMNS,
        vat_rows=row_numbers(inputs, "vat"), start_at=first_doubt(fields), editable=editable, notice=notice,
        sums=sum_rows(extraction.invoice) if extraction else [], theirs=theirs or {}, codes=REJECT_CODES, causes=CAUSES,
        opened_at=(typed.opened_at if typed else now()).isoformat(), audit_values=audit_values, kind_of=kind_of,
        link=link, filters=read_filters(request.query_params, visitor), is_xml=document.media_type.endswith("xml"),
        beside=side_by_side(dossier.match.candidates if dossier.match else ()), telling=telling,
        coding=view_coding(dossier, tongue), codable=document.state in CODABLE and "settle" in visitor.rights,
        undoable=can_undo(dossier.last_move, document, actor=visitor.actor, anyone="reopen" in visitor.rights),
        **({"was": None, "done": "", "earlier": (), "parts": (), "taken": (), "experience": None} | context),
    )  # fmt: skip
