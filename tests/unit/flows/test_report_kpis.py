from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import select
from starlette.testclient import TestClient

from flows.figures import table_of
from flows.publish import publish_approved
from flows.report_kpis import Asked, compute_and_store, run_kpis
from models.settings import Settings
from models.status import Status
from models.store.api_keys import add_api_key, fresh_token
from models.store.audit import now
from models.store.engine import Store
from models.store.figures import newest_figures
from models.store.reviewing import approve, touch
from models.tables import ClientRow, DocumentRow, KpiRow
from review.app import create_app
from tests.browser import BASE, painter, settings, visit  # noqa: F401 - fixtures
from tests.desk import INVOICE, desk, make_document  # noqa: F401 - fixtures

Key = tuple[str, str]


@pytest.fixture
def worked(desk: Store, make_document: Any) -> Store:
    """One invoice that went straight through, one that a person approved, one that waits."""
    moment = now() - timedelta(hours=1)
    ids = [
        make_document(
            state, name=f"{n}.pdf", at=moment, invoice=INVOICE.model_copy(update={"invoice_number": f"F-{n}"})
        )
        for n, state in enumerate((Status.APPROVED, Status.IN_REVIEW, Status.IN_REVIEW))
    ]
    with desk.write() as session:
        row = session.get(DocumentRow, ids[1])
        assert row is not None
        approve(session, row, actor="user:ann", at=now())
        touch(session, row, actor="user:ann", act="approve", opened_at=now() - timedelta(seconds=40), at=now())
    publish_approved(desk, "acme")
    return desk


