"""The command line: names, options and help; the work is done in `flows.commands`, imported when it is asked for.

Exit codes: 0 done, 1 failure, 2 usage, 3 done but some documents need a person or were quarantined, 5 configuration.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

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


class Table(StrEnum):
    """What can be exported."""

    INVOICES = "invoices"
    LINES = "lines"
    MATCHES = "matches"
    CHANGES = "changes"


class Format(StrEnum):
    """How it is exported."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    UBL = "ubl"
    CII = "cii"


# Optional, not `| None`: typer reads these at run time.
Home = Annotated[Path | None, typer.Option(help="The folder that holds everything; default $FACTURIER_HOME or ./var.")]
Client = Annotated[str, typer.Option("--client", help="Whose invoices these are.")]
AnyClient = Annotated[Optional[str], typer.Option("--client", help="Only this client's.")]  # noqa: UP045
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Paths = Annotated[list[Path], typer.Argument(help="Files or folders.")]


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
    """Load or update suppliers, purchase orders or goods receipts."""
    from flows.commands.master import run_import
    from flows.house import open_house

    with open_house(home) as house:
        house.client(client)
        raise typer.Exit(run_import(house.store, what.value, file, client, strict=strict, as_json=as_json))


@app.command()
def export(
    what: Table,
    client: AnyClient = None,
    after: Annotated[int, typer.Option(help="Only what changed after this change_seq.")] = 0,
    form: Annotated[Format, typer.Option("--format", help="UBL and CII give one XML for each invoice.")] = Format.CSV,
    out: Annotated[Optional[Path], typer.Option(help="A folder for files with a manifest; default stdout.")] = None,  # noqa: UP045
    french: Annotated[bool, typer.Option(help="CSV with `;` and decimal comma.")] = False,
    home: Home = None,
) -> None:
    """Write the output tables."""
    from flows.commands.output import run_export
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(
            run_export(house.store, what.value, client, after=after, form=form.value, out=out, french=french)
        )


@app.command()
def kpis(client: AnyClient = None, as_json: AsJson = False, home: Home = None) -> None:
    """Turnaround, touch time, straight-through and error rates, computed from the events."""
    from flows.house import open_house
    from flows.report_kpis import run_kpis

    with open_house(home) as house:
        raise typer.Exit(run_kpis(house.store, client, as_json=as_json))


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


@app.command()
def train(
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A folder of sets with truth.jsonl to learn from beside the generator."),
    ] = None,
    out: Annotated[Optional[Path], typer.Option(help="Where the files go; default where the reader looks.")] = None,  # noqa: UP045
    pages: Annotated[Optional[Path], typer.Option(help="Keep the words of the files here for the next time.")] = None,  # noqa: UP045
    documents: Annotated[int, typer.Option(min=50, help="Documents of the generator.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed and data give the same model.")] = 1,
    day: Annotated[str, typer.Option(help="ISO date for the manifest; default today.")] = "",
    unclear: Annotated[bool, typer.Option(help="Use sets whose own terms are not stated with them.")] = True,
    home: Home = None,
) -> None:
    """Train the reader: generator and data folders to the model files, with figures on layouts not seen."""
    from datetime import UTC, date, datetime

    from flows.commands.training import Order, run_train

    when = date.fromisoformat(day) if day else datetime.now(UTC).date()
    order = Order(when.isoformat(), data, out, pages, documents, seed, unclear)
    raise typer.Exit(run_train(order, home))


@app.command("verify-audit")
def verify_audit(home: Home = None) -> None:
    """Walk the audit's hash chain and name the first row that was changed, cut or forged."""
    from flows.commands.care import run_verify_audit
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_verify_audit(house.store))


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
