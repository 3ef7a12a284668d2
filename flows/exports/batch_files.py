"""A batch as files: what a target's folder holds, from bookings, settings and problems alone.

>>> sorted(TARGETS)
['erpnext', 'fec', 'files', 'idoc', 'odoo', 'quickbooks', 'sage100', 'sage50', 'xero']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.exports.batch_tables import BATCH_TABLES, EXCEPTIONS, problem_rows, table_rows
from flows.exports.booking import Booking, Problem
from flows.exports.confined import Attach
from flows.exports.excel import sheet_of, write_workbook
from flows.exports.facturx import PDF
from flows.exports.folder import Tally
from flows.exports.idoc import write_idoc
from flows.exports.single import CONFORMING, Single, failing_rules, write_single
from flows.exports.tables import csv_chunks, jsonl_chunks, parquet_chunks
from flows.exports.template import check_booking, templates, write_template
from flows.exports.transcription import Origin
from models.settings_output import OutputSettings
from models.store.outputs import Row
from models.views import View

File = tuple[str, bytes]
IDOC, FILES = "idoc", "files"
TARGETS = frozenset({*templates(), IDOC, FILES})


@dataclass(slots=True)
class Content:
    """What a batch holds, and what is said of it while it is written."""

    target: str
    bookings: Sequence[Booking]
    problems: Sequence[Problem]
    changes: Sequence[Row]  # as BATCH_TABLES["changes"]
    settings: OutputSettings
    client: Mapping[str, str | None]  # name, vat_id, legal_id
    day: date
    original: Callable[[str], bytes]  # by SHA-256
    attach: Attach
    tallies: dict[str, Tally] = field(default_factory=dict)
    conformance: list[dict[str, Any]] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)  # files whose pages are not those of the original

    def files(self) -> Iterator[File]:
        """Names and contents, one at a time."""
        maker = _MAKERS.get(self.target, _template_files)
        yield from maker(self)
        if self.problems and self.target != FILES:
            yield "exceptions.csv", b"".join(csv_chunks(EXCEPTIONS, problem_rows(self.problems), french=False))

    def facts(self) -> dict[str, Any]:
        """Row counts and sums by currency of each table, exceptions, and which transcriptions break which rules."""
        said = {name: tally.facts() for name, tally in self.tallies.items()}
        for each in said.values():
            each.pop("last_change_seq")
        found: dict[str, Any] = {"tables": said, "exceptions": len(self.problems), "bookings": len(self.bookings)}
        return found | said_of(self.conformance, self.drawn)

    def rows(self, table: str) -> Sequence[Row]:
        """The rows of a table of the batch."""
        return list(self.changes) if table == "changes" else list(table_rows(table, self.bookings))


def check_target(target: str, booking: Booking, settings: OutputSettings) -> None:
    """Whether a target can take a booking.

    Raises:
        UnmappedError: It cannot, with what to do about it.
    """
    if target == IDOC:
        write_idoc(booking, settings)
    elif target != FILES:
        check_booking(templates()[target], booking, settings)


def number_at(target: str, number: str) -> str:
    """A supplier's number as a target keeps it that must not have two of them; empty where it does not mind.

    >>> number_at("quickbooks", "INVOICE-2026-000000123/A"), number_at("xero", "F-1")
    ('invoice-2026-00000012', '')
    """
    template = templates().get(target)
    if template is None or template.unique != "number":
        return ""
    longest = next((each.longest for each in template.columns if each.value == "number"), 0)
    return number[: longest or None].casefold()


def _table_files(content: Content) -> Iterator[File]:
    forms = content.settings.formats
    for name, view in BATCH_TABLES.items():
        rows = content.rows(name)
        content.tallies[name] = Tally(view)
        for row in rows:
            content.tallies[name].add(row)
        yield from _table(name, view, rows, content.settings)
    if "xlsx" in forms:
        sheets = [sheet_of(name, view, content.rows(name)) for name, view in BATCH_TABLES.items()]
        sheets.append(sheet_of("exceptions", EXCEPTIONS, problem_rows(content.problems)))
        yield "batch.xlsx", write_workbook(sheets)
    for form in (form for form in forms if form in CONFORMING):
        yield from _transcriptions(content, form)


def _table(name: str, view: View, rows: Sequence[Row], settings: OutputSettings) -> Iterator[File]:
    if "parquet" in settings.formats:
        yield f"{name}.parquet", b"".join(parquet_chunks(view, rows, french=False))
    if "jsonl" in settings.formats:
        yield f"{name}.jsonl", b"".join(jsonl_chunks(view, rows, french=False))
    if "csv" in settings.formats:
        for tongue in settings.convention:
            yield f"{name}.{tongue}.csv", b"".join(csv_chunks(view, rows, french=tongue == "fr"))


def _transcriptions(content: Content, form: str) -> Iterator[File]:
    """One file a version; a version that is taken back has none."""
    for booking in content.bookings:
        if booking.is_reversal:
            continue
        origin = Origin(booking.document_id, booking.sha256, content.client.get("name"), content.client.get("vat_id"))
        made = write_single(form, booking.invoice, origin, content.original, booking.media_type, content.attach)
        name = f"{booking.document_id}-v{booking.version}{CONFORMING[form]}"
        note_faults(name, made, booking.media_type, content.conformance, content.drawn)
        yield name, made.content


def note_faults(name: str, made: Single, media_type: str, conformance: list[dict[str, Any]], drawn: list[str]) -> None:
    """Which rules a transcription breaks, and whether the pages of its PDF had to be drawn."""
    if rules := failing_rules(made.xml):
        conformance.append({"file": name, "rules": rules})
    if made.is_drawn and media_type == PDF:
        drawn.append(name)


def said_of(conformance: list[dict[str, Any]], drawn: list[str]) -> dict[str, Any]:
    """What a manifest says of transcriptions that are not as they should be; nothing where all are."""
    said: dict[str, Any] = {"conformance": conformance, "drawn_pages": drawn}
    return {name: value for name, value in said.items() if value}


def _template_files(content: Content) -> Iterator[File]:
    template = templates()[content.target]
    bills = [check_booking(template, booking, content.settings) for booking in content.bookings]
    siren = "".join((content.client.get("legal_id") or "").split())[:9]
    known = siren if siren.isascii() and siren.isalnum() else ""
    yield from write_template(template, bills, siren=known or "000000000", day=content.day)


def _idocs(content: Content) -> Iterator[File]:
    for booking in content.bookings:
        mark = "-reversal" if booking.is_reversal else ""
        yield f"{booking.document_id}-v{booking.version}{mark}.idoc.xml", write_idoc(booking, content.settings)


_MAKERS: dict[str, Callable[[Content], Iterator[File]]] = {FILES: _table_files, IDOC: _idocs}
