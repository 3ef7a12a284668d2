"""What the dashboard shows of one client: tiles and charts, made of the kept figures and nothing else.

Values, units and changes are written by the words of the page of figures; parts are its rows by week and by reason.

>>> share_words(TONGUES["en"], 0.66), share_words(TONGUES["en"], 0.42)
('Two thirds', '42%')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from assurance.intervals import wilson
from kpis.breakdown import FEW
from kpis.calendar import BusinessCalendar
from kpis.compute import STEPS
from kpis.pareto import pareto
from models.tables import KpiRow
from review.charts import BarChart, Given, bars
from review.kpi_words import change_of, in_unit, label_text, value_text
from review.language import TONGUES, Tongue
from review.plots import Bin, Frame, Plot, Point, Series, columns, trend

__all__ = ["TONGUES", "Tile", "Weeks", "age_chart", "flow_chart", "share_words", "spread_chart", "tile", "trend_chart"]
_REASONS = 8  # bars of the Pareto chart; the page of figures has them all
_SHARES = ((0.995, "all"), (0.9, "nearly_all"), (0.72, "three_quarters"), (0.63, "two_thirds"), (0.47, "half"),
           (0.31, "a_third"), (0.23, "a_quarter"))  # fmt: skip
_WIDTHS = {"all": 0.01, "nearly_all": 0.09, "three_quarters": 0.06, "two_thirds": 0.07, "half": 0.06, "a_third": 0.05,
           "a_quarter": 0.04}  # fmt: skip
AGES = (("b_late8", -8.0), ("b_late", 0.0), ("b_4", 4.0), ("b_8", 8.0), ("b_16", 16.0), ("b_40", 40.0))
_KINDS = ("late", "soon", "later", "undated")
_KIND_OF = {"b_late8": 0, "b_late": 0, "b_4": 1, "b_8": 1, "b_none": 3}
Weeks = Mapping[str, Mapping[str, KpiRow]]  # by week, then by the figure's name


class Tile(NamedTuple):
    """One headline figure: where it leads, how it stands to before, in words and with an arrow."""

    key: str
    told: str
    value: float | None
    note: str = ""
    verdict: str = ""
    change: str = ""
    before: str = ""
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Which figure a line shows, and whether all of it is good."""

    key: str
    name: str


THROUGH, ERROR = Lines("through", "straight_through_rate"), Lines("error", "error_rate")


def whole(rows: Sequence[KpiRow]) -> dict[str, KpiRow]:
    """The figures that are of no part, by name."""
    return {row.name: row for row in rows if not row.label and not row.dimension}


def by_week(rows: Sequence[KpiRow]) -> Weeks:
    """Rows of the dimension of weeks, in order."""
    found: dict[str, dict[str, KpiRow]] = {}
    for row in sorted(rows, key=lambda row: row.part):
        found.setdefault(row.part, {})[row.name] = row
    return found


def tile(tongue: Tongue, key: str, row: KpiRow, note: str = "") -> Tile:
    """A figure as a tile."""
    told, moved = value_text(tongue, row), change_of(tongue, row)
    if moved is None or row.previous is None or row.value is None:
        return Tile(key, told, row.value, note)
    return Tile(key, told, row.value, note, moved.verdict, moved.told, in_unit(tongue, row.previous, row.unit),
                row.value > row.previous)  # fmt: skip


def week_start(part: str) -> date:
    """The Monday of an ISO week.

    >>> week_start("2026-W53").isoformat()
    '2026-12-28'
    """
    year, _, number = part.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _week(tongue: Tongue, part: str) -> tuple[str, str]:
    """The short and the long name of a week."""
    number = str(int(part.rpartition("W")[2]))
    short = tongue.t("dashboard.week_short", number=number)
    return short, tongue.t("dashboard.week_long", number=number, day=tongue.date(week_start(part)))


