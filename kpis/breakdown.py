"""Figures of a part of the documents: by supplier, channel, type, tier and week. CUTS says which figures are cut.

Counts add up: the parts of a dimension make the whole. Of suppliers the largest stand alone, the others together.
A week begins on Monday where the office is; figures of a week count what came, or left, in it.

>>> week_of(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Paris"))
'2026-W53'
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kpis.cases import Case, group
from kpis.compute import counts, errors, exceptions, first_pass, turnaround, work
from kpis.view import Basis, View, view_of
from models.history import Figure, History

DOCUMENT_DIMENSIONS = ("supplier", "channel", "document_type", "tier")
DIMENSIONS = (*DOCUMENT_DIMENSIONS, "week")
MOST_PARTS = 40  # of one dimension; the others are told together
OTHERS, UNKNOWN = "*", "-"  # parts: all smaller ones; documents of which it is not known
FEW = 5  # a figure of fewer documents than that says little, and is marked
_DAY = timedelta(days=1)

# Which figures are told of parts. Cost, intervals, stages and causes are those of the client as a whole.
CUTS = frozenset({
    "documents_received", "documents_exported", "documents_rejected", "documents_reopened", "turnaround_median",
    "turnaround_p90", "touch_time", "straight_through_rate", "first_time_right_rate", "rework_rate", "exception_rate",
    "error_rate", "first_pass_match_rate",
})  # fmt: skip
_FAMILIES: tuple[Callable[[View], Iterable[Figure]], ...] = (counts, turnaround, work, exceptions, errors, first_pass)


def break_down(
    history: History, start: datetime, end: datetime, basis: Basis | None = None, by: Iterable[str] = DIMENSIONS
) -> tuple[Figure, ...]:
    """The figures of CUTS for every part of the dimensions asked for."""
    return cut_view(view_of(history, start, end, basis or Basis()), by)


def cut_view(view: View, by: Iterable[str] = DIMENSIONS) -> tuple[Figure, ...]:
    """The figures of CUTS for every part of what a view shows."""
    found: list[Figure] = []
    view = _busy(view)
    for dimension in by:
        parts = _weeks(view) if dimension == "week" else _parts(view, dimension)
        for part, seen in parts:
            found += (
                replace(each, dimension=dimension, part=part)
                for family in _FAMILIES for each in family(seen)
                if each.name in CUTS and not each.label
            )  # fmt: skip
    return tuple(found)


def _parts(view: View, dimension: str) -> Iterator[tuple[str, View]]:
    """The parts in which something happened, the largest first."""
    groups = group(view.cases, dimension)
    order = sorted(groups, key=lambda part: (-len(groups[part]), part))
    kept = order if len(order) <= MOST_PARTS else order[: MOST_PARTS - 1]
    for part in kept:
        yield part or UNKNOWN, replace(view, cases=groups[part])
    rest: list[Case] = [case for part in order[len(kept) :] for case in groups[part]]
    if rest:
        yield OTHERS, replace(view, cases=rest)


def _busy(view: View) -> View:
    """The documents to which something happened in the period; what rests all the time is in no part."""
    return replace(view, cases=[
        case for case in view.cases
        if case.events[-1].at >= view.start or any(seen.at >= view.start for seen in case.corrections)
    ])  # fmt: skip


def _weeks(view: View) -> Iterator[tuple[str, View]]:
    """The weeks of the period in order, each with what moved in it; the first and the last may be cut short by it."""
    zone = ZoneInfo(view.basis.calendar.timezone)
    start, starts, ends = view.start, [], []
    while start < view.end:
        day = start.astimezone(zone).date()
        monday = day + _DAY * (7 - day.weekday())
        end = min(datetime.combine(monday, time(0), zone).astimezone(UTC), view.end)
        starts.append(start)
        ends.append(end)
        start = end
    cases: list[list[Case]] = [[] for _ in starts]
    for case in view.cases:
        times = (event.at for rows in (case.events, case.corrections) for event in rows)
        for week in {bisect_right(starts, at) for at in times if view.covers(at)}:
            cases[week - 1].append(case)
    for start, end, seen in zip(starts, ends, cases, strict=True):
        yield week_of(start, zone), replace(view, start=start, end=end, cases=seen)


def week_of(at: datetime, zone: ZoneInfo) -> str:
    """The ISO week of a moment, where the office is."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"
