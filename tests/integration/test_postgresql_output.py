"""The output tables on a real PostgreSQL: views with comments, two publishers at once, the same exports as SQLite."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from flows.commands.output import Order, run_export
from flows.exports import TABLES
from flows.house import House
from flows.publish import publish_approved
from flows.report_kpis import compute_and_store
from models.migrate import migrate
from models.settings import Settings
from models.status import Status
from models.store import audit
from models.store.blobs import Blobs
from models.store.engine import Store
from models.tables import ChangeRow, ClientRow, SupplierRow
from models.views import VIEWS
from tests.desk import INVOICE, NOON, make_document  # noqa: F401 - a fixture
from tests.servers import server_url  # noqa: F401 - a fixture


@pytest.fixture
def desk(server_url: str) -> Iterator[Store]:
    store = Store(server_url)
    migrate(store)
    with store.write() as session:
        session.add(ClientRow(id="acme", name="Acme", created_at=NOON))
        session.flush()
        session.add(SupplierRow(client_id="acme", seller_id="S1", name="Papeterie", updated_at=NOON))
    yield store
    store.dispose()


@pytest.mark.slow
def test_publishers_views_exports_and_figures_on_postgresql(desk: Store, make_document: Any, tmp_path: Path) -> None:
    for number in range(30):
        invoice = INVOICE.model_copy(update={"invoice_number": f"F-{number}"})
        make_document(Status.APPROVED, invoice=invoice, name=f"{number}.pdf", at=NOON + timedelta(seconds=number))
    make_document(
        Status.APPROVED,
        invoice=INVOICE.model_copy(update={"invoice_number": "F 0"}),
        name="twin.pdf",
        at=NOON + timedelta(days=1),
    )
    problems: list[BaseException] = []

    def work() -> None:
        try:
            publish_approved(desk, "acme")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall show it
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with desk.read() as session:
        changes = session.exec(select(ChangeRow).order_by(ChangeRow.change_seq)).all()  # type: ignore[arg-type]
        comment = session.connection().execute(text("SELECT col_description('v1_invoice'::regclass, 1)")).scalar()
        assert audit.verify(session) is None
        for view in VIEWS:
            session.connection().execute(text(f'SELECT * FROM "{view.name}"'))  # noqa: S608 - our own names
    assert [row.change_seq for row in changes] == list(range(1, len(changes) + 1))
    assert len({row.entity_id for row in changes}) == len(changes) == 29
    assert comment
    house = House(Settings(), desk, Blobs(tmp_path))
    for what in TABLES:
        assert run_export(house, Order(what, "acme", form="jsonl", out=tmp_path / what)) == 0
    first = (tmp_path / "invoices" / "invoices.jsonl").read_text().splitlines()[0]
    assert '"gross_total":"120.00"' in first
    assert '"quantity":"10"' in (tmp_path / "lines" / "lines.jsonl").read_text()
    assert compute_and_store(desk, "acme", audit.now())