def flow_chart(tongue: Tongue, client_id: str, figures: Mapping[str, KpiRow], weeks: Weeks) -> Plot:
    """What came beside what left, week by week."""
    heads = [tongue.t(f"dashboard.flow.{name}") for name in ("received", "exported", "rejected")]
    names = ("documents_received", "documents_exported", "documents_rejected")
    bins, most = [], ("", -1.0)
    for part, row in weeks.items():
        values = [_value(row.get(name)) for name in names]
        bins.append(Bin(*_week(tongue, part), ((values[0],), (values[1], values[2]))))
        most = max(most, (part, values[0]), key=lambda pair: pair[1])
    came, left, refused = (tongue.number(_value(figures.get(name)), 0) for name in names)
    says = "" if not most[0] else tongue.t(
        "dashboard.flow.says", received=came, exported=left, rejected=refused, week=_week(tongue, most[0])[1]
    )  # fmt: skip
    frame = Frame(f"flow-{client_id}", tongue.t("dashboard.flow.title"), f"{says} {tongue.t('dashboard.cut')}",
                  (tongue.t("dashboard.week"), *heads))  # fmt: skip
    series = [Series(head, pattern) for head, pattern in zip(heads, (5, 0, 1), strict=True)]
    return columns(frame, series, bins if any(sum(map(sum, one.stacks)) for one in bins) else (),
                   lambda value: tongue.number(value, 0))  # fmt: skip


def _value(row: KpiRow | None) -> float:
    return (row.value if row else None) or 0.0


def trend_chart(tongue: Tongue, client_id: str, line: Lines, weeks: Weeks) -> Plot:
    """A share week by week with its interval; weeks of few documents are drawn, but not spoken of."""
    points, spoken = [], []
    for part, rows in weeks.items():
        row = rows.get(line.name)
        low, high = wilson(int(row.numerator or 0), int(row.denominator or 0)) if row else (0.0, 1.0)
        value = row.value if row else None
        counted = f"{tongue.number(row.numerator)} / {tongue.number(row.denominator)}" if row else "–"
        short, name = _week(tongue, part)
        points.append(Point(short, name, value, low, high, counted))
        if row and value is not None and (row.denominator or 0) >= FEW:
            spoken.append((name, tongue.percent(value)))
    key = f"dashboard.{line.key}"
    says = ""
    if spoken:
        (before, first), (week, last) = spoken[0], spoken[-1]
        is_one = len(spoken) == 1
        says = tongue.t(
            f"{key}.says_one" if is_one else f"{key}.says", last=last, week=week, first=first, before=before
        )
    heads = (tongue.t("dashboard.week"), tongue.t(f"{key}.value"), tongue.t("dashboard.through.interval"),
             tongue.t("dashboard.through.counted"))  # fmt: skip
    return trend(Frame(f"{line.key}-{client_id}", tongue.t(f"{key}.title"), says, heads), points, tongue.percent)


def spread_chart(tongue: Tongue, client_id: str, rows: Sequence[KpiRow]) -> Plot:
    """How many documents took how many business hours."""
    found = {row.label: _value(row) for row in rows if row.name == "turnaround_spread"}
    figures, all_of_them = whole(rows), found.pop("", 0.0)
    keys = [*(f"to_{step}" for step in STEPS), "more"]
    bins = [Bin(tongue.t(f"dashboard.spread.{key}"), tongue.t(f"kpi_hours.{key}"), ((found.get(key, 0.0),),))
            for key in keys]  # fmt: skip
    says = ""
    if all_of_them:
        in_a_day = sum(found.get(f"to_{step}", 0.0) for step in STEPS if step <= 8) / all_of_them
        says = tongue.t("dashboard.spread.says", median=value_text(tongue, figures["turnaround_median"]),
                        p90=value_text(tongue, figures["turnaround_p90"]), day=tongue.percent(in_a_day))  # fmt: skip
    heads = (tongue.t("dashboard.spread.hours"), tongue.t("dashboard.spread.documents"))
    frame = Frame(f"spread-{client_id}", tongue.t("dashboard.spread.title"), says, heads)
    plot = columns(frame, [Series(heads[1], 0)], bins if all_of_them else (), lambda value: tongue.number(value, 0))
    shares = [tongue.percent(found.get(key, 0.0) / all_of_them) for key in keys] if all_of_them else []
    return replace(plot, frame=plot.frame._replace(heads=(*heads, tongue.t("dashboard.spread.share"))),
                   rows=tuple((*row, share) for row, share in zip(plot.rows, shares, strict=True)))  # fmt: skip


