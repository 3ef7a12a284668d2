"""Kill -9 at every statement of a publication, readers meanwhile, a consumer that pulls the feed (tests 33 and 34)."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import os
import shutil
import signal
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import select

from flows.publish import gate_row, make_publication, publish_approved
from models.status import Status
from models.store import audit
from models.store.engine import Store
from models.store.outputs import read_view
from models.store.publishing import load_approved
from models.tables import DocumentRow, InvoiceLineRow, PublishBatchRow
from models.views import CHANGE, INVOICE
from tests.desk import INVOICE as SIMPLE
from tests.desk import desk, make_document  # noqa: F401 - fixtures
from validators.gate import GateResult, check_batch

Gate = Callable[[Any], GateResult]


def publish_until_killed(path: Path, gate: Gate, moment: int) -> bool:
    """Publish in a child that dies at its n-th statement or commit; False where it came to its end before that."""
    child = os.fork()
    if child == 0:
        store, seen = Store(f"sqlite:///{path}"), [0]

        def count(*_arguments: object) -> None:
            seen[0] += 1
            if seen[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(store.engine, "before_cursor_execute", count)
        event.listen(store.engine, "commit", count)
        try:
            publish_approved(store, "acme", gate=gate)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def pull(store: Store, after: int) -> list[tuple[int, str, int]]:
    """What a finance system does: ask for all changes after the last one that it has."""
    with store.read() as session:
        names = [column.name for column in CHANGE.columns]
        rows = [dict(zip(names, row, strict=True)) for row in read_view(session, CHANGE, "acme", after)]
    return [(row["change_seq"], row["entity_id"], row["version"]) for row in rows]


@pytest.fixture
def waiting(desk: Store, make_document: Any, tmp_path: Path) -> tuple[Path, Gate]:
    """A database with two good documents, a bad one and a twin of a published one; and what the real gate says."""
    make_document(Status.APPROVED, name="0.pdf")
    publish_approved(desk, "acme")
    for number in (1, 2):
        make_document(
            Status.APPROVED, invoice=SIMPLE.model_copy(update={"invoice_number": f"N-{number}"}), name=f"{number}"
        )
    make_document(
        Status.APPROVED, invoice=SIMPLE.model_copy(update={"invoice_number": "B", "gross_total": Decimal(7)}), name="b"
    )
    make_document(Status.APPROVED, name="twin")
    with desk.read() as session:
        rows = [gate_row(make_publication(each)) for each in load_approved(session, "acme", 10)]
    said = check_batch(rows)
    desk.dispose()
    return tmp_path / "facturier.db", lambda batch: said if len(batch) == len(rows) else check_batch(batch)


def violations(path: Path, gate: Gate, moment: int) -> list[str]:
    """What is wrong after a kill at this moment, a pull, a restart, a pull; ["end"] where nothing was killed."""
    copy = path.with_name(f"crash-{moment}.db")
    shutil.copy(path, copy)
    killed = publish_until_killed(copy, gate, moment)
    store = Store(f"sqlite:///{copy}")
    pulled = pull(store, 0)
    publish_approved(store, "acme", gate=gate)
    pulled += pull(store, max(seq for seq, _, _ in pulled))
    found = []
    with store.read() as session:
        states = sorted(row.state for row in session.exec(select(DocumentRow)))
        if states != ["duplicate", "exported", "exported", "exported", "in_review"]:
            found.append(f"states {states}")
        if [seq for seq, _, _ in pulled] != [1, 2, 3] or len({document for _, document, _ in pulled}) != 3:
            found.append(f"feed {pulled}")
        if len([*read_view(session, INVOICE, "acme")]) != 3 or len(session.exec(select(InvoiceLineRow)).all()) != 3:
            found.append("rows")
        if len(session.exec(select(PublishBatchRow)).all()) != 2:
            found.append("batches")
        if (broken := audit.verify(session)) is not None:
            found.append(broken)
    store.dispose()
    copy.unlink()
    return [f"{moment}: {what}" for what in found] if killed else ["end"]


def kill_everywhere(path: Path, gate: Gate, step: int) -> tuple[int, list[str]]:
    """Kills at every `step`-th moment until the publication comes to its end: how many, and what was wrong."""
    found: list[str] = []
    for kills, moment in enumerate(range(1, 2000, step)):
        wrong = violations(path, gate, moment)
        if wrong == ["end"]:
            return kills, found
        found += wrong
    return 2000, [*found, "no end"]


def test_a_publication_that_is_killed_at_some_statements_publishes_each_invoice_once(waiting: Any) -> None:
    kills, found = kill_everywhere(*waiting, step=17)
    assert found == []
    assert kills > 5


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_publication_that_is_killed_at_any_statement_publishes_each_invoice_once(waiting: Any) -> None:
    kills, found = kill_everywhere(*waiting, step=1)
    assert found == []
    assert kills > 100


class Reader(threading.Thread):
    """A finance system that reads all the time, and notes whatever no reader should ever see."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.done, self.looks, self.torn = store, threading.Event(), 0, list[str]()

    def run(self) -> None:
        rows, seq = 0, 0
        while not self.done.is_set():
            with self.store.read() as session:
                names = {row[1] for row in read_view(session, INVOICE, "acme")}
                lines = {row.document_id for row in session.exec(select(InvoiceLineRow))}
                seqs = [row[0] for row in read_view(session, CHANGE, None)]
                booked = session.connection().execute(text("SELECT sum(x_gross_minor) FROM v1_posting")).scalar() or 0
                holds = [row[0] for row in session.connection().execute(text(
                    "SELECT gross_total FROM v1_invoice_version WHERE known_to IS NULL"))]  # fmt: skip
            if names != lines or len(names) < rows:
                self.torn.append(f"{len(names)} invoices, {len(lines)} with lines, before {rows}")
            if seqs != list(range(1, len(seqs) + 1)) or len(seqs) < seq:
                self.torn.append(f"feed up to {len(seqs)}, before {seq}")
            if booked != sum(int(Decimal(gross) * 100) for gross in holds):
                self.torn.append(f"booked {booked}")
            rows, seq, self.looks = len(names), len(seqs), self.looks + 1
            self.done.wait(0.005)  # leaves the interpreter to the publisher


def publish_under_a_reader(desk: Store, make_document: Any, gate: Gate, publishes: int, step: int) -> Reader:
    """So many publications of `step` documents each, while somebody reads."""
    reader = Reader(desk)
    reader.start()
    try:
        for number in range(publishes * step):
            make_document(
                Status.APPROVED, invoice=SIMPLE.model_copy(update={"invoice_number": f"N-{number}"}), name=f"{number}"
            )
            if number % step == step - 1:
                publish_approved(desk, "acme", gate=gate)
    finally:
        reader.done.set()
        reader.join()
    return reader


def test_a_reader_never_sees_a_torn_or_shrinking_table(desk: Store, make_document: Any) -> None:
    reader = publish_under_a_reader(desk, make_document, check_batch, publishes=8, step=3)
    assert reader.torn == []
    assert reader.looks > 5
    assert len(pull(desk, 0)) == 24


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_reader_sees_nothing_torn_during_a_thousand_publications(desk: Store, make_document: Any) -> None:
    def gate(batch: Any) -> GateResult:  # the real one is asked in the faster test; here its seconds would tell nothing
        return GateResult(tuple(row["document_id"] for row in batch), {}, (), "0" * 64, "{}")

    reader = publish_under_a_reader(desk, make_document, gate, publishes=1000, step=1)
    assert reader.torn == []
    assert reader.looks > 100
    assert len(pull(desk, 0)) == 1000
