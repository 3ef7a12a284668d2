"""The page of quality: what the gate said of each batch, and of whom."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
from decimal import Decimal
from typing import Any

import pytest

from flows.publish import publish_approved
from flows.quality import look_at_tables
from models.status import Status
from models.store.engine import Store
from review.language import TONGUES
from tests.browser import painter, settings, stored, visit  # noqa: F401 - fixtures
from tests.desk import INVOICE, desk, load, make_document  # noqa: F401 - fixtures
from validators.expectations import EXPECTATIONS
from validators.expectations_tables import SUITES


@pytest.fixture
def published(desk: Store, make_document: Any) -> tuple[str, str, str]:
    """A batch with one row published and one held; the ids of the batch and of both documents."""
    good = make_document(Status.APPROVED, name="good.pdf")
    bad = make_document(
        Status.APPROVED, name="bad.pdf",
        invoice=INVOICE.model_copy(update={"invoice_number": "F-2", "gross_total": Decimal("121.00")}),
    )  # fmt: skip
    return publish_approved(desk, "acme").batches[0], good, bad


def test_every_expectation_has_a_sentence_in_both_languages() -> None:
    names = [row.name for row in EXPECTATIONS] + [row.name for rows in SUITES.values() for row in rows]
    names += ["duplicate", "not_storable", "open_error"]
    for tongue in TONGUES.values():
        assert [name for name in names if not tongue.has(f"quality.says.{name}")] == []
        assert all(tongue.has(f"quality.of_{frame}") for rows in SUITES.values() for _, frame, _, _ in rows)


def test_a_batch_shows_each_expectation_and_what_was_held_with_its_state_now(
    desk: Store, visit: Any, published: Any
) -> None:
    batch, good, bad = published
    browser = visit("sup", "supervisor")
    listed = browser.get("/quality").text
    assert f'href="/quality/{batch}"' in listed
    assert "great_expectations" in listed
    shown = browser.get(f"/quality/{batch}").text
    assert f'href="/documents/{bad}"' in shown
    assert f'href="/documents/{good}"' not in shown
    assert "Net total and VAT give the gross total" in shown
    assert "gross total 121.00" in shown
    assert load(desk, bad).state == "in_review"
    assert f'<span class="state in_review">{TONGUES["en"].t("state.in_review")}</span>' in shown
    for row in EXPECTATIONS:
        assert row.name in shown


@pytest.mark.usefixtures("published")
def test_a_look_at_tables_is_shown(desk: Store, visit: Any) -> None:
    run = look_at_tables(desk, "acme")[0]
    browser = visit("sup", "supervisor")
    assert f'href="/quality/tables/{run.id}"' in browser.get("/quality").text
    shown = browser.get(f"/quality/tables/{run.id}").text
    assert "At least half of the invoices have a due date" in shown
    assert "no_feed_gaps" in shown


def test_batches_and_looks_of_other_clients_are_not_there(desk: Store, visit: Any, published: Any) -> None:
    batch, _, _ = published
    run = look_at_tables(desk, "acme")[0]
    stranger = visit("stranger", "supervisor", clients=("beta",))
    assert batch not in stranger.get("/quality?client=acme").text
    assert stranger.get(f"/quality/{batch}").status_code == 404
    assert stranger.get(f"/quality/tables/{run.id}").status_code == 404
    assert visit("rev").get("/quality").status_code == 403


@pytest.mark.parametrize("before", ["x", "2026-13-01", "2026-11-20T12:00:00", "2026-11-20T12:00:00+00:00"])
def test_any_before_in_the_address_gives_a_page(visit: Any, before: str) -> None:
    assert visit("sup", "supervisor").get("/quality", params={"before": before}).status_code == 200
