"""What happened: to one document, with every old and new value and its place; to all documents of one's clients."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models.cells import guarded
from models.store.audit import record
from models.store.dossier import audit_values
from models.store.timeline import (
    KINDS,
    Entry,
    check_chain,
    exported,
    head_of,
    kind_of,
    page_sizes,
    timeline_of,
    timeline_of_clients,
)
from models.tables import DocumentRow
from review.fields import kind_of as kind_of_term
from review.pages.document import visible_document
from review.site import Site, Visitor, show, site_of, visitor_of

router = APIRouter()
COLUMNS: tuple[str, ...] = (
    "seq", "at", "actor", "kind", "action", "object", "term", "before", "after", "reason", "page", "x0", "y0", "x1",
    "y1", "hash",
)  # fmt: skip
AT_ONCE = 5000  # rows of a chain that is checked whenever the page is shown; a longer one on request


@router.get("/documents/{document_id}/timeline")
def document_timeline(request: Request, document_id: str) -> Response:
    """Everything that happened to a document; `kind` filters, `seq` and `term` show where a value stood."""
    asked = request.query_params
    kind = asked.get("kind", "") if asked.get("kind", "") in KINDS else ""
    with site_of(request).store.read() as session:
        document = visible_document(session, document_id, visitor_of(request))
        whole = timeline_of(session, document_id)
        sizes = page_sizes(session, document_id)
    shown = [entry for entry in whole if kind in {"", entry.kind}]
    spot = next((one for one in whole if one.box and (str(one.seq), one.term) == (asked.get("seq"), asked.get("term"))),
                None)  # fmt: skip
    counts = {each: sum(entry.kind == each for entry in whole) for each in KINDS}
    return show(request, "timeline.html", document=document, entries=shown, kind=kind, counts=counts, spot=spot,
                total=len(whole), sizes=sizes, kind_of_term=kind_of_term)  # fmt: skip


@router.get("/documents/{document_id}/timeline.csv")
def timeline_csv(request: Request, document_id: str) -> Response:
    """The timeline as a table; texts that a spreadsheet would run get an apostrophe in front."""
    sheet = io.StringIO()
    table = csv.writer(sheet)
    table.writerow(COLUMNS)
    for entry in _exported(request, document_id, "csv"):
        row = exported(entry)
        table.writerow([guarded(cell) if isinstance(cell := row[name], str) else cell for name in COLUMNS])
    return _file(sheet.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"timeline-{document_id}.csv")


@router.get("/documents/{document_id}/timeline.json")
def timeline_json(request: Request, document_id: str) -> Response:
    """The timeline as JSON."""
    rows = [exported(entry) for entry in _exported(request, document_id, "json")]
    content = json.dumps({"document": document_id, "entries": rows}, ensure_ascii=False, indent=1).encode()
    return _file(content, "application/json", f"timeline-{document_id}.json")


def _exported(request: Request, document_id: str, form: str) -> list[Entry]:
    """The entries, and a word in the record that they left the house."""
    site, visitor = site_of(request), visitor_of(request)
    with site.store.write() as session:
        document = visible_document(session, document_id, visitor)
        entries = timeline_of(session, document_id)
        _note_export(session, document, visitor, site, form)
    return entries


def _note_export(session: Session, document: DocumentRow, visitor: Visitor, site: Site, form: str) -> None:
    record(session, actor=visitor.actor, action="export_timeline", subject=f"document:{document.id}",
           client_id=document.client_id, after={"format": form}, at=site.clock())  # fmt: skip


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})  # fmt: skip


@router.get("/timeline")
def clients_timeline(request: Request) -> Response:
    """What was done for one's clients, newest first, a page at a time, between two days, and the state of the chain."""
    site, visitor, asked = site_of(request), visitor_of(request), request.query_params
    wanted = asked.get("client", "")
    clients = visitor.client_ids
    if wanted:
        clients = frozenset({wanted}) & (clients if clients is not None else {wanted})
    start, end = _day(asked.get("from", "")), _day(asked.get("to", ""))
    before = asked.get("before", "")
    with site.store.read() as session:
        rows, following = timeline_of_clients(
            session, clients, start=start, end=end + timedelta(days=1) if end else None,
            before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
        )  # fmt: skip
        head = head_of(session)
        looks = head[0] <= AT_ONCE or asked.get("check") == "1"
        wrong = check_chain(session) if looks else None
    return show(request, "timeline_clients.html", rows=rows, following=following, head=head, looks=looks, wrong=wrong,
                wanted=wanted, start=asked.get("from", "") if start else "", end=asked.get("to", "") if end else "",
                kind_of=kind_of, audit_values=audit_values)  # fmt: skip


def _day(text: str) -> datetime | None:
    """The beginning of a day as a date input sends it; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
