"""Figures from what happened, and from nothing else: computed twice, they are the same.

A period is [start, end). Times in hours, shares in [0, 1]. Percentiles are of the nearest rank: a value that occurred.

>>> percentile([1.0, 2.0, 3.0, 10.0], 0.5), percentile([1.0, 2.0, 3.0, 10.0], 0.9)
(2.0, 10.0)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from math import ceil

from assurance import clopper_pearson, weighted_rate
from kpis.definitions import KPIS
from models.history import Audit, Event, Figure, History
from models.status import FINAL, Status

PERSON = "user:"  # how a person's acts are signed
EXCEPTION_STATES = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED})
_HOUR = 3600.0
_MINUTE = 60.0
UNKNOWN = "unknown"  # cause of a correction of which nobody said why


def compute(history: History, start: datetime, end: datetime) -> tuple[Figure, ...]:
    """Every figure of KPIS for the period [start, end), those with labels for each label too."""
    view = _Period(history, start, end)
    return tuple(figure for family in _FAMILIES for figure in family(view))


@dataclass(frozen=True)
class _Period:
    """A history seen from one period."""

    history: History
    start: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @cached_property
    def by_document(self) -> dict[str, list[Event]]:
        """The events of each document up to the end of the period, in order."""
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.history.events:
            if event.at < self.end:
                found[event.document_id].append(event)
        return found

    @cached_property
    def exported(self) -> dict[str, datetime]:
        """Documents that were first exported in the period, and when."""
        first: dict[str, datetime] = {}
        for event in self.history.events:
            if event.to_state == Status.EXPORTED:
                first.setdefault(event.document_id, event.at)
        return {document: at for document, at in first.items() if self.covers(at)}

    @cached_property
    def received(self) -> tuple[str, ...]:
        """Documents that came in during the period."""
        return tuple(name for name, events in self.by_document.items() if self.covers(events[0].at))


def _counts(view: _Period) -> Iterator[Figure]:
    rejected = {event.document_id for event in view.history.events
                if event.to_state == Status.REJECTED and view.covers(event.at)}  # fmt: skip
    standing = sum(events[-1].to_state not in FINAL for events in view.by_document.values())
    yield _figure("documents_received", len(view.received))
    yield _figure("documents_exported", len(view.exported))
    yield _figure("documents_rejected", len(rejected))
    yield _figure("documents_open", standing)


def _turnaround(view: _Period) -> Iterator[Figure]:
    hours = [(at - view.by_document[name][0].at).total_seconds() / _HOUR for name, at in view.exported.items()]
    yield from _both("turnaround", hours)


def _stages(view: _Period) -> Iterator[Figure]:
    stays: dict[str, list[float]] = defaultdict(list)
    for events in view.by_document.values():
        for event, following in pairwise(events):
            if view.covers(following.at):
                stays[event.to_state].append((following.at - event.at).total_seconds() / _HOUR)
    for state in Status:
        if state in stays:
            yield from _both("stage", stays[state], state.value)


def _both(name: str, hours: Sequence[float], label: str = "") -> Iterator[Figure]:
    for suffix, share in (("median", 0.5), ("p90", 0.9)):
        yield _figure(f"{name}_{suffix}", percentile(hours, share), label, denominator=len(hours))


def _touch_time(view: _Period) -> Iterator[Figure]:
    seconds = sum(touch.seconds for touch in view.history.touches
                  if touch.document_id in view.exported and touch.at < view.end)  # fmt: skip
    yield _ratio("touch_time", seconds, len(view.exported))


def _straight_through(view: _Period) -> Iterator[Figure]:
    touched = _human_acts(view)
    untouched = sum(name not in touched for name in view.exported)
    yield _ratio("straight_through_rate", untouched, len(view.exported))


def _human_acts(view: _Period) -> set[str]:
    """Documents on which a person acted before their first export."""
    acts = [
        *((event.document_id, event.at) for event in view.history.events if event.actor.startswith(PERSON)),
        *((touch.document_id, touch.at) for touch in view.history.touches),
        *((seen.document_id, seen.at) for seen in view.history.corrections),
    ]
    return {name for name, at in acts if name in view.exported and at <= view.exported[name]}


def _exceptions(view: _Period) -> Iterator[Figure]:
    stopped = [name for name in view.received
               if any(event.to_state in EXCEPTION_STATES for event in view.by_document[name])]  # fmt: skip
    yield _ratio("exception_rate", len(stopped), len(view.received))
    counts: dict[str, int] = defaultdict(int)
    for name in stopped:
        for reason in set(view.history.reasons.get(name, ())):
            counts[reason] += 1
    for reason, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield _ratio("exception_rate", count, len(view.received), reason)


def _errors(view: _Period) -> Iterator[Figure]:
    """A field counts once: as changed if any person changed it."""
    fields: dict[tuple[str, str], bool] = {}
    for seen in view.history.corrections:
        if view.covers(seen.at):
            key = (seen.document_id, seen.term)
            fields[key] = fields.get(key, False) or seen.changed
    changed = sum(fields.values())
    low, high = clopper_pearson(changed, len(fields)) if fields else (None, None)
    yield _ratio("error_rate", changed, len(fields))
    yield _figure("error_rate_low", low)
    yield _figure("error_rate_high", high)


def _audits(view: _Period) -> Iterator[Figure]:
    """What the audit sample says of all that was let through; by segment where there are several."""
    settled = [one for one in view.history.audits if view.covers(one.at)]
    yield from _audited(settled)
    segments = sorted({one.segment for one in settled if one.segment})
    for segment in segments if len(segments) > 1 else ():
        yield from _audited([one for one in settled if one.segment == segment], segment)


def _audited(settled: Sequence[Audit], label: str = "") -> Iterator[Figure]:
    rate = weighted_rate([(one.wrong, one.weight) for one in settled])
    known = bool(settled)
    value, unit = rate.value if known else None, KPIS["audited_error_rate"].unit
    errors = sum(one.wrong for one in settled)
    yield Figure("audited_error_rate", value, unit, label, errors, len(settled))
    yield _figure("audited_error_rate_low", rate.interval.low if known else None, label)
    yield _figure("audited_error_rate_high", rate.interval.high if known else None, label)


def _causes(view: _Period) -> Iterator[Figure]:
    """Changed fields and the time that they cost, as a whole and by cause; a field counts once, with its last cause."""
    causes: dict[str, dict[str, str]] = defaultdict(dict)
    for seen in view.history.corrections:
        if seen.changed and view.covers(seen.at):
            causes[seen.document_id][seen.term] = seen.cause or UNKNOWN
    minutes: dict[str, float] = defaultdict(float)
    for touch in view.history.touches:
        if touch.document_id in causes and touch.at < view.end:
            minutes[touch.document_id] += touch.seconds / _MINUTE
    counts: dict[str, float] = defaultdict(float)
    lost: dict[str, float] = defaultdict(float)
    for name, terms in causes.items():
        for cause in terms.values():
            counts[cause] += 1
            lost[cause] += minutes[name] / len(terms)
    yield from _ranked("corrections", counts)
    yield from _ranked("correction_minutes", {cause: round(spent, 2) for cause, spent in lost.items()})


def _ranked(name: str, parts: Mapping[str, float]) -> Iterator[Figure]:
    """The sum, then each part, the largest first."""
    yield _figure(name, sum(parts.values()))
    for label, value in sorted(parts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield _figure(name, value, label)


def _first_pass(view: _Period) -> Iterator[Figure]:
    outcomes = [view.history.matches[name] for name in view.received if name in view.history.matches]
    yield _ratio("first_pass_match_rate", sum(outcome == "match" for outcome in outcomes), len(outcomes))


_FAMILIES: tuple[Callable[[_Period], Iterable[Figure]], ...] = (
    _counts, _turnaround, _stages, _touch_time, _straight_through, _exceptions, _errors, _audits, _causes, _first_pass,
)  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all values do not exceed; None where there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else None


def _ratio(name: str, numerator: float, denominator: int, label: str = "") -> Figure:
    value = numerator / denominator if denominator else None
    return Figure(name, value, KPIS[name].unit, label, numerator, denominator)


def _figure(name: str, value: float | None, label: str = "", denominator: int | None = None) -> Figure:
    return Figure(name, value, KPIS[name].unit, label, denominator=denominator)
