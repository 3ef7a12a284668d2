"""Batches of files and of the change feed, and what the finance system says of them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models.store.acks import AckState, Batch, Said, acknowledge, acks_of, find_batch, list_batches
from models.tables import AckRow
from review.api.cells import MOMENT, NO_TEXT, NUMBER, TEXT, answers, many, page_of, plain, reply, thing
from review.api.entry import Caller, GuardedRoute, caller_of, chosen_clients
from review.api.invoices import is_id
from review.api.once import Done, once
from review.api.paging import ClientId, Cursor, Limit, cut, make_cursor, next_link, parse_cursor, rows_of
from review.api.problems import not_there
from review.site import site_of

Who = Annotated[Caller, Depends(caller_of)]
Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
router = APIRouter(route_class=GuardedRoute, tags=["exports"])

_STATE = {"type": ["string", "null"], "enum": ["posted", "refused", None]}
_BATCH = {"batch_id": TEXT, "client_id": TEXT, "target": TEXT, "last_change_seq": NUMBER, "at": MOMENT,
          "documents": NUMBER}  # fmt: skip
_SAID = thing({"document_id": TEXT, "version": NUMBER, "state": _STATE, "erp_number": NO_TEXT, "reason": NO_TEXT,
               "at": {"type": ["string", "null"], "format": "date-time"}})  # fmt: skip
_DETAIL = thing({**_BATCH, "manifest": {"type": ["object", "null"]}, "items": many(_SAID)})


class Word(BaseModel):
    """What became of one document."""

    model_config = ConfigDict(extra="forbid")

    document_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    state: AckState
    erp_number: Words = ""
    reason: Words = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Word:
        if self.state == "posted" and not self.erp_number.strip():
            raise ValueError("a posted document has a number")
        if self.state == "refused" and not self.reason.strip():
            raise ValueError("a refusal has a reason")
        return self


class Acknowledgement(BaseModel):
    """What the finance system says of a batch: all of it, or a part."""

    model_config = ConfigDict(extra="forbid")

    documents: Annotated[list[Word], Field(min_length=1, max_length=5000)]


@router.get("/exports", responses=answers(page_of(thing(_BATCH)), refusals=(404,)), response_model=None)
def list_exports(
    request: Request, who: Who, client: ClientId = None, kind: Literal["files", "feed"] | None = None,
    limit: Limit = None, cursor: Cursor = None,
) -> Response:  # fmt: skip
    """Batches of files (`target` names which) and of the change feed (`target` is `feed`), the oldest first."""
    most, position = rows_of(request, limit), parse_cursor(cursor, "exports", ("instant", "str"))
    with site_of(request).store.read() as session:
        found = list_batches(session, chosen_clients(who, client), kind=kind, after=position, limit=most + 1)
        rows = [_batch(batch) for batch in found]
    shown, last = cut(rows, most)
    place = [last["at"], last["batch_id"]] if last else []
    more = next_link(request, {"cursor": make_cursor("exports", place)}) if last else None
    return reply({"items": shown, "next": more})


@router.get("/exports/{batch_id}", responses=answers(_DETAIL, refusals=(404,)), response_model=None)
def one_export(request: Request, who: Who, batch_id: str) -> Response:
    """One batch: its documents, what was said of each, and the manifest of its files."""
    with site_of(request).store.read() as session:
        batch = _find(session, batch_id, who)
        said = acks_of(session, batch)
    items = [_item(one, version, said.get((one, version))) for one, version in dict.fromkeys(batch.rows)]
    return reply({**_batch(batch), "manifest": json.loads(batch.manifest) if batch.manifest else None, "items": items})


@router.post("/exports/{batch_id}/ack", response_model=None,
             responses=answers(thing({"items": many(_SAID)}), refusals=(400, 404, 409, 411, 413, 415)))  # fmt: skip
def acknowledge_export(request: Request, who: Who, batch_id: str, said: Acknowledgement) -> Response:
    """Say under which number documents were posted, or why they were refused. The same again changes nothing."""
    words = [Said(each.document_id, each.state, each.version, each.erp_number.strip(), each.reason.strip())
             for each in said.documents]  # fmt: skip

    def act(session: Session) -> Done:
        rows = acknowledge(session, _find(session, batch_id, who), words, actor=who.actor, at=site_of(request).clock())
        return Done(200, {"items": [_item(row.document_id, row.version, row) for row in rows]})

    return once(request, who, said.model_dump_json(), act)


def _find(session: Session, batch_id: str, who: Caller) -> Batch:
    batch = find_batch(session, batch_id, who.clients) if is_id(batch_id) else None
    if batch is None:
        raise not_there()
    return batch


def _batch(batch: Batch) -> dict[str, Any]:
    return {"batch_id": batch.id, "client_id": batch.client_id, "target": batch.target,
            "last_change_seq": batch.last_seq, "at": plain(batch.at), "documents": len(set(batch.rows))}  # fmt: skip


def _item(document_id: str, version: int, row: AckRow | None) -> dict[str, Any]:
    return {"document_id": document_id, "version": version, "state": row.state if row else None,
            "erp_number": row.erp_number if row else None, "reason": row.reason if row else None,
            "at": plain(row.at) if row else None}  # fmt: skip
