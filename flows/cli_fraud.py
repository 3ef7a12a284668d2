"""The commands of the controls against fraud: the report on amounts, and suppliers that use numbers again."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from flows.options import AsJson, Client, Home

report = typer.Typer(no_args_is_help=True, help="Reports that say where to look.")


@report.command()
def fraud(client: Client = "demo", as_json: AsJson = False, home: Home = None) -> None:
    """First digits, round sums, weekends and amounts just below a limit, supplier by supplier."""
    from flows.commands.fraud import run_report
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_report(house, client, as_json=as_json))


def reused_numbers(
    client: Client = "demo",
    seller: Annotated[Optional[str], typer.Option(help="A supplier; without one the list is shown.")] = None,  # noqa: UP045
    reason: Annotated[str, typer.Option(help="Why its numbers come again; kept in the audit.")] = "",
    end: Annotated[bool, typer.Option("--end", help="Take the supplier off the list.")] = False,
    home: Home = None,
) -> None:
    """Suppliers whose invoice numbers come again: told apart by amount and day, which nothing hides."""
    from flows.commands.fraud import run_reuse
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_reuse(house, client, seller, reason, end=end))


def add_commands(app: typer.Typer) -> None:
    """Register them."""
    app.add_typer(report, name="report")
    app.command("reused-numbers")(reused_numbers)
