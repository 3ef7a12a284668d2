"""`facturier import wages` and `facturier pay`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from assurance.pay import as_csv, week_of
from flows.house import House
from flows.micro import paid_week, tend
from flows.terminal import (
    EXIT_DONE,
    EXIT_FAILURE,
    EXIT_PEOPLE,
    EXIT_USAGE,
    complain,
    safe,
    write_json,
    write_line,
    write_table,
)
from flows.wages import read_floors
from models.durable import write_atomic
from models.store.audit import now
from models.store.engine import Store
from models.store.micro_pay import put_floors


def run_wages(
    store: Store, path: Path, *, strict: bool = False, as_json: bool = False, actor: str = "operator", told: bool = True
) -> int:
    """Import wage floors; bad rows are listed with their line.

    Returns:
        0 all rows taken, 3 some are bad, 1 nothing was taken, 2 no such file.
    """
    if not path.is_file():
        complain(f"{safe(path)}: there is no such file")
        return EXIT_USAGE
    good, bad = read_floors(path.read_bytes(), actor=actor, at=now())
    for problem in bad:
        complain(f"{safe(path)}:{problem.line}: {safe(problem.reason, 300)}")
    if not good or (strict and bad):
        return EXIT_FAILURE
    with store.write() as session:
        changed = put_floors(session, good, actor=actor, at=now())
    if as_json:
        write_json({"file": str(path), "rows": len(good), "changed": changed, "bad": len(bad)})
    elif told:
        write_line(f"{path.name}: {len(good)} wage floors, {changed} new or changed, {len(bad)} bad")
    return EXIT_PEOPLE if bad else EXIT_DONE


def run_pay(house: House, week: date | None, *, out: Path | None = None, to_csv: bool = False) -> int:
    """Write a week's statements of micro-tasks: tasks, active seconds, earned, floor, top-up, paid.

    What the weeks are paid on top is brought up to date first, as by night.
    """
    at = now()
    tend(house.store, house.settings, at)
    monday = week_of(week or at.date())
    with house.store.read() as session:
        weeks = paid_week(session, house.settings, monday)
    if out is not None:
        write_atomic(out, as_csv(weeks).encode("utf-8"))
        write_line(f"{out}: {len(weeks)} statements")
    elif to_csv:
        sys.stdout.write(as_csv(weeks))
    else:
        rows = [tuple(str(cell) for cell in each[1:-1]) for each in weeks]
        write_table(f"week of {monday}", ("worker", "region", "tasks", "seconds", "earned", "floor", "top-up", "paid",
                                          "an hour", "currency"), rows)  # fmt: skip
    return EXIT_DONE
