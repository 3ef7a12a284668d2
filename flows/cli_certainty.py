"""The commands of the certified decision: certify, certificate, monitor; and mail, by which the house tells people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.options import AnyClient, AsJson, Home


def certify(
    client: AnyClient = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Import a labelled history (JSON lines, as models.certificate.Label) first."),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Make new certificates out of the labels: what may go through without a person, and what is missing."""
    from flows.commands.certify import run_certify
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_certify(house, client, labels=labels, as_json=as_json))


def certificate(
    client: Annotated[str, typer.Argument(help="Whose certificates.")],
    segment: Annotated[Optional[str], typer.Option(help="One segment, e.g. digital/known.")] = None,  # noqa: UP045
    as_json: AsJson = False,
    page: Annotated[Optional[Path], typer.Option("--html", help="Write a page to print here.")] = None,  # noqa: UP045
    curve: Annotated[bool, typer.Option(help="Automation, errors and cost at each threshold.")] = False,
    home: Home = None,
) -> None:
    """The certificates that stand: data window, counts, threshold, bound, assumptions, model versions."""
    from flows.commands.certificate import run_certificate, run_curve
    from flows.house import open_house

    with open_house(home) as house:
        if curve:
            raise typer.Exit(run_curve(house, client, segment, as_json=as_json))
        raise typer.Exit(run_certificate(house, client, segment, as_json=as_json, page=page))


def monitor(client: AnyClient = None, as_json: AsJson = False, home: Home = None) -> None:
    """Audits and drift of what is let through, by segment; raises due alarms; exit code 3 where one stands."""
    from flows.house import open_house
    from flows.monitor import run_monitor

    with open_house(home) as house:
        raise typer.Exit(run_monitor(house, client, as_json=as_json))


def mail(as_json: AsJson = False, home: Home = None) -> None:
    """Send the mail that waits now, and say what could not leave; exit code 1 where some could not."""
    from flows.commands.mail import run_mail
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_mail(house, as_json=as_json))


def add_commands(app: typer.Typer) -> None:
    """Register them."""
    for command in (certify, certificate, monitor, mail):
        app.command()(command)
