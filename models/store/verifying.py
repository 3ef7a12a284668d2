"""Group verification: the same value of many documents of one supplier, confirmed at once but for those that are odd.

Confirming is a correction that changes nothing, as on the document's own page. An odd one loses its confidence, so that
its page opens at it. Both are taken back as a whole, once, as long as nobody went on with the documents.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from models.errors import ConflictError
from models.extraction import Evidence, Extraction, PageInfo
from models.status import Status
from models.store.audit import record
from models.store.documents import add_extraction, load_extraction, new_id
from models.store.edits import value_text
from models.store.jobs import JUDGE, add_job
from models.store.micro_tasks import CUTTABLE, can_be_cut
from models.tables import BulkRow, CorrectionRow, DocumentRow, ExtractionRow

SCREEN, LEAST = 20, 2  # snippets on one screen, and documents from which a group is worth a screen
_LOOKED_AT = 200
ACT = "verify"


@dataclass(frozen=True, slots=True)
class Group:
    """A supplier of a client with documents in review."""

    client_id: str
    seller_id: str
    name: str
    documents: int

    @property
    def key(self) -> str:
        """How the group is named in an address; ids of clients hold no colon."""
        return f"{self.client_id}:{self.seller_id}"


@dataclass(frozen=True, slots=True)
class Specimen:
    """One document's value in the contract's form, and where it stands."""

    document: DocumentRow
    value: str
    seen: Evidence


def groups(session: Session, clients: Collection[str] | None) -> list[Group]:
    """Suppliers with at least two documents in review, the largest first."""
    query = (
        select(DocumentRow.client_id, DocumentRow.seller_id, func.max(DocumentRow.seller_name), func.count())
        .where(DocumentRow.state == Status.IN_REVIEW, col(DocumentRow.seller_id).is_not(None),
               DocumentRow.source == "page")
        .group_by(DocumentRow.client_id, col(DocumentRow.seller_id)).having(func.count() >= LEAST)
        .order_by(func.count().desc(), DocumentRow.client_id, col(DocumentRow.seller_id)).limit(_LOOKED_AT)
    )  # fmt: skip
    if clients is not None:
        query = query.where(col(DocumentRow.client_id).in_(sorted(clients)))
    return [
        Group(client, seller or "", name or seller or "", count) for client, seller, name, count in session.exec(query)
    ]


def specimens(session: Session, client_id: str, seller_id: str, at: datetime, actor: str) -> dict[str, list[Specimen]]:
    """What can be verified of a supplier, by term: values in a box that nobody has confirmed yet; a screen at most."""
    query = select(DocumentRow).where(
        DocumentRow.client_id == client_id, DocumentRow.seller_id == seller_id, DocumentRow.state == Status.IN_REVIEW,
        or_(col(DocumentRow.claimed_by).is_(None), col(DocumentRow.claimed_by) == actor,
            col(DocumentRow.claimed_until) < at),
    )  # fmt: skip
    found: dict[str, list[Specimen]] = {}
    for document in session.exec(query.order_by(col(DocumentRow.received_at), DocumentRow.id).limit(_LOOKED_AT)):
        extraction = load_extraction(session, document.id)
        for term, seen in _open_values(session, document, extraction).items():
            value = value_text(getattr(extraction.invoice, term)) if extraction else None
            rows = found.setdefault(term, [])
            if value and len(rows) < SCREEN:
                rows.append(Specimen(document, value, seen))
    return {term: rows for term, rows in found.items() if len(rows) >= LEAST}


def _open_values(session: Session, document: DocumentRow, extraction: Extraction | None) -> dict[str, Evidence]:
    if extraction is None:
        return {}
    checked = set(session.exec(select(CorrectionRow.term).where(CorrectionRow.document_id == document.id)))
    return {
        term: seen for term, seen in extraction.evidence.items()
        if term in CUTTABLE and term not in checked and can_be_cut(seen)
        and seen.confidence > 0 and seen.reader != "person"
    }  # fmt: skip


def verify(
    session: Session, term: str, shown: Mapping[str, int], wrong: Collection[str], *, client_id: str, actor: str,
    at: datetime,
) -> BulkRow:  # fmt: skip
    """Confirm a value on every document shown but the wrong ones, which are doubted; documents that changed are left.

    Args:
        session: The transaction.
        term: Which value.
        shown: Document id to the version that the person saw.
        wrong: Those of them that were marked.
        client_id: Whose documents: others are left alone.
        actor: Who looked.
        at: When.
    """
    before: dict[str, dict[str, object]] = {}
    for document_id, version in sorted(shown.items()):
        document = session.get(DocumentRow, document_id, with_for_update=True)
        if document is None or document.client_id != client_id or not _is_free(document, version, actor, at):
            continue
        extraction = load_extraction(session, document.id)
        if extraction is None or term not in _open_values(session, document, extraction):
            continue
        if document_id in wrong:
            before[document_id] = {"doubted": _doubt(session, document, extraction, term, actor=actor, at=at)}
        else:
            before[document_id] = {"confirmed": _confirm(session, document, extraction, term, actor=actor, at=at)}
        before[document_id]["revision"] = document.revision
    row = BulkRow(id=new_id(), actor=actor, act=ACT, detail_json=json.dumps({"term": term, "client": client_id}),
                  before_json=json.dumps(before), at=at)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _is_free(document: DocumentRow, version: int, actor: str, at: datetime) -> bool:
    claimed = (
        document.claimed_by not in {None, actor} and document.claimed_until is not None and document.claimed_until > at
    )
    return document.state == Status.IN_REVIEW and document.version == version and not claimed


def _confirm(
    session: Session, document: DocumentRow, extraction: Extraction, term: str, *, actor: str, at: datetime
) -> str:
    value = value_text(getattr(extraction.invoice, term))
    row = CorrectionRow(id=new_id(), client_id=document.client_id, document_id=document.id, revision=document.revision,
                        term=term, before=value, after=value, changed=False, cause="", actor=actor, at=at)  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor=actor, action="verify:confirm", subject=f"document:{document.id}",
           client_id=document.client_id, after={"term": term, "value": value}, at=at)  # fmt: skip
    return row.id


def _doubt(
    session: Session, document: DocumentRow, extraction: Extraction, term: str, *, actor: str, at: datetime
) -> float:
    """Take a value's confidence away, as the next revision; returns what it was."""
    seen = extraction.evidence[term]
    _set_confidence(session, document, extraction, term, 0.0, actor=actor, at=at)
    record(session, actor=actor, action="verify:doubt", subject=f"document:{document.id}",
           client_id=document.client_id, before={"confidence": seen.confidence}, after={"term": term},
           at=at)  # fmt: skip
    return seen.confidence


