"""Where people stand with micro-tasks, by the known questions among what they answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.store.audit import record
from models.store.micro_tasks import PATIENCE
from models.tables import MicroAnswerRow, MicroTaskRow, MicroWorkerRow, UserRow

QUALIFYING, WORKING, STOPPED = "qualifying", "working", "stopped"
REST = timedelta(hours=20)  # between a stop and the next round of known questions: another day


def standing_of(session: Session, user: UserRow, *, at: datetime) -> MicroWorkerRow:
    """Where a person stands; somebody new begins with known questions."""
    row = session.get(MicroWorkerRow, user.id)
    if row is None:
        row = MicroWorkerRow(user_id=user.id, since=at)
        session.add(row)
        session.flush()
        _note(session, row, "", at)
    return row


def set_standing(session: Session, row: MicroWorkerRow, state: str, *, at: datetime) -> None:
    """Move a person on: to work, or to a stop. What was known before does not count against them again."""
    before, row.state, row.since = row.state, state, at
    session.add(row)
    session.flush()
    _note(session, row, before, at)


def begin_again(session: Session, row: MicroWorkerRow, *, at: datetime) -> None:
    """The way back: another round of known questions.

    Raises:
        ConflictError: The person is not stopped, or was stopped less than a day ago.
    """
    if row.state != STOPPED or at < row.since + REST:
        raise ConflictError("there is no round to begin now")
    row.rounds += 1
    set_standing(session, row, QUALIFYING, at=at)


def _note(session: Session, row: MicroWorkerRow, before: str, at: datetime) -> None:
    record(session, actor="micro", action="micro:standing", subject=f"user:{row.user_id}",
           before={"state": before}, after={"state": row.state, "rounds": row.rounds}, at=at)  # fmt: skip


def known_outcomes(session: Session, user_id: str, *, since: datetime | None = None) -> list[bool]:
    """Whether each answer to a known question was right, in order; without `since` all of them."""
    query = select(MicroAnswerRow.right).where(
        MicroAnswerRow.user_id == user_id, col(MicroAnswerRow.is_gold), col(MicroAnswerRow.right).is_not(None),
        col(MicroAnswerRow.answer).is_not(None),
    )  # fmt: skip
    if since is not None:
        query = query.where(col(MicroAnswerRow.answered_at) > since)
    found = session.exec(query.order_by(col(MicroAnswerRow.answered_at), MicroAnswerRow.id))
    return [bool(each) for each in found]


def other_outcomes(session: Session, user_id: str) -> list[bool]:
    """Whether each answer agreed with what came out, where it is known, beside the known questions."""
    query = select(MicroAnswerRow.right).where(
        MicroAnswerRow.user_id == user_id, col(MicroAnswerRow.is_gold).is_(False),
        col(MicroAnswerRow.right).is_not(None),
    )  # fmt: skip
    return [bool(each) for each in session.exec(query)]


def before_them(session: Session, user_id: str, *, at: datetime) -> tuple[MicroAnswerRow, MicroTaskRow] | None:
    """The task that a person was shown and has not answered yet."""
    query = (
        select(MicroAnswerRow, MicroTaskRow).join(MicroTaskRow, col(MicroAnswerRow.task_id) == MicroTaskRow.id)
        .where(MicroAnswerRow.user_id == user_id, col(MicroAnswerRow.answered_at).is_(None),
               MicroAnswerRow.shown_at > at - PATIENCE, MicroTaskRow.state == "open")
        .order_by(col(MicroAnswerRow.shown_at).desc())
    )  # fmt: skip
    found = session.exec(query).first()
    return (found[0], found[1]) if found else None


def answers_so_far(session: Session, user_id: str) -> int:
    """How many tasks a person was shown: the number of the next one in their order."""
    return len(session.exec(select(MicroAnswerRow.id).where(MicroAnswerRow.user_id == user_id)).all())


def workers(session: Session) -> list[tuple[MicroWorkerRow, UserRow]]:
    """Everybody who ever began, by login."""
    query = select(MicroWorkerRow, UserRow).where(MicroWorkerRow.user_id == UserRow.id).order_by(UserRow.login)
    return [(standing, user) for standing, user in session.exec(query)]
