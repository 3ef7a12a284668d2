"""The flows with Prefect's own test server: what a run is called, how it ends, what a supervisor finds in it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.testing.utilities import prefect_test_harness
from sqlmodel import select

from extractors import ReaderPool
from flows import workshop
from flows.demo import load_demo
from flows.figures import report_figures
from flows.house import House, open_house
from flows.ingest import drain, ingest_batch, plain_chunk, plain_text
from flows.intake import Seen, scan
from flows.line import Line
from flows.post_approved import post_approved
from models.errors import ConflictError
from models.settings import Settings
from models.store.clients import folders
from models.store.figures import newest_figures
from models.store.jobs import Group, finish, sweep
from models.store.reviewing import approve
from models.tables import DocumentRow, ExtractionRow, InvoiceRow, JobRow
from tests.running import ROOT, by_confidence

pytestmark = pytest.mark.timeout(300)
SAMPLES = ROOT / "sample_invoices"
XML, PDF, BUNDLE, LOCKED, VARIANCE = (
    "de-06-xrechnung.xml", "de-01-din-5008.pdf", "fr-13-deux-factures.pdf", "en-09-password.pdf",
    "en-02-price-variance-gbp.pdf",
)  # fmt: skip


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    """One server for all tests here; its start is most of their time."""
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    settings = Settings()
    with ReaderPool(settings.reading, settings.limits) as pool:
        yield pool


@dataclass
class Workplace:
    """A line over a home of its own, with the demo's suppliers, orders and receipts."""

    line: Line

    @property
    def house(self) -> House:
        return self.line.house

    def drop(self, *names: str, batch: str = "") -> None:
        """Drop samples into the inbox, or a sub-folder of it, and take them in."""
        folder = folders(self.house.home, "demo").inbox / batch
        folder.mkdir(exist_ok=True)
        for name in names:
            shutil.copy(SAMPLES / "files" / name, folder)
        report = scan(self.house.store, self.house.home, "demo", self.house.settings, Seen())
        assert len(report.received) == len(names)

    def rows(self, table: Any) -> list[Any]:
        with self.house.store.read() as session:
            return list(session.exec(select(table)))

    def states(self) -> dict[tuple[str, int], str]:
        return {(row.name, row.part): row.state for row in self.rows(DocumentRow)}

    def document(self, name: str) -> DocumentRow:
        return next(row for row in self.rows(DocumentRow) if row.name == name)


@pytest.fixture
def workplace(
    tmp_path: Path, migrated_database: Path, readers: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workplace]:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(migrated_database, home / "facturier.db")
    monkeypatch.setenv("FACTURIER_HOME", str(home))
    monkeypatch.setenv("FACTURIER__INTAKE__SETTLE_SECONDS", "0")
    master = tmp_path / "master"
    (master / "files").mkdir(parents=True)
    for path in SAMPLES.glob("*.csv"):
        shutil.copy(path, master)
    with open_house(home) as house:
        load_demo(house, master)
        with house.store.write() as session:
            by_confidence(session)
        token = workshop._open_line.set(Line(house, readers))
        yield Workplace(Line(house, readers))
        workshop._open_line.reset(token)


def run(flow: Coroutine[Any, Any, Any]) -> State[Any]:
    """Run a flow that gives its state."""
    state = asyncio.run(flow)
    assert isinstance(state, State)
    return state


async def _recorded() -> tuple[Any, Any]:
    async with get_client() as client:
        return await client.read_flow_runs(), await client.read_artifacts()


def recorded(state: State[Any]) -> tuple[Any, list[Any]]:
    """The run of a state and its artifacts, as the server has them."""
    runs, artifacts = asyncio.run(_recorded())
    found = next(each for each in runs if each.id == state.state_details.flow_run_id)
    return found, [each for each in artifacts if each.flow_run_id == found.id]


