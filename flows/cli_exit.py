"""The commands of leaving: a client's data out of a house, and into another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.options import Home


def exit_pack(
    client: Annotated[str, typer.Option(help="Whose data.")],
    out: Annotated[Path, typer.Option(help="An empty or new folder.")],
    home: Home = None,
) -> None:
    """Write all that a client has here into a folder, in open formats, for another house to go on with."""
    from flows.commands.exit import run_exit_pack
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_exit_pack(house, client, out))


def exit_import(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="An exit pack.")],
    home: Home = None,
) -> None:
    """Take a client's exit pack into a new home."""
    from flows.commands.exit import run_exit_import
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_exit_import(house, source))


def add_commands(app: typer.Typer) -> None:
    """Register them."""
    app.command("exit-pack")(exit_pack)
    app.command("exit-import")(exit_import)
