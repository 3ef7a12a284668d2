"""What happened to a document, or at a client, out of the audit's rows: who, when, what, old, new, and where it stood.

One entry for each audit row, and for each term where a row changed several. Nothing is made up: what a page shows and
what is exported are these entries, and every one names its row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.document import Box
from models.extraction import Evidence, Extraction
from models.store.audit import GENESIS, verify
from models.tables import AuditRow, CommentRow, ExtractionRow

KINDS: tuple[str, ...] = ("arrival", "view", "change", "comment", "escalation", "approval", "move", "mail", "other")
_BY_BEGINNING: tuple[tuple[str, str], ...] = (  # the first that fits
    ("receive", "arrival"), ("open", "view"), ("view", "view"), ("leave", "view"),
    ("save", "change"), ("set_cause", "change"),
    ("comment", "comment"), ("strike_comment", "comment"), ("escalat", "escalation"), ("move:", "move"),
    ("queue_mail", "mail"), ("send_mail", "mail"), ("refuse_mail", "mail"), ("retry_mail", "mail"),
    ("ask_supplier", "mail"), ("verify_bank", "approval"), ("approv", "approval"), ("vouch", "approval"),
)  # fmt: skip
_TOLD = frozenset({"revision", "state", "reason", "sources"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. Boxes in points; `after` of a comment is its words."""

    seq: int
    at: datetime
    actor: str
    kind: str
    action: str
    object: str
    term: str
    before: str | None
    after: str | None
    reason: str
    page: int | None
    box: Box | None
    hash: str


def kind_of(action: str) -> str:
    """What sort of act it is: one of KINDS.

    >>> kind_of("move:approved"), kind_of("save"), kind_of("add_client")
    ('move', 'change', 'other')
    """
    return next((kind for beginning, kind in _BY_BEGINNING if action.startswith(beginning)), "other")


def timeline_of(session: Session, document_id: str, *, kind: str = "") -> list[Entry]:
    """Everything that happened to one document, oldest first; `kind` picks one of KINDS."""
    query = select(AuditRow).where(AuditRow.object == f"document:{document_id}").order_by(col(AuditRow.seq))
    rows = session.exec(query).all()
    spoken = {row.id: row.words for row in session.exec(
        select(CommentRow).where(CommentRow.document_id == document_id))}  # fmt: skip
    read = {row.revision: Extraction.model_validate_json(row.extraction_json) for row in session.exec(
        select(ExtractionRow).where(ExtractionRow.document_id == document_id))}  # fmt: skip
    entries = [entry for row in rows for entry in _entries(row, spoken, read)]
    return [entry for entry in entries if kind in {"", entry.kind}]


def timeline_of_clients(
    session: Session, clients: Collection[str] | None, *, start: datetime | None = None, end: datetime | None = None,
    before: int | None = None, limit: int = 100,
) -> tuple[list[AuditRow], int | None]:  # fmt: skip
    """Audit rows of clients (None: all, and those of no client), newest first, and the row from which to go on."""
    query = select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(limit + 1)
    if clients is not None:
        query = query.where(col(AuditRow.client_id).in_(sorted(clients)))
    if start is not None:
        query = query.where(col(AuditRow.at) >= start)
    if end is not None:
        query = query.where(col(AuditRow.at) < end)
    if before is not None:
        query = query.where(col(AuditRow.seq) < before)
    rows = list(session.exec(query))
    return rows[:limit], rows[limit - 1].seq if len(rows) > limit else None


def page_sizes(session: Session, document_id: str) -> dict[int, tuple[float, float]]:
    """Width and height of each page of a document, in points."""
    query = select(ExtractionRow.pages_json).where(ExtractionRow.document_id == document_id)
    newest = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first() or "[]"
    return {page["number"]: (page["width"], page["height"]) for page in json.loads(newest)}


def head_of(session: Session) -> tuple[int, str]:
    """The newest row's number and hash."""
    return session.exec(select(AuditRow.seq, AuditRow.hash).order_by(col(AuditRow.seq).desc()).limit(1)).first() or (
        0,
        GENESIS,
    )


def check_chain(session: Session) -> str | None:
    """One sentence on the first bad row; None where the chain is whole."""
    try:
        return verify(session)
    except (ValueError, TypeError):  # a time that is none
        session.expunge_all()
        return "a row cannot be read"


def exported(entry: Entry) -> dict[str, Any]:
    """An entry as one row of an export: a box as four columns, times in ISO 8601."""
    row = asdict(entry)
    x0, y0, x1, y1 = row.pop("box") or (None,) * 4
    digest = row.pop("hash")
    return row | {"at": entry.at.isoformat(), "x0": x0, "y0": y0, "x1": x1, "y1": y1, "hash": digest}


def _entries(row: AuditRow, spoken: Mapping[str, str], read: Mapping[int, Extraction]) -> Iterator[Entry]:
    before, after = _values(row.before_json), _values(row.after_json)
    reason = str(after.get("reason") or "")
    if kind_of(row.action) == "change":
        terms = [name for name in (before | after) if name not in _TOLD]
        for term in terms:
            seen = _seen(read.get(_number(after.get("revision"))), term)
            yield _entry(row, term, before.get(term), after.get(term), reason, seen)
        if terms:
            return
    comment = str((after or before).get("comment") or "")
    if comment:
        words = spoken.get(comment, "")
        yield _entry(row, str((after or before).get("term") or ""), words if before else None,
                     None if before else words, reason, None)  # fmt: skip
    elif "state" in after:
        yield _entry(row, "", before.get("state"), after.get("state"), reason, None)
    else:
        yield _entry(row, "", row.before_json, row.after_json, reason, None)


def _entry(row: AuditRow, term: str, before: object, after: object, reason: str, seen: Evidence | None) -> Entry:
    return Entry(
        seq=row.seq, at=row.at, actor=row.actor, kind=kind_of(row.action), action=row.action, object=row.object,
        term=term, before=_text(before), after=_text(after), reason=reason, page=seen.page if seen else None,
        box=seen.box if seen else None, hash=row.hash,
    )  # fmt: skip


def _values(text: str | None) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _seen(extraction: Extraction | None, term: str) -> Evidence | None:
    """Where a value stood on the page, by the revision that holds it."""
    if extraction is None:
        return None
    if term in extraction.evidence:
        return extraction.evidence[term]
    index = term[len("lines[") :].partition("]")[0] if term.startswith("lines[") else ""
    lines: Sequence[Evidence] = extraction.line_evidence
    return lines[int(index)] if index.isdecimal() and int(index) < len(lines) else None
