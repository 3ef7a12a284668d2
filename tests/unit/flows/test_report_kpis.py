from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from flows.publish import publish_approved
from flows.report_kpis import compute_and_store, run_kpis
from models.status import Status
from models.store.audit import now
from models.store.engine import Store
from models.store.reviewing import approve, touch
from models.tables import DocumentRow, KpiRow
from review.pages.kpis import newest_figures
from tests.desk import INVOICE, desk, make_document  # noqa: F401 - fixtures


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


def test_the_kept_figures_are_those_of_the_page_and_of_json(worked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_kpis(worked, "acme", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    with worked.read() as session:
        kept = {(row.name, row.label): row.value for row in newest_figures(session, "acme")}
    assert {(each["name"], each["label"]): each["value"] for each in told["kpis"]} == kept
    assert kept["straight_through_rate", ""] == 0.5
    assert kept["documents_exported", ""] == 2
    assert kept["touch_time", ""] == pytest.approx(20, abs=1)
    assert kept["exception_rate", "low_confidence"] == pytest.approx(2 / 3)
    assert kept["turnaround_median", ""] == pytest.approx(1, abs=0.1)


def test_recomputing_gives_the_same_figures(worked: Store) -> None:
    moment = now()
    first, again = (compute_and_store(worked, "acme", moment) for _ in range(2))
    assert [(row.name, row.label, row.value) for row in first] == [(row.name, row.label, row.value) for row in again]
    with worked.read() as session:
        assert len(session.exec(select(KpiRow)).all()) == 2 * len(first)


def test_the_table_names_every_client_and_reads_well(worked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_kpis(worked, None, as_json=False) == 0
    out = capsys.readouterr().out
    assert "Straight-through rate\t\t50.0%" in out
    assert out.count("figure\tof\tvalue\tcounted") == 2
    assert "a value was hard to read" in out
    assert run_kpis(worked, "nobody", as_json=False) == 2
