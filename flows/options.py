"""Options that many commands share. Typer reads these annotations at run time: Optional, not `| None`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

Home = Annotated[Path | None, typer.Option(help="The folder that holds everything; default $FACTURIER_HOME or ./var.")]
Client = Annotated[str, typer.Option("--client", help="Whose invoices these are.")]
AnyClient = Annotated[Optional[str], typer.Option("--client", help="Only this client's.")]  # noqa: UP045
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Paths = Annotated[list[Path], typer.Argument(help="Files or folders.")]
Day = Annotated[
    Optional[datetime],  # noqa: UP045
    typer.Option(formats=["%Y-%m-%d"], help="A day, UTC: from its beginning, or until before it."),
]
