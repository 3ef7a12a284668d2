"""Rows 9 and 30 of the review pages: tables taken back as a whole, a second reader, reopening with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import Page, expect
from sqlmodel import select

from models.document import Box, Word
from models.document import Page as ReadPage
from models.invoice import InvoiceLine
from models.settings import Settings
from models.store.documents import load_extraction
from models.store.engine import Store
from models.store.seen import keep_words, kept_words
from models.tables import AuditRow, CorrectionRow, DocumentRow
from tests.desk import EXTRACTION, INVOICE, DocumentMaker
from tests.pages.conftest import Visit
from tests.pages.test_viewer import place as place_of

Enter = Callable[..., Visit]
LINES = (
    InvoiceLine(item_name="Paper", quantity=Decimal(3), unit_price=Decimal("10.00"), net_amount=Decimal("80.00")),
    InvoiceLine(item_name="Pens", quantity=Decimal(4), unit_price=Decimal("5.00"), net_amount=Decimal("20.00")),
)
TWO_LINES = INVOICE.model_copy(update={"lines": LINES})
PASTE = """() => {
  const given = new DataTransfer();
  given.setData('text/plain', 'Item\\tQuantity\\nInk\\t7\\nGlue\\t9\\nTape\\t2');
  document.activeElement.dispatchEvent(
    new ClipboardEvent('paste', {clipboardData: given, bubbles: true, cancelable: true}));
}"""
TABLE = """() => Object.fromEntries([...document.querySelectorAll('#doc input[name]')]
  .filter(one => /^(by[.]|at[.])?lines[.]/.test(one.name))
  .map(one => [one.name, one.type === 'checkbox' ? one.checked : one.value]).filter(([, value]) => value)
  .sort((a, b) => a[0] < b[0] ? -1 : 1))"""


def opened(visit: Enter, document: str, **options: str) -> Page:
    page = visit(**options).open(f"/documents/{document}")
    page.wait_for_selector("#claim [data-held=mine]")
    return page


def test_row_30_each_act_on_a_table_is_taken_back_and_done_again_as_one(
    visit: Enter, make_document: DocumentMaker
) -> None:
    page = opened(visit, make_document(invoice=TWO_LINES))

    def tool(name: str) -> Callable[[], None]:
        return lambda: page.click(f"[data-tools=lines] [data-do={name}]")

    acts: dict[str, Callable[[], None]] = {
        "accept": lambda: page.keyboard.press("Alt+a"), "paste": lambda: page.evaluate(PASTE),
        "down": tool("down"), "split": tool("split"), "merge": tool("merge"), "insert": tool("insert"),
        "duplicate": tool("duplicate"), "delete": tool("delete"),
    }  # fmt: skip
    expect(page.locator("#checks [data-accept]").first).to_be_visible()
    for name, act in acts.items():
        page.focus("[name='lines.0.item_name']")
        before = page.evaluate(TABLE)
        act()
        after = page.evaluate(TABLE)
        assert after != before, name
        page.keyboard.press("Alt+z")
        assert page.evaluate(TABLE) == before, name
        page.keyboard.press("Alt+Shift+Z")
        assert page.evaluate(TABLE) == after, name
        if name == "accept":
            assert (after["lines.0.quantity"], after["by.lines.0.quantity"]) == ("8", "repaired")
        if name == "down":  # whose reading it was goes with the value
            assert after["lines.1.item_name"] == "Ink"
    for _ in acts:
        page.keyboard.press("Alt+z")
    assert page.is_disabled("#undo")


def test_a_value_that_moves_to_another_row_takes_its_source_along(visit: Enter, make_document: DocumentMaker) -> None:
    page = opened(visit, make_document(invoice=TWO_LINES))
    expect(page.locator("#checks [data-accept]").first).to_be_visible()
    page.keyboard.press("Alt+a")
    page.keyboard.press("Alt+ArrowDown")
    table = page.evaluate(TABLE)
    assert (table["lines.1.quantity"], table["by.lines.1.quantity"]) == ("8", "repaired")
    assert "by.lines.0.quantity" not in table


def test_row_30_redo_brings_a_picked_box_back(
    visit: Enter, make_document: DocumentMaker, with_page: Callable[..., str]
) -> None:
    page = opened(visit, with_page(make_document()))
    page.emulate_media(reduced_motion="reduce")  # nothing glides while a place is clicked
    page.wait_for_selector("rect.word", state="attached")
    page.focus("#i-remittance")
    page.mouse.click(*place_of(page, 390, 106))
    place = page.input_value("[name='at.field.remittance']")
    assert place.startswith("1 380.00 101.00")
    expect(page.locator(".picked[data-for=remittance]")).to_have_count(1)
    page.keyboard.press("Alt+z")
    expect(page.locator(".picked[data-for=remittance]")).to_have_count(0)
    expect(page.locator("[name='at.field.remittance']")).to_have_count(0)
    page.keyboard.press("Alt+Shift+Z")
    expect(page.locator(".picked[data-for=remittance]")).to_have_count(1)
    assert page.input_value("[name='at.field.remittance']") == place


def test_row_30_what_the_reader_saw_comes_back_with_the_rows_that_a_save_removed(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    document = make_document(invoice=TWO_LINES)
    page = opened(visit, document)
    page.focus("[name='lines.0.item_name']")
    page.keyboard.press("Alt+Delete")
    page.fill("#i-bic", "AGRIFRPP")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    page.wait_for_selector("#claim [data-held=mine]")
    assert "lines.1.item_name" not in page.evaluate(TABLE)
    page.click("#acts-more")
    page.click("#restart")
    assert page.evaluate("document.getElementById('undo').disabled") is False
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    with desk.read() as session:
        found = load_extraction(session, document)
    assert found is not None
    assert found.invoice == TWO_LINES


def test_row_30_what_is_settled_is_opened_again_with_a_reason_and_the_record_has_both(
    visit: Enter, make_document: DocumentMaker, desk: Store
) -> None:
    document = make_document()
    page = opened(visit, document)
    page.fill("#i-bic", "AGRIFRPP")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.goto(page.url.split("/queue")[0].split("/documents")[0] + f"/documents/{document}")
    drawer = page.locator(".drawer", has=page.locator("button[formaction*='/send-back']"))
    drawer.locator("summary").click()
    drawer.locator("button").click()
    expect(page.locator("[role=alert]")).to_contain_text("Say why the document is opened again")
    with desk.read() as session:
        assert session.get_one(DocumentRow, document).state == "approved"
    drawer.locator("summary").click()
    drawer.locator("input").fill("The bank code was wrong")
    with page.expect_navigation():
        drawer.locator("button").click()
    page.wait_for_selector("#claim [data-held=mine]")
    page.fill("#i-bic", "")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    with desk.read() as session:
        rows = session.exec(select(AuditRow).where(AuditRow.object == f"document:{document}").order_by("seq")).all()
    saved = [json.loads(row.after_json or "{}").get("bic") for row in rows if row.action == "save"]
    assert saved == ["AGRIFRPP", None]
    assert any("The bank code was wrong" in (row.after_json or "") for row in rows)


def test_row_09_the_second_readers_word_is_key_2_and_the_record_names_it(
    visit: Enter, make_document: DocumentMaker, with_page: Callable[..., str], desk: Store, site_settings: Settings
) -> None:
    document = with_page(make_document())
    with desk.read() as session:
        sha256 = session.get_one(DocumentRow, document).sha256
    place = EXTRACTION.evidence["gross_total"].box or Box(0, 0, 0, 0)
    words = (Word("120,00", Box(482, 431, 528, 443), 0.6, alternative="126,00"),)
    keep_words(kept_words(site_settings.home, sha256), (ReadPage(1, 595, 842, words),))
    page = opened(visit, document)
    choices = page.locator("button[data-fill='field.gross_total']")
    assert [" ".join(one.split()) for one in choices.all_inner_texts()] == [
        "Alt 1 128.00 first reader", "Alt 2 126.00 second reader",
    ]  # fmt: skip
    page.focus("#i-gross_total")
    page.keyboard.press("Alt+2")
    assert page.input_value("#i-gross_total") == "126.00"
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    with desk.read() as session:
        saved = session.exec(select(AuditRow).where(AuditRow.action == "save")).one()
        row = session.exec(select(CorrectionRow).where(CorrectionRow.term == "gross_total")).one()
        found = load_extraction(session, document)
    assert json.loads(saved.after_json or "")["sources"]["gross_total"] == {"by": "second", "page": 1, "box": [*place]}
    assert (row.source, row.after) == ("second", "126.00")
    assert found is not None
    assert found.evidence["gross_total"].box == place
    page.locator("details:has(.history) > summary").click()
    expect(page.locator(".history").first).to_contain_text("126.00 (second reader)")
