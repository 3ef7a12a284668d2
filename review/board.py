"""The supervisor's board: numbers of the store as tiles and charts, in the reader's words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from assurance.agreement import Agreement, kappa
from assurance.intervals import wilson
from kpis.calendar import BusinessCalendar, calendar_of
from models.certificate import Certificate
from models.settings_review import ReviewSettings, client_review
from models.store import steering
from models.store.mail import waiting_mail
from models.store.queue import Filters, count_fitting
from models.store.steering import Ages, Desk, Load, Reason
from models.tables import ClientRow, MailRow
from reports.language import reason_texts
from review.charts import BarChart, Given, LineChart, band, bars
from review.language import Tongue

AGES = (4.0, 8.0, 16.0, 40.0)  # business hours at which a document gets older
DUE = ("late", "soon", "today")
TREND = timedelta(days=14)
WEEK = timedelta(days=7)
QUARTER = timedelta(days=90)
MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page shows."""

    due: Mapping[str, int]
    waiting: int
    desks: Sequence[Desk]
    idle: Mapping[str, timedelta]  # by document: since the last key or click of whoever has it open
    loads: Sequence[Load]
    charts: Mapping[str, BarChart]
    trend: LineChart
    rate: tuple[int, int]
    agreements: Sequence[Agreement]
    named: Sequence[tuple[str, str, Agreement]]
    certificates: Sequence[Certificate]
    mails: Sequence[MailRow]
    questions: tuple[int, datetime | None]
    refusals: Mapping[tuple[str, str], int]
    pool: Mapping[str, int]


def board_of(
    session: Session, clients: Sequence[ClientRow], office: ReviewSettings, filters: Filters, tongue: Tongue,
    *, sees_all: bool = False, with_names: bool = False,
) -> Board:  # fmt: skip
    """The board of some clients at the moment of the queue's filters; `with_names` shows whose each agreement is."""
    at = filters.at
    ids = None if sees_all else frozenset(client.id for client in clients)
    own = calendar_of(office)
    waits = steering.backlog(session, ages_of(clients, office, at))
    through = steering.straight_through(session, ids, at - TREND)
    pairs = steering.verdict_pairs(session, ids, at - QUARTER)
    settled = steering.settled_since(session, ids, _start_of_day(own, at))
    desks = steering.desks(session, ids, at)
    named = [(one, other, kappa(said)) for (one, other), said in sorted(pairs.items())]
    return Board(
        due={part: count_fitting(session, replace(filters, due=part)) for part in DUE},
        waiting=sum(sum(counts) for counts in waits.values()), desks=desks, idle=_idle(desks, clients, office, at),
        loads=steering.loads(session, ids),
        charts={
            "backlog": _backlog_chart(waits, tongue),
            "throughput": _throughput_chart(settled, own, at, tongue),
            "reasons": _reason_chart(steering.reasons_since(session, ids, at - WEEK), tongue),
        },
        trend=_trend_chart(through, tongue),
        rate=(sum(passed for passed, _ in through.values()), sum(count for _, count in through.values())),
        agreements=_unnamed(pairs), named=named if with_names else [],
        certificates=steering.bounds_of(session, ids), mails=waiting_mail(session, ids),
        questions=steering.open_questions(session, ids),
        refusals=steering.place_refusals(session, [client.id for client in clients], at - WEEK),
        pool=steering.micro_pool(session, ids),
    )  # fmt: skip


def ages_of(clients: Sequence[ClientRow], office: ReviewSettings, at: datetime) -> list[Ages]:
    """Clients by calendar, each with the moments that are so many business hours ago."""
    groups: defaultdict[BusinessCalendar, list[str]] = defaultdict(list)
    for client in clients:
        groups[calendar_of(client_review(office, client.review_json))].append(client.id)
    return [Ages(ids, tuple(own.add_hours(at, -hours) for hours in AGES)) for own, ids in groups.items()]


def _idle(
    desks: Sequence[Desk], clients: Sequence[ClientRow], office: ReviewSettings, at: datetime
) -> dict[str, timedelta]:
    """A claim ends so many minutes after the last sign of life: how long ago that was."""
    own = {client.id: timedelta(minutes=client_review(office, client.review_json).idle_minutes) for client in clients}
    rows = [desk.document for desk in desks if desk.document.claimed_until and desk.document.client_id in own]
    return {row.id: max(timedelta(), at + own[row.client_id] - (row.claimed_until or at)) for row in rows}


