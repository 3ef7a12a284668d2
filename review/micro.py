"""Handing out micro-tasks and taking answers: who gets which question, when it is done, what it pays.

The rules are in `assurance` (consensus, redundancy, quality, pay) and `models.store.micro_*`; here they meet.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from sqlmodel import Session, col, select

from assurance.consensus import UNREADABLE, Fit, Vote, fit, normalised
from assurance.pay import active_seconds, percentile_75, rate, usual
from assurance.quality import has_qualified, is_below
from assurance.redundancy import Rules, judge, still_wanted
from models.invoice import TERMS
from models.settings_review import MicroSettings
from models.store.audit import record
from models.store.documents import new_id
from models.store.micro_outcome import settle_task
from models.store.micro_pay import MEASURED_DAY, add_rate, find_floor, measured_seconds, newest_rate, rate_row
from models.store.micro_people import (
    QUALIFYING,
    STOPPED,
    WORKING,
    answers_so_far,
    before_them,
    began_at,
    known_outcomes,
    lift_stop,
    set_standing,
    standing_of,
)
from models.store.micro_tasks import (
    answers_of,
    close_task,
    gold_tasks,
    in_random_order,
    may_see,
    open_tasks,
    seen_by,
    under_way,
    withdraw_stale,
)
from models.tables import MicroAnswerRow, MicroTaskRow, MicroWorkerRow, PayRateRow, UserRow
from review.site import Site, Visitor

Reason = Literal["off", "no_floor", "stopped", "no_gold", "nothing"]
YES_NO = ("yes", "no")
NONE = "none"  # none of the candidates
VOTES = 1500  # newest answers that the workers' reliability rests on


@dataclass(frozen=True, slots=True)
class Handed:
    """A task that a person has before them, or why there is none."""

    task: MicroTaskRow | None = None
    reason: Reason = "nothing"
    answer_id: str = ""  # the person's own row for it: what the address names
    is_drawn: bool = True  # False: chosen, not yet shown, as nobody has seen whether its picture can be drawn


def rules_of(settings: MicroSettings) -> Rules:
    """When a task is done."""
    return Rules(settings.sure, settings.floor, settings.cap)


def hand_out(session: Session, site: Site, visitor: Visitor, user: UserRow, drawn: Container[str]) -> Handed:
    """The task that a person has before them, or the next one for them.

    Args:
        session: The transaction.
        site: Settings and clock.
        visitor: Who asks, with their clients.
        user: The same as an account.
        drawn: Tasks of which the picture was drawn: another one is named, and nothing is shown or kept of it.
    """
    settings, at = site.settings.micro, site.clock()
    if not settings.enabled:
        return Handed(reason="off")
    withdraw_stale(session, at=at)
    if found := before_them(session, user.id, at=at):
        return Handed(found[1], answer_id=found[0].id)
    standing = standing_of(session, user, at=at)
    if reason := _barred(session, user, standing, at):
        return Handed(reason=reason)
    task = _choose(session, visitor, user, standing, settings, at)
    if task is None:
        return Handed(reason="no_gold" if standing.state == QUALIFYING else "nothing")
    if task.id not in drawn:
        return Handed(task, is_drawn=False)
    return Handed(task, answer_id=_show(session, task, user, standing, settings, at))


def _barred(session: Session, user: UserRow, standing: MicroWorkerRow, at: datetime) -> Reason | None:
    """Why a person may be shown nothing at all."""
    if standing.state == STOPPED:
        return "stopped"
    return "no_floor" if find_floor(session, region_of(user), at.date()) is None else None


def region_of(user: UserRow) -> str:
    """Whose wage floor holds for a person."""
    return user.region or user.country


def _choose(
    session: Session, visitor: Visitor, user: UserRow, standing: MicroWorkerRow, settings: MicroSettings, at: datetime
) -> MicroTaskRow | None:
    gold = in_random_order(session, gold_tasks(session, visitor.client_ids), user.id)
    if standing.state == QUALIFYING:
        return _first(session, gold, user, settings, at, is_gold=True)
    real = in_random_order(session, open_tasks(session, visitor.client_ids, at=at), user.id)
    draw = sha256(f"{user.id}\0{answers_so_far(session, user.id)}".encode()).digest()
    is_gold = int.from_bytes(draw[:4]) / 2**32 < settings.gold_share
    chosen = _first(session, gold, user, settings, at, is_gold=True) if is_gold else None
    return chosen or _first(session, real, user, settings, at, is_gold=False)


def _first(
    session: Session, tasks: list[MicroTaskRow], user: UserRow, settings: MicroSettings, at: datetime, *, is_gold: bool
) -> MicroTaskRow | None:
    """The first task that this person may see and that still wants an answer."""
    seen: dict[str, set[str]] = {}
    for document_id, term in seen_by(session, user.id):
        seen.setdefault(document_id, set()).add(term)
    rows, rules = answers_of(session, tasks), rules_of(settings)
    for task in tasks:
        given = rows[task.id]
        if any(row.user_id == user.id for row in given):
            continue
        if not may_see(task.term, seen.get(task.document_id, set()), settings.snippets):
            continue
        if is_gold or still_wanted(len([1 for row in given if row.answer is not None]), under_way(given, at), rules):
            return task
    return None


def _show(
    session: Session, task: MicroTaskRow, user: UserRow, standing: MicroWorkerRow, settings: MicroSettings, at: datetime
) -> str:
    paid = lawful_rate(session, task.kind, region_of(user), settings, at)
    answer_id = new_id()
    session.add(MicroAnswerRow(
        id=answer_id, client_id=task.client_id, task_id=task.id, user_id=user.id, shown_at=at,
        is_gold=task.gold is not None, is_qualification=standing.state == QUALIFYING,
        rate_id=paid.id if paid else None, currency=paid.currency if paid else None,
    ))  # fmt: skip
    session.flush()
    record(session, actor=f"user:{user.login}", action="micro:show", subject=f"micro_task:{task.id}",
           client_id=task.client_id, at=at)  # fmt: skip
    return answer_id


def lawful_rate(session: Session, kind: str, region: str, settings: MicroSettings, at: datetime) -> PayRateRow | None:
    """The rate of a kind of task in a region today; None where no wage floor is known: then nothing may be shown."""
    floor = find_floor(session, region, at.date())
    if floor is None or floor.hourly is None:
        return None
    newest = newest_rate(session, kind, region)
    if newest and at - newest.made_at < MEASURED_DAY and (newest.hourly, newest.currency) == (
        floor.hourly, floor.currency,
    ):  # fmt: skip
        return newest
    measured = measured_seconds(session, kind)
    assumed = Decimal(str(settings.assumed_seconds))
    seconds = percentile_75(measured) if len(measured) >= settings.qualify else assumed
    return add_rate(session, rate_row(kind, floor, region, seconds=seconds, measured=len(measured),
                                      per_task=rate(seconds, floor.hourly), at=at))  # fmt: skip


def take_answer(
    session: Session,
    site: Site,
    row: MicroAnswerRow,
    task: MicroTaskRow,
    *,
    answer: str | None,
    visible: Decimal | None,
) -> None:
    """Keep an answer (None: skipped), pay it, and see what it settles. Every answer is paid, right or wrong."""
    settings, at = site.settings.micro, site.clock()
    user = session.get_one(UserRow, row.user_id)
    wall = passed(session, row, at)
    middle = usual(measured_seconds(session, task.kind), Decimal(str(settings.assumed_seconds)))
    row.active_seconds = active_seconds(wall, visible, middle, Decimal(str(settings.idle_factor)))
    row.answered_at, row.answer = at, answer
    paid = session.get(PayRateRow, row.rate_id) if row.rate_id else None
    row.pay = paid.per_task if paid and answer is not None else Decimal(0)
    if answer is not None and task.gold is not None:
        row.right = _alike(task, answer) == _alike(task, task.gold)
    session.add(row)
    session.flush()
    record(session, actor=f"user:{user.login}", action="micro:answer" if answer is not None else "micro:skip",
           subject=f"micro_task:{task.id}", client_id=task.client_id,
           after={"answer": answer, "seconds": str(row.active_seconds), "pay": str(row.pay)}, at=at)  # fmt: skip
    if task.gold is None and answer is not None and task.state == "open":
        settle(session, task, settings, at)
    _weigh_person(session, standing_of(session, user, at=at), settings, at)


def passed(session: Session, row: MicroAnswerRow, at: datetime) -> Decimal:
    """Seconds of the server's clock from when a task was handed out, or the person's last answer, to an answer.

    The spans of one person never overlap: however many tasks are open, no more is paid than passed.
    """
    return Decimal(str(round(max(0.0, (at - began_at(session, row)).total_seconds()), 3)))


def _alike(task: MicroTaskRow, answer: str) -> str:
    """An answer in the form in which answers are compared."""
    return answer if task.kind == "yes_no" or answer == NONE else normalised(TERMS[task.term].kind, answer)


def settle(session: Session, task: MicroTaskRow, settings: MicroSettings, at: datetime) -> None:
    """Judge a task by the answers it has; agreed values go to the document, what stays unclear to an expert."""
    rows = [row for row in answers_of(session, [task])[task.id] if row.answer is not None]
    said = {row.user_id: _alike(task, row.answer or "") for row in rows}
    verdict = judge(said, _fitted(session, task.kind).weigh(said), rules_of(settings))
    if verdict.state == "ask":
        return
    task.posterior = verdict.posterior
    agreed = _value(task, verdict.answer, rows) if verdict.state == "done" else None
    if agreed is None:
        close_task(session, task, "expert", at=at)
    else:
        settle_task(session, task, answer=agreed, posterior=verdict.posterior, answers=len(rows), at=at)
    if verdict.state == "done":
        for row in rows:
            row.right = said[row.user_id] == verdict.answer
            session.add(row)
        session.flush()


def _value(task: MicroTaskRow, answer: str, rows: list[MicroAnswerRow]) -> str | None:
    """The agreed value in the contract's form; None where only the candidate was turned down."""
    if task.kind == "yes_no":
        return task.proposed if answer == "yes" else None
    given = sorted(row.answer or "" for row in rows if _alike(task, row.answer or "") == answer)
    same = [each for each in given if each == task.proposed]
    return None if answer == NONE else (same or given)[0]


