"""How a person laid the pages of a file out into invoices: cut, joined, moved, set aside; taken back, kept for ever.

The act says what shall be and asks for the reading; the worker reads those invoices again whose pages changed. A part
that is no more is rejected and comes back, under its id, with the arrangement that has it. What is settled stays as it
is until somebody reopens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.arrangement import Arrangement, Group, Pages, keep_parts
from models.errors import ConflictError
from models.status import Status
from models.store.audit import record
from models.store.claims import CLAIM
from models.store.documents import documents_of_file, load_extraction, move, new_id
from models.store.jobs import ARRANGE, add_job
from models.store.pages_of import pages_of
from models.store.reviewing import last_move
from models.tables import ArrangementRow, DocumentRow

GONE = "OTHER rearranged: its pages belong to other invoices of the file"
BACK = "rearranged: its pages are its own again"
READER = "line"  # who holds a document while it is read again
_OPEN = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE})


class SettledPartError(ConflictError):
    """An invoice whose pages would change is settled."""

    code = "settled_part"
    advice = "Reopen it first, then lay the pages out anew."

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"already settled: {', '.join(names)}; reopen it first")
        self.names = tuple(names)


def arrangement_of(session: Session, document: DocumentRow) -> Arrangement:
    """How the pages of a document's file are laid out: as a person said last, else as the reader proposed."""
    newest = _newest(session, document)
    if newest is not None:
        return Arrangement.model_validate_json(newest.groups_json)
    parts = [row for row in files_parts(session, document) if row.state != Status.REJECTED or row.part == 1]
    every = _numbers(session, document)
    found = [(row.part, extraction.pages or every) for row in parts
             if (extraction := load_extraction(session, row.id)) is not None]  # fmt: skip
    used = {page for _, pages in found for page in pages}
    return Arrangement(groups=tuple(Group(part=part, pages=pages) for part, pages in found),
                       aside=tuple(page for page in every if page not in used))  # fmt: skip


def files_parts(session: Session, document: DocumentRow) -> list[DocumentRow]:
    """Every document of a document's file, also those that are no more."""
    return documents_of_file(session, document.parent_id or document.id)


def history_of(session: Session, document: DocumentRow) -> list[ArrangementRow]:
    """Every arrangement of the file, the newest first."""
    query = select(ArrangementRow).where(
        ArrangementRow.client_id == document.client_id, ArrangementRow.sha256 == document.sha256
    )
    return list(session.exec(query.order_by(col(ArrangementRow.at).desc(), col(ArrangementRow.id))))


def arrange(
    session: Session, document: DocumentRow, groups: Sequence[Pages], aside: Pages, *, actor: str, at: datetime
) -> Arrangement:
    """Lay the pages of a file out anew; each invoice keeps its document where it keeps a page of it.

    Raises:
        SettledPartError: An invoice whose pages would change is settled.
        ConflictError: A page is nowhere or twice, or the file cannot be laid out.
    """
    before = arrangement_of(session, document)
    barred = {row.part for row in files_parts(session, document)
              if row.state == Status.REJECTED and not _is_gone(session, row)}  # fmt: skip
    wanted = keep_parts(groups, before, barred).model_copy(update={"aside": aside})
    return _apply(session, document, before, wanted, actor=actor, at=at)


def restore(session: Session, document: DocumentRow, arrangement_id: str, *, actor: str, at: datetime) -> Arrangement:
    """Take an arrangement back: lay the file out as it was before it, with the same documents.

    Raises:
        ConflictError: As `arrange`, or there is no such arrangement of this file.
    """
    row = next((each for each in history_of(session, document) if each.id == arrangement_id), None)
    if row is None:
        raise ConflictError("there is no such arrangement of this file")
    wanted = Arrangement.model_validate_json(row.before_json)
    return _apply(session, document, arrangement_of(session, document), wanted, actor=actor, at=at)


def note_joined(session: Session, document: DocumentRow, before: Arrangement, *, actor: str, at: datetime) -> None:
    """Write down that all pages became one invoice, where the reading of the whole is under way already."""
    pages = _numbers(session, document)
    if pages:
        joined = Arrangement(groups=(Group(part=1, pages=pages),))
        _add(session, document, before, joined, actor=actor, at=at)


def _apply(
    session: Session, document: DocumentRow, before: Arrangement, wanted: Arrangement, *, actor: str, at: datetime
) -> Arrangement:
    faults = wanted.faults(len(_numbers(session, document)))
    if document.source != "page":
        faults = (*faults, "only what was read from its pages can be laid out")
    if faults:
        raise ConflictError("; ".join(faults))
    changed = wanted.changed(before)
    if not changed and wanted.aside == before.aside:
        return before
    known = {row.part: row for row in files_parts(session, document)}
    affected = [known[part] for part in sorted(changed) if part in known]
    settled = [row for row in affected if row.state not in _OPEN and not _is_gone(session, row)]
    if settled:
        raise SettledPartError([row.invoice_number or row.name for row in settled])
    for row in affected:
        _put_state(session, row, is_there=bool(wanted.pages_of(row.part)), actor=actor, at=at)
    _add(session, document, before, wanted, actor=actor, at=at)
    if changed:
        add_job(session, known[1], kind=ARRANGE, at=at)
    return wanted


def _put_state(session: Session, row: DocumentRow, *, is_there: bool, actor: str, at: datetime) -> None:
    """Reject what is no more, call back what is there again; what is read again is nobody's to settle meanwhile."""
    if not is_there:
        if row.state != Status.REJECTED:
            move(session, row, Status.REJECTED, actor=actor, reason=GONE, at=at)
        return
    if row.state != Status.IN_REVIEW:
        move(session, row, Status.IN_REVIEW, actor=actor, reason=BACK, at=at)
    row.claimed_by, row.claimed_until = READER, at + CLAIM
    session.add(row)
    session.flush()


def _add(
    session: Session, document: DocumentRow, before: Arrangement, wanted: Arrangement, *, actor: str, at: datetime
) -> None:
    session.add(ArrangementRow(id=new_id(), client_id=document.client_id, sha256=document.sha256,
                               document_id=document.id, groups_json=wanted.model_dump_json(),
                               before_json=before.model_dump_json(), actor=actor, at=at))  # fmt: skip
    record(session, actor=actor, action="arrange", subject=f"document:{document.parent_id or document.id}",
           client_id=document.client_id, before=before.model_dump(mode="json"), after=wanted.model_dump(mode="json"),
           at=at)  # fmt: skip


def _newest(session: Session, document: DocumentRow) -> ArrangementRow | None:
    return next(iter(history_of(session, document)), None)


def _numbers(session: Session, document: DocumentRow) -> Pages:
    return tuple(sorted(page.number for page in pages_of(session, document.id)))


def _is_gone(session: Session, row: DocumentRow) -> bool:
    """Whether a part was rejected because its pages went elsewhere, and by nobody since."""
    event = last_move(session, row.id)
    return row.state == Status.REJECTED and event is not None and event.reason.startswith(("OTHER rearr", "OTHER join"))
