"""Teach once: a correction proposes a rule for the supplier, shown with its effect before anybody turns it on."""

from __future__ import annotations

import json

from fastapi import APIRouter
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from learning.supplier_rules import Rule
from models.store.lookup_suppliers import load_supplier
from models.store.teaching import find_rule, list_rules, propose_rule, turn, use_of
from models.tables import DocumentRow, SupplierRuleRow
from review.offers import offers_of, preview_of
from review.pages.document import visible_document
from review.site import not_found, show, site_of, visitor_of

router = APIRouter()
_TO = frozenset({"on", "off"})


@router.post("/documents/{document_id}/teach/{key}")
def teach(request: Request, document_id: str, key: str) -> Response:
    """Keep one of the proposed rules, with its effect; it does nothing yet. The rule itself never comes from a form."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        chosen = next((each for each in offers_of(session, site.settings.home, document) if each.key == key), None)
        if chosen is None:
            raise HTTPException(409)
        preview = preview_of(session, site.settings.home, document.client_id, document.seller_id or "", chosen.rule)
        row = propose_rule(session, document, term=chosen.rule.term, kind=chosen.rule.kind, actor=visitor.actor,
                           rule=chosen.rule.model_dump(), preview=preview.told(), at=site.clock())  # fmt: skip
    return RedirectResponse(f"/teaching/{row.id}", 303)


@router.get("/teaching")
def rules_page(request: Request) -> Response:
    """Every rule of the visitor's clients."""
    visitor = visitor_of(request)
    with site_of(request).store.read() as session:
        rows = list_rules(session, visitor.client_ids)
        sellers = {row.id: seller_name(session, row) for row in rows}
        uses = {row.id: use_of(session, row) for row in rows if row.state == "on"}
    return show(request, "teaching.html", rows=rows, rules={row.id: _rule(row) for row in rows}, sellers=sellers,
                uses=uses, previews={row.id: json.loads(row.preview_json) for row in rows})  # fmt: skip


@router.get("/teaching/{rule_id}")
def rule_page(request: Request, rule_id: str) -> Response:
    """One rule with its effect on the last documents, replayed now."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.read() as session:
        row = _visible(session, rule_id, visitor.client_ids)
        rule = _rule(row)
        preview = preview_of(session, site.settings.home, row.client_id, row.seller_id, rule)
        names = {each.document_id: _named(session, each.document_id) for each in preview.effects}
        return show(request, "teaching_rule.html", row=row, rule=rule, preview=preview, names=names,
                    use=use_of(session, row), seller=seller_name(session, row))  # fmt: skip


@router.post("/teaching/{rule_id}/{to}")
def turn_rule(request: Request, rule_id: str, to: str) -> Response:
    """Turn a rule on or off."""
    site, visitor = site_of(request), visitor_of(request)
    if to not in _TO:
        raise not_found()
    with site.store.write() as session:
        row = _visible(session, rule_id, visitor.client_ids)
        if to == "on":  # what it rests on is what was true when it was turned on
            preview = preview_of(session, site.settings.home, row.client_id, row.seller_id, _rule(row))
            row.preview_json = json.dumps(preview.told())
        turn(session, row, "on" if to == "on" else "off", actor=visitor.actor, at=site.clock())
    return RedirectResponse(f"/teaching/{rule_id}", 303)


def seller_name(session: Session, row: SupplierRuleRow) -> str:
    """What a supplier is called in the master data."""
    found = load_supplier(session, row.client_id, row.seller_id)
    return found.name if found else row.seller_id


def _visible(session: Session, rule_id: str, clients: frozenset[str] | None) -> SupplierRuleRow:
    row = find_rule(session, rule_id, clients)
    if row is None:
        raise not_found()
    return row


def _rule(row: SupplierRuleRow) -> Rule:
    return Rule.model_validate_json(row.rule_json)


def _named(session: Session, document_id: str) -> str:
    document = session.get(DocumentRow, document_id)
    return (document.invoice_number or document.name) if document else document_id