def pareto_chart(tongue: Tongue, client_id: str, rows: Sequence[KpiRow]) -> BarChart:
    """What needed people, by the minutes that it cost them, the dearest first; how many documents beside it."""
    words = {row.label: label_text(tongue, row) for row in rows if row.name == "exception_minutes" and row.label}
    minutes = {row.label: _value(row) for row in rows if row.name == "exception_minutes" and row.label}
    counts = {row.label: row.numerator for row in rows if row.name == "exception_rate"}
    ranked = pareto(minutes)
    given = [Given(words[one.label], [one.value], [in_unit(tongue, one.value, "minutes")],
                   f"{in_unit(tongue, one.value, 'minutes')} · {tongue.percent(one.cumulative)}")
             for one in ranked[:_REASONS]]  # fmt: skip
    rate = whole(rows).get("exception_rate")
    says = "" if not ranked or rate is None else tongue.t(
        "dashboard.pareto.says", share=share_words(tongue, ranked[0].share), reason=words[ranked[0].label],
        rate=value_text(tongue, rate))  # fmt: skip
    heads = tuple(tongue.t(f"dashboard.pareto.{key}") for key in ("reason", "documents", "minutes", "share", "sum"))
    table = tuple((words[one.label], tongue.number(counts.get(one.label)) or "–", tongue.number(one.value, 1),
                   tongue.percent(one.share), tongue.percent(one.cumulative)) for one in ranked)  # fmt: skip
    chart = bars(f"pareto-{client_id}", tongue.t("dashboard.pareto.title"), says, given, heads=("",), columns=heads)
    return replace(chart, rows=table)


def share_words(tongue: Tongue, share: float) -> str:
    """A share as people say it, where it is near to a round one."""
    key = next((key for least, key in _SHARES if share >= least), "")
    least = {key: least for least, key in _SHARES}.get(key, 0.0)
    return tongue.t(f"dashboard.share.{key}") if key and share < least + _WIDTHS[key] else tongue.percent(share)


def age_chart(
    tongue: Tongue, client_id: str, due: Sequence[datetime | None], office: BusinessCalendar, at: datetime
) -> BarChart:  # fmt: skip
    """Open documents by the business hours that they have left."""
    edges = [(key, hours > 0, office.add_hours(at, hours) if hours else at) for key, hours in AGES]
    counts = dict.fromkeys([*(key for key, _ in AGES), "b_more", "b_none"], 0)
    for one in due:
        counts[_age_of(one, edges)] += 1
    heads = [tongue.t(f"dashboard.age.{kind}") for kind in _KINDS]
    given = []
    for key, count in counts.items():
        kind, told = _KIND_OF.get(key, 2), tongue.number(count, 0)
        values = [float(count) if place == kind else 0.0 for place in range(len(_KINDS))]
        given.append(Given(tongue.t(f"dashboard.age.{key}"), values, [told] * len(_KINDS), told))
    chart = bars(f"age-{client_id}", tongue.t("dashboard.age.title"), _age_says(tongue, counts),
                 given if due else (), heads=heads, columns=())  # fmt: skip
    rows = tuple((one.name, heads[_KIND_OF.get(key, 2)], one.told) for key, one in zip(counts, given, strict=True))
    columns = tuple(tongue.t(f"dashboard.age.{key}") for key in ("bucket", "kind", "documents"))
    return replace(chart, rows=rows, columns=columns)


def _age_of(due: datetime | None, edges: Sequence[tuple[str, bool, datetime]]) -> str:
    """The part of time in which a document is due; it is late only after the moment itself."""
    if due is None:
        return "b_none"
    return next((key for key, takes_edge, edge in edges if due < edge or (takes_edge and due == edge)), "b_more")


def _age_says(tongue: Tongue, counts: Mapping[str, int]) -> str:
    late, soon = counts["b_late8"] + counts["b_late"], counts["b_4"] + counts["b_8"]
    all_of_them = sum(counts.values())
    if late:
        return tongue.t("dashboard.age.says_late", n=late, all=all_of_them, soon=soon)
    if soon:
        return tongue.t("dashboard.age.says_soon", n=soon, all=all_of_them)
    return tongue.t("dashboard.age.says_calm", n=all_of_them)


def start_of(day: date, office: BusinessCalendar) -> datetime:
    """The first moment of a day where the office is."""
    return datetime.combine(day, time(0), ZoneInfo(office.timezone)).astimezone(UTC)