def _set_confidence(
    session: Session, document: DocumentRow, extraction: Extraction, term: str, confidence: float, *, actor: str,
    at: datetime,
) -> None:  # fmt: skip
    seen = extraction.evidence[term].model_copy(update={"confidence": confidence})
    changed = extraction.model_copy(update={"evidence": extraction.evidence | {term: seen}})
    query = select(ExtractionRow.pages_json).where(ExtractionRow.document_id == document.id)
    stored = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first() or "[]"
    document.version, document.updated_at = document.version + 1, at
    add_extraction(session, document, changed, origin="person", actor=actor,
                   pages=tuple(PageInfo.model_validate(page) for page in json.loads(stored)))  # fmt: skip
    add_job(session, document, kind=JUDGE, lane="xml", at=at)


def take_back(session: Session, row: BulkRow, *, actor: str, at: datetime) -> int:
    """Undo a verification where nobody went on since; returns on how many documents.

    Raises:
        ConflictError: It is somebody else's, or was taken back before.
    """
    if row.act != ACT or row.actor != actor or row.undone_at is not None:
        raise ConflictError("there is nothing to take back")
    detail, count = json.loads(row.detail_json), 0
    for document_id, was in json.loads(row.before_json).items():
        document = session.get_one(DocumentRow, document_id, with_for_update=True)
        if document.state != Status.IN_REVIEW or document.revision != was["revision"]:
            continue
        _restore(session, document, detail["term"], was, actor=actor, at=at)
        count += 1
    row.undone_at = at
    session.add(row)
    session.flush()
    return count


def _restore(
    session: Session, document: DocumentRow, term: str, was: Mapping[str, object], *, actor: str, at: datetime
) -> None:
    confirmed = session.get(CorrectionRow, str(was.get("confirmed", "")))
    extraction = load_extraction(session, document.id)
    if confirmed is not None:
        session.delete(confirmed)
    elif extraction is not None and "doubted" in was:
        _set_confidence(session, document, extraction, term, float(str(was["doubted"])), actor=actor, at=at)
    session.flush()
    record(session, actor=actor, action="verify:undo", subject=f"document:{document.id}",
           client_id=document.client_id, after={"term": term}, at=at)  # fmt: skip
