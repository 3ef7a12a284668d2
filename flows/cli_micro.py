"""The command of micro-tasks: pay."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.options import Home


def pay(
    week: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], help="A day of the week; default this one."),
    ] = None,
    to_csv: Annotated[bool, typer.Option("--csv", help="As CSV, the same as on the page.")] = False,
    out: Annotated[Optional[Path], typer.Option(help="Write the CSV into this file.")] = None,  # noqa: UP045
    home: Home = None,
) -> None:
    """What micro-tasks pay in a week, by person: tasks, active time, earned, wage floor, top-up."""
    from flows.commands.wages import run_pay
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_pay(house, week.date() if week else None, out=out, to_csv=to_csv))


def add_commands(app: typer.Typer) -> None:
    """Register it."""
    app.command()(pay)
