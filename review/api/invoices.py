"""Published invoices: lists, one whole with lines, VAT, match and coding, and as UBL, CII or Factur-X."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models.errors import UnreadableDocumentError
from models.store.acks import newest_ack
from models.store.blobs import Blobs
from models.store.export_batches import load_version
from models.store.windows import Condition, read_window, rows_of_version
from models.tables import ClientRow
from models.views import CODING, INVOICE, INVOICE_LINE, MATCH, VAT_BREAKDOWN
from review.api.cells import TEXT, answers, many, page_of, plain, plain_row, reply, schema_of, thing
from review.api.entry import Caller, GuardedRoute, caller_of, chosen_clients
from review.api.paging import ClientId, Cursor, Limit, cut, make_cursor, next_link, parse_cursor, rows_of
from review.api.problems import RefusedError, not_there
from review.site import site_of

Who = Annotated[Caller, Depends(caller_of)]
Supplier = Annotated[str | None, Query(max_length=100, pattern=r"^[ -~\u00a0-\uffff]+$", description="seller_id")]
router = APIRouter(route_class=GuardedRoute, tags=["invoices"])

_OF_VERSION = ("client_id", "document_id", "version", "change_seq")
_LINK = ("invoice_line", "order", "order_line", "quantity", "line_probability")
_PARTS = {"lines": INVOICE_LINE, "vat_breakdown": VAT_BREAKDOWN, "coding": CODING}
_MEDIA = {"ubl": "application/xml", "cii": "application/xml", "facturx": "application/pdf"}

MATCH_SCHEMA = thing({
    **{name: schema for name, schema in schema_of(MATCH)["properties"].items() if name not in _LINK},
    "links": many(thing({name: schema_of(MATCH)["properties"][name] for name in _LINK})),
})  # fmt: skip
_POSTED = {**thing({"state": TEXT, "erp_number": TEXT, "reason": TEXT, "at": TEXT}), "type": ["object", "null"]}
INVOICE_SCHEMA = thing({
    **schema_of(INVOICE)["properties"],
    **{name: many(schema_of(view, _OF_VERSION)) for name, view in _PARTS.items()},
    "match": {"anyOf": [MATCH_SCHEMA, {"type": "null"}]},
    "acknowledged": _POSTED,
})  # fmt: skip


@router.get("/invoices", responses=answers(page_of(schema_of(INVOICE)), refusals=(404,)), response_model=None)
def list_invoices(
    request: Request, who: Who, client: ClientId = None,
    status: Literal["current", "in_correction", "withdrawn"] | None = None, supplier: Supplier = None,
    updated_after: Annotated[AwareDatetime | None, Query(description="published_at later than this")] = None,
    limit: Limit = None, cursor: Cursor = None,
) -> Response:  # fmt: skip
    """Published invoices, the newest version of each, in the order of publication."""
    clients, most = chosen_clients(who, client), rows_of(request, limit)
    wanted = (("status", status), ("seller_id", supplier))
    only: list[Condition] = [(name, "=", value) for name, value in wanted if value is not None]
    try:
        if updated_after is not None:
            only.append(("published_at", ">", updated_after.astimezone(UTC)))
    except OverflowError as error:  # the first or the last day of all time
        raise RefusedError(422, at=("query", "updated_after"), why="datetime_parsing") from error
    with site_of(request).store.read() as session:
        rows = read_window(session, INVOICE, clients, key=("change_seq",), limit=most + 1, only=only,
                           after=parse_cursor(cursor, "invoices", ("int",)))  # fmt: skip
    shown, last = cut(rows, most)
    more = next_link(request, {"cursor": make_cursor("invoices", [last["change_seq"]])}) if last else None
    return reply({"items": [plain_row(row) for row in shown], "next": more})


def _write(request: Request, who: Caller, document_id: str, kind: str) -> Response:
    """One invoice as another format, by the writers that the settings name."""
    site, write = site_of(request), request.app.state.writers.get(kind)
    with site.store.read() as session:
        row = find_invoice(session, document_id, who)
        client = session.get(ClientRow, row["client_id"])
        if write is None or client is None or row["status"] == "withdrawn":
            raise not_there()
        version = load_version(session, document_id, row["version"])
    attach = site.reader.attach if site.reader else _no_child
    content: bytes = write(version, client, Blobs(site.settings.home).read, attach)
    return _tagged(request, content, _MEDIA[kind])


def _no_child(pdf: bytes, xml: bytes, about: Mapping[str, str]) -> bytes:  # noqa: ARG001 - as the reader's
    """A site without a reader takes no PDF apart; the writer draws a page then."""
    raise UnreadableDocumentError("there is no reader")


_NO_BODY: dict[str, Any] = {"description": "Not changed since the ETag"}
_XML: dict[int | str, dict[str, Any]] = {
    **answers(None, refusals=(404,)), 304: _NO_BODY,
    200: {"description": "A transcription, not the legal original", "content": {"application/xml": {"schema": TEXT}}},
}  # fmt: skip
_PDF = {**_XML, 200: {"description": "A transcription, not the legal original",
                      "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}  # fmt: skip


@router.get("/invoices/{document_id}.ubl.xml", responses=_XML, response_class=Response)
def as_ubl(request: Request, who: Who, document_id: str) -> Response:
    """One invoice as UBL 2.1."""
    return _write(request, who, document_id, "ubl")


@router.get("/invoices/{document_id}.cii.xml", responses=_XML, response_class=Response)
def as_cii(request: Request, who: Who, document_id: str) -> Response:
    """One invoice as UN/CEFACT CII."""
    return _write(request, who, document_id, "cii")


@router.get("/invoices/{document_id}.facturx.pdf", responses=_PDF, response_class=Response)
def as_facturx(request: Request, who: Who, document_id: str) -> Response:
    """One invoice as Factur-X."""
    return _write(request, who, document_id, "facturx")


@router.get(
    "/invoices/{document_id}", responses={**answers(INVOICE_SCHEMA, refusals=(404,)), 304: _NO_BODY},
    response_model=None,
)  # fmt: skip
def one_invoice(request: Request, who: Who, document_id: str) -> Response:
    """One published invoice, whole. `ETag` and `If-None-Match` spare what did not change."""
    with site_of(request).store.read() as session:
        row = find_invoice(session, document_id, who)
        version = (session, document_id, row["change_seq"])
        parts: dict[str, Any] = {
            name: [plain_row(part, _OF_VERSION) for part in rows_of_version(version[0], view, *version[1:])]
            for name, view in _PARTS.items()
        }
        matched = grouped(rows_of_version(session, MATCH, document_id, row["change_seq"]))
        said = newest_ack(session, document_id, row["version"])
    heard = said and {"state": said.state, "erp_number": said.erp_number, "reason": said.reason, "at": plain(said.at)}
    whole = {**plain_row(row), **parts, "match": matched[0] if matched else None, "acknowledged": heard}
    return _tagged(request, json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


def find_invoice(session: Session, document_id: str, who: Caller) -> dict[str, Any]:
    """The newest published version of a document of the caller's clients."""
    if not is_id(document_id):
        raise not_there()
    rows = read_window(session, INVOICE, who.clients, key=("change_seq",), after=None, limit=1,
                       only=[("document_id", "=", document_id)])  # fmt: skip
    if not rows:
        raise not_there()
    return rows[0]


def is_id(text: str) -> bool:
    """Whether a text has the form of our ids: nothing else is looked up.

    >>> is_id("0" * 32), is_id("../etc")
    (True, False)
    """
    return len(text) == 32 and all(each in "0123456789abcdef" for each in text)


def grouped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of v1_match as one match each, with its links."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        match = found.setdefault(row["change_seq"], {**plain_row(row, _LINK), "links": []})
        if row["invoice_line"] is not None:
            match["links"].append({name: plain(row[name]) for name in _LINK})
    return list(found.values())


def _tagged(request: Request, content: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    wanted = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in wanted or wanted == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
