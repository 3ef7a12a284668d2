"""Export batches: what changed since the last one, as a folder of files for one client and target, each change once.

The batch is reserved with all that its content depends on, then written, then marked. One that was killed is finished
by the next run: the same number, the same bytes. A change that a target cannot take (no account, say) is in its
exceptions and comes again in a later batch, as soon as it can be mapped; nothing is lost, and nothing goes twice.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from flows.bookings import booking_of, coding_read, coding_told, find_rates, rates_read
from flows.exports.batch_files import FILES, TARGETS, Content, check_target, number_at
from flows.exports.booking import Booking, Problem, UnmappedError
from flows.exports.confined import Attach, confined
from flows.exports.folder import MANIFEST, whole_manifest, write_folder
from flows.house import House
from models.coding import Posting
from models.durable import make_folder
from models.errors import SettingsError
from models.settings_output import OutputSettings, client_output
from models.store import export_batches as batches
from models.store.audit import now
from models.store.clients import folders
from models.store.coding import load_confirmed
from models.tables import ChangeRow, ClientRow, ExportBatchRow

SCHEMA_VERSION = "batch-1"
Coding = dict[str, dict[str, list[dict[str, Any]]]]  # document:version -> line -> postings
Rates = dict[str, list[dict[str, Any]]]  # document:version -> rates of exchange


@dataclass(frozen=True, slots=True)
class Written:
    """What came of one batch."""

    batch_id: str
    seq: int
    folder: Path
    bookings: int
    problems: tuple[Problem, ...]
    is_finished: bool  # an earlier run had begun it


@dataclass(slots=True)
class Plan:
    """What goes into a batch, step by step."""

    changes: list[ChangeRow] = field(default_factory=list)
    steps: list[list[Any]] = field(default_factory=list)  # [change_seq, document, version, is_reversal]
    coding: Coding = field(default_factory=dict)
    rates: Rates = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def export_batches(house: House, client_id: str, target: str, *, actor: str = "export") -> list[Written]:
    """Finish what is open, then write what changed, in as many batches as it takes; nothing new gives no batch.

    Raises:
        SettingsError: There is no such target or client.
    """
    if target not in TARGETS:
        raise SettingsError(f"no such target: {target}; there are {', '.join(sorted(TARGETS))}")
    done = []
    while (found := _next(house, client_id, target, actor)) is not None:
        done.append(write_batch(house, found[0], found[1], actor=actor))
    return done


def _next(house: House, client_id: str, target: str, actor: str) -> tuple[ExportBatchRow, bool] | None:
    """The open batch (True), or a new one, or None where there is nothing to export."""
    with house.store.write() as session:
        batches.lock_target(session, client_id, target)
        known = batches.open_batch(session, client_id, target)
        if known is not None:
            return known, True
        client = session.get(ClientRow, client_id)
        if client is None:
            raise SettingsError(f"there is no client {client_id!r}")
        settings = client_output(house.settings.output, client.output_json)
        seen = batches.last_seq(session, client_id, target)
        candidates = batches.undelivered(session, client_id, target, settings.batch_changes, seen)
        plan = _plan(session, target, candidates, settings)
        newest = max([seen, *(change.change_seq for change in candidates)])
        if not plan.changes and newest <= seen:
            return None
        options = {"settings": settings.model_dump(mode="json"), "steps": plan.steps, "coding": plan.coding,
                   "rates": plan.rates,
                   "client": {"name": client.name, "vat_id": client.vat_id, "legal_id": client.legal_id},
                   "changes": [_told(change) for change in plan.changes],
                   "problems": [[each.document_id, each.version, each.invoice_number, each.reason, each.detail]
                                for each in plan.problems]}  # fmt: skip
        text = json.dumps(options, ensure_ascii=False, sort_keys=True)
        wish = batches.Wish(client_id, target, plan.changes, newest, text, actor, now())
        return batches.reserve(session, wish), False


def waiting(house: House, client_id: str, target: str) -> list[Problem]:
    """What a target cannot take as things stand, though it was published."""
    with house.store.read() as session:
        client = session.get(ClientRow, client_id)
        settings = client_output(house.settings.output, client.output_json if client else None)
        seen = batches.last_seq(session, client_id, target)
        candidates = batches.undelivered(session, client_id, target, settings.batch_changes, seen)
        return _plan(session, target, candidates, settings).problems


def _told(change: ChangeRow) -> list[Any]:
    return [change.change_seq, change.entity_id, change.version, change.op, change.published_at.isoformat()]


def _plan(session: Session, target: str, candidates: Sequence[ChangeRow], settings: OutputSettings) -> Plan:
    """Which changes can go, in order; a version is only taken back where the target has it."""
    plan, taken = Plan(), _taken_numbers(session, target, candidates)
    held = batches.held_by(session, target, (change.entity_id for change in candidates))
    assumed = None if target == FILES else settings
    for change in candidates:
        has = held.get(change.entity_id)
        if has is not None and has.change_seq > change.change_seq:
            continue  # a later version is there already
        steps = [(has.version, has.batch_id)] if has is not None and has.version is not None else []
        steps += [] if change.op == "tombstone" else [(change.version, "")]
        made = [_booking(session, change, version, plan, assumed, batch_id) for version, batch_id in steps]
        try:
            for booking in made:
                check_target(target, booking, settings)
                _claim_number(taken, target, booking)
        except UnmappedError as error:
            newest = made[-1]
            plan.problems.append(Problem(newest.document_id, newest.version, newest.invoice.invoice_number or "",
                                         error.reason, str(error)))  # fmt: skip
            continue
        plan.changes.append(change)
        for booking in made:
            plan.steps.append([change.change_seq, booking.document_id, booking.version, booking.is_reversal])
            plan.coding[f"{booking.document_id}:{booking.version}"] = coding_told(booking)
            if booking.rates:
                plan.rates[f"{booking.document_id}:{booking.version}"] = [
                    rate.model_dump(mode="json") for rate in booking.rates
                ]
        held[change.entity_id] = batches.Delivered(
            change.change_seq, None if change.op == "tombstone" else change.version, ""
        )
    return plan


def _taken_numbers(session: Session, target: str, candidates: Sequence[ChangeRow]) -> dict[str, str]:
    """The numbers that a target has, as it keeps them, and whose they are; empty where it does not mind."""
    if not candidates or not number_at(target, "1"):
        return {}
    found = batches.delivered_numbers(session, candidates[0].client_id, target)
    return {number_at(target, number): document for number, document in found}


def _claim_number(taken: dict[str, str], target: str, booking: Booking) -> None:
    number = number_at(target, booking.number)
    if number and taken.setdefault(number, booking.document_id) != booking.document_id:
        raise UnmappedError("number_taken", f"There is a document numbered {number} already; enter this one there.")


def _booking(
    session: Session, change: ChangeRow, version: int, plan: Plan, settings: OutputSettings | None, batch_id: str
) -> Booking:
    """A booking with the coding and rates of now; one that takes a version back has those with which that one went.

    `settings` are given where lines that nobody coded get the account of the settings, now and for ever.
    """
    key, is_reversal = f"{change.entity_id}:{version}", version != change.version or change.op == "tombstone"
    found = batches.load_version(session, change.entity_id, version)
    if is_reversal:
        told = plan.coding.get(key) or batches.told_of_batch(session, batch_id, "coding").get(key, {})
        rates = plan.rates.get(key) or batches.told_of_batch(session, batch_id, "rates").get(key, [])
        return booking_of(found, change.change_seq, coding_read(told), rates_read(rates), is_reversal=True)
    coding = load_confirmed(session, change.entity_id)
    if settings is not None and settings.expense_account:
        assumed = (Posting(account=settings.expense_account),)
        coding = dict.fromkeys(range(1, max(len(found.invoice.lines), 1) + 1), assumed) | coding
    return booking_of(found, change.change_seq, coding, find_rates(session, found.invoice, settings), is_reversal=False)


def write_batch(house: House, row: ExportBatchRow, is_finished: bool, *, actor: str) -> Written:
    """Write a reserved batch's folder and mark it; one whose files lie there whole is only marked."""
    folder = folders(house.home, row.client_id).exports / row.folder
    text = whole_manifest(folder) if is_finished else None
    with confined(house.settings) as attach:
        content = content_of(house, row, attach)
        if text is None:
            write_folder(folder, content.files(), lambda: facts_of(row, content))
            text = (folder / MANIFEST).read_text("utf-8")
    with house.store.write() as session:
        batches.mark_written(session, row.id, text, _hash(text), actor=actor, at=now())
    return Written(row.id, row.seq, folder, len(content.bookings), tuple(content.problems), is_finished)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def facts_of(row: ExportBatchRow, content: Content) -> dict[str, Any]:
    """What the manifest says besides the files."""
    return {
        "schema_version": SCHEMA_VERSION, "client": row.client_id, "target": row.target, "batch": row.id,
        "seq": row.seq, "changes": {"after": row.after_seq, "last": row.last_seq, "delivered": len(content.changes)},
        "reserved_at": row.created_at.isoformat(), **content.facts(),
    }  # fmt: skip


