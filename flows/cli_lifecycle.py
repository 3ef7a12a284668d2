"""The command of the French lifecycle: lifecycle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.options import Home


def lifecycle(
    document_id: Annotated[str, typer.Argument(help="The document's id.")],
    out: Annotated[Optional[Path], typer.Option(help="Write the message (CDAR) into this file.")] = None,  # noqa: UP045
    home: Home = None,
) -> None:
    """Where a document stands in the words of the French reform; with --out as a message for the platform."""
    from flows.commands.lifecycle import run_lifecycle
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_lifecycle(house.store, document_id, out))


def add_commands(app: typer.Typer) -> None:
    """Register it."""
    app.command()(lifecycle)
