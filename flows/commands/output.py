"""`facturier export`: the output tables to stdout, or as files with a manifest into a folder; and batches."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from flows.bookings import booking_of, find_rates
from flows.export_batch import export_batches, replay_batch, waiting
from flows.exports import EXPORTERS, TABLES, Exporter
from flows.exports.batch_files import Content, check_target, note_faults, number_at, said_of
from flows.exports.booking import Booking, Problem, UnmappedError
from flows.exports.confined import Attach, confined
from flows.exports.folder import Tally, write_folder
from flows.exports.single import write_single
from flows.exports.transcription import Origin
from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_PEOPLE, EXIT_USAGE, complain, safe, say
from models.invoice import TERMS
from models.settings_output import client_output
from models.store.coding import load_confirmed
from models.store.export_batches import find_batch, load_version
from models.store.outputs import read_invoices, read_view
from models.tables import ClientRow, InvoiceRow
from models.views import INVOICE

SCHEMA_VERSION = "v1"


@dataclass(slots=True)
class Order:
    """What is to be exported.

    Args:
        what: A key of TABLES: invoices, lines, matches, changes, ...
        client_id: Whose rows; of all clients where it is None.
        after: Only rows with a higher change_seq.
        form: A key of EXPORTERS.
        out: The folder for files; stdout where it is None.
        french: CSV with `;`, decimal comma and a byte order mark.
    """

    what: str
    client_id: str | None
    after: int = 0
    form: str = "csv"
    out: Path | None = None
    french: bool = False
    conformance: list[dict[str, Any]] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)


def run_export(house: House, order: Order) -> int:
    """Write one output table and return the exit code."""
    exporter = EXPORTERS[order.form]
    wrong = _wrong_usage(exporter, order)
    if wrong:
        complain(f"facturier export: {wrong}")
        return EXIT_USAGE
    with house.store.read() as session:
        if order.out is None:
            _write_stdout(session, exporter, order)
            return EXIT_DONE
        if exporter.table is None and not exporter.is_single:
            return _write_ledger(house, session, order, order.out)
        facts: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "table": TABLES[order.what].name,
                                 "format": order.form, "client": order.client_id, "after": order.after}  # fmt: skip
        tally = Tally(TABLES[order.what])

        def told() -> dict[str, Any]:
            return facts | tally.facts() | said_of(order.conformance, order.drawn)

        with confined(house.settings) as attach:
            files = _files(house, session, exporter, order, tally, attach)
            manifest = write_folder(order.out, files, told)
    say(f"{manifest['rows']} rows in {len(manifest['files'])} files: {order.out}")
    for each in order.conformance:
        say(f"{each['file']} does not conform: {', '.join(each['rules'])}")
    for name in order.drawn:
        say(f"{name} has a drawn page: the original's pages could not be taken over")
    return EXIT_DONE


def _wrong_usage(exporter: Exporter, order: Order) -> str:
    """What is wrong with the wish, in one sentence; empty where nothing is."""
    if order.what not in TABLES:
        return f"there is no table {order.what}"
    if exporter.table is None and order.what != "invoices":
        return f"{order.form} is a format of invoices, not of {order.what}; use csv, jsonl, parquet or xlsx"
    if order.out is None and not exporter.is_text:
        return f"{order.form} needs a folder: add --out DIR"
    if exporter.table is None and not exporter.is_single and order.client_id is None:
        return f"{order.form} is one client's: add --client ID"
    if order.out is not None and order.out.exists() and not order.out.is_dir():
        return f"{order.out} is a file; --out names a folder"
    return ""


def _write_stdout(session: Session, exporter: Exporter, order: Order) -> None:
    """Row by row, so that a large table needs no memory."""
    view = TABLES[order.what]
    rows = read_view(session, view, order.client_id, order.after)
    for chunk in exporter.chunks(view, rows, french=order.french):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _files(
    house: House, session: Session, exporter: Exporter, order: Order, tally: Tally, attach: Attach
) -> Iterator[tuple[str, bytes]]:
    """Names and contents: one file for a table, one for each invoice in an e-invoice format."""
    if not exporter.is_single:
        view = TABLES[order.what]
        rows = tally.count(read_view(session, view, order.client_id, order.after))
        yield f"{order.what}{exporter.suffix}", b"".join(exporter.chunks(view, rows, french=order.french))
        return
    for each in read_invoices(session, order.client_id, order.after):
        version = load_version(session, each.document_id, each.version)
        client = session.get(ClientRow, _client_of(session, each.document_id))
        origin = Origin(each.document_id, version.sha256, client.name if client else None,
                        client.vat_id if client else None)  # fmt: skip
        made = write_single(order.form, each.invoice, origin, house.blobs.read, version.media_type, attach)
        values = {name: getattr(each.invoice, name) for name in TERMS} | {"change_seq": each.change_seq}
        tally.add(tuple(values.get(column.name) for column in INVOICE.columns))
        name = f"{each.document_id}{exporter.suffix}"
        note_faults(name, made, version.media_type, order.conformance, order.drawn)
        yield name, made.content


def _client_of(session: Session, document_id: str) -> str:
    return session.exec(select(InvoiceRow.client_id).where(InvoiceRow.document_id == document_id)).first() or ""


def _write_ledger(house: House, session: Session, order: Order, out: Path) -> int:
    """What a ledger takes in, of the newest versions; what it cannot take is in exceptions.csv."""
    client = session.get(ClientRow, order.client_id)
    if client is None:
        complain(f"facturier export: there is no client {order.client_id!r}")
        return EXIT_USAGE
    settings = client_output(house.settings.output, client.output_json)
    bookings: list[Booking] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for each in read_invoices(session, order.client_id, order.after):
        version = load_version(session, each.document_id, each.version)
        booking = booking_of(version, each.change_seq, load_confirmed(session, each.document_id),
                             find_rates(session, version.invoice, settings), is_reversal=False)  # fmt: skip
        try:
            check_target(order.form, booking, settings)
            number = number_at(order.form, booking.number)
            if number and taken.setdefault(number, each.document_id) != each.document_id:
                raise UnmappedError("number_taken", f"Two documents would be numbered {number}.")
        except UnmappedError as error:
            number = version.invoice.invoice_number or ""
            problems.append(Problem(each.document_id, each.version, number, error.reason, str(error)))
            continue
        bookings.append(booking)
    known = {"name": client.name, "vat_id": client.vat_id, "legal_id": client.legal_id}
    head = {"schema_version": SCHEMA_VERSION, "format": order.form, "client": client.id, "after": order.after}
    with confined(house.settings) as attach:
        content = Content(order.form, bookings, problems, (), settings, known, _newest_day(session, client.id),
                          house.blobs.read, attach)  # fmt: skip
        manifest = write_folder(out, content.files(), lambda: head | content.facts())
    say(f"{len(bookings)} invoices in {len(manifest['files'])} files: {out}")
    _tell_problems(problems, out)
    return EXIT_PEOPLE if problems else EXIT_DONE


def _tell_problems(problems: Sequence[Problem], folder: Path) -> None:
    """What is missing and why, by reason with the words of the first, so that nobody has to open a file for it."""
    if not problems:
        return
    say(f"{len(problems)} are not in it, listed in {folder / 'exceptions.csv'}:")
    _tell_reasons(problems)


def _tell_reasons(problems: Sequence[Problem]) -> None:
    """One line a reason, the most frequent first."""
    for reason, count in Counter(each.reason for each in problems).most_common():
        first = next(each for each in problems if each.reason == reason)
        say(f"  {reason}: {count}, e.g. {safe(first.invoice_number, 40)}: {safe(first.detail, 200)}")


def _newest_day(session: Session, client_id: str) -> date:
    """The day in a file's name: that of the newest publication, so that the same content has the same name."""
    newest = session.exec(select(func.max(col(InvoiceRow.published_at))).where(InvoiceRow.client_id == client_id)).one()
    return newest.date() if newest else date.min