@pytest.mark.usefixtures("prefect_server")
def test_a_batch_ends_completed_with_its_documents_decided_and_told(workplace: Workplace) -> None:
    workplace.drop(XML, PDF, LOCKED)
    state = run(ingest_batch(client="demo", return_state=True))
    assert state.is_completed()
    assert state.message == "3 documents: 2 approved, 1 quarantined; 2 published"
    assert workplace.states() == {(XML, 1): "exported", (PDF, 1): "exported", (LOCKED, 1): "quarantined"}
    seen, artifacts = recorded(state)
    assert seen.name == "demo / inbox"
    assert {each.key for each in artifacts} == {"progress", "documents"}
    table = next(json.loads(each.data) for each in artifacts if each.key == "documents")
    by_file = {row["file"]: row for row in table}
    assert by_file.keys() == {XML, PDF, LOCKED}
    locked = workplace.document(LOCKED)
    assert (by_file[LOCKED]["state"], by_file[LOCKED]["why"]) == ("quarantined", "encrypted")
    assert by_file[LOCKED]["advice"] == "Ask the sender for a copy without password, or save one and drop it again."
    assert by_file[LOCKED]["page"] == f"[open](http://127.0.0.1:8321/documents/{locked.id})"
    assert by_file[PDF]["number"] == "RE-2026-10412"
    note = folders(workplace.house.home, "demo").quarantine / f"{LOCKED}.txt"
    assert "password" in note.read_text(encoding="utf-8")


@pytest.mark.usefixtures("prefect_server")
def test_a_sub_folder_is_a_batch_with_a_run_of_its_own(workplace: Workplace) -> None:
    workplace.drop(XML)
    workplace.drop(PDF, batch="lot 3")
    assert {(each.client_id, each.batch) for each in workplace.line.waiting()} == {("demo", ""), ("demo", "lot 3")}
    state = run(ingest_batch(client="demo", batch="lot 3", return_state=True))
    assert recorded(state)[0].name == "demo / lot 3"
    assert workplace.states() == {(XML, 1): "received", (PDF, 1): "exported"}


@pytest.mark.usefixtures("prefect_server")
def test_what_a_reviewer_approved_is_published_by_a_run(workplace: Workplace) -> None:
    workplace.drop(VARIANCE)
    run(ingest_batch(client="demo", return_state=True))
    assert workplace.states() == {(VARIANCE, 1): "in_review"}
    with workplace.house.store.write() as session:
        document = session.get_one(DocumentRow, workplace.document(VARIANCE).id)
        approve(session, document, actor="user:rita", at=datetime.now(UTC))
    state = run(post_approved(client="demo", return_state=True))
    assert state.message == "1 published, 0 held by the gate"
    assert recorded(state)[0].name == "publish demo"
    [published] = workplace.rows(InvoiceRow)
    assert published.x_approved_by == "user:rita"
    assert run(post_approved(client="demo", return_state=True)).message == "0 published, 0 held by the gate"


@pytest.mark.usefixtures("prefect_server")
def test_a_run_leaves_what_is_above_its_share_to_the_next(workplace: Workplace) -> None:
    workplace.drop(XML, PDF)
    run(ingest_batch(client="demo", max_documents=1, return_state=True))
    assert sorted(workplace.states().values()) == ["exported", "received"]
    state = run(ingest_batch(client="demo", max_documents=1, return_state=True))
    assert (state.message or "").startswith("1 documents: 1 approved")
    assert set(workplace.states().values()) == {"exported"}


@pytest.mark.usefixtures("prefect_server")
def test_a_batch_without_work_ends_completed(workplace: Workplace) -> None:
    workplace.drop()
    state = run(ingest_batch(client="demo", return_state=True))
    assert state.message == "0 documents: nothing to do; 0 published"
    assert {each.key for each in recorded(state)[1]} == {"progress"}


def test_documents_flow_without_prefect(workplace: Workplace) -> None:
    workplace.drop(XML, LOCKED)
    outcomes = asyncio.run(drain(workplace.line, Group("demo", ""), 10, plain_chunk))
    assert {each.name: each.state for each in outcomes} == {XML: "approved", LOCKED: "quarantined"}
    assert {row.state for row in workplace.rows(JobRow)} == {"done"}


