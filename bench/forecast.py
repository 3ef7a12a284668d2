"""Forecasts of volumes against "as last week": generated histories of two years, and any dated CSV.

    bench/forecast.py [--seeds 5] [--horizon 10] [--csv FILE --column DAY [--key ORDER]] [--json]

A generated history: an office in France with weekdays, month ends, quarter ends, holidays, August, a trend and a
step when a supplier group joins; counts scatter more than Poisson's. Three shapes, so that not only the model's own
ideas are asked: `working` peaks by working days of the month, `dates` by the date (the 25th, the 1st, the 10th)
whatever the weekday, `weekly` has no month in it at all. One row a history; MASE over twelve origins.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from datetime import date, timedelta
from math import exp
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.machine import describe, header
from kpis.calendar import BusinessCalendar
from kpis.days import DayFacts, day_facts
from kpis.forecast import make_forecast

OFFICE = BusinessCalendar("FR", "Europe/Paris", ("08:30-12:30", "13:30-18:00"), (0, 1, 2, 3, 4))
FIRST = date(2024, 11, 4)
DAYS = 728
# Of a month's working days, the first and last: invoices come with the month's end and the days after it.
_START = (1.9, 1.7, 1.4, 1.2, 1.1)
_END = (2.4, 1.8, 1.4, 1.2, 1.1)
_WEEKDAY = (1.15, 1.05, 1.0, 0.95, 0.85)


def _by_working_day(day: date, fact: DayFacts) -> float:
    peak = _START[fact.from_start - 1] if fact.from_start <= len(_START) else 1.0
    peak *= _END[fact.from_end - 1] if fact.from_end <= len(_END) else 1.0
    return peak * (1.5 if fact.ends_quarter and fact.from_end <= 2 else 1.0) * (0.55 if day.month == 8 else 1.0)


def _by_date(day: date, _fact: DayFacts) -> float:
    return {1: 2.2, 2: 1.8, 3: 1.5, 10: 1.6, 25: 1.7, 30: 1.8, 31: 2.0}.get(day.day, 1.0)


def _weekly(_day: date, _fact: DayFacts) -> float:
    return 1.0


SHAPES = {"working": _by_working_day, "dates": _by_date, "weekly": _weekly}


def generate(seed: int, shape: str = "working", level: float = 60.0) -> list[float]:
    """A history of two years from a seed: counts a day."""
    chance = random.Random(seed)  # noqa: S311 - a generator
    growth, joins = chance.uniform(-0.1, 0.35), chance.randrange(200, DAYS - 100)
    step = chance.uniform(1.0, 1.35)
    level *= exp(chance.uniform(-1.2, 1.2))
    made = []
    for at in range(DAYS):
        day = FIRST + timedelta(days=at)
        fact = day_facts(OFFICE, day)
        if not fact.is_open:
            made.append(float(chance.random() < 0.1) * chance.randrange(1, 3))
            continue
        mean = level * (1 + growth * at / DAYS) * (step if at >= joins else 1.0) * _WEEKDAY[fact.weekday]
        mean *= SHAPES[shape](day, fact) * (1 + 0.5 * fact.after_closed)
        made.append(float(_scattered(chance, mean)))
    return made


def _scattered(chance: random.Random, mean: float) -> int:
    """A count around a mean: Poisson of a gamma, so with more scatter than Poisson alone (shape 25: 20 per cent)."""
    rate = chance.gammavariate(25.0, mean / 25.0)
    return max(0, round(chance.gauss(rate, rate**0.5)))


def read_series(path: Path, column: str, key: str) -> tuple[date, list[float]]:
    """Counts a day of a dated CSV; rows of one key count once."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {(row[key] if key else str(at), row[column][:10]) for at, row in enumerate(csv.DictReader(file))}
    days = [date.fromisoformat(day) for _, day in rows if day]
    first, last = min(days), max(days)
    counts = [0.0] * ((last - first).days + 1)
    for day in days:
        counts[(day - first).days] += 1
    return first, counts


def measure(name: str, first: date, counts: list[float], horizon: int) -> dict[str, Any]:
    began = perf_counter()
    made = make_forecast(first, counts, OFFICE, days=horizon)
    tested = made.tested
    return {
        "series": name, "days": len(counts), "per_day": round(sum(counts) / len(counts), 1), "model": made.model,
        "origins": tested.origins, "mase": tested.mase, "naive_mase": tested.naive_mase, "ratio": tested.ratio,
        "coverage80": tested.coverage80, "coverage95": tested.coverage95, "pinball": tested.pinball,
        "seconds": round(perf_counter() - began, 3),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--horizon", type=int, default=10)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--column", default="order_date")
    parser.add_argument("--key", default="")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = [
        measure(f"{shape} {seed}", FIRST, generate(seed, shape), asked.horizon)
        for shape in SHAPES
        for seed in range(asked.seeds)
    ]
    if asked.csv:
        rows.append(measure(asked.csv.name, *read_series(asked.csv, asked.column, asked.key), asked.horizon))
    if asked.json:
        print(json.dumps({"machine": describe(), "series": rows}, indent=2))
        return
    print(header())
    for row in rows:
        shown = {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}
        print("  ".join(f"{name} {value}" for name, value in shown.items()))


if __name__ == "__main__":
    main()
