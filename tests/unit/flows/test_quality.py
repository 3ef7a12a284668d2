"""The daily look at whole tables: clean ones pass, each seeded fault is named, on the real engine."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from flows.publish import publish_approved
from flows.quality import look_at_tables
from models.status import Status
from models.store.engine import Store
from models.store.quality import intake_frames, output_frames
from models.tables import OrderLineRow, OrderRow, SupplierRow
from tests.desk import INVOICE, NOON, desk, make_document  # noqa: F401 - fixtures
from validators.expectations_tables import SUITES
from validators.quality import check_tables


def test_clean_tables_meet_everything_and_the_result_is_kept(desk: Store, make_document: Any) -> None:
    make_document(Status.APPROVED)
    publish_approved(desk, "acme")
    runs = {run.scope: run for run in look_at_tables(desk, "acme")}
    said = {scope: [each["name"] for each in json.loads(run.result_json)["results"] if not each["success"]]
            for scope, run in runs.items()}  # fmt: skip
    assert said == {"tables": ["due_dates_mostly_there"], "intake": []}
    assert runs["intake"].state == "passed"
    assert len(json.loads(runs["tables"].result_json)["results"]) == len(SUITES["tables"])


def test_tables_without_rows_meet_everything(desk: Store) -> None:
    assert [run.state for run in look_at_tables(desk, "beta")] == ["passed", "passed"]


FAULTS: dict[str, str] = {
    "no_lines_without_invoice": "UPDATE invoice_line SET version = 9",
    "no_vat_without_invoice": "UPDATE vat_breakdown SET version = 9",
    "no_versions_without_change": "UPDATE invoice SET change_seq = 77 WHERE change_seq = 1",
    "no_feed_gaps": "UPDATE change SET change_seq = 78 WHERE change_seq = 2",
    "currency_stays_known": "UPDATE invoice SET currency = 'EUX'",
    "age_plausible": "UPDATE invoice SET issue_date = '1987-01-01'",
    "one_invoice_a_number": "UPDATE invoice SET invoice_number = 'F-1'",
    "suppliers_mostly_known": "UPDATE invoice SET seller_id = NULL",
    "no_invoices_with_open_errors":
        "INSERT INTO finding (id, client_id, document_id, revision, rule, severity, terms, message, created_at) "
        "SELECT '1', client_id, id, revision, 'BR-CO-15', 'error', '', '', updated_at FROM document LIMIT 1",
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_named(name: str, desk: Store, make_document: Any) -> None:
    for number in (1, 2):
        make_document(Status.APPROVED, invoice=INVOICE.model_copy(update={"invoice_number": f"F-{number}"}),
                      name=f"{number}.pdf")  # fmt: skip
    publish_approved(desk, "acme")
    with desk.write() as session:
        for table in ("invoice", "invoice_line", "vat_breakdown", "change"):
            session.connection().exec_driver_sql(f"DROP TRIGGER {table}_no_update")
        session.connection().exec_driver_sql(FAULTS[name])
    with desk.read() as session:
        found = check_tables("tables", output_frames(session, "acme", NOON))
    assert name in found.failed


def test_what_waits_too_long_for_publication_is_named(desk: Store, make_document: Any) -> None:
    make_document(Status.APPROVED)
    with desk.write() as session:
        session.connection().execute(text("UPDATE document SET updated_at = '2026-11-01T00:00:00.000000+00:00'"))
    with desk.read() as session:
        assert check_tables("tables", output_frames(session, "acme", NOON + timedelta(days=1))).failed == (
            "published_in_time",
        )


def test_a_month_far_above_the_usual_is_named() -> None:
    months = [{"id": "S1 EUR 2026-11", "month_ratio": 30.0}, {"id": "S2 EUR 2026-11", "month_ratio": 1.2}]
    found = check_tables("tables", {"months": months})
    assert found.failed == ("months_as_usual",)
    assert "S1 EUR 2026-11" in found.result_json
    assert "S2 EUR" not in found.result_json


def test_faults_of_master_data_are_named_with_their_rows(desk: Store) -> None:
    with desk.write() as session:
        for number in (2, 3):
            session.add(SupplierRow(client_id="acme", seller_id=f"S{number}", name="" if number == 2 else "Dupont",
                                    vat_id="FR00123456789", updated_at=NOON))  # fmt: skip
        session.add(OrderRow(client_id="acme", order_number="PO-1", canonical_number="P01", status="open",
                             currency="EUX", seller_id="S9", updated_at=NOON))  # fmt: skip
        session.add(OrderRow(client_id="acme", order_number="P0-1", canonical_number="P01", status="open",
                             currency="EUR", seller_id="S1", updated_at=NOON))  # fmt: skip
        session.add(OrderLineRow(client_id="acme", order_number="P0-1", line_number="1", position=1))
    with desk.read() as session:
        found = check_tables("intake", intake_frames(session, "acme"))
    assert set(found.failed) == {
        "supplier_named", "supplier_vat_unique", "supplier_has_account", "order_supplier_known", "order_has_lines",
        "order_currency_known", "order_number_unlike_others",
    }  # fmt: skip
    said = {each["name"]: each["unexpected"] for each in json.loads(found.result_json)["results"]}
    assert said["order_has_lines"] == ["PO-1"]
    assert said["supplier_named"] == ["S2"]
