"""How many reviewers each hour asks for: by simulation of the queue, with Erlang C beside it as the quick number.

Erlang C is right for steady arrivals only; a morning peak makes it promise what does not come (L. Green, P. Kolesar
and W. Whitt, POM 16, 2007). The simulation draws volumes from the forecast's bands, arrivals from the hours in which
documents came, handling times from a lognormal, and serves by due time. What is left at closing waits for tomorrow.
Minutes are minutes of work, shares in [0, 1].

>>> round(erlang_c(5, 4.0), 3), reviewers_by_erlang(60.0, 4.0, 30.0, 0.95)
(0.554, 5)
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log, sqrt
from typing import NamedTuple

from kpis.shifts import Outcome, Piece, Slot, later, try_rosters

RUNS = 20  # simulated weeks for one figure
WEEK = 5  # days in a row: what is left at closing comes due tomorrow
MOST = 200  # reviewers at most in one hour
_NORMAL90 = 1.2816  # quantile of the normal distribution at 0.9


class Goal(NamedTuple):
    """Documents of one kind: their share, and the minutes in which they are to be settled."""

    share: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Demand:
    """One day's work: documents for people with the ends of the 80 % band, when they come, how long each takes."""

    expected: float
    low: float
    high: float
    slots: tuple[Slot, ...]
    median_minutes: float
    spread: float  # sigma of the lognormal handling time
    goals: tuple[Goal, ...] = (Goal(1.0, 240.0),)
    at_opening: float = 0.0  # share that came while the office was closed

    @property
    def mean_minutes(self) -> float:
        """Of one document."""
        return self.median_minutes * exp(self.spread**2 / 2)


@dataclass(frozen=True, slots=True)
class Plan:
    """Reviewers for each slot of a day, what the plan came to, and what Erlang C would have said."""

    slots: tuple[Slot, ...]
    reviewers: tuple[int, ...]
    by_erlang: tuple[int, ...]
    outcome: Outcome
    erlang_outcome: Outcome

    @property
    def hours(self) -> float:
        """Hours of people in the plan."""
        return sum(n * (slot.end - slot.begin) / 60 for n, slot in zip(self.reviewers, self.slots, strict=True))


# --- the quick number ---


