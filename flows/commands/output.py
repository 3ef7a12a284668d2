"""`facturier export`: the output tables to stdout, or as files with a manifest into a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session

from flows.exports import EXPORTERS, TABLES, Exporter
from flows.exports.folder import Tally, write_folder
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, say
from models.invoice import TERMS
from models.store.engine import Store
from models.store.outputs import read_invoices, read_view
from models.views import INVOICE

SCHEMA_VERSION = "v1"


def run_export(
    store: Store, what: str, client_id: str | None, *, after: int = 0, form: str = "csv", out: Path | None = None,
    french: bool = False,
) -> int:  # fmt: skip
    """Write one output table and return the exit code.

    Args:
        store: The database.
        what: A key of TABLES: invoices, lines, matches, changes.
        client_id: Whose rows; of all clients where it is None.
        after: Only rows with a higher change_seq.
        form: A key of EXPORTERS.
        out: The folder for files; stdout where it is None.
        french: CSV with `;`, decimal comma and a byte order mark.
    """
    exporter = EXPORTERS[form]
    wrong = _wrong_usage(exporter, what, form, out)
    if wrong:
        complain(f"facturier export: {wrong}")
        return EXIT_USAGE
    with store.read() as session:
        if out is None:
            _write_stdout(session, exporter, what, client_id, after, french=french)
            return EXIT_DONE
        facts: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "table": TABLES[what].name, "format": form,
                                 "client": client_id, "after": after}  # fmt: skip
        tally = Tally(TABLES[what])
        files = _files(session, exporter, what, client_id, after, tally, french=french)
        manifest = write_folder(out, files, lambda: facts | tally.facts())
    say(f"{manifest['rows']} rows in {len(manifest['files'])} files: {out}")
    return EXIT_DONE


def _wrong_usage(exporter: Exporter, what: str, form: str, out: Path | None) -> str:
    """What is wrong with the wish, in one sentence; empty where nothing is."""
    if exporter.invoice is not None and what != "invoices":
        return f"{form} is a format of invoices, not of {what}; use csv, jsonl or parquet"
    if out is None and not exporter.is_text:
        return f"{form} needs a folder: add --out DIR"
    if out is not None and out.exists() and not out.is_dir():
        return f"{out} is a file; --out names a folder"
    return ""


def _write_stdout(
    session: Session, exporter: Exporter, what: str, client_id: str | None, after: int, *, french: bool
) -> None:
    """Row by row, so that a large table needs no memory."""
    for chunk in exporter.chunks(TABLES[what], read_view(session, TABLES[what], client_id, after), french=french):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _files(
    session: Session, exporter: Exporter, what: str, client_id: str | None, after: int, tally: Tally, *, french: bool
) -> Iterator[tuple[str, bytes]]:
    """Names and contents: one file for a table, one for each invoice in an e-invoice format."""
    if exporter.invoice is None:
        rows = tally.count(read_view(session, TABLES[what], client_id, after))
        yield f"{what}{exporter.suffix}", b"".join(exporter.chunks(TABLES[what], rows, french=french))
        return
    for each in read_invoices(session, client_id, after):
        content = exporter.invoice(each.invoice, each.document_id)
        values = {name: getattr(each.invoice, name) for name in TERMS} | {"change_seq": each.change_seq}
        tally.add(tuple(values.get(column.name) for column in INVOICE.columns))
        yield f"{each.document_id}{exporter.suffix}", content
