"""`facturier process`: intake to decision and publication in this process, without a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.champion import reader_pool
from flows.contract_lines import Json
from flows.house import House, open_house
from flows.inputs import walk
from flows.intake import Received, receive_path
from flows.line import Line
from flows.outcomes import Outcomes, outcome_of
from flows.publish import publish_approved
from flows.terminal import EXIT_DONE, EXIT_PEOPLE, safe, say, write_json, write_table
from models.status import Status
from models.store.documents import documents_of_file

_DONE_STATES = frozenset({Status.APPROVED, Status.EXPORTED})
_CHUNK = 25


def run_process(paths: Sequence[Path], *, client_id: str, as_json: bool, home: Path | None) -> int:
    """Process files to their decisions and publish what is approved; the same files again change nothing."""
    with open_house(home) as house:
        house.client(client_id)
        received = [each for path in walk(paths) for each in receive_path(house.store, house.home, client_id, path,
                                                                          house.settings)]  # fmt: skip
        wanted = {each.document_id for each in received if each.document_id}
        say(f"{len(received)} file{'s' * (len(received) != 1)} received")
        work_off(house, client_id)
        publish_approved(house.store, client_id)
        rows = [*_outcomes(house, received, wanted)]
    for row in rows:
        if as_json:
            write_json(row)
    if not as_json:
        write_table("Documents", ("document", "file", "state", "seller", "number", "total", "why"), _cells(rows))
    return EXIT_DONE if all(row["state"] in _DONE_STATES for row in rows) else EXIT_PEOPLE


def work_off(house: House, client_id: str) -> None:
    """Work on every job that can be taken now, of this client and of others that share the house."""
    say(f"reading for {client_id}")
    with reader_pool(house) as pool:
        line = Line(house, pool)
        line.sweep()
        while leases := line.take(_CHUNK):
            for outcome in line.work(leases):
                say(safe(f"  {outcome.name}: {outcome.state}{_because(outcome)}"))


def _because(outcome: Outcomes) -> str:
    return f" ({', '.join(outcome.reasons)})" if outcome.reasons else ""


def _outcomes(house: House, received: Sequence[Received], wanted: set[str]) -> Iterator[Json]:
    """One object for each document and for each file that gave none, in the order of receipt."""
    told: set[str] = set()
    for each in received:
        if each.state == "container":
            continue
        if each.document_id is None:
            yield {"file": each.name, "document_id": None, "state": "quarantined", "reasons": [each.code],
                   "message": each.detail, "advice": each.advice}  # fmt: skip
        elif each.document_id in wanted - told:
            told.add(each.document_id)
            yield from _documents_of(house, each)


def _documents_of(house: House, received: Received) -> Iterator[Json]:
    """A file's document, and those of the further invoices in it."""
    with house.store.read() as session:
        rows = documents_of_file(session, received.document_id or "")
    for found in map(outcome_of, rows):
        yield {
            "file": received.name, "document_id": found.document_id, "client_id": found.client_id,
            "state": found.state, "receipt": received.state, "seller_name": found.seller_name or None,
            "invoice_number": found.invoice_number or None, "gross_total": found.gross_total or None,
            "reasons": list(found.reasons),
        }  # fmt: skip


def _cells(rows: Sequence[Json]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            (row["document_id"] or "")[:12], row["file"], row["state"], row.get("seller_name") or "",
            row.get("invoice_number") or "", row.get("gross_total") or "",
            ", ".join(row["reasons"]) or row.get("message", ""),
        )  # fmt: skip
