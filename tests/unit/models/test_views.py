from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text

from flows.publish import publish_approved
from models.invoice import LINE_TERMS, TERMS
from models.migrate import _config, migrate
from models.status import Status
from models.store.engine import Store
from models.tables import InvoiceLineRow, InvoiceRow, VatBreakdownRow
from models.views import INVOICE, INVOICE_LINE, VAT_BREAKDOWN, VIEWS, create_statements, select_statement
from tests.desk import desk, make_document  # noqa: F401 - fixtures


def test_every_column_has_a_comment_and_a_name_of_its_own() -> None:
    for view in VIEWS:
        assert all(column.comment for column in view.columns)
        assert len({column.name for column in view.columns}) == len(view.columns)
        assert set(view.order) <= {column.name for column in view.columns}


def test_the_contracts_terms_are_columns() -> None:
    assert set(TERMS) < {column.name for column in INVOICE.columns}
    assert set(LINE_TERMS) < {column.name for column in INVOICE_LINE.columns}


@pytest.mark.parametrize(
    ("view", "table"), [(INVOICE, InvoiceRow), (INVOICE_LINE, InvoiceLineRow), (VAT_BREAKDOWN, VatBreakdownRow)]
)
def test_no_published_column_is_left_out_of_its_view(view: Any, table: Any) -> None:
    inner = {"invoice_key", "batch_id"}  # the key is ours; the batch is called x_batch
    assert set(table.model_fields) - inner <= {column.name for column in view.columns}


def test_a_database_of_the_first_revision_gets_the_views_and_loses_them_again(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.upgrade(_config(connection), "0001")
    assert inspect(store.engine).get_view_names() == []
    migrate(store)
    assert set(inspect(store.engine).get_view_names()) == {view.name for view in VIEWS}
    with store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.downgrade(_config(connection), "0001")
    assert inspect(store.engine).get_view_names() == []
    store.dispose()


def test_postgresql_gets_a_comment_on_every_column() -> None:
    comments = [each for each in create_statements("postgresql", VIEWS) if each.startswith("COMMENT ON COLUMN")]
    assert len(comments) == sum(len(view.columns) for view in VIEWS)
    assert "COMMENT ON COLUMN v1_invoice.\"net_total\" IS 'BT-109'" in comments


def test_exceptions_are_the_documents_that_wait_for_a_person(desk: Store, make_document: Any) -> None:
    waiting = (Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED)
    ids = {make_document(state, name=f"{state}.pdf"): state for state in (*waiting, Status.APPROVED, Status.MATCHED)}
    with desk.read() as session:
        rows = session.connection().execute(text("SELECT document_id, state FROM v1_exception")).all()
    assert dict(map(tuple, rows)) == {name: state for name, state in ids.items() if state in waiting}


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 command is not installed")
def test_the_systems_own_sqlite_reads_the_views_with_exact_amounts(
    desk: Store, make_document: Any, tmp_path: Path
) -> None:
    make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    question = "SELECT invoice_number, gross_total, typeof(gross_total), issue_date, status FROM v1_invoice"
    answer = subprocess.run(["sqlite3", "-readonly", tmp_path / "facturier.db", question], check=True,
                            capture_output=True, text=True)  # fmt: skip
    assert answer.stdout == "F-1|120.00|text|2026-11-12|current\n"
    for view in VIEWS:
        subprocess.run(["sqlite3", "-readonly", tmp_path / "facturier.db", select_statement(view)], check=True,
                       capture_output=True)  # fmt: skip
