"""Who may do what, in the browser: the bank alarm, handing up to experts, sign-in, account and people pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select

from models.decision import Outcome
from models.status import Status
from models.store.engine import Store
from models.tables import AuditRow, EscalationRow
from tests.browser import PASSWORD
from tests.desk import INVOICE, DocumentMaker, load
from tests.pages.conftest import Visit

NEW_IBAN = "DE89370400440532013000"
NARROW = {"viewport": {"width": 320, "height": 800}}


def call(visit: Visit, document_id: str) -> None:
    """Write down a call and press the button of the alarm's page."""
    page = visit.open(f"/documents/{document_id}/bank")
    page.fill("[name=who]", "Mme Durand")
    page.fill("[name=number]", "+33 1 44 55 66 77")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button.primary").click()
    page.wait_for_load_state("networkidle")


def test_row_20_bank_alarm_shows_both_accounts_and_the_same_person_cannot_do_both(
    visit: Callable[..., Visit], make_document: DocumentMaker, desk: Store
) -> None:
    document_id = make_document(
        Status.HELD, invoice=INVOICE.model_copy(update={"iban": NEW_IBAN}), outcome=Outcome.HOLD
    )
    ann, bob = visit("ann", "expert"), visit("bob", "expert")
    ann.open(f"/documents/{document_id}").get_by_role("link", name="Compare the accounts").click()
    said = ann.page.inner_text("main")
    for words in (NEW_IBAN, INVOICE.iban, "Germany", "France", "Verified since", "another country"):
        assert str(words) in said
    assert ann.axe() == []
    call(ann, document_id)
    assert load(desk, document_id).state == Status.HELD
    again = ann.open(f"/documents/{document_id}/bank")
    assert "The first word is yours" in again.inner_text("main")
    assert again.locator("main button.primary").is_disabled()
    assert load(desk, document_id).state == Status.HELD
    call(bob, document_id)
    assert load(desk, document_id).state == Status.APPROVED
    with desk.read() as session:
        reasons = session.exec(select(AuditRow.after_json).where(AuditRow.action == "vouch")).all()
    assert all("Mme Durand" in str(reason) for reason in reasons)
    assert len(reasons) == 2


def test_row_25_a_document_handed_up_with_a_reason_stands_in_the_experts_queue(
    visit: Callable[..., Visit], make_document: DocumentMaker, desk: Store
) -> None:
    document_id = make_document(name="hard.pdf")
    rita = visit("rita", "reviewer")
    page = rita.open(f"/documents/{document_id}")
    page.click("#acts-more")
    page.get_by_text("Hand to an expert…").click()
    page.fill("[name=escalate_reason]", "Which rate for books?")
    page.select_option("[name=skill]", "tax")
    page.get_by_role("button", name="Hand over").click()
    page.wait_for_url("**done=escalated**")
    document = load(desk, document_id)
    assert (document.tier, document.skill) == ("expert", "tax")
    ann = visit("ann", "expert")
    assert document_id in ann.open("/queue?tier=expert").content()
    assert document_id not in ann.open("/queue?tier=routine").content()
    page = ann.open(f"/documents/{document_id}")
    assert "Which rate for books?" in page.inner_text("main")
    page.click("#acts-more")
    page.get_by_text("Return to routine…").click()
    page.fill("[name=answer]", "5.5 %")
    page.get_by_role("button", name="Return", exact=True).click()
    page.wait_for_url("**done=returned**")
    assert load(desk, document_id).tier == "routine"
    with desk.read() as session:
        assert [row.reason for row in session.exec(select(EscalationRow))] == ["Which rate for books?", "5.5 %"]


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize("language", ["en", "fr"])
def test_account_and_people_pages_are_accessible_and_narrow(visit: Callable[..., Visit], language: str) -> None:
    boss = visit("boss", "administrator", language, (), **NARROW)
    for path in ("/account", "/people"):
        page = boss.open(path)
        for summary in page.locator("main summary").all():
            summary.click()
        assert boss.axe() == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize("language", ["en-GB", "fr-FR"])
def test_sign_in_page_is_accessible_and_narrow(visit: Callable[..., Visit], language: str) -> None:
    boss = visit("boss", "administrator", **NARROW, locale=language)
    boss.context.clear_cookies()
    page = boss.open("/sign-in")
    assert ("Se connecter" in page.inner_text("main")) is (language == "fr-FR")
    assert boss.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
