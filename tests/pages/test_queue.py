"""The queue in a browser: whose work, time limits, order by cost, many at once, questions, saved filters, search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from kpis.pricing import price_wait
from models.settings import Settings
from models.settings_review import ReviewSettings
from models.status import Status
from models.store.engine import Store
from models.tables import AuditRow, DocumentRow
from models.waiting import Wait
from review.site import Site
from review.sweeping import sweep
from tests.desk import INVOICE, DocumentMaker, load
from tests.pages.conftest import Visit

Enter = Callable[..., Visit]
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The site's clock, which a test sets; ask for it before `visit`."""
    box = [MORNING]
    monkeypatch.setattr("review.app.Site", partial(Site, clock=lambda: box[0]))
    return box


def numbered(number: int, **values: Any) -> Any:
    return INVOICE.model_copy(update={"invoice_number": f"N-{number:03d}", **values})


def shown(visit: Visit) -> list[str]:
    return visit.page.locator("#rows tbody tr td:nth-child(3)").all_inner_texts()


def test_row_22_work_is_assigned_passed_on_and_locked(visit: Enter, make_document: DocumentMaker, desk: Store) -> None:
    one = make_document()
    ann, sue = visit("ann", "reviewer"), visit("sue")
    ann.open(f"/documents/{one}").click("#desk-take-button")
    ann.page.wait_for_selector(".owner:has-text('yours')")
    ann.page.wait_for_selector("[data-held=mine]")
    page = sue.open("/queue")
    assert "ann's" in page.inner_text("#rows")
    assert "open at ann" in page.inner_text("#rows")
    page.click(".rowlink")
    assert page.locator("[name='field.invoice_number']").is_disabled()
    assert "ann" in page.inner_text("#claim")
    page.click("text=Pass on, postpone, tag")
    page.select_option("[name=login]", "sue")
    page.click("button:has-text('Assign')")
    assert "yours" in page.inner_text(".owner")
    assert ann.open("/queue?who=mine").locator("#rows").count() == 0
    assert load(desk, one).assigned_to == "sue"
    with desk.read() as session:
        acts = session.exec(select(AuditRow.actor).where(AuditRow.action == "assign")).all()
    assert acts == ["user:ann", "user:sue"]


@pytest.mark.parametrize(("at", "words"), [
    (datetime(2026, 7, 13, 16, 0, tzinfo=UTC), "7 h 30 left"),  # the 13th, 18:00 in Paris
    (datetime(2026, 7, 14, 10, 0, tzinfo=UTC), "7 h 30 left"),  # the holiday takes nothing
    (datetime(2026, 7, 15, 8, 0, tzinfo=UTC), "6 h left"),
    (datetime(2026, 7, 15, 15, 30, tzinfo=UTC), "late by 30 min"),
])  # fmt: skip
def test_row_26_countdown_in_business_hours_over_the_fourteenth_of_july(
    moment: list[datetime], visit: Enter, make_document: DocumentMaker, at: datetime, words: str
) -> None:
    moment[0] = at
    one = make_document(at=datetime(2026, 7, 13, 6, 30, tzinfo=UTC))
    page = visit().open("/queue")
    assert page.inner_text("#rows .clock") == words
    assert page.locator("#rows .clock svg").count() == 1
    assert page.goto(page.url.replace("/queue", f"/documents/{one}"))
    assert page.inner_text(".deskbar .clock") == words


