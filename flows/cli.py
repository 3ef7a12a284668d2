"""The command line: names, options and help; the work is done in `flows.commands`, imported when it is asked for.

Exit codes: 0 done, 1 failure, 2 usage, 3 done but some documents need a person or were quarantined, 5 configuration.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from flows.cli_api import add_commands as add_api
from flows.cli_certainty import add_commands as add_certainty
from flows.cli_exit import add_commands as add_exit
from flows.cli_forecast import add_commands as add_forecast
from flows.cli_fraud import add_commands as add_fraud
from flows.cli_learning import add_commands as add_learning
from flows.cli_lifecycle import add_commands as add_lifecycle
from flows.cli_micro import add_commands as add_micro
from flows.cli_output import add_commands as add_output
from flows.cli_readers import add_commands as add_readers
from flows.cli_reports import add_commands as add_reports
from flows.cli_sla import add_commands as add_sla
from flows.options import AnyClient, AsJson, Client, Day, Home, Paths
from flows.terminal import EXIT_FAILURE, EXIT_SETTINGS, be_quiet, complain

app = typer.Typer(
    name="facturier", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="The invoice clerk that a back office can trust: folders in, validated tables out.",
)  # fmt: skip


class Source(StrEnum):
    """Which of a hybrid PDF's two sides is read."""

    AUTO = "auto"
    PAGE = "page"
    XML = "xml"


class Master(StrEnum):
    """What can be imported."""

    PURCHASE_ORDERS = "purchase-orders"
    GOODS_RECEIPTS = "goods-receipts"
    SUPPLIERS = "suppliers"
    TOLERANCES = "tolerances"
    CODING_HISTORY = "coding-history"
    MANUAL_BASELINE = "manual-baseline"
    WAGES = "wages"
    CONTRACT = "contract"
    EMPLOYEE_ACCOUNTS = "employee-accounts"
    CURRENCY_RATES = "currency-rates"


@app.callback()
def common(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages, only data and errors.")] = False,
) -> None:
    """Options before the command."""
    be_quiet(quiet=quiet)


@app.command()
def up(
    home: Home = None,
    demo: Annotated[
        bool, typer.Option(help="Load the client `demo` with the sample invoices and their orders.")
    ] = False,
) -> None:
    """Run everything on this machine: Prefect, the watch on every inbox, the review site. Ctrl-C stops it cleanly."""
    from flows.commands.up import run_up

    raise typer.Exit(run_up(home=home, demo=demo))


@app.command()
def process(paths: Paths, client: Client = "demo", as_json: AsJson = False, home: Home = None) -> None:
    """Take files from intake to decision in this process; the same files again change nothing."""
    from flows.commands.process import run_process

    raise typer.Exit(run_process(paths, client_id=client, as_json=as_json, home=home))


@app.command()
def extract(
    paths: Paths,
    as_json: AsJson = False,
    source: Annotated[
        Source, typer.Option(help="Read the page, the embedded XML, or whichever is best.")
    ] = Source.AUTO,
    home: Home = None,
) -> None:
    """Read files, nothing else: no database, one line for each invoice."""
    from flows.commands.reading import run_extract

    raise typer.Exit(run_extract(paths, as_json=as_json, source=source.value, home=home))


@app.command()
def match(paths: Paths, client: Client = "demo", as_json: AsJson = False, home: Home = None) -> None:
    """Read files and match them against the imported orders; nothing is stored."""
    from flows.commands.match import run_match

    raise typer.Exit(run_match(paths, client_id=client, as_json=as_json, home=home))


