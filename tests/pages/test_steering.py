"""Supervisor's pages in the browser: the board, its charts, its refresh, and what it is on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from models.status import Status
from models.store.audit import now
from models.store.engine import Store
from models.store.mail import queue_mail
from models.tables import DocumentRow
from tests.pages.conftest import Visit, desk, make_document  # noqa: F401 - fixtures

Enter = Callable[..., Visit]
Maker = Callable[..., str]


@pytest.fixture
def busy(desk: Store, make_document: Maker) -> list[str]:  # noqa: F811
    at = now()
    made = [make_document(name=f"{n}.pdf", at=at - timedelta(hours=n * 9)) for n in range(6)]
    made += [make_document(Status.HELD, name="held.pdf"), make_document(Status.APPROVED, name="done.pdf")]
    with desk.write() as session:
        late, soon = session.get_one(DocumentRow, made[0]), session.get_one(DocumentRow, made[1])
        late.due_at, soon.due_at = at - timedelta(hours=1), at + timedelta(hours=1)
        soon.claimed_by, soon.claimed_until, soon.assigned_to = "user:omar", at + timedelta(minutes=9), "omar"
        session.add_all([late, soon])
        queue_mail(session, kind="mention", recipient="omar@example.org", subject="Rita asks you about invoice F-1",
                   words="a link", at=at, client_id="acme", document_id=made[0])  # fmt: skip
    return made


@pytest.mark.usefixtures("busy")
def test_the_board_shows_what_waits_and_has_no_violation(visit: Enter) -> None:
    view = visit(language="fr", path="/steering")
    page = view.page
    expect(page.locator(".tiles strong").first).to_have_text("7")
    expect(page.locator("#chart-backlog svg.bars rect.part").first).to_be_visible()
    expect(page.locator("#desks")).to_contain_text("omar")
    drawn = page.locator(".chart svg.bars, .chart svg.trend")
    assert drawn.count() == page.locator(".chart svg[aria-labelledby]").count()
    assert view.axe() == []


def test_a_chart_and_its_table_say_the_same_and_a_refresh_keeps_the_focus(
    visit: Enter, busy: list[str], make_document: Maker  # noqa: F811
) -> None:  # fmt: skip
    page = visit(path="/steering").page
    page.locator("#chart-backlog summary").click()
    rows = page.locator("#chart-backlog tbody tr").all_inner_texts()
    drawn = page.locator("#chart-backlog svg.bars text:not(.name)").all_text_contents()
    assert [row.split()[-1] for row in rows] == drawn
    assert sum(map(int, drawn)) == len(busy) - 1
    link: Any = page.locator("#mails a.button").get_attribute("href")
    assert link.replace("%40", "@").startswith("mailto:omar@example.org?subject=Rita%20asks")
    page.locator("#chart-backlog summary").focus()
    make_document(name="new.pdf")
    with page.expect_response("**/steering/board**"):
        page.evaluate("htmx.ajax('GET', '/steering/board', {target: '#board', swap: 'innerMorph'})")
    expect(page.locator(".tiles strong").first).to_have_text("8")
    assert page.evaluate("document.activeElement.closest('#chart-backlog') !== null")


@pytest.mark.usefixtures("busy")
def test_the_board_works_without_scripts_on_a_narrow_screen_and_on_paper(visit: Enter) -> None:
    page = visit(path="/steering", java_script_enabled=False, viewport={"width": 320, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.emulate_media(media="print")
    expect(page.locator("nav").first).to_be_hidden()
    expect(page.locator("#chart-backlog svg.bars rect.part").first).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="It is sent").click()
    expect(page.locator("#mails")).to_contain_text("No mail waits")