def test_two_invoices_of_one_file_become_two_documents(workplace: Workplace) -> None:
    workplace.drop(BUNDLE)
    outcomes = asyncio.run(drain(workplace.line, Group("demo", ""), 10, plain_chunk))
    assert [each.invoice_number for each in outcomes] == ["2026-09/131", "2026-10/009"]
    assert workplace.states() == {(BUNDLE, 1): "in_review", (BUNDLE, 2): "in_review"}
    first, second = sorted(workplace.rows(DocumentRow), key=lambda row: row.part)
    assert second.parent_id == first.id
    assert "bundle" in first.reasons
    assert "bundle" in second.reasons


def test_a_job_in_somebodys_hands_is_not_given_twice(workplace: Workplace) -> None:
    workplace.drop(XML)
    assert len(workplace.line.take(5)) == 1
    assert workplace.line.take(5) == []


def test_who_lost_a_lease_may_not_store(workplace: Workplace) -> None:
    workplace.drop(XML)
    [late] = workplace.line.take(1)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with workplace.house.store.write() as session:
        sweep(session, settings=workplace.house.settings.jobs, at=tomorrow)
    with workplace.house.store.write() as session:
        job = session.exec(select(JobRow)).one()
        job.next_at = datetime.now(UTC)
        session.add(job)
    [fresh] = workplace.line.take(1)
    assert fresh.attempt == late.attempt + 1
    assert list(workplace.line.work([late])) == []
    assert workplace.states() == {(XML, 1): "received"}
    with pytest.raises(ConflictError), workplace.house.store.write() as session:
        finish(session, late)
    assert [each.state for each in workplace.line.work([fresh])] == ["approved"]
    assert len(workplace.rows(ExtractionRow)) == 1


def test_leases_are_renewed_while_a_slow_document_is_read(workplace: Workplace) -> None:
    jobs = workplace.house.settings.jobs.model_copy(update={"lease_seconds": 0.3})
    settings = workplace.house.settings.model_copy(update={"jobs": jobs})
    line = Line(House(settings, workplace.house.store, workplace.house.blobs), workplace.line.pool)
    workplace.drop(PDF, XML)
    leases = line.take(2)
    ends = []

    async def both() -> list[Any]:
        working = asyncio.create_task(asyncio.to_thread(lambda: list(line.work(leases))))
        while not working.done():
            ends.extend(row.lease_until for row in workplace.rows(JobRow) if row.state == "leased")
            await asyncio.sleep(0.05)
        return await working

    outcomes = asyncio.run(both())
    assert [each.state for each in outcomes] == ["approved", "approved"]
    assert max(ends) >= leases[0].until


def test_a_stopping_line_takes_no_more(workplace: Workplace) -> None:
    workplace.drop(XML)
    workplace.line.stopping.set()
    assert asyncio.run(drain(workplace.line, Group("demo", ""), 10, plain_chunk)) == []
    assert workplace.states() == {(XML, 1): "received"}


@pytest.mark.parametrize("name", ["![x](http://example.com/seen)", "[x](javascript:alert(1))", "\\[x](y)", "<b>`"])
def test_a_name_of_a_document_cannot_be_markdown_in_the_table(name: str) -> None:
    shown = plain_text(name)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]<`]", shown)
    assert "://" not in shown


@pytest.mark.usefixtures("prefect_server")
def test_a_run_of_the_figures_shows_the_rows_that_it_keeps(workplace: Workplace) -> None:
    workplace.drop(XML)
    run(ingest_batch(client="demo", return_state=True))
    state = run(report_figures(client="demo", return_state=True))
    assert state.is_completed()
    flow_run, [artifact] = recorded(state)
    assert (flow_run.name, artifact.key) == ("figures of demo", "kpis-demo")
    with workplace.house.store.read() as session:
        kept = {(row.name, row.label): row.value for row in newest_figures(session, "demo")}
    assert {(row["figure"], row["of"]): row["value"] for row in json.loads(artifact.data)} == kept
    assert kept["documents_received", ""] == 1
