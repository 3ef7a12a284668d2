"""Teach once: a correction proposes a rule, its effect is seen before it is turned on, and counts what it replays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from learning.replay import counts_of
from learning.supplier_rules import Rule
from models.store.engine import Store
from models.tables import CorrectionRow, SupplierRuleRow
from review.offers import preview_of
from tests.desk import INVOICE, NOON
from tests.pages.conftest import Visit, desk, make_document  # noqa: F401 - fixtures

Enter = Callable[..., Visit]


@dataclass
class Pile:
    """Earlier invoices of one supplier, each misread in the same way."""

    ids: list[str]


def printed(number: int) -> tuple[tuple[float, float, str], ...]:
    return ((50, 60, "Papeterie du Midi"), (250, 90, "Facture"), (292, 90, "n°"), (310, 90, f"FA-26-{number}"),
            (250, 110, "Livraison"), (305, 110, f"BL-77-{number}"))  # fmt: skip


@pytest.fixture
def pile(desk: Store, make_document: Callable[..., str], with_page: Callable[..., str]) -> Pile:  # noqa: F811
    ids = []
    for number in range(101, 106):
        misread = INVOICE.model_copy(update={"invoice_number": f"BL-77-{number}"})
        made = make_document(invoice=misread, name=f"{number}.pdf", at=NOON - timedelta(days=number))
        ids.append(with_page(made, printed(number)))
    with desk.write() as session:
        for number, document in ((102, ids[1]), (103, ids[2])):  # what people said of two of them
            right = f"FA-26-{number}" if number == 102 else f"BL-77-{number}"
            session.add(CorrectionRow(
                id=f"c{number}", client_id="acme", document_id=document, revision=1, term="invoice_number",
                before=f"BL-77-{number}", after=right, changed=number == 102, actor="user:nora", at=NOON))  # fmt: skip
    return Pile(ids)


def test_row_40_a_correction_proposes_a_rule_whose_preview_counts_what_the_replay_does(
    visit: Enter, desk: Store, pile: Pile, tmp_path: object  # noqa: F811
) -> None:  # fmt: skip
    view = visit(role="expert", path=f"/documents/{pile.ids[0]}")
    page = view.page
    page.fill("[name='field.invoice_number']", "FA-26-101")
    page.click("#act-save")
    page.wait_for_url("**done=saved**")
    offer = page.locator(".offer .row", has_text="Facture n°")
    expect(offer).to_be_visible()
    with desk.read() as session:
        assert session.exec(select(SupplierRuleRow)).all() == []  # nothing is kept by looking
    offer.get_by_role("button").click()
    page.wait_for_url("**/teaching/*")
    told = {
        name: int(page.locator(f"#count-{name}").inner_text())
        for name in ("improved", "worsened", "changed", "unchanged")
    }
    assert told == {"improved": 2, "worsened": 1, "changed": 2, "unchanged": 0}
    with desk.read() as session:
        row = session.exec(select(SupplierRuleRow)).one()
        preview = preview_of(session, tmp_path, "acme", "S1", Rule.model_validate_json(row.rule_json))  # type: ignore[arg-type]
        assert told == preview.counts == counts_of(preview.effects)
        assert row.state == "proposed"
    assert page.locator("tbody tr").count() == 5
    assert view.axe() == []
    page.locator("button.primary").click()
    with desk.read() as session:
        assert session.exec(select(SupplierRuleRow)).one().state == "on"


def test_a_reviewer_proposes_and_does_not_turn_on(visit: Enter, pile: Pile) -> None:
    view = visit("ruth", "reviewer", path=f"/documents/{pile.ids[1]}", java_script_enabled=False)
    page = view.page
    page.locator(".offer .row", has_text="Facture n°").get_by_role("button").click()
    expect(page.locator("#count-improved")).to_have_text("1")
    expect(page.locator("button.primary")).to_have_count(0)
    view.open("/teaching")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_rule_of_another_client_is_not_there(visit: Enter, desk: Store) -> None:  # noqa: F811
    with desk.write() as session:
        session.add(SupplierRuleRow(id="r1", client_id="beta", seller_id="S1", term="invoice_number", kind="fixed",
                                    rule_json='{"term":"invoice_number","kind":"fixed","text":"x"}', document_id="-",
                                    actor="user:x", at=NOON))  # fmt: skip
    view = visit(role="expert")
    assert view.page.request.get(view.base + "/teaching/r1").status == 404
    expect(view.open("/teaching").locator("main")).to_contain_text("No rule yet")
