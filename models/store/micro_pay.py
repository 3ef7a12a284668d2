"""Wage floors, rates and weeks of micro-tasks as they are kept. What they come to is computed in assurance.pay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from models.errors import ConflictError
from models.paid import Entry
from models.store.audit import Act, record, record_all
from models.store.documents import new_id
from models.tables import MicroAnswerRow, MicroTaskRow, PayRateRow, TopUpRow, UserRow, WageFloorRow

MOST_MEASURED = 2000  # newest answers of a kind that the rate rests on
MEASURED_DAY = timedelta(days=1)  # so long a rate stands before it is measured anew
LONGEST_DISPUTE = 1000


def put_floors(session: Session, rows: Sequence[WageFloorRow], *, actor: str, at: datetime) -> int:
    """Keep wage floors; the same region and day again replaces what stood there. Returns how many are new or other."""
    acts = []
    for row in rows:
        known = session.get(WageFloorRow, (row.region, row.valid_from))
        after = {"hourly": str(row.hourly), "currency": row.currency, "source": row.source}
        before = {"hourly": str(known.hourly), "currency": known.currency, "source": known.source} if known else None
        if before == after:
            continue
        session.merge(row)
        acts.append(Act("wage_floor", f"region:{row.region}:{row.valid_from}", None, before, after))
    record_all(session, acts, actor=actor, at=at)
    return len(acts)


def find_floor(session: Session, region: str, day: date) -> WageFloorRow | None:
    """The floor that holds in a region on a day; a part of a country without its own has the country's."""
    for name in dict.fromkeys((region, region.partition("-")[0])):
        query = select(WageFloorRow).where(WageFloorRow.region == name, col(WageFloorRow.valid_from) <= day)
        found = session.exec(query.order_by(col(WageFloorRow.valid_from).desc())).first() if name else None
        if found is not None:
            return found
    return None


def newest_rate(session: Session, kind: str, region: str) -> PayRateRow | None:
    """The rate that was made last."""
    query = select(PayRateRow).where(PayRateRow.kind == kind, PayRateRow.region == region)
    return session.exec(query.order_by(col(PayRateRow.made_at).desc())).first()


def add_rate(session: Session, row: PayRateRow) -> PayRateRow:
    """Keep a new rate."""
    session.add(row)
    session.flush()
    record(session, actor="micro", action="micro:rate", subject=f"pay_rate:{row.id}", at=row.made_at,
           after={"kind": row.kind, "region": row.region, "per_task": str(row.per_task), "hourly": str(row.hourly),
                  "seconds": str(row.seconds), "measured": row.measured})  # fmt: skip
    return row


def measured_seconds(session: Session, kind: str) -> list[Decimal]:
    """Active seconds of the newest answers of a kind, of everybody; skipped ones are no measure."""
    query = (
        select(MicroAnswerRow)
        .join(MicroTaskRow, col(MicroAnswerRow.task_id) == MicroTaskRow.id)
        .where(MicroTaskRow.kind == kind, col(MicroAnswerRow.answer).is_not(None))
        .order_by(col(MicroAnswerRow.answered_at).desc())
        .limit(MOST_MEASURED)
    )
    return [row.active_seconds for row in session.exec(query) if row.active_seconds is not None]


def span_of(week: date, zone: str) -> tuple[datetime, datetime]:
    """The instants at which a week begins and ends, where the office is."""
    start = datetime.combine(week, time.min, ZoneInfo(zone))
    end = datetime.combine(week + timedelta(days=7), time.min, ZoneInfo(zone))
    return start, end


def entries_of(
    session: Session, week: date, zone: str, user_id: str | None = None, *, clients: Collection[str] | None = None
) -> list[Entry]:
    """What was answered or skipped in a week, of everybody or of one person, for all clients or some, by time."""
    start, end = span_of(week, zone)
    query = (
        select(MicroAnswerRow, UserRow, PayRateRow)
        .where(MicroAnswerRow.user_id == UserRow.id, MicroAnswerRow.rate_id == PayRateRow.id,
               col(MicroAnswerRow.answered_at) >= start, col(MicroAnswerRow.answered_at) < end)
        .order_by(col(MicroAnswerRow.answered_at), MicroAnswerRow.id)
    )  # fmt: skip
    if user_id is not None:
        query = query.where(MicroAnswerRow.user_id == user_id)
    if clients is not None:
        query = query.where(col(MicroAnswerRow.client_id).in_(sorted(clients)))
    nothing = Decimal(0)
    return [Entry(user.id, user.login, rate.region, rate.currency, row.answer is not None,
                  row.active_seconds or nothing, row.pay or nothing, rate.hourly or nothing)
            for row, user, rate in session.exec(query)]  # fmt: skip


