"""Where people stand with micro-tasks, by the known questions among what they answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.errors import ConflictError
from models.store.audit import record
from models.store.micro_tasks import PATIENCE
from models.tables import MicroAnswerRow, MicroTaskRow, MicroWorkerRow, UserClientRow, UserRow

QUALIFYING, WORKING, STOPPED = "qualifying", "working", "stopped"
REST = timedelta(hours=20)  # between a stop and the next round of known questions: another day


def standing_of(session: Session, user: UserRow, *, at: datetime) -> MicroWorkerRow:
    """Where a person stands; somebody new begins with known questions."""
    row = look_standing(session, user, at=at)
    if row not in session:
        session.add(row)
        session.flush()
        _note(session, row, "", at)
    return row


def look_standing(session: Session, user: UserRow, *, at: datetime) -> MicroWorkerRow:
    """Where a person stands, for reading only: somebody new stands at the beginning, and nothing is kept of it."""
    return session.get(MicroWorkerRow, user.id) or MicroWorkerRow(user_id=user.id, since=at)


def set_standing(session: Session, row: MicroWorkerRow, state: str, *, at: datetime) -> None:
    """Move a person on: to work, or to a stop. What was known before does not count against them again."""
    before = row.state
    if state == STOPPED:
        row.earlier, row.was = row.since, row.state
    row.state, row.since = state, at
    session.add(row)
    session.flush()
    _note(session, row, before, at)


def lift_stop(session: Session, row: MicroWorkerRow, *, at: datetime) -> None:
    """Back to work, as if the stop had not been: what counted before it counts again.

    Raises:
        ConflictError: There is no stop to lift.
    """
    if row.earlier is None or row.state == WORKING:
        raise ConflictError("there is no stop to lift")
    earlier, was = row.earlier, row.was
    set_standing(session, row, WORKING, at=at)
    row.since, row.earlier, row.was = earlier if was == WORKING else at, None, ""
    session.add(row)
    session.flush()


def began_at(session: Session, row: MicroAnswerRow) -> datetime:
    """From when an answer's time may count: shown, and the person's last answer given. So no second counts twice."""
    query = select(func.max(MicroAnswerRow.answered_at)).where(
        MicroAnswerRow.user_id == row.user_id, MicroAnswerRow.id != row.id, col(MicroAnswerRow.answered_at).is_not(None)
    )
    if row.answered_at is not None:
        query = query.where(col(MicroAnswerRow.answered_at) <= row.answered_at)
    last = session.exec(query).one()
    return max(row.shown_at, last) if last else row.shown_at


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


def known_outcomes(
    session: Session, user_id: str, *, since: datetime | None = None, clients: Collection[str] | None = None
) -> list[bool]:
    """Whether each answer to a known question was right, in order; without `since` all, without clients of all."""
    query = select(MicroAnswerRow.right).where(
        MicroAnswerRow.user_id == user_id, col(MicroAnswerRow.is_gold), col(MicroAnswerRow.right).is_not(None),
        col(MicroAnswerRow.answer).is_not(None),
    )  # fmt: skip
    if since is not None:
        query = query.where(col(MicroAnswerRow.answered_at) > since)
    if clients is not None:
        query = query.where(col(MicroAnswerRow.client_id).in_(sorted(clients)))
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


def workers(session: Session, clients: Collection[str] | None = None) -> list[tuple[MicroWorkerRow, UserRow]]:
    """Everybody who ever began, by login; with `clients` those who work for one of them."""
    query = select(MicroWorkerRow, UserRow).where(MicroWorkerRow.user_id == UserRow.id).order_by(UserRow.login)
    if clients is not None:
        query = query.where(col(UserRow.id).in_(beside(clients)))
    return [(standing, user) for standing, user in session.exec(query)]


def micro_accounts(session: Session, clients: Collection[str] | None = None) -> list[UserRow]:
    """Accounts of micro-workers that may be used, by login; with `clients` those who work for one of them."""
    query = select(UserRow).where(UserRow.role == "micro_worker", UserRow.active).order_by(UserRow.login)
    if clients is not None:
        query = query.where(col(UserRow.id).in_(beside(clients)))
    return list(session.exec(query))


def beside(clients: Collection[str]) -> SelectOfScalar[str]:
    """Ids of the people who work for one of these clients."""
    return select(UserClientRow.user_id).where(col(UserClientRow.client_id).in_(sorted(clients)))
