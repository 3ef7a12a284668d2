"""What comes of a task that is done: a confirmed or changed value on its document, as if a person had corrected it.

Only while the document is in review, unclaimed and unchanged. It never approves, it never touches a bank account that
was read differently, and it does not count as one of the two persons that a bank account takes (R14).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from models.invoice import TERMS
from models.status import Status
from models.store.audit import record
from models.store.documents import load_extraction
from models.store.edits import Edit, Value, value_text
from models.store.micro_tasks import ACCOUNTS, ACTOR, close_task
from models.store.reviewing import save
from models.tables import DocumentRow, MicroTaskRow


def is_current(document: DocumentRow, task: MicroTaskRow, at: datetime) -> bool:
    """Whether the document is still what the task was cut from, and nobody has it open."""
    is_claimed = document.claimed_by is not None and document.claimed_until is not None and document.claimed_until > at
    return document.state == Status.IN_REVIEW and document.revision == task.revision and not is_claimed


def typed_value(term: str, text: str) -> Value:
    """A value in the contract's text form as the invoice holds it."""
    kind = TERMS[term].kind
    if kind in {"amount", "number"}:
        return Decimal(text)
    return date.fromisoformat(text) if kind == "date" else text


def settle_task(
    session: Session, task: MicroTaskRow, *, answer: str, posterior: float, answers: int, at: datetime
) -> str:
    """Write the agreed value (contract's form) on the document; returns the state in which the task ends."""
    document = session.get_one(DocumentRow, task.document_id, with_for_update=True)
    extraction = load_extraction(session, document.id)
    task.answer, task.posterior = answer, posterior
    if extraction is None or not is_current(document, task, at):
        close_task(session, task, "withdrawn", at=at)
        return task.state
    changed = value_text(getattr(extraction.invoice, task.term)) != answer
    if changed and task.term in ACCOUNTS:
        close_task(session, task, "expert", at=at)
        return task.state
    close_task(session, task, "done", at=at)
    editor, revision = document.last_editor, document.revision
    invoice = extraction.invoice.model_copy(update={task.term: typed_value(task.term, answer)})
    record(session, actor=ACTOR, action="micro:agree", subject=f"document:{document.id}", client_id=document.client_id,
           before={task.term: task.proposed}, after={"term": task.term, "value": answer, "answers": answers,
                                                     "posterior": round(posterior, 4)}, at=at)  # fmt: skip
    save(session, document, Edit(invoice, frozenset({task.term})), actor=ACTOR, at=at)
    document.last_editor = editor
    session.add(document)
    session.flush()
    _carry(session, document, revision)
    return task.state


def _carry(session: Session, document: DocumentRow, revision: int) -> None:
    """The other tasks go on: their own values are the same in the new revision."""
    query = select(MicroTaskRow).where(
        MicroTaskRow.document_id == document.id, MicroTaskRow.revision == revision, MicroTaskRow.state == "open",
        col(MicroTaskRow.gold).is_(None),
    )  # fmt: skip
    for other in session.exec(query).all():
        other.revision = document.revision
        session.add(other)
    session.flush()


def agreed(session: Session, document_id: str) -> dict[str, MicroTaskRow]:
    """The done tasks of a document, by term."""
    query = select(MicroTaskRow).where(MicroTaskRow.document_id == document_id, MicroTaskRow.state == "done")
    return {task.term: task for task in session.exec(query)}
