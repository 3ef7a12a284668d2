"""How well the risk of a late document is foretold: on a generated history, against the earliest-due rule.

    python bench/breach.py [--days 240] [--seed 1] [--json]

The generated office differs from what the simulation assumes: reviewers are ill, take one document in seven out of
order, exceptions take longer and some wait overnight for a second look, arrivals have a morning peak and a month end.
Twice a day every waiting document is foretold. The logistic is fitted on the first 60 % of the days and judged on the
rest. AUC, Brier score, and skill = 1 - Brier / Brier of the rule; the base rate's skill stands beside it. Targets: AUC
at least .85, skill against the rule at least .2.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from kpis.breach import SHIPPED, Floats, Handling, Inflow, Job, earliest_due_rule, features, fit, simulate

DAY_MINUTES = 510  # 8.5 business hours
STAFF = (2.0, 3.0, 3.0, 3.0, 2.0, 3.0, 3.0, 2.0, 2.0)  # reviewers in each hour of the day
MINUTES = {"none": 3.0, "reading": 4.0, "amount": 5.0, "supplier": 7.0, "order": 9.0}
SHARES = (0.35, 0.25, 0.15, 0.1, 0.15)
TRAINED = 0.6
INFLOW = tuple(Inflow(19.0 * share, hours) for hours, share in ((4.0, 0.2), (8.5, 0.5), (16.0, 0.3)))  # measured lately


@dataclass
class Waiting:
    """A document of the generated office; times in business minutes."""

    name: str
    came: float
    due: float
    exception: str
    ready: float
    done: float = float("inf")


@dataclass
class Office:
    """The office and what it saw: what was foretold when, and what came of it."""

    chance: random.Random
    days: int
    documents: dict[str, Waiting] = field(default_factory=dict)
    touches: list[float] = field(default_factory=list)
    snapshots: list[tuple[float, tuple[Job, ...]]] = field(default_factory=list)

    def run(self) -> None:
        """Every day, minute by minute."""
        busy: list[float] = [0.0] * 3
        queue: list[Waiting] = []
        for day in range(self.days):
            ill = {each for each in range(3) if self.chance.random() < 0.08}
            load = 1.75 if day % 21 >= 18 else self.chance.uniform(0.7, 1.15)  # a month end, and good and bad days
            looks = sorted(self.chance.sample(range(20, DAY_MINUTES - 30), 2))
            for minute in range(DAY_MINUTES):
                at = day * DAY_MINUTES + minute
                queue.extend(self.arrivals(at, minute, load))
                if minute in looks and queue:
                    self.look(at, queue)
                for each in range(3):
                    if each not in ill and each < STAFF[minute // 60] and busy[each] <= at:
                        busy[each] = self.take(at, queue)

    def arrivals(self, at: int, minute: int, load: float) -> list[Waiting]:
        """What came in this minute: a peak in the first hours."""
        rate = load * (0.42 if minute < 150 else 0.18)
        count = int(self.chance.random() < rate) + int(self.chance.random() < rate / 4)
        return [self.arrival(at) for _ in range(count)]

    def arrival(self, at: int) -> Waiting:
        """One document with its limit and its kind."""
        exception = self.chance.choices(tuple(MINUTES), SHARES)[0]
        hours = self.chance.choices((4.0, 8.5, 16.0), (0.2, 0.5, 0.3))[0]
        found = Waiting(f"d{len(self.documents)}", at, at + 60 * hours, exception, at)
        self.documents[found.name] = found
        return found

    def take(self, at: float, queue: list[Waiting]) -> float:
        """A free reviewer takes a document: mostly the most urgent; returns until when."""
        ready = [each for each in queue if each.ready <= at]
        if not ready:
            return at + 1
        chosen = self.chance.choice(ready) if self.chance.random() < 1 / 7 else min(ready, key=lambda each: each.due)
        minutes = self.chance.lognormvariate(np.log(MINUTES[chosen.exception]) - 0.2, 0.65)
        self.touches.append(minutes)
        if chosen.exception in {"order", "supplier"} and self.chance.random() < 0.15 and chosen.ready == chosen.came:
            chosen.ready = at + self.chance.uniform(120, 600)  # somebody is asked, it is looked at again
            return at + minutes
        queue.remove(chosen)
        chosen.done = at + minutes
        return chosen.done

    def look(self, at: float, queue: Sequence[Waiting]) -> None:
        """Remember the queue as it is, as the site would see it."""
        usual = 4.6  # minutes, the average of all kinds
        jobs = tuple(Job(one.name, (one.due - at) / 60, MINUTES[one.exception] / usual,
                         max(one.ready - at, 0) / 60, one.exception)
                     for one in queue)  # fmt: skip
        self.snapshots.append((at, jobs))


def foretold(office: Office) -> dict[str, Any]:
    """Rows of features, what came of them, and what the rule says, by time; those late already left out."""
    handling = Handling.of_minutes(office.touches[:500])
    rows: list[Floats] = []
    late: list[bool] = []
    rule: list[float] = []
    days: list[float] = []
    for at, jobs in office.snapshots:
        hour = at % DAY_MINUTES / 60
        staff = [STAFF[int((hour + ahead) % 8.5)] for ahead in range(17)]
        simulated, plain = simulate(jobs, staff, handling, INFLOW), earliest_due_rule(jobs, staff, handling)
        running = [job for job in jobs if job.slack > 0]
        keep = [number for number, job in enumerate(jobs) if job.slack > 0]
        rows.append(features(jobs, simulated, hour)[keep])
        late += [office.documents[job.document_id].done > office.documents[job.document_id].due for job in running]
        rule += [plain[job.document_id] for job in running]
        days += [at / DAY_MINUTES] * len(running)
    return {"rows": np.concatenate(rows), "late": np.array(late), "rule": np.array(rule), "days": np.array(days)}


def auc(scores: Floats, late: Floats) -> float:
    """The chance that a late one is ranked above one in time; ties count half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    values = scores[order]
    start = np.searchsorted(values, values, "left")
    end = np.searchsorted(values, values, "right")
    ranks[order] = (start + end + 1) / 2
    bad = late.astype(bool)
    return float((ranks[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * (~bad).sum()))


def measure(days: int, seed: int) -> dict[str, Any]:
    """All figures of one generated history."""
    office = Office(random.Random(seed), days)  # noqa: S311 - a simulation
    office.run()
    began = time.perf_counter()
    seen = foretold(office)
    seconds = time.perf_counter() - began
    early = seen["days"] < TRAINED * days
    calibration = fit(seen["rows"][early], seen["late"][early])
    late, rule = seen["late"][~early].astype(float), seen["rule"][~early]
    rows = seen["rows"][~early]
    raw = 1 / (1 + np.exp(-rows[:, 1]))
    base = float(seen["late"][early].mean())
    brier = {"rule": float(((rule - late) ** 2).mean()), "base_rate": float(((base - late) ** 2).mean())}
    figures: dict[str, Any] = {
        "documents": len(office.documents), "forecasts": len(late), "late_share": round(float(late.mean()), 4),
        "snapshots": len(office.snapshots), "milliseconds_a_snapshot": round(1000 * seconds / len(office.snapshots), 1),
        "brier_rule": round(brier["rule"], 4), "auc_rule": round(auc(rule, late), 4),
    }  # fmt: skip
    for name, found in (("simulation", raw), ("fitted", calibration.probability(rows)),
                        ("shipped", SHIPPED.probability(rows))):  # fmt: skip
        own = float(((found - late) ** 2).mean())
        figures[name] = {"auc": round(auc(found, late), 4), "brier": round(own, 4),
                         "skill_rule": round(1 - own / brier["rule"], 3),
                         "skill_base_rate": round(1 - own / brier["base_rate"], 3)}  # fmt: skip
    figures["weights"] = calibration.weights
    figures["reliability"] = reliability(SHIPPED.probability(rows), late)
    return figures


def reliability(found: Floats, late: Floats) -> list[tuple[float, float, int]]:
    """Foretold and found share, and how many, by tenths."""
    tenths = np.minimum((found * 10).astype(int), 9)
    return [(round(float(found[tenths == each].mean()), 3), round(float(late[tenths == each].mean()), 3),
             int((tenths == each).sum())) for each in range(10) if (tenths == each).any()]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = {"machine": machine.describe(), **measure(given.days, given.seed)}
    if given.json:
        print(json.dumps(figures))
        return
    print(machine.header())
    for name, value in figures.items():
        if name != "machine":
            print(f"{name:26} {value}")


if __name__ == "__main__":
    main()
