"""How probable it is that each open document is late: the queue is simulated, and the result calibrated.

Everything is in business hours from now. Reviewers take the document with the least slack (earliest time limit first);
how many work in which hour is handed in, handling times are lognormal, and what will come in and is due earlier takes
its part of their time. The share of runs in which a document is done
after its limit is a first probability; a logistic on it and on what the simulation does not know (the queue ahead, the
hour of the day, the kind of exception, the slack) makes of it the one that is shown. The coefficients were fitted by
`bench/breach.py` on a generated history; `fit` makes others from a history of one's own.

>>> jobs = (Job("a", slack=0.5), Job("b", slack=8.0))
>>> simulate(jobs, (1.0,) * 16, Handling.of_minutes((20.0,) * 30), runs=50)
{'a': 0.0, 'b': 0.0}
>>> simulate((Job("late", slack=-1.0),), (1.0,) * 16, Handling.of_minutes((20.0,) * 30), runs=50)
{'late': 1.0}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RUNS = 200
SEED = 20261122
_HORIZON = 400.0  # business hours that are looked at; the staffing profile is repeated until then
_MOST = 2000  # documents that are simulated one by one: those behind them have time
_LEAST, _NORMAL_MINUTES, _NORMAL_SPREAD = 20, 4.0, 0.8  # touches that tell more than the office's assumption
_EDGE = 1e-3
_ROUNDS = 50
_RIDGE = 1e-2
EXCEPTIONS = ("amount", "supplier", "order", "reading", "none")


@dataclass(frozen=True, slots=True)
class Job:
    """An open document. `work` is how many times the usual effort it needs; `ready` when it can be begun."""

    document_id: str
    slack: float
    work: float = 1.0
    ready: float = 0.0
    exception: str = "none"


@dataclass(frozen=True, slots=True)
class Handling:
    """Handling time of one document: lognormal, in hours."""

    mu: float
    sigma: float

    @classmethod
    def of_minutes(cls, touches: Sequence[float], assumed: float = _NORMAL_MINUTES) -> Handling:
        """Fitted from measured minutes; the office's assumption where there are too few."""
        logs = np.log([max(each, 1 / 60) / 60 for each in touches] or [assumed / 60])
        if len(touches) < _LEAST:
            return cls(log(assumed / 60) - _NORMAL_SPREAD**2 / 2, _NORMAL_SPREAD)
        return cls(float(logs.mean()), float(max(logs.std(), 0.05)))

    @property
    def mean(self) -> float:
        """Hours on average."""
        return float(np.exp(self.mu + self.sigma**2 / 2))


