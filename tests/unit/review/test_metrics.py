"""Who may read `/metrics`, and what stands in it beside the figures."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from flows.report_kpis import compute_and_store
from models.settings import Settings, WebSettings
from models.status import Status
from models.store.audit import now
from models.store.engine import Store
from review.app import create_app
from tests.browser import BASE, settings  # noqa: F401 - a fixture
from tests.desk import desk, make_document  # noqa: F401 - fixtures

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"
TOKEN = "a-token-of-the-watcher"


def get(desk: Store, settings: Settings, address: str, **headers: str) -> Any:
    browser = TestClient(create_app(settings, desk), base_url=BASE, client=(address, 5000))
    return browser.get("/metrics", headers=headers)


def test_this_machine_reads_and_others_do_not(desk: Store, settings: Settings) -> None:
    assert get(desk, settings, HERE).status_code == 200
    assert get(desk, settings, "::1").status_code == 200
    assert get(desk, settings, ELSEWHERE).status_code == 403
    assert get(desk, settings, "testclient").status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_on_this_machine_passes_on_is_not_from_here(desk: Store, settings: Settings, header: str) -> None:
    assert get(desk, settings, HERE, **{header: HERE}).status_code == 403


def test_with_a_token_in_the_settings_only_the_token_counts(desk: Store, settings: Settings) -> None:
    guarded = settings.model_copy(update={"web": WebSettings(metrics_token=TOKEN)})
    assert get(desk, guarded, ELSEWHERE, Authorization=f"Bearer {TOKEN}").status_code == 200
    assert get(desk, guarded, HERE).status_code == 403
    assert get(desk, guarded, HERE, Authorization="Bearer wrong").status_code == 403
    assert get(desk, guarded, HERE, Authorization=TOKEN).status_code == 403


def test_live_gauges_stand_beside_the_figures_and_names_are_escaped(
    desk: Store, settings: Settings, make_document: Any
) -> None:
    make_document(Status.IN_REVIEW, at=now() - timedelta(hours=5))
    make_document(Status.QUARANTINED, client="beta", name="b.pdf", at=now() - timedelta(hours=1))
    compute_and_store(desk, "acme", now())
    answer = get(desk, settings, HERE)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {(sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
             for family in text_string_to_metric_families(answer.text) for sample in family.samples}  # fmt: skip
    assert found["facturier_documents", "acme", "in_review"] == 1
    assert found["facturier_documents", "beta", "quarantined"] == 1
    assert found["facturier_oldest_open_seconds", "acme"] == pytest.approx(5 * 3600, abs=60)
    assert found["facturier_kpi", "acme", "", "documents_received", "documents"] == 1
    assert not any(key[0] == "facturier_kpi" and key[1] == "beta" for key in found)
    assert ("facturier_kpi", "acme", "", "straight_through_rate", "share") not in found  # nothing was exported
