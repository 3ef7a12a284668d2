"""The commands of the periodic review: report governance, report pilot, survey ask."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_fraud import report
from flows.options import Client, Day, Home


class Language(StrEnum):
    """In which a report is written."""

    FR = "fr"
    EN = "en"


Out = Annotated[Path, typer.Option("--out", help="The folder for the HTML and the PDF file.")]
Reads = Annotated[Language, typer.Option(help="The language of the reader.")]


survey = typer.Typer(no_args_is_help=True, help="Ask clients how content they are.")


@report.command("governance")
def governance(
    out: Out,
    client: Client = "demo",
    period: Annotated[str, typer.Option(help="A month, e.g. 2026-10; default the last full one.")] = "",
    since: Day = None,
    until: Day = None,
    language: Reads = Language.FR,
    home: Home = None,
) -> None:
    """The periodic review of a client with everything that governs the service, to send: HTML and PDF."""
    from flows.commands.reports import run_governance
    from flows.house import open_house
    from flows.packing import Wish
    from flows.terminal import EXIT_USAGE, complain
    from reports.review import read_month

    month = read_month(period) if period else None
    if (period and month is None) or (until and not since) or (period and since):
        complain("facturier report: --period is a month like 2026-10; --until goes with --since")
        raise typer.Exit(EXIT_USAGE)
    wish = Wish(month, since.date() if since else None, until.date() if until else None, language.value)
    with open_house(home) as house:
        raise typer.Exit(run_governance(house, client, wish, out))


@report.command("pilot")
def pilot(
    out: Out, client: Client = "demo", since: Day = None, language: Reads = Language.FR, home: Home = None
) -> None:
    """What a client's pilot showed and whether the promised time is saved, to send: HTML and PDF."""
    from flows.commands.reports import run_pilot_report
    from flows.house import open_house

    start = since.replace(tzinfo=UTC) if since else None
    with open_house(home) as house:
        raise typer.Exit(run_pilot_report(house, client, start, language.value, out))


@survey.command("ask")
def ask(
    to: Annotated[str, typer.Option(help="The mail address.")],
    client: Client = "demo",
    language: Reads = Language.FR,
    home: Home = None,
) -> None:
    """Ask a client how likely it is to recommend the service: a mail with a link that works once, for 30 days."""
    from flows.commands.reports import run_ask
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_ask(house, client, to, language.value))


def add_commands(app: typer.Typer) -> None:
    """Register them; those of `report` stand beside the reports about fraud."""
    app.add_typer(survey, name="survey")
