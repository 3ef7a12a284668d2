"""Files come in by the same folder as everybody's; what became of a document, with every step it took."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.durable import make_folder, write_new
from models.store.acks import newest_ack
from models.store.audit import record
from models.store.clients import folders
from models.tables import DocumentRow, EventRow
from review.api.cells import MOMENT, NO_MOMENT, NO_TEXT, NUMBER, TEXT, answers, many, plain, reply, thing
from review.api.entry import FILE_TYPES, Caller, GuardedRoute, caller_of, chosen_clients
from review.api.invoices import is_id
from review.api.once import Done, once
from review.api.problems import RefusedError, not_there
from review.site import Site, site_of

Who = Annotated[Caller, Depends(caller_of)]
Slug = Annotated[str, Query(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="Whose file it is")]
FileName = Annotated[str, Query(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]*$",
                                description="The file's name, as people will see it")]  # fmt: skip
BatchName = Annotated[str, Query(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,62})?$", description="A sub-folder")]
router = APIRouter(route_class=GuardedRoute, tags=["documents"])
MOST_PARTS = 200
_UNFIT_ENDS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp")

_RECEIPT = thing({"client_id": TEXT, "name": TEXT, "sha256": TEXT, "bytes": NUMBER, "documents": TEXT})
_SHORT = {"document_id": TEXT, "client_id": TEXT, "name": TEXT, "sha256": TEXT, "part": NUMBER, "state": TEXT,
          "outcome": NO_TEXT, "reasons": many(TEXT), "reason_code": NO_TEXT, "reason_detail": NO_TEXT,
          "received_at": MOMENT, "updated_at": MOMENT}  # fmt: skip
_STEP = thing({"at": MOMENT, "by": TEXT, "from": NO_TEXT, "to": TEXT, "reason": TEXT})
_ACK = {**thing({"state": TEXT, "version": NUMBER, "erp_number": TEXT, "reason": TEXT, "at": NO_MOMENT}),
        "type": ["object", "null"]}  # fmt: skip
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/documents", status_code=202, response_model=None,
    responses=answers(_RECEIPT, status=202, told="Taken: it will be read", refusals=(400, 404, 409, 411, 413, 415)),
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(FILE_TYPES, _BINARY)}},
)  # fmt: skip
async def upload(request: Request, who: Who, client: Slug, name: FileName, batch: BatchName = "") -> Response:
    """Put a file into the client's inbox. The same content twice is one document. `documents` says where to look."""
    chosen_clients(who, client)
    if name.lower().endswith(_UNFIT_ENDS) or name.endswith((" ", ".")):
        raise RefusedError(422, at=("query", "name"), why="bad_name")
    content = await request.body()
    if not content:
        raise RefusedError(422, at=("body",), why="empty")
    return await run_in_threadpool(_receive, request, who, content, (client, name, batch))


@router.get("/documents", responses=answers(thing({"items": many(thing(_SHORT))}), refusals=(404,)),
            response_model=None)  # fmt: skip
def find_documents(
    request: Request, who: Who, client: Slug,
    sha256: Annotated[str, Query(pattern=r"^[0-9a-f]{64}$", description="Of the file, as in the receipt")],
) -> Response:  # fmt: skip
    """The documents of a file: none until it was taken out of the inbox, several where it holds several invoices."""
    chosen_clients(who, client)
    query = select(DocumentRow).where(DocumentRow.client_id == client, DocumentRow.sha256 == sha256)
    with site_of(request).store.read() as session:
        rows = session.exec(query.order_by(col(DocumentRow.part)).limit(MOST_PARTS)).all()
    return reply({"items": [_short(row) for row in rows]})


@router.get("/documents/{document_id}", response_model=None, responses=answers(
    thing({**_SHORT, "timeline": many(_STEP), "acknowledged": _ACK}), refusals=(404,)))  # fmt: skip
def one_document(request: Request, who: Who, document_id: str) -> Response:
    """Where a document stands, why, and every step it took."""
    with site_of(request).store.read() as session:
        row = session.get(DocumentRow, document_id) if is_id(document_id) else None
        if row is None or row.client_id not in who.clients:
            raise not_there()
        steps = session.exec(select(EventRow).where(EventRow.document_id == row.id).order_by(col(EventRow.seq))).all()
        ack = newest_ack(session, row.id)
    said = ack and {"state": ack.state, "version": ack.version, "erp_number": ack.erp_number, "reason": ack.reason,
                    "at": plain(ack.at)}  # fmt: skip
    return reply({**_short(row), "timeline": [_step(step) for step in steps], "acknowledged": said})


def _receive(request: Request, who: Caller, content: bytes, place: tuple[str, str, str]) -> Response:
    site, sha256 = site_of(request), hashlib.sha256(content).hexdigest()
    client, name, batch = place
    receipt: dict[str, Any] = {"client_id": client, "name": name, "sha256": sha256, "bytes": len(content),
                               "documents": f"/api/v1/documents?client={client}&sha256={sha256}"}  # fmt: skip

    def act(session: Session) -> Done:
        _drop_into_inbox(site, content, place, sha256)  # before the row: a file twice is still one document
        record(session, actor=who.actor, action="upload", subject=f"file:{sha256}", client_id=client,
               after={"name": name, "batch": batch, "bytes": len(content)}, at=site.clock())  # fmt: skip
        return Done(202, receipt)

    return once(request, who, f"{client}/{batch}/{name}/{sha256}", act)


def _drop_into_inbox(site: Site, content: bytes, place: tuple[str, str, str], sha256: str) -> None:
    """Whole or not at all, under the name given; with a piece of its hash where that name is taken."""
    client, name, batch = place
    inbox = folders(site.settings.home, client).inbox
    folder = make_folder(inbox / batch if batch else inbox)
    if write_new(folder / name, content):
        return
    stem, dot, end = name.rpartition(".")
    write_new(folder / f"{stem or end}-{sha256[:12]}{dot}{end if stem else ''}", content)


def _short(row: DocumentRow) -> dict[str, Any]:
    return {
        "document_id": row.id, "client_id": row.client_id, "name": row.name, "sha256": row.sha256, "part": row.part,
        "state": row.state, "outcome": row.outcome, "reasons": row.reasons.split(),
        "reason_code": row.reason_code or None, "reason_detail": row.reason_detail or None,
        "received_at": plain(row.received_at), "updated_at": plain(row.updated_at),
    }  # fmt: skip


def _step(row: EventRow) -> dict[str, Any]:
    """A step; of persons it is only said that it was one."""
    return {"at": plain(row.at), "by": "person" if row.actor.startswith("user:") else row.actor,
            "from": row.from_state, "to": row.to_state, "reason": row.reason}  # fmt: skip
