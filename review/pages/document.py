"""One document: page pictures with a box for each value beside the fields, why it is here, its match, its history."""

from __future__ import annotations

from collections.abc import Mapping
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
from models.settings_review import client_review
from models.status import Status
from models.store.acks import newest_ack
from models.store.audit import now
from models.store.bundles import parts_of
from models.store.claims import EDITABLE, is_held
from models.store.corrected import last_reading
from models.store.dossier import Dossier, audit_values, find_visible, load_dossier
from models.store.master import neighbours
from models.store.reviewing import REJECT_CODES, can_undo
from models.store.seen import kept_words, load_words
from models.tables import DocumentRow
from review.arithmetic import view_panel
from review.candidates import side_by_side, telling
from review.chances import chances_of
from review.checking import context_of, recheck
from review.coding import view_coding
from review.desk import view_desk
from review.experience import experience_of
from review.fields import GROUPS, Facts, find_doubts, kind_of, shown_more, view_fields, view_pages
from review.filters import link, read_filters
from review.forms import LINE_COLUMNS, VAT_COLUMNS, Typed, form_inputs, row_numbers
from review.lifecycle import standing
from review.messages import said_at
from review.readings import ENGINES
from review.replay import fresh_key
from review.site import Visitor, client_of, not_found, show, site_of, visitor_of
from review.talk import talk_of

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
    site, client = site_of(request), client_of(visitor_of(request), document)
    policy = client_policy(site.settings.policy, client.policy_json if client else None)
    return experience_of(session, document, policy, site.clock())


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


def facts_of(
    session: Session, request: Request, dossier: Dossier, inputs: Mapping[str, str], errors: Mapping[str, str]
) -> Facts:
    """What the fields are shown with; the page's words only where a second reader may have said something."""
    site, document = site_of(request), dossier.document
    seen = any(page.reader not in {"text", "xml"} for page in dossier.pages)
    words = load_words(kept_words(site.settings.home, document.sha256)) if seen else None
    read = last_reading(session, document.id) if document.revision > 1 else None
    return Facts(dossier.extraction, inputs, errors, dossier.findings, dossier.checked,
                 chances_of(site.store, document.client_id, site.clock()), words or (), read)  # fmt: skip


def idle_minutes(request: Request, document: DocumentRow) -> int:
    """How long the page may stay untouched before the document goes back, by the client's contract."""
    client = client_of(visitor_of(request), document)
    return client_review(site_of(request).settings.review, client.review_json if client else None).idle_minutes


def show_document(
    request: Request, dossier: Dossier, *, typed: Typed | None = None, notice: str = "", status: int = 200,
    theirs: dict[str, str] | None = None, **context: Any,  # noqa: ANN401 - goes to the template
) -> Response:  # fmt: skip
    """The page, with what stands in the database or, after a refusal, with what the person had typed."""
    visitor = visitor_of(request)
    tongue, document, extraction = visitor.tongue, dossier.document, dossier.extraction
    inputs = typed.inputs if typed else form_inputs(extraction, tongue)
    errors = typed.errors if typed else {}
    with site_of(request).store.read() as session:
        facts = facts_of(session, request, dossier, inputs, errors)
        talk, desk = talk_of(session, request, document), view_desk(session, request, document)
        posted = newest_ack(session, document.id)
    fields = view_fields(facts, tongue)
    more, empty = shown_more(fields)
    doubts = find_doubts(fields, facts, tongue)
    is_free = document.claimed_by == visitor.actor or not is_held(document, site_of(request).clock())
    is_mine = typed is not None or is_free  # what was refused is never closed to the person who typed it
    editable = document.state in EDITABLE and "edit" in visitor.rights and is_mine
    return show(
        request, "document.html", status=status, document=document, dossier=dossier, fields=fields, groups=GROUPS,
        talk=talk, desk=desk, posted=posted,
        more=more, empty=empty, pages=view_pages(extraction, dossier.pages, fields, tongue), inputs=inputs,
        errors=errors, once=fresh_key(), balance=view_panel(extraction, inputs, tongue), vat_columns=VAT_COLUMNS,
        line_rows=row_numbers(inputs, "lines"), line_columns=LINE_COLUMNS,
        vat_rows=row_numbers(inputs, "vat"), editable=editable, notice=notice, doubts=doubts, is_mine=is_mine,
        start_at=doubts[0].anchor.removeprefix("i-") if doubts else "", idle=idle_minutes(request, document),
        read_inputs=form_inputs(facts.read, tongue) if facts.read else {}, engines=ENGINES,
        at_fields=said_at(dossier.findings, errors, tongue), typed_inputs=inputs,
        theirs=theirs or {}, codes=REJECT_CODES, causes=CAUSES,
        opened_at=(typed.opened_at if typed else now()).isoformat(), audit_values=audit_values, kind_of=kind_of,
        link=link, filters=read_filters(request.query_params, visitor), is_xml=document.media_type.endswith("xml"),
        beside=side_by_side(dossier.match.candidates if dossier.match else ()), telling=telling,
        standing=standing(dossier, tongue.code),
        coding=view_coding(dossier, tongue), codable=document.state in CODABLE and "settle" in visitor.rights,
        undoable=can_undo(dossier.last_move, document, actor=visitor.actor, anyone="reopen" in visitor.rights),
        **({"was": None, "done": "", "earlier": (), "parts": (), "taken": (), "experience": None} | context),
    )  # fmt: skip