def content_of(house: House, row: ExportBatchRow, attach: Attach) -> Content:
    """The content of a batch out of what was reserved and out of versions, which no later correction touches."""
    options = json.loads(row.options_json)
    with house.store.read() as session:
        bookings = [
            booking_of(batches.load_version(session, document_id, version), change_seq,
                       coding_read(options["coding"].get(f"{document_id}:{version}", {})),
                       rates_read(options.get("rates", {}).get(f"{document_id}:{version}", [])),
                       is_reversal=is_reversal)
            for change_seq, document_id, version, is_reversal in options["steps"]
        ]  # fmt: skip
    return Content(
        row.target, bookings, [Problem(*each) for each in options["problems"]],
        [(seq, document_id, version, op, datetime.fromisoformat(at))
         for seq, document_id, version, op, at in options["changes"]],
        OutputSettings.model_validate(options["settings"]), options["client"], row.created_at.date(),
        house.blobs.read, attach,
    )  # fmt: skip


def replay_batch(house: House, row: ExportBatchRow, out: Path | None = None) -> list[str]:
    """Write a batch again and hold it against its manifest; the names of files that differ, none where all is the same.

    It goes to `out`, or where none is named into its own folder: that is only mended, never given other content.
    """
    folder = folders(house.home, row.client_id).exports / row.folder
    with tempfile.TemporaryDirectory(dir=make_folder(folder.parent), prefix=".replay-") as aside:
        text = _write(house, row, out or Path(aside))
        differing = _differing(text, row.manifest_json)
        if out is None and not differing and whole_manifest(folder) is None:
            _write(house, row, folder)
    return differing


def _write(house: House, row: ExportBatchRow, folder: Path) -> str:
    with confined(house.settings) as attach:
        content = content_of(house, row, attach)
        write_folder(folder, content.files(), lambda: facts_of(row, content))
    return (folder / MANIFEST).read_text("utf-8")


def _differing(text: str, before: str) -> list[str]:
    if text == before:
        return []
    found, known = ({each["name"]: each["sha256"] for each in json.loads(one or '{"files": []}')["files"]}
                    for one in (text, before))  # fmt: skip
    return sorted(name for name in found.keys() | known.keys() if found.get(name) != known.get(name)) or [MANIFEST]


def export_due(house: House, clients: Iterable[ClientRow], told: Callable[[Written], None] | None = None) -> int:
    """What the schedule does: every client's targets; returns how many batches were written."""
    count = 0
    for client in clients:
        for target in client_output(house.settings.output, client.output_json).targets:
            for each in export_batches(house, client.id, target, actor="schedule"):
                count += 1
                if told is not None:
                    told(each)
    return count