def test_the_kept_figures_are_those_of_json(worked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_kpis(worked, "acme", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    with worked.read() as session:
        kept = {(row.name, row.label): row.value for row in newest_figures(session, "acme")}
    assert {(each["name"], each["label"]): each["value"] for each in told["kpis"]} == kept
    assert kept["straight_through_rate", ""] == 0.5
    assert kept["documents_exported", ""] == 2
    assert kept["touch_time", ""] == pytest.approx(20, abs=1)
    assert kept["exception_rate", "low_confidence"] == pytest.approx(2 / 3)
    assert kept["turnaround_calendar_median", ""] == pytest.approx(1, abs=0.1)


def test_six_doors_show_one_computation_digit_for_digit(
    worked: Store, visit: Any, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command computes; database, API, page, artifact and metrics hold and show exactly that."""
    run_kpis(worked, "acme", as_json=True)
    command = {(row["name"], row["label"]): row["value"] for row in json.loads(capsys.readouterr().out)["kpis"]}
    with worked.read() as session:
        rows = newest_figures(session, "acme")
    kept = {(row.name, row.label): row.value for row in rows}
    served = asked(TestClient(create_app(settings, worked), base_url=BASE), give_key(worked))
    artifact = {(str(row["figure"]), str(row["of"])): row["value"] for row in table_of(rows)}
    text = visit("eva", "client_viewer", ("acme",)).get("/kpis?client=acme").text
    page = [float(value) for value in re.findall(r'<data value="([^"]+)">', text)]
    assert command == kept == served == artifact
    bounds = ("_low", "_high")  # stand as the interval of their figure
    assert sorted(page) == sorted(value for (name, _), value in served.items()
                                  if value is not None and not name.endswith(bounds))  # fmt: skip
    assert scraped(TestClient(create_app(settings, worked), base_url=BASE, client=("127.0.0.1", 1))) == {
        key: value for key, value in served.items() if value is not None
    }


def asked(desk: TestClient, key: str) -> dict[Key, float | None]:
    """The figures of acme as a system reads them from the API."""
    answer = desk.get("/api/v1/kpis?client=acme", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    return {(row["name"], row["label"]): row["value"] for row in answer.json()["items"]}


def give_key(store: Store) -> str:
    key = fresh_token()
    with store.write() as session:
        add_api_key(session, key, name="erp", clients=("acme",), scopes=("read",), actor="user:ann", at=now(),
                    expires_at=now() + timedelta(days=1))  # fmt: skip
    return key


def scraped(desk: TestClient) -> dict[Key, float]:
    """The figures of acme as Prometheus reads them."""
    answer = desk.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.labels["name"], sample.labels["label"]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "facturier_kpi" and sample.labels["client"] == "acme"
    }


def test_computing_one_moment_again_gives_the_same_figures_once(worked: Store) -> None:
    moment = now()
    first, again = (compute_and_store(worked, "acme", moment) for _ in range(2))
    assert [(row.name, row.label, row.value) for row in first] == [(row.name, row.label, row.value) for row in again]
    with worked.read() as session:
        kept = session.exec(select(KpiRow)).all()
    assert len([row for row in kept if not row.dimension]) == len(first)


def test_parts_are_kept_for_the_newest_computation_only(worked: Store) -> None:
    for _ in range(2):
        compute_and_store(worked, "acme", now())
    with worked.read() as session:
        kept = session.exec(select(KpiRow)).all()
        suppliers = newest_figures(session, "acme", dimension="supplier", names=("documents_received",))
    assert len({row.computed_at for row in kept if row.dimension}) == 1
    assert len({row.computed_at for row in kept}) == 2
    assert [(row.part, row.value) for row in suppliers] == [("S1", 3.0)]


def test_the_table_names_every_client_and_reads_well(worked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_kpis(worked, None) == 0
    out = capsys.readouterr().out
    assert "Straight-through rate\t\t50.0%" in out
    assert out.count("figure\tof\tvalue\tcounted") == 2
    assert "a value was hard to read" in out
    assert run_kpis(worked, "nobody") == 2


def test_a_period_of_ones_own_is_computed_and_not_kept(worked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    early = Asked("json", until=now() - timedelta(days=400))
    assert run_kpis(worked, "acme", asked=early) == 0
    told = {row["name"]: row["value"] for row in json.loads(capsys.readouterr().out)["kpis"]}
    assert told["documents_received"] == 0
    with worked.read() as session:
        assert newest_figures(session, "acme", dimension=None) == []


def test_parts_come_as_csv_that_no_spreadsheet_runs(worked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with worked.write() as session:
        for row in session.exec(select(DocumentRow)):
            row.seller_id, row.seller_name = None, "=cmd()"
            session.add(row)
    assert run_kpis(worked, None, asked=Asked("csv", by="supplier")) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["part"] for row in rows} == {"'=cmd()"}
    [received] = [row for row in rows if row["name"] == "documents_received"]
    assert (received["client"], received["value"], received["dimension"]) == ("acme", "3", "supplier")


@pytest.mark.parametrize(
    "asked",
    [Asked(by="moon"), Asked(since=datetime.fromisoformat("2999-01-01T00:00Z"))],
    ids=["no such dimension", "nothing before its end"],
)
def test_what_cannot_be_computed_is_said(worked: Store, asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_kpis(worked, "acme", asked=asked) == 2
    assert "facturier kpis: --" in capsys.readouterr().err


def test_a_client_may_have_costs_and_hours_of_its_own(worked: Store) -> None:
    usual = value(compute_and_store(worked, "acme", now()), "cost_per_invoice")
    with worked.write() as session:
        client = session.get_one(ClientRow, "acme")
        client.costs_json = '{"governance_month": "1000", "currency": "USD"}'
        client.review_json = '{"weekdays": [0, 1, 2, 3, 4, 5, 6], "hours": ["00:00-24:00"], "country": "US"}'
        session.add(client)
    rows = compute_and_store(worked, "acme", now())
    assert value(rows, "cost_per_invoice") == pytest.approx(usual + 1000 * 720 / 730.5 / 2, abs=0.01)
    assert next(row.unit for row in rows if row.name == "cost_per_invoice") == "USD"
    assert value(rows, "turnaround_median") == pytest.approx(value(rows, "turnaround_calendar_median"), abs=1e-5)


def value(rows: list[KpiRow], name: str) -> float:
    [found] = [row.value for row in rows if (row.name, row.label) == (name, "")]
    assert found is not None
    return found
