"""The commands of the output tables: who may read them in the database, and what a client expects of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.options import Home


def grant_reader(
    role: Annotated[str, typer.Argument(help="A role of PostgreSQL; made without a login where it is not there.")],
    client: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--client", help="Only this client's rows: in the schema finance_ID."),
    ] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
    home: Home = None,
) -> None:
    """Let a role of PostgreSQL read the v1_ views and nothing else, of all clients or of one."""
    from flows.commands.readers import run_grant_reader
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_grant_reader(house, role, client, revoke=revoke))


def expectations(
    client: Annotated[str, typer.Argument(help="Whose expectations.")],
    file: Annotated[Optional[Path], typer.Argument(help="A TOML file with [[expect]] tables; none: show.")] = None,  # noqa: UP045
    home: Home = None,
) -> None:
    """What a client expects of its own invoices before they are published, besides what everybody does."""
    from flows.commands.readers import run_expectations
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_expectations(house, client, file))


def add_commands(app: typer.Typer) -> None:
    """Put the commands into the command line."""
    app.command("grant-reader")(grant_reader)
    app.command()(expectations)