def _start_of_day(own: BusinessCalendar, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(own.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _backlog_chart(waits: Mapping[tuple[str, str], Sequence[int]], tongue: Tongue) -> BarChart:
    heads = [tongue.t(f"steer.age_{at}") for at in range(len(AGES) + 1)]
    given = [
        Given(f"{tongue.t(f'state.{state}')}, {tongue.t(f'steer.tier_{tier}')}", counts,
              [tongue.number(count, 0) for count in counts], tongue.number(sum(counts), 0))
        for (state, tier), counts in sorted(waits.items(), key=lambda each: -sum(each[1]))
    ]  # fmt: skip
    return bars("backlog", tongue.t("steer.backlog"), tongue.t("steer.backlog_says"), given, heads=heads,
                columns=(tongue.t("steer.kind"), *heads, tongue.t("steer.sum")))  # fmt: skip


def _throughput_chart(
    settled: Sequence[tuple[datetime, bool]], own: BusinessCalendar, at: datetime, tongue: Tongue
) -> BarChart:
    zone = _start_of_day(own, at).tzinfo
    counts = Counter((moment.astimezone(zone).hour, by_person) for moment, by_person in settled)
    hours = sorted({hour for hour, _ in counts})
    heads = [tongue.t("steer.by_person"), tongue.t("steer.by_machine")]
    given = [
        Given(f"{hour:02d}:00", [counts[hour, True], counts[hour, False]],
              [tongue.number(counts[hour, True], 0), tongue.number(counts[hour, False], 0)],
              tongue.number(counts[hour, True] + counts[hour, False], 0))
        for hour in (range(hours[0], hours[-1] + 1) if hours else ())
    ]  # fmt: skip
    return bars("throughput", tongue.t("steer.throughput"), tongue.t("steer.throughput_says"), given, heads=heads,
                columns=(tongue.t("steer.hour"), *heads, tongue.t("steer.sum")))  # fmt: skip


def _reason_chart(reasons: Sequence[Reason], tongue: Tongue) -> BarChart:
    whole = sum(one.minutes for one in reasons) or 1.0
    given, summed = [], 0.0
    for one in reasons[:MOST_REASONS]:
        summed += one.minutes
        told = f"{tongue.number(one.minutes, 0)} min · {tongue.percent(summed / whole)}"
        given.append(Given(reason_texts(tongue, one.reason)[0], [one.minutes], [tongue.number(one.documents, 0)], told,
                           f"/queue?tab=review&reason={one.reason}"))  # fmt: skip
    return bars("reasons", tongue.t("steer.reasons"), tongue.t("steer.reasons_says"), given, heads=("",),
                columns=(tongue.t("steer.reason"), tongue.t("steer.minutes_share")))  # fmt: skip


def _trend_chart(days: Mapping[str, tuple[int, int]], tongue: Tongue) -> LineChart:
    points, rows = [], []
    for day, (through, count) in days.items():
        ends = wilson(through, count)
        points.append((through / count, ends.low, ends.high))
        between = f"{tongue.percent(ends.low)} – {tongue.percent(ends.high)}"
        rows.append((_day(day, tongue), tongue.percent(through / count), between, f"{through} / {count}"))
    return LineChart(
        "through", tongue.t("steer.through"), tongue.t("steer.through_says"), band(points),
        rows[0][0] if rows else "", rows[-1][0] if rows else "", tuple(rows),
        (tongue.t("steer.day"), tongue.t("steer.share"), tongue.t("steer.interval"), tongue.t("steer.counted")),
    )  # fmt: skip


def _day(text: str, tongue: Tongue) -> str:
    return tongue.date(datetime.fromisoformat(text).date())


def _unnamed(pairs: Mapping[tuple[str, str], Sequence[tuple[str, str]]]) -> list[Agreement]:
    """All pairs taken together: whether people see the same, not who differs from whom."""
    return [kappa([said for both in pairs.values() for said in both])] if pairs else []
