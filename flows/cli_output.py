"""The command `export`: tables, files for finance systems, batches."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.options import AnyClient, Home


class Wanted(StrEnum):
    """What can be exported; `batch` and `replay` are acts."""

    INVOICES = "invoices"
    LINES = "lines"
    VAT = "vat"
    MATCHES = "matches"
    CODING = "coding"
    CHANGES = "changes"
    EXCEPTIONS = "exceptions"
    POSTINGS = "postings"
    POSTING_LINES = "posting-lines"
    PAYMENTS = "payments"
    BATCH = "batch"
    REPLAY = "replay"


class Format(StrEnum):
    """How it is exported."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"
    UBL = "ubl"
    CII = "cii"
    FACTURX = "facturx"
    FEC = "fec"
    SAGE50 = "sage50"
    SAGE100 = "sage100"
    ODOO = "odoo"
    ERPNEXT = "erpnext"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    IDOC = "idoc"


class Target(StrEnum):
    """Whom a batch is for."""

    FILES = "files"
    FEC = "fec"
    SAGE50 = "sage50"
    SAGE100 = "sage100"
    ODOO = "odoo"
    ERPNEXT = "erpnext"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    IDOC = "idoc"


def export(  # noqa: PLR0913, PLR0917 - one argument an option
    what: Annotated[Wanted, typer.Argument(help="A table of invoices; `batch`: what is new; `replay`: a batch again.")],
    batch: Annotated[Optional[str], typer.Argument(help="For `replay`: its id, number, or target:number.")] = None,  # noqa: UP045
    client: AnyClient = None,
    after: Annotated[int, typer.Option(help="Only what changed after this change_seq.")] = 0,
    form: Annotated[
        Format, typer.Option("--format", help="UBL, CII, Factur-X: one file for each invoice; fec to idoc: drafts.")
    ] = Format.CSV,
    target: Annotated[
        Optional[list[Target]],  # noqa: UP045
        typer.Option(help="For `batch`: whom it is for, once for each; default the client's `output.targets`."),
    ] = None,
    out: Annotated[Optional[Path], typer.Option(help="A folder for files with a manifest; default stdout.")] = None,  # noqa: UP045
    french: Annotated[bool, typer.Option(help="CSV with `;` and decimal comma.")] = False,
    home: Home = None,
) -> None:
    """Write the output tables, the files of finance systems, or a batch of what changed since the last."""
    from flows.commands.output import Order, run_batch, run_export, run_replay
    from flows.house import open_house
    from flows.terminal import EXIT_USAGE, complain

    if (what is Wanted.REPLAY) is (batch is None) or (what is Wanted.BATCH and client is None):
        complain("facturier export: `replay` names its batch, `batch` its --client, a table neither of them")
        raise typer.Exit(EXIT_USAGE)
    with open_house(home) as house:
        if what is Wanted.BATCH:
            raise typer.Exit(run_batch(house, client or "", [each.value for each in target or []]))
        if batch is not None:
            raise typer.Exit(run_replay(house, batch, client, out))
        order = Order(what.value, client, after, form.value, out, french)
        raise typer.Exit(run_export(house, order))


def add_commands(app: typer.Typer) -> None:
    """Register it."""
    app.command()(export)
