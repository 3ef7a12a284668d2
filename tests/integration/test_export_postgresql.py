"""Batches on a real PostgreSQL: reserved by one of many, killed, finished, replayed; every view there and back."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import csv
import io
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from sqlmodel import select

from flows import export_batch
from flows.export_batch import Written, export_batches, replay_batch
from flows.exports.tables import parquet_chunks
from flows.house import House
from flows.publish import publish_approved
from models.migrate import migrate
from models.settings import Settings
from models.settings_output import OutputSettings
from models.status import Status
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.export_batches import find_batch
from models.store.outputs import read_view
from models.tables import ClientRow, DeliveryRow, ExportBatchRow, SupplierRow
from models.views import VIEWS
from tests.desk import INVOICE, NOON, make_document  # noqa: F401 - a fixture
from tests.publishing import correct, open_gate, publish_some
from tests.servers import server_url  # noqa: F401 - a fixture


@pytest.fixture
def desk(server_url: str) -> Iterator[Store]:
    store = Store(server_url)
    migrate(store)
    with store.write() as session:
        for client in ("acme", "beta"):  # one server for all tests here
            session.merge(ClientRow(id=client, name=client, created_at=NOON))
            session.flush()
            session.merge(SupplierRow(client_id=client, seller_id="S1", name="Papeterie", updated_at=NOON))
    yield store
    store.dispose()


def keys(home: Path) -> list[str]:
    """What a consumer of whole folders takes, in their order."""
    found: list[str] = []
    for success in sorted((home / "clients" / "acme" / "exports").glob("*/batch-*/_SUCCESS")):
        with (success.parent / "invoices.en.csv").open(newline="", encoding="utf-8") as lines:
            found += [row["x_key"] for row in csv.DictReader(lines)]
    return found


@pytest.mark.slow
def test_batches_on_postgresql_are_reserved_once_finished_after_a_kill_and_replayed(
    desk: Store, make_document: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(output=OutputSettings(expense_account="606400", formats=("csv", "parquet"), batch_changes=4))
    house = House(settings, desk, Blobs(tmp_path))
    documents = publish_some(desk, make_document, 6)
    correct(desk, documents[0], net_total=Decimal("110.00"), gross_total=Decimal("130.00"))

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(export_batch, "write_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            export_batches(house, "acme", "files")
    done: list[Written] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            done.extend(export_batches(house, "acme", "files"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall show it
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert problems == []
    assert {each.seq for each in done} == {1, 2}
    found = keys(tmp_path)
    assert len(found) == len(set(found)) == 8  # six, one of them taken back and posted anew
    (ledger,) = export_batches(house, "acme", "fec")[:1]
    with desk.read() as session:
        rows = session.exec(select(ExportBatchRow)).all()
        assert {row.state for row in rows} == {"written"}
        assert len(session.exec(select(DeliveryRow).where(DeliveryRow.target == "files")).all()) == 7
        for name in ("1", "2", "fec:1"):
            assert replay_batch(house, find_batch(session, name, "acme"), tmp_path / "again" / name) == []
    assert ledger.problems == ()


@pytest.mark.slow
def test_every_view_on_postgresql_comes_back_from_parquet_with_exact_decimals(desk: Store, make_document: Any) -> None:
    for number, state in enumerate((Status.IN_REVIEW, Status.APPROVED)):
        invoice = INVOICE.model_copy(update={"invoice_number": f"W-{number}"})
        make_document(state, client="beta", invoice=invoice, name=f"{number}.pdf")
    publish_approved(desk, "beta", gate=open_gate)
    for view in VIEWS:
        with desk.read() as session:
            rows = [*read_view(session, view, None)]
        assert rows or view.name in {"v1_coding", "v1_match"}, view.name
        read = parquet.read_table(io.BytesIO(b"".join(parquet_chunks(view, rows, french=False))))
        assert [tuple(row.values()) for row in read.to_pylist()] == rows, view.name