def test_row_27_costliest_wait_first_with_its_sum(
    moment: list[datetime], visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    for number, (gross, due, hours) in enumerate([
        (100, None, 1), (100, date(2026, 11, 24), 1), (90000, None, 1), (100, None, 40), (100, date(2026, 12, 30), 12),
    ]):  # fmt: skip
        make_document(invoice=numbered(number, gross_total=Decimal(gross), due_date=due), name=f"{number}.pdf",
                      at=moment[0] - timedelta(hours=hours))  # fmt: skip
    assert sweep(Site(Settings(), desk, None, lambda: moment[0])) == 5
    person = visit()
    person.open("/queue")
    with desk.read() as session:
        rows = session.exec(select(DocumentRow)).all()
    waits = {row.invoice_number: Wait(row.id, row.received_at, None, row.gross_total, row.issue_date, row.due_date, 1)
             for row in rows}  # fmt: skip
    prices = {number: price_wait(one, ReviewSettings(), moment[0]) for number, one in waits.items()}
    assert shown(person) == sorted(prices, key=lambda number: -prices[number].rank)
    assert shown(person)[0] == "N-001"
    person.page.locator(".whyfirst summary").first.click()
    sum_row = person.page.locator(".whyfirst .sum td").first.inner_text()
    assert sum_row == f"€{prices['N-001'].cost:,.2f}"
    assert "late-payment fee" in person.page.locator(".whyfirst").first.inner_text()


def test_row_28_fifty_are_changed_by_keyboard_and_taken_back_by_one_undo(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    ids = [make_document(invoice=numbered(number), name=f"{number}.pdf") for number in range(51)]
    page = visit().open("/queue")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.inner_text("#picked") == "1 selected"
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+X")
    assert page.inner_text("#picked") == "4 selected"
    page.keyboard.press("Control+a")
    assert page.inner_text("#picked") == "50 selected"
    page.click("button[value=approve]")
    assert "50 documents can." in page.inner_text("#bulk-counts")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bulk-told:has-text('50 documents approved')")
    assert sum(load(desk, one).state == Status.APPROVED for one in ids) == 50
    page.click("#bulk-told button")
    page.wait_for_selector("#bulk-told:has-text('taken back')")
    assert {load(desk, one).state for one in ids} == {Status.IN_REVIEW}


def test_hold_until_the_supplier_answers_stops_the_clock(
    moment: list[datetime], visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    one = make_document(at=MORNING - timedelta(minutes=30), name="held.pdf")
    person = visit()
    page = person.open("/queue")
    left = page.inner_text("#rows .clock")
    person.open(f"/documents/{one}/desk")
    assert "F-1" in page.input_value("[name=words]")
    page.fill("[name=recipient]", "facturation@fournisseur.fr")
    page.click("button:has-text('Ask and hold')")
    page.wait_for_selector(".notice.good:has-text('on its way')")
    assert page.locator("#rows").count() == 0
    moment[0] += timedelta(minutes=25)
    page.click(".tabs a:has-text('Waiting for supplier')")
    assert page.inner_text("#rows .clock") == f"clock stopped, {left}"
    person.open(f"/documents/{one}/desk")
    page.fill("[name=answer]", "Order 4711")
    page.click("button:has-text('Answer came')")
    page.wait_for_selector(".deskbar")
    assert "Order 4711" in page.inner_text(".deskbar")
    assert page.inner_text(".deskbar .clock") == left
    assert "the supplier has answered" in person.open("/queue").content()
    assert load(desk, one).waits_since is None


def test_saved_filter_and_search_by_keyboard(visit: Enter, make_document: DocumentMaker) -> None:
    make_document(invoice=numbered(1, gross_total=Decimal("1234.56")), name="1.pdf")
    make_document(invoice=numbered(2), name="2.pdf")
    person = visit()
    page = person.open("/queue")
    page.keyboard.press("/")
    page.keyboard.type("1 234,56")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=**")
    assert shown(person) == ["N-001"]
    page.click("summary:has-text('Keep this filter')")
    page.fill("[name=name]", "Dear one")
    page.click("button:has-text('Keep')")
    page.wait_for_selector(".saved")
    person.open("/queue")
    assert len(shown(person)) == 2
    page.click("text=Dear one")
    page.wait_for_url("**search=**")
    assert shown(person) == ["N-001"]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/**")


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize(("language", "width"), [("en", 1400), ("fr", 320)])
def test_queue_desk_and_preview_are_accessible_and_reflow(
    visit: Enter, make_document: DocumentMaker, language: str, width: int
) -> None:
    ids = [make_document(invoice=numbered(n), name=f"{n}.pdf") for n in range(2)]
    person = visit(language=language)
    found = {}
    person.page.set_viewport_size({"width": width, "height": 800})
    for path in ("/queue?search=N-", f"/documents/{ids[0]}/desk"):
        person.open(path)
        found[path] = person.axe()
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
    person.open("/queue")
    person.page.click("#rows input[name=pick] >> nth=0")
    person.page.click("button[value=assign]")
    found["/queue/bulk"] = person.axe()
    assert {where: bad for where, bad in found.items() if bad} == {}