def put_top_up(session: Session, row: TopUpRow) -> bool:
    """Keep what a week is paid on top; whether it is new or other than before."""
    known = session.get(TopUpRow, (row.user_id, row.week, row.currency))
    values = {name: str(getattr(row, name)) for name in ("seconds", "earned", "floor", "top_up")}
    before = {name: str(getattr(known, name)) for name in values} if known else None
    if before is not None and all(Decimal(before[name]) == Decimal(values[name]) for name in values):
        return False
    session.merge(row)
    record(session, actor="micro", action="micro:top_up", subject=f"user:{row.user_id}", before=before,
           after=values | {"week": row.week.isoformat(), "currency": row.currency}, at=row.made_at)  # fmt: skip
    return True


def newest_answers(session: Session, user_id: str, *, limit: int = 50) -> list[tuple[MicroAnswerRow, MicroTaskRow]]:
    """A person's own last answers, newest first."""
    query = (
        select(MicroAnswerRow, MicroTaskRow).where(MicroAnswerRow.task_id == MicroTaskRow.id)
        .where(MicroAnswerRow.user_id == user_id, col(MicroAnswerRow.answered_at).is_not(None))
        .order_by(col(MicroAnswerRow.answered_at).desc()).limit(limit)
    )  # fmt: skip
    return [(answer, task) for answer, task in session.exec(query)]


def dispute(session: Session, row: MicroAnswerRow, words: str, *, actor: str, at: datetime) -> None:
    """A person objects to how an answer was counted or paid.

    Raises:
        ConflictError: Without words, before the answer, or twice.
    """
    if not words.strip() or row.answered_at is None or row.disputed_at is not None:
        raise ConflictError("this answer cannot be disputed now")
    row.disputed_at, row.dispute = at, words.strip()[:LONGEST_DISPUTE]
    session.add(row)
    session.flush()
    record(session, actor=actor, action="micro:dispute", subject=f"micro_answer:{row.id}", client_id=row.client_id,
           after={"words": row.dispute}, at=at)  # fmt: skip


def open_disputes(
    session: Session, clients: Sequence[str] | None
) -> list[tuple[MicroAnswerRow, MicroTaskRow, UserRow]]:
    """Disputes that nobody settled yet, the oldest first."""
    query = (
        select(MicroAnswerRow, MicroTaskRow, UserRow)
        .where(MicroAnswerRow.task_id == MicroTaskRow.id, MicroAnswerRow.user_id == UserRow.id,
               col(MicroAnswerRow.disputed_at).is_not(None), col(MicroAnswerRow.settled_at).is_(None))
        .order_by(col(MicroAnswerRow.disputed_at))
    )  # fmt: skip
    if clients is not None:
        query = query.where(col(MicroAnswerRow.client_id).in_(clients))
    return [(answer, task, user) for answer, task, user in session.exec(query)]


def settle_dispute(session: Session, row: MicroAnswerRow, *, upheld: bool, seconds: Decimal, actor: str,
                   at: datetime) -> None:  # fmt: skip
    """Settle a dispute: upheld, the answer counts as right, pays its rate, and its time is the clock's.

    Raises:
        ConflictError: There is no open dispute.
    """
    if row.disputed_at is None or row.settled_at is not None:
        raise ConflictError("there is no open dispute")
    before = {"right": row.right, "pay": str(row.pay), "seconds": str(row.active_seconds)}
    row.settled_at, row.settled_by, row.settlement = at, actor, "upheld" if upheld else "refused"
    if upheld:
        rate = session.get_one(PayRateRow, row.rate_id)
        row.right = True if row.answer is not None else None
        row.pay = max(row.pay or Decimal(0), rate.per_task or Decimal(0))
        row.active_seconds = max(row.active_seconds or Decimal(0), seconds)
    session.add(row)
    session.flush()
    record(session, actor=actor, action="micro:settle", subject=f"micro_answer:{row.id}", client_id=row.client_id,
           before=before, after={"settlement": row.settlement, "right": row.right, "pay": str(row.pay),
                                 "seconds": str(row.active_seconds)}, at=at)  # fmt: skip


def rate_row(kind: str, floor: WageFloorRow, region: str, *, seconds: Decimal, measured: int, per_task: Decimal,
             at: datetime) -> PayRateRow:  # fmt: skip
    """A rate as it is kept."""
    return PayRateRow(id=new_id(), kind=kind, region=region, seconds=seconds, measured=measured, hourly=floor.hourly,
                      per_task=per_task, currency=floor.currency, made_at=at)  # fmt: skip