def erlang_c(servers: int, load: float) -> float:
    """Probability that a document has to wait, with `load` erlangs offered (A. K. Erlang, 1917)."""
    if load >= servers:
        return 1.0
    blocked = 1.0
    for k in range(1, servers + 1):  # Erlang B by its recursion, then C from B
        blocked = load * blocked / (k + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def reviewers_by_erlang(per_hour: float, minutes: float, goal: float, share: float) -> int:
    """Servers with which `share` of documents is settled within `goal` minutes, were arrivals steady."""
    load = per_hour * minutes / 60
    for servers in range(max(1, ceil(load)), MOST):
        patience = max(goal - minutes, 0.0)  # the wait that is left when the work itself is done
        if 1 - erlang_c(servers, load) * exp(-(servers - load) * patience / minutes) >= share:
            return servers
    return MOST


# --- the simulation ---


def plan_day(demand: Demand, share: float, *, seed: int = 1, runs: int = RUNS, backlog: int = 0) -> Plan:
    """The fewest reviewers an hour with which `share` of the documents is settled in time, as simulated.

    Starts from what the work of each hour needs, adds a reviewer where most of the late ones waited until the goal is
    reached, then takes away whoever is not needed.
    """
    weeks = _weeks(demand, seed, runs, backlog)
    reviewers = [ceil(demand.expected * slot.share * demand.mean_minutes / (slot.end - slot.begin))
                 for slot in demand.slots]  # fmt: skip
    while True:
        outcome, late = try_rosters(weeks, demand.slots, [reviewers])
        if outcome.attainment >= share or sum(reviewers) >= MOST:
            break
        reviewers[max(range(len(reviewers)), key=late.__getitem__)] += 1
    outcome = _thin(weeks, demand.slots, reviewers, share, outcome)
    quick = tuple(_quick(demand, slot, share) for slot in demand.slots)
    return Plan(demand.slots, tuple(reviewers), quick, outcome, try_rosters(weeks, demand.slots, [quick])[0])


def try_plan(demand: Demand, reviewers: Sequence[int], *, seed: int = 1, runs: int = RUNS) -> Outcome:
    """What a given plan comes to on days drawn from a demand."""
    weeks = _weeks(demand, seed, runs, 0)
    return try_rosters(weeks, demand.slots, [reviewers])[0]


def work_through(
    days: Sequence[Sequence[tuple[float, float, float]]], slots: Sequence[Slot], reviewers: Sequence[Sequence[int]]
) -> Outcome:
    """Work through one week as it came.

    Args:
        days: Of each day its documents: minute of the day, minutes of work until due, minutes that it takes.
        slots: The hours of work of every day.
        reviewers: People in each slot, day by day.
    """
    week = [sorted(Piece(came, later(slots, came, goal), takes) for came, goal, takes in day) for day in days]
    return try_rosters([week], slots, reviewers)[0]


def _weeks(demand: Demand, seed: int, runs: int, backlog: int) -> list[list[list[Piece]]]:
    """Simulated weeks of such days; the backlog lies there on the first morning."""
    chances = [random.Random(seed * 1_000_003 + run) for run in range(runs)]  # noqa: S311 - a simulation
    return [[_draw(demand, chance, 0 if day else backlog) for day in range(WEEK)] for chance in chances]


def _quick(demand: Demand, slot: Slot, share: float) -> int:
    per_hour = demand.expected * slot.share / ((slot.end - slot.begin) / 60)
    tightest = min((goal.minutes for goal in demand.goals), default=60.0)
    return reviewers_by_erlang(per_hour, demand.mean_minutes, tightest, share) if per_hour else 0


def _thin(
    weeks: Sequence[Sequence[Sequence[Piece]]], slots: Sequence[Slot], reviewers: list[int], share: float,
    outcome: Outcome,
) -> Outcome:  # fmt: skip
    """Take away reviewers one at a time, from the end of the day on, as long as the goal holds."""
    for at in reversed(range(len(reviewers))):
        while reviewers[at]:
            reviewers[at] -= 1
            tried = try_rosters(weeks, slots, [reviewers])[0]
            if tried.attainment < share:
                reviewers[at] += 1
                break
            outcome = tried
    return outcome


def _draw(demand: Demand, chance: random.Random, backlog: int) -> list[Piece]:
    """The documents of one day, in the order in which they come."""
    slots = demand.slots
    opening = slots[0].begin if slots else 0.0
    weights = [slot.share for slot in slots]
    pieces = [_piece(demand, chance, opening) for _ in range(backlog)]
    for _ in range(_volume(demand, chance) if any(weights) else 0):
        slot = chance.choices(slots, weights)[0]
        is_early = chance.random() < demand.at_opening
        pieces.append(_piece(demand, chance, opening if is_early else chance.uniform(slot.begin, slot.end)))
    return sorted(pieces)


def _piece(demand: Demand, chance: random.Random, came: float) -> Piece:
    goal = chance.choices(demand.goals, [each.share for each in demand.goals])[0]
    takes = demand.median_minutes * exp(chance.gauss(0.0, demand.spread))
    return Piece(came, later(demand.slots, came, goal.minutes), takes)


def _volume(demand: Demand, chance: random.Random) -> int:
    """A day's count: lognormal through the ends of the forecast's 80 % band."""
    if demand.expected <= 0:
        return 0
    low, high = max(demand.low, 0.5), max(demand.high, 0.5)
    spread = max(log(high / low) / (2 * _NORMAL90), 0.0)
    centre = sqrt(low * high) if spread else demand.expected
    return round(centre * exp(chance.gauss(0.0, spread)))
