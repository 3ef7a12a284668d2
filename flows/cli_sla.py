"""The commands of the contract: sla, maintenance, alerts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Optional

import typer

from flows.options import AnyClient, AsJson, Home


class Do(StrEnum):
    """What `alerts` does."""

    LIST = "list"
    SEND = "send"
    TEST = "test"
    INSTALL = "install-automation"


def sla(
    client: AnyClient = None,
    month: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m"], help="A month; default this one to date."),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Levels of service against the contract: attainment, late documents, credits, clocks of open documents."""
    from flows.commands.sla import run_sla
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_sla(house, client, month, as_json=as_json))


def maintenance(
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], help="Its start, UTC.")
    ],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], help="Its end, UTC.")],
    title: Annotated[str, typer.Option(help="What clients read.")] = "Planned maintenance",
    client: AnyClient = None,
    home: Home = None,
) -> None:
    """Announce that the service will be down: those hours are no service hours."""
    from flows.commands.sla import run_maintenance
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_maintenance(house, start, end, title, client))


def alerts(
    what: Annotated[
        Do, typer.Argument(help="List them, send what waits, send a test, or add the automation.")
    ] = Do.LIST,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Alarms about clocks, levels of service and exports: the newest, or what is to be done with them."""
    from flows.commands.sla import run_alerts
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_alerts(house, what.value, as_json=as_json))


def add_commands(app: typer.Typer) -> None:
    """Register them."""
    for command in (sla, maintenance, alerts):
        app.command()(command)
