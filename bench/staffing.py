"""Staffing plans held against the weeks that came: the simulation's, and what Erlang C would have planned.

    bench/staffing.py [--weeks 10] [--seeds 2] [--json]

A generated history of two years (bench/forecast.py); each week is planned from what was known on its Sunday, then
worked through with the documents that truly came, drawn anew by a generator that the plan never saw: a morning peak,
gamma handling times where the plan assumes lognormal ones. Goal: 95 % settled within two hours of work.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from collections.abc import Sequence
from datetime import timedelta
from math import log
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.forecast import FIRST, OFFICE, generate
from bench.machine import describe, header
from kpis.forecast import make_forecast
from kpis.shifts import Slot
from kpis.staffing import Demand, Goal, Plan, plan_day, work_through

GOAL, SHARE, FOR_PEOPLE, MINUTES = 120.0, 0.95, 0.6, 4.0
SHAPE = 2.5  # of the gamma handling times
PEAK = (0.26, 0.19, 0.12, 0.08, 0.11, 0.09, 0.07, 0.05, 0.03)
SLOTS = tuple(
    Slot(begin, begin + width, share)
    for (begin, width), share in zip(
        [*((510 + 60 * k, 60) for k in range(4)), *((810 + 54 * k, 54) for k in range(5))], PEAK, strict=True
    )
)


def measure(seed: int, weeks: int) -> list[dict[str, Any]]:
    counts = generate(seed, level=160.0)
    chance = random.Random(seed + 77)  # noqa: S311 - a simulation
    # What an office would have measured: median and spread of two hundred handling times.
    seen = [chance.gammavariate(SHAPE, MINUTES / SHAPE) for _ in range(200)]
    spread = statistics.pstdev([log(one) for one in seen])
    rows = []
    for back in range(weeks, 0, -1):
        origin = len(counts) - 7 * back
        made = make_forecast(FIRST, counts[:origin], OFFICE, days=7)
        days = [day for day in made.days if OFFICE.is_open(day.day)]
        middle = statistics.median(seen)
        demands = [Demand(day.expected * FOR_PEOPLE, day.low80 * FOR_PEOPLE, day.high80 * FOR_PEOPLE, SLOTS, middle,
                          spread, (Goal(1.0, GOAL),)) for day in days]  # fmt: skip
        plans = [plan_day(each, SHARE) for each in demands]
        came = [round(counts[(day.day - FIRST).days] * FOR_PEOPLE) for day in days]
        rows.append({
            "week": str(FIRST + timedelta(days=origin)), "documents": sum(came),
            "attained": round(_live(chance, came, plans, erlang=False), 4),
            "erlang": round(_live(chance, came, plans, erlang=True), 4),
            "hours": round(sum(plan.hours for plan in plans), 1),
            "erlang_hours": round(sum(_hours(plan.by_erlang) for plan in plans), 1),
        })  # fmt: skip
    return rows


def _hours(reviewers: Sequence[int]) -> float:
    return sum(n * (slot.end - slot.begin) / 60 for n, slot in zip(reviewers, SLOTS, strict=True))


def _live(chance: random.Random, came: Sequence[int], plans: Sequence[Plan], *, erlang: bool) -> float:
    """The week as it came, mean over ten drawings of hours and minutes."""
    shares = []
    for _ in range(10):
        days = []
        for count in came:
            slots = chance.choices(SLOTS, PEAK, k=count)
            days.append([(chance.uniform(slot.begin, slot.end), GOAL, chance.gammavariate(SHAPE, MINUTES / SHAPE))
                         for slot in slots])  # fmt: skip
        people = [plan.by_erlang if erlang else plan.reviewers for plan in plans]
        shares.append(work_through(days, SLOTS, people).attainment)
    return statistics.mean(shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = [row | {"seed": seed} for seed in range(asked.seeds) for row in measure(seed, asked.weeks)]
    told = {
        "weeks": len(rows), "goal": SHARE,
        "near_goal": sum(abs(row["attained"] - SHARE) <= 0.02 for row in rows),
        "reached_or_near": sum(row["attained"] >= SHARE - 0.02 for row in rows),
        "erlang_reached_or_near": sum(row["erlang"] >= SHARE - 0.02 for row in rows),
        "hours": sum(row["hours"] for row in rows), "erlang_hours": sum(row["erlang_hours"] for row in rows),
    }  # fmt: skip
    if asked.json:
        print(json.dumps({"machine": describe(), "summary": told, "weeks": rows}, indent=2))
        return
    print(header())
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print("  ".join(f"{name} {value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
