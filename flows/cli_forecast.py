"""The command of forecasts."""

from __future__ import annotations

import typer

from flows.options import AnyClient, AsJson, Home


def forecast(client: AnyClient = None, as_json: AsJson = False, home: Home = None) -> None:
    """Volumes of the coming days with their bands, and the reviewers that each hour asks for."""
    from flows.commands.forecast import run_forecast
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_forecast(house, client, as_json=as_json))


def add_commands(app: typer.Typer) -> None:
    """Register it."""
    app.command()(forecast)