def run_batch(house: House, client_id: str, targets: list[str]) -> int:
    """Write what changed since the last batch, for each target; the client's own where none is named."""
    if not targets:
        with house.store.read() as session:
            client = session.get(ClientRow, client_id)
            targets = list(client_output(house.settings.output, client.output_json if client else None).targets)
    problems = 0
    for target in targets:
        done = export_batches(house, client_id, target, actor="operator")
        for each in done:
            say(f"{target} batch {each.seq}: {each.bookings} postings: {each.folder}")
            problems += len(each.problems)
            _tell_problems(each.problems, each.folder)
        if not done:
            held = waiting(house, client_id, target)
            problems += len(held)
            say(f"{target}: nothing new{f'; {len(held)} cannot be mapped still:' if held else ''}")
            _tell_reasons(held)
    return EXIT_PEOPLE if problems else EXIT_DONE


def run_replay(house: House, name: str, client_id: str | None, out: Path | None) -> int:
    """Write a batch again and say whether it is byte by byte what it was."""
    with house.store.read() as session:
        row = find_batch(session, name, client_id)
    differing = replay_batch(house, row, out)
    where = f"{row.target} batch {row.seq} of {row.client_id}"
    if differing:
        complain(f"facturier export: {where} is not what it was: {', '.join(differing)}")
        return EXIT_FAILURE
    say(f"{where}: the same bytes as written before, manifest {row.manifest_sha256}")
    return EXIT_DONE