class Inflow(NamedTuple):
    """Documents for people that come in: so many a business hour, due so many business hours later."""

    rate: float
    limit: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic, in the order of `features`."""

    weights: tuple[float, ...]

    def probability(self, rows: Floats) -> Floats:
        """Calibrated probabilities of rows of features."""
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(rows @ np.asarray(self.weights), -30, 30))), dtype=np.float64)


FEATURES = ("one", "simulated", "ahead", "slack", "hour", *(f"exception_{name}" for name in EXCEPTIONS[:-1]))


def simulate(
    jobs: Sequence[Job], staff: Sequence[float], handling: Handling, inflow: Sequence[Inflow] = (), *,
    runs: int = RUNS, seed: int = SEED,
) -> dict[str, float]:  # fmt: skip
    """The share of runs in which each document is late.

    Args:
        jobs: Open documents whose clock runs.
        staff: Reviewers at work in each business hour from now on; 0.5 is one who is there half of the time.
        handling: How long one takes.
        inflow: What comes in meanwhile, by time limit.
        runs: More is finer: the error of a share of one half is 1 / (2 sqrt(runs)).
        seed: The same seed gives the same result.
    """
    order = sorted(jobs, key=lambda job: (job.slack, job.document_id))
    found = {job.document_id: 1.0 if job.slack <= 0 else 0.0 for job in order}
    desks = _desks(staff)
    if not desks:
        return dict.fromkeys(found, 1.0)
    chance = np.random.default_rng(seed)
    used = np.zeros((runs, len(desks)))  # hours that each has worked so far
    every, overtaken = np.arange(runs), np.zeros(runs)  # hours of work on what came later and was due earlier
    for job in order[:_MOST]:
        free = _free(used, desks)
        if inflow:
            more = np.maximum(_ahead(inflow, job.slack, free.min(axis=1)) * handling.mean - overtaken, 0.0)
            overtaken += more
            used += more[:, None] / len(desks)
            free = _free(used, desks)
        chosen = np.maximum(free, job.ready).argmin(axis=1)
        begun = np.maximum(free[every, chosen], job.ready)
        hours = chance.lognormal(handling.mu, handling.sigma, runs) * job.work
        done = np.empty(runs)
        for each, (worked, clock) in enumerate(desks):
            mine = chosen == each
            done[mine] = np.interp(np.interp(begun[mine], clock, worked) + hours[mine], worked, clock)
            used[mine, each] += hours[mine]  # nobody sits and waits for a document that was put off
        found[job.document_id] = float((done > job.slack).mean()) if job.slack > 0 else 1.0
    return found


def _free(used: Floats, desks: Sequence[tuple[Floats, Floats]]) -> Floats:
    """When each desk has worked off what it has, a column a desk."""
    return np.stack([np.interp(used[:, each], *desk) for each, desk in enumerate(desks)], axis=1)


def _ahead(inflow: Sequence[Inflow], slack: float, begun: Floats) -> Floats:
    """How many documents come in before a moment and are due before a document of this slack."""
    found = np.zeros_like(begun)
    for each in inflow:
        found += each.rate * np.minimum(begun, max(slack - each.limit, 0.0))
    return found


def _desks(staff: Sequence[float]) -> list[tuple[Floats, Floats]]:
    """Of each desk, hours worked and the time at which so much is worked: a line with a bend at each hour.

    The second desk is taken in hours in which more than one works, and so on.
    """
    if not staff or max(staff) <= 0:
        return []
    repeats = int(_HORIZON // len(staff)) + 1
    profile = np.tile(np.asarray(staff, dtype=np.float64), repeats)
    clock = np.arange(len(profile) + 1, dtype=np.float64)
    desks = []
    for each in range(int(np.ceil(profile.max()))):
        share = np.clip(profile - each, 0.0, 1.0)
        # A hair of work in hours off keeps the line rising, so that it can be read both ways.
        desks.append((np.concatenate(([0.0], np.cumsum(np.maximum(share, 1e-9)))), clock))
    return desks


def earliest_due_rule(jobs: Sequence[Job], staff: Sequence[float], handling: Handling) -> dict[str, float]:
    """The plain rule to beat: late if the average work of all ahead does not fit before the limit. 0 or 1."""
    ordered = sorted(jobs, key=lambda job: (job.slack, job.document_id))
    profile = np.tile(np.asarray(staff, dtype=np.float64), int(_HORIZON // max(len(staff), 1)) + 1)
    capacity = np.concatenate(([0.0], np.cumsum(profile)))
    found, load = {}, 0.0
    for job in ordered:
        load += job.work * handling.mean
        fits = float(np.interp(max(job.slack, 0.0), np.arange(len(capacity)), capacity))
        found[job.document_id] = float(load > fits or job.slack <= 0)
    return found


def features(jobs: Sequence[Job], simulated: Mapping[str, float], hour: float) -> Floats:
    """Rows of features, one a job in its order; `hour` is the hour of the business day, from its opening."""
    ranks = {
        job.document_id: rank for rank, job in enumerate(sorted(jobs, key=lambda job: (job.slack, job.document_id)))
    }
    rows = []
    for job in jobs:
        share = min(max(simulated[job.document_id], _EDGE), 1 - _EDGE)
        slack = min(max(job.slack, -20.0), 40.0)
        kinds = [float(job.exception == name) for name in EXCEPTIONS[:-1]]
        rows.append([1.0, log(share / (1 - share)), log(1 + ranks[job.document_id]) / 5,
                     (sqrt(slack) if slack >= 0 else -sqrt(-slack)) / 3, hour / 10, *kinds])  # fmt: skip
    return np.asarray(rows, dtype=np.float64).reshape(-1, len(FEATURES))


def fit(rows: Floats, late: Sequence[bool]) -> Calibration:
    """A logistic with a little ridge, by Newton's method."""
    wanted = np.asarray(late, dtype=np.float64)
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        found = Calibration(tuple(weights)).probability(rows)
        slope = rows.T @ (wanted - found) - _RIDGE * weights
        bend = (rows * (found * (1 - found))[:, None]).T @ rows + _RIDGE * np.eye(rows.shape[1])
        step = np.linalg.solve(bend, slope)
        weights += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return Calibration(tuple(round(float(each), 4) for each in weights))


def breach_risk(
    jobs: Sequence[Job], staff: Sequence[float], handling: Handling, inflow: Sequence[Inflow], hour: float
) -> dict[str, float]:
    """The calibrated probability that each document is late; one that is late already: 1."""
    if not jobs:
        return {}
    simulated = simulate(jobs, staff, handling, inflow)
    chances = SHIPPED.probability(features(jobs, simulated, hour))
    return {job.document_id: 1.0 if job.slack <= 0 else float(chance)
            for job, chance in zip(jobs, chances, strict=True)}  # fmt: skip


# Fitted by `python bench/breach.py`, which prints them.
SHIPPED = Calibration((-2.0632, 0.6383, 7.7535, -3.1104, 0.5036, -0.192, 1.0538, 1.1609, 0.1297))
