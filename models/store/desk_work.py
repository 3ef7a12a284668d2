"""Whose work a document is, its tags, and when it comes back: acts that leave its values and its state alone.

A supervisor gives a document to anybody who may see it; everybody else takes what is nobody's, passes on what is
theirs, and gives it back. Nobody is given a document whose client they may not see, from where they work.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from models.errors import ConflictError
from models.settings_review import ReviewSettings
from models.store.access import EVERY_CLIENT, OFFICE, clients_of
from models.store.audit import record
from models.store.mail import queue_mail
from models.store.people import find_user
from models.store.queue import PARKED
from models.tables import DocumentRow, UserClientRow, UserRow

WORKERS = ("reviewer", "expert", "supervisor", "administrator")
LONGEST_TAG, MOST_TAGS = 30, 8
LONGEST_PAUSE = timedelta(days=366)
_TAG = re.compile(r"[\w-]+")


class AssignmentError(ConflictError):
    """A document cannot be given to this person, or not by this one."""

    code = "not_assignable"
    advice = "Choose somebody who works for this client, or ask a supervisor."


def may_work_on(session: Session, user: UserRow, client_id: str, office: ReviewSettings = OFFICE) -> bool:
    """Whether a person may be given documents of a client: open account, a worker's role, client and place allowed."""
    if not user.active or user.role not in WORKERS:
        return False
    return any(client.id == client_id for client in clients_of(session, user, office))


def workers_of(session: Session, client_id: str, office: ReviewSettings = OFFICE) -> tuple[UserRow, ...]:
    """Everybody to whom a client's documents may be given, by name."""
    people = session.exec(select(UserRow).where(UserRow.active, col(UserRow.role).in_(WORKERS)).order_by(UserRow.name))
    return tuple(user for user in people if may_work_on(session, user, client_id, office))


def people_beside(session: Session, clients: Collection[str] | None, *, limit: int = 200) -> tuple[UserRow, ...]:
    """People who work for any of these clients (None: all), by name; each document is checked when it is given."""
    query = select(UserRow).where(UserRow.active, col(UserRow.role).in_(WORKERS))
    if clients is not None:
        beside = select(UserClientRow.user_id).where(col(UserClientRow.client_id).in_(sorted(clients)))
        query = query.where(or_(col(UserRow.id).in_(beside), col(UserRow.role).in_(EVERY_CLIENT)))
    return tuple(session.exec(query.order_by(UserRow.name).limit(limit)).all())


def assign(
    session: Session, document: DocumentRow, login: str, *, actor: str, at: datetime, steers: bool,
    office: ReviewSettings = OFFICE,
) -> None:  # fmt: skip
    """Give a document to a person, or to nobody with an empty login. `steers`: the actor may give anybody's work away.

    Raises:
        AssignmentError: It is somebody else's, or the person may not see this client.
    """
    me = actor.removeprefix("user:")
    if not steers and document.assigned_to not in {None, me}:
        raise AssignmentError(f"document {document.id} is {document.assigned_to}'s")
    user = find_user(session, login) if login else None
    if login and (user is None or not may_work_on(session, user, document.client_id, office)):
        raise AssignmentError(f"{login} cannot be given documents of {document.client_id}")
    given = user.login if user else None
    if given == document.assigned_to:
        return
    _change(session, document, "assign" if given else "release_assignment", {"assigned_to": given}, actor, at)
    if user is not None and user.login != me:
        queue_mail(session, kind="assignment", recipient=user.email, at=at, client_id=document.client_id,
                   document_id=document.id, subject=f"Facturier: {document.invoice_number or document.name}",
                   words=f"{me} -> {user.login}: {document.name}")  # fmt: skip


def set_tags(session: Session, document: DocumentRow, tags: str, *, actor: str, at: datetime) -> None:
    """Give a document these tags, and no others."""
    wanted = " ".join(read_tags(tags))
    if wanted != document.tags:
        _change(session, document, "tag", {"tags": wanted}, actor, at)


def read_tags(text: str) -> tuple[str, ...]:
    """Tags as a person writes them: words of letters, digits and dashes, parted by blanks or commas.

    >>> read_tags("#Urgent, travaux/2026 urgent")
    ('urgent', 'travaux', '2026')
    """
    return tuple(dict.fromkeys(word[:LONGEST_TAG] for word in _TAG.findall(text.casefold())))[:MOST_TAGS]


def postpone(session: Session, document: DocumentRow, until: datetime | None, *, actor: str, at: datetime) -> None:
    """Take a document out of the queue until a moment, at which it comes back by itself; None brings it back now.

    Raises:
        ConflictError: It does not wait for a person, or the moment is past or more than a year away.
    """
    if document.state not in PARKED:
        raise ConflictError(f"document {document.id} is {document.state} and cannot be put off")
    if until is not None and not at < until <= at + LONGEST_PAUSE:
        raise ConflictError("a document is put off to a later day, at most a year away")
    _change(session, document, "postpone" if until else "bring_back", {"postponed_until": until}, actor, at)


def has_due_return(session: Session, at: datetime) -> bool:
    """Whether a document that was put off comes back now."""
    return session.exec(select(DocumentRow.id).where(*_returning(at)).limit(1)).first() is not None


def bring_back_due(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Note the return of documents whose pause has ended; they are in the queue by the clock already."""
    rows = session.exec(select(DocumentRow).where(*_returning(at)).limit(limit)).all()
    for document in rows:
        _change(session, document, "bring_back", {"postponed_until": None}, "system", at)
    return len(rows)


def _returning(at: datetime) -> list[ColumnElement[bool]]:
    return [col(DocumentRow.state).in_(PARKED), col(DocumentRow.postponed_until) <= at]


def restore(
    session: Session, document: DocumentRow, before: dict[str, str | None], after: dict[str, str | None], *,
    actor: str, at: datetime,
) -> bool:  # fmt: skip
    """Set what a bulk act changed to what it was; False where somebody has changed it since."""
    if any(_told(getattr(document, name)) != value for name, value in after.items()):
        return False
    values = {name: _read(name, value) for name, value in before.items()}
    _change(session, document, "undo_bulk", values, actor, at)
    return True


def _change(
    session: Session, document: DocumentRow, action: str, values: dict[str, object], actor: str, at: datetime
) -> None:  # fmt: skip
    before = {name: getattr(document, name) for name in values}
    document.sqlmodel_update(values)
    session.add(document)
    session.flush()
    record(session, actor=actor, action=action, subject=f"document:{document.id}", client_id=document.client_id,
           before=before, after=values, at=at)  # fmt: skip


def _told(value: object) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else None if value is None else str(value)


def _read(name: str, value: str | None) -> object:
    return datetime.fromisoformat(value) if value and name == "postponed_until" else value


def values_of(document: DocumentRow, names: tuple[str, ...]) -> dict[str, str | None]:
    """Columns of a document as JSON can keep them."""
    return {name: _told(getattr(document, name)) for name in names}
