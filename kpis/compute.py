"""Figures from what happened, and from nothing else: computed twice, they are the same.

A period is [start, end). Times in hours, shares in [0, 1]. Percentiles are of the nearest rank: a value that occurred.
Sums are exact (`fsum`), so the order of rows changes nothing.

>>> percentile([1.0, 2.0, 3.0, 10.0], 0.5), percentile([1.0, 2.0, 3.0, 10.0], 0.9)
(2.0, 10.0)
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from math import fsum

from assurance import clopper_pearson, weighted_rate
from kpis.cases import reject_code
from kpis.costs import parts_of, spent_in
from kpis.definitions import KPIS
from kpis.opening import HOUR
from kpis.view import Basis, View, figure, hours, percentile, ranked, ratio, view_of
from models.history import Audit, Figure, History
from models.overriding import kind_of_override
from models.status import Status

_MINUTE = 60.0
STEPS = (1, 2, 4, 8, 16, 24, 40)  # business hours at which the spread of the turnaround is cut
UNKNOWN = "unknown"  # cause of a correction, or of a stop, of which nobody said why
_HALF, _NINE_OF_TEN = ("median", 0.5), ("p90", 0.9)


def compute(history: History, start: datetime, end: datetime, basis: Basis | None = None) -> tuple[Figure, ...]:
    """Every figure of KPIS for the period [start, end), those with labels for each label too."""
    return compute_view(view_of(history, start, end, basis or Basis()))


def compute_view(view: View) -> tuple[Figure, ...]:
    """Every figure of the documents that a view shows."""
    return tuple(each for family in _FAMILIES for each in family(view))


def counts(view: View) -> Iterator[Figure]:
    """How many came, went, stand."""
    codes: dict[str, int] = defaultdict(int)
    for case in view.cases:
        rejected = case.last_rejected  # the last one alone: weeks add up to the period
        if rejected and view.covers(rejected.at):
            codes[reject_code(rejected.reason)] += 1
    yield figure("documents_received", len(view.received))
    yield figure("documents_exported", len(view.exported))
    yield from ranked("documents_rejected", codes, sum(codes.values()))
    yield figure("documents_open", sum(case.is_open for case in view.cases))


def turnaround(view: View) -> Iterator[Figure]:
    """Received to first exported: working hours, and hours on the wall."""
    lasted = [case.lasted for case, _ in view.exported]
    yield from _both("turnaround", lasted)
    yield from ranked("turnaround_spread", Counter(step_of(each) for each in lasted), len(lasted))
    yield from _both("turnaround_calendar", [hours(case.received, at) for case, at in view.exported])


def step_of(lasted: float) -> str:
    """The part of the spread in which a turnaround lies.

    >>> step_of(0.0), step_of(1.0), step_of(8.1), step_of(41.0)
    ('to_1', 'to_1', 'to_16', 'more')
    """
    place = bisect_left(STEPS, lasted)
    return f"to_{STEPS[place]}" if place < len(STEPS) else "more"


def _stages(view: View) -> Iterator[Figure]:
    worked: dict[str, list[float]] = defaultdict(list)
    passed: dict[str, list[float]] = defaultdict(list)
    for case in view.moved:
        clocked = pairwise([view.clock.worked(event.at) for event in case.events])
        for (event, following), (begun, ended) in zip(pairwise(case.events), clocked, strict=True):
            if view.covers(following.at):
                worked[event.to_state].append((ended - begun) / HOUR)
                passed[event.to_state].append(hours(event.at, following.at))
    for state in Status:
        if state in worked:
            yield from _both("stage", worked[state], state.value)
            yield from _both("stage_calendar", passed[state], state.value)


def _both(name: str, lasted: Sequence[float], label: str = "") -> Iterator[Figure]:
    for suffix, share in (_HALF, _NINE_OF_TEN):
        yield figure(f"{name}_{suffix}", percentile(lasted, share), label, denominator=len(lasted))


def work(view: View) -> Iterator[Figure]:
    """What people had to do with the documents that left."""
    exported = [case for case, _ in view.exported]
    yield ratio("touch_time", fsum(spent for case in exported for spent in case.seconds), len(exported))
    yield ratio("straight_through_rate", sum(not case.by_hand for case in exported), len(exported))
    wrong = sum(
        case.changed or bool(case.last_reopened) or any(audit.wrong for audit in case.audits) for case in exported
    )
    yield ratio("first_time_right_rate", len(exported) - wrong, len(exported))
    yield figure("documents_reopened", sum(view.covers(case.last_reopened) for case in view.cases))
    yield ratio("rework_rate", sum(bool(case.last_reopened) for case in exported), len(exported))


def exceptions(view: View) -> Iterator[Figure]:
    """What needed a person, why, and the minutes that it took."""
    stopped = [case for case in view.received if case.stopped]
    numbers: dict[str, int] = defaultdict(int)
    minutes: dict[str, list[float]] = defaultdict(list)
    for case in stopped:
        reasons = sorted(set(case.reasons))
        for reason in reasons:
            numbers[reason] += 1
        spent = fsum(touch.seconds for touch in case.touches) / _MINUTE
        for reason in reasons or [UNKNOWN]:
            minutes[reason].append(spent / len(reasons or [UNKNOWN]))
    yield ratio("exception_rate", len(stopped), len(view.received))
    for reason, count in sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0])):
        yield ratio("exception_rate", count, len(view.received), reason)
    lost = {reason: round(fsum(parts), 2) for reason, parts in minutes.items()}
    yield from ranked("exception_minutes", {name: spent for name, spent in lost.items() if spent}, _total(lost))


def _total(parts: dict[str, float]) -> float:
    return round(fsum(parts.values()), 2)


def errors(view: View) -> Iterator[Figure]:
    """A field counts once: as changed if any person changed it."""
    fields: dict[tuple[str, str], bool] = {}
    for case in view.cases:
        for seen in case.corrections:
            if view.covers(seen.at):
                key = (seen.document_id, seen.term)
                fields[key] = fields.get(key, False) or seen.changed
    changed = sum(fields.values())
    low, high = clopper_pearson(changed, len(fields)) if fields else (None, None)
    yield ratio("error_rate", changed, len(fields))
    yield figure("error_rate_low", low)
    yield figure("error_rate_high", high)


def _audits(view: View) -> Iterator[Figure]:
    """What the audit sample says of all that was let through; by segment where there are several."""
    settled = sorted((one for one in view.history.audits if view.covers(one.at)),
                     key=lambda one: (one.at, one.segment, one.weight, one.wrong))  # fmt: skip
    yield from _audited(settled)
    segments = sorted({one.segment for one in settled if one.segment})
    for segment in segments if len(segments) > 1 else ():
        yield from _audited([one for one in settled if one.segment == segment], segment)


def _audited(settled: Sequence[Audit], label: str = "") -> Iterator[Figure]:
    rate = weighted_rate([(one.wrong, one.weight) for one in settled])
    known = bool(settled)
    value, unit = rate.value if known else None, KPIS["audited_error_rate"].unit
    wrong = sum(one.wrong for one in settled)
    yield Figure("audited_error_rate", value, unit, label, wrong, len(settled))
    yield figure("audited_error_rate_low", rate.interval.low if known else None, label)
    yield figure("audited_error_rate_high", rate.interval.high if known else None, label)


def _causes(view: View) -> Iterator[Figure]:
    """Changed fields and the time that they cost, as a whole and by cause; a field counts once, with its last cause."""
    numbers: dict[str, int] = defaultdict(int)
    minutes: dict[str, list[float]] = defaultdict(list)
    for case in view.cases:
        causes = {seen.term: seen.cause or UNKNOWN for seen in case.corrections
                  if seen.changed and view.covers(seen.at)}  # fmt: skip
        spent = fsum(touch.seconds for touch in case.touches) / _MINUTE
        for cause in causes.values():
            numbers[cause] += 1
            minutes[cause].append(spent / len(causes))
    yield from ranked("corrections", numbers, sum(numbers.values()))
    lost = {cause: round(fsum(parts), 2) for cause, parts in minutes.items()}
    yield from ranked("correction_minutes", lost, _total(lost))


def first_pass(view: View) -> Iterator[Figure]:
    """What matched without a variance at the first try."""
    outcomes = [case.match for case in view.received if case.match]
    yield ratio("first_pass_match_rate", sum(outcome == "match" for outcome in outcomes), len(outcomes))


def _overrides(view: View) -> Iterator[Figure]:
    """Holds that a person released, by what they were held for, and duplicates that a person let in again."""
    found: dict[str, int] = defaultdict(int)
    for case in view.moved:
        for before, event in pairwise(case.events):
            kind = kind_of_override(event.from_state, event.to_state, event.actor, event.reason)
            if kind and view.covers(event.at):
                held_for = before.reason.partition(" ")[0] or UNKNOWN
                found[held_for if kind == "release" else Status.DUPLICATE.value] += 1
    yield from ranked("alert_overrides", found, sum(found.values()))


def _costs(view: View) -> Iterator[Figure]:
    """Cost per invoice that left, and its parts."""
    costs = view.basis.costs
    spent = spent_in(view.history, view.cases, costs, view.start, view.end)
    parts = parts_of(spent, costs, view.start, view.end)
    for label, amount in ({"": sum(parts.values(), Decimal(0))} | parts).items():
        value = float(round(amount / spent.exported, 4)) if spent.exported else None
        yield Figure("cost_per_invoice", value, costs.currency, label, float(amount), spent.exported)


_FAMILIES: tuple[Callable[[View], Iterable[Figure]], ...] = (
    counts, turnaround, _stages, work, exceptions, errors, _audits, _causes, first_pass, _overrides, _costs,
)  # fmt: skip
