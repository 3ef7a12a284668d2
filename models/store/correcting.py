"""Corrections: one row for each value that a person changed or confirmed, the labels from which the reader learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, select

from models.extraction import Extraction
from models.store.audit import record
from models.store.documents import new_id
from models.store.edits import Edit, flat_values, read_confidence
from models.tables import CorrectionRow, DocumentRow

_ADD = insert(CorrectionRow)
Cause = Callable[[Extraction | None, str, str | None, str | None], str]  # what was read, term, before, after


@dataclass(frozen=True, slots=True)
class Corrected:
    """What one edit changed over what was read, what it confirmed for the first time, and why values were wrong."""

    base: Extraction | None
    changes: Mapping[str, tuple[str | None, str | None]]
    confirmed: frozenset[str]
    causes: Mapping[str, str] = field(default_factory=dict)


def unknown_confirmed(session: Session, document: DocumentRow, edit: Edit) -> frozenset[str]:
    """The confirmed terms that hold a value and that no person had looked at before."""
    known = select(CorrectionRow.term).where(CorrectionRow.document_id == document.id)
    return (edit.confirmed & flat_values(edit.invoice).keys()) - set(session.exec(known).all())


def add_corrections(
    session: Session, document: DocumentRow, edit: Edit, done: Corrected, *, actor: str, at: datetime
) -> None:
    """One row for each changed term, and for each one confirmed for the first time."""
    values = flat_values(edit.invoice)
    seen = {name: (values[name], values[name]) for name in sorted(done.confirmed)}
    rows = [
        {"id": new_id(), "client_id": document.client_id, "document_id": document.id, "revision": document.revision,
         "term": name, "before": before, "after": after, "changed": name in done.changes,
         "cause": done.causes.get(name, ""), "confidence": read_confidence(done.base, name),
         "source": edit.sources[name].by if name in edit.sources else "", "actor": actor, "at": at}
        for name, (before, after) in (seen | dict(done.changes)).items()
    ]  # fmt: skip
    if rows:
        session.flush()
        session.connection().execute(_ADD, rows)  # an approval confirms every value: one statement for all


def set_causes(session: Session, document: DocumentRow, chosen: Mapping[str, str], *, actor: str, at: datetime) -> int:
    """Keep what a person says of why values had to be changed (correction id to cause); returns how many differ."""
    if not chosen:
        return 0
    rows = session.exec(select(CorrectionRow).where(CorrectionRow.document_id == document.id)).all()
    changed = [row for row in rows if row.changed and chosen.get(row.id, row.cause) != row.cause]
    for row in changed:
        record(session, actor=actor, action="set_cause", subject=f"document:{document.id}",
               client_id=document.client_id, before={row.term: row.cause}, after={row.term: chosen[row.id]},
               at=at)  # fmt: skip
        row.cause = chosen[row.id]
        session.add(row)
    return len(changed)