def _fitted(session: Session, kind: str) -> Fit:
    """The workers' reliability by the newest answers to tasks of a kind; known questions count as known."""
    query = (
        select(MicroAnswerRow, MicroTaskRow).where(MicroAnswerRow.task_id == MicroTaskRow.id)
        .where(MicroTaskRow.kind == kind, col(MicroAnswerRow.answer).is_not(None))
        .order_by(col(MicroAnswerRow.answered_at).desc()).limit(VOTES)
    )  # fmt: skip
    found = session.exec(query).all()
    votes = [Vote(task.id, row.user_id, _alike(task, row.answer or "")) for row, task in found]
    known = {task.id: _alike(task, task.gold) for _, task in found if task.gold is not None}
    return fit(votes, known=known, classes=(*YES_NO, UNREADABLE) if kind == "yes_no" else ())


def _weigh_person(session: Session, standing: MicroWorkerRow, settings: MicroSettings, at: datetime) -> None:
    """To work after enough right answers to known questions; to a stop when they show too many wrong ones."""
    outcomes = known_outcomes(session, standing.user_id, since=standing.since)
    if standing.state == QUALIFYING:
        passed = has_qualified(outcomes, settings.qualify, settings.qualify_share)
        if passed is not None:
            set_standing(session, standing, WORKING if passed else STOPPED, at=at)
    elif standing.state == WORKING and is_below(outcomes, settings.qualify_share):
        set_standing(session, standing, STOPPED, at=at)


def weigh_again(session: Session, row: MicroAnswerRow, settings: MicroSettings, at: datetime) -> bool:
    """After an upheld dispute: a stop that would not have come with it is lifted; returns whether it was."""
    standing = session.get(MicroWorkerRow, row.user_id)
    if standing is None or standing.earlier is None or standing.state == WORKING:
        return False
    if not row.is_gold or row.answered_at is None or row.answered_at <= standing.earlier:
        return False
    outcomes = known_outcomes(session, standing.user_id, since=standing.earlier)
    if standing.was == QUALIFYING:
        is_fine = has_qualified(outcomes, settings.qualify, settings.qualify_share) is True
    else:
        is_fine = not is_below(outcomes, settings.qualify_share)
    if is_fine:
        lift_stop(session, standing, at=at)
    return is_fine