@app.command("import")
def import_(
    what: Master,
    file: Annotated[Path, typer.Argument(help="A CSV file, UTF-8, `,` or `;`.")],
    client: Client = "demo",
    strict: Annotated[bool, typer.Option(help="Take no row if one is bad.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Load or update master data, orders, receipts, tolerances, past postings, manual times or a contract."""
    from flows.commands.master import run_import
    from flows.house import open_house

    if what is Master.CONTRACT:
        from flows.commands.sla import run_contract

        with open_house(home) as house:
            house.client(client)
            raise typer.Exit(run_contract(house.store, file, client, as_json=as_json))
    if what is Master.WAGES:
        from flows.commands.wages import run_wages

        with open_house(home) as house:
            raise typer.Exit(run_wages(house.store, file, strict=strict, as_json=as_json))
    if what is Master.CURRENCY_RATES:
        from flows.commands.currency import run_rates

        with open_house(home) as house:
            raise typer.Exit(run_rates(house.store, file, strict=strict, as_json=as_json))
    with open_house(home) as house:
        house.client(client)
        if what is Master.EMPLOYEE_ACCOUNTS:
            from flows.commands.fraud import run_guard

            raise typer.Exit(run_guard(house, file, client, strict=strict, as_json=as_json))
        raise typer.Exit(run_import(house.store, what.value, file, client, strict=strict, as_json=as_json,
                                   trusted=house.settings.rules.trust_first_import))  # fmt: skip


@app.command()
def kpis(
    client: AnyClient = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values on stdout.")] = False,
    since: Day = None,
    until: Day = None,
    by: Annotated[str, typer.Option(help="supplier, channel, document_type, tier or week.")] = "",
    home: Home = None,
) -> None:
    """Turnaround, touch time, straight-through and error rates, cost per invoice, computed from the events."""
    from flows.house import open_house
    from flows.report_kpis import Asked, office_of, run_kpis

    form: Literal["json", "csv", "table"] = "json" if as_json else "csv" if as_csv else "table"
    start, end = (each.replace(tzinfo=UTC) if each else None for each in (since, until))
    with open_house(home) as house:
        office = office_of(house.settings)
        raise typer.Exit(run_kpis(house.store, client, asked=Asked(form, start, end, by), office=office))


@app.command()
def pilot(
    client: Client = "demo",
    since: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], help="Only documents received from this day on."),
    ] = None,
    claim: Annotated[float, typer.Option(min=0, max=1, help="Share of the processing time said to be saved.")] = 0.6,
    as_json: AsJson = False,
    page: Annotated[Optional[Path], typer.Option("--html", help="Write a page to print here.")] = None,  # noqa: UP045
    home: Home = None,
) -> None:
    """What a pilot showed: agreement with people, errors, the threshold it would certify, and the time saved."""
    from flows.commands.pilot import run_pilot
    from flows.house import open_house

    start = since.replace(tzinfo=UTC) if since else None
    with open_house(home) as house:
        raise typer.Exit(run_pilot(house, client, since=start, claim=claim, as_json=as_json, page=page))


@app.command()
def explain(document_id: str, as_json: AsJson = False, home: Home = None) -> None:
    """Everything about one document: where it came from, what was read where, how it was matched and why decided so."""
    from flows.commands.explain import run_explain
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_explain(house.store, document_id, as_json=as_json))


@app.command()
def forget(client: Annotated[str, typer.Argument(help="Whose memory is deleted.")], home: Home = None) -> None:
    """Delete what was learned from a client's confirmed invoices; documents and decisions stay."""
    from flows.house import open_house
    from flows.remember import run_forget

    with open_house(home) as house:
        raise typer.Exit(run_forget(house, client))


@app.command()
def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Check this machine and say what is missing and how to get it."""
    from flows.commands.care import run_doctor
    from models.settings import load_settings

    raise typer.Exit(run_doctor(load_settings(home), as_json=as_json))


@app.command()
def migrate(home: Home = None) -> None:
    """Bring the database to the newest schema."""
    from flows.commands.care import run_migrate
    from models.settings import load_settings

    raise typer.Exit(run_migrate(load_settings(home)))


@app.command("verify-audit")
def verify_audit(home: Home = None) -> None:
    """Walk the audit's hash chain and name the first row that was changed, cut or forged."""
    from flows.commands.care import run_verify_audit
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_verify_audit(house.store, settings=house.settings))


@app.command()
def backup(directory: Path, home: Home = None) -> None:
    """Copy database and documents into an empty folder, while everything runs."""
    from flows.commands.keeping import run_backup
    from models.settings import load_settings

    raise typer.Exit(run_backup(load_settings(home), directory))


@app.command()
def restore(directory: Path, home: Home = None) -> None:
    """Bring a backup back into an empty home."""
    from flows.commands.keeping import run_restore
    from models.settings import load_settings

    raise typer.Exit(run_restore(load_settings(home), directory))


add_api(app)
add_certainty(app)
add_fraud(app)
add_learning(app)
add_micro(app)
add_sla(app)
add_output(app)
add_readers(app)
add_forecast(app)
add_exit(app)
add_lifecycle(app)
add_reports(app)


def run() -> int:
    """Run the command line and return its exit code; one handler turns our errors into messages."""
    from models.errors import FacturierError, SettingsError

    try:
        code = app(standalone_mode=False) or 0
    except typer.Exit as done:
        code = done.exit_code
    except SettingsError as error:
        complain(f"facturier: {error}\n{error.advice}")
        code = EXIT_SETTINGS
    except FacturierError as error:
        complain(f"facturier: {error.reason_code}: {error}\n{error.advice}")
        code = EXIT_FAILURE
    except KeyboardInterrupt:
        complain("facturier: stopped; what was in hand is taken up again at the next start")
        code = EXIT_FAILURE
    except (typer.Abort, BrokenPipeError):
        code = EXIT_FAILURE
    except Exception as error:
        if not hasattr(error, "show"):  # click's usage errors know how to show themselves
            raise
        error.show()
        code = int(getattr(error, "exit_code", 2))
    return code
