"""Lines and arithmetic in a real browser: suggestions, the grid's keys, pasted tables, column guides."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from bench.keystrokes import Act, reviewed, shown
from models.invoice import InvoiceLine
from models.store.documents import load_extraction
from models.store.engine import Store
from tests.desk import EXTRACTION, INVOICE, DocumentMaker
from tests.pages.conftest import Visit

TWO_LINES = INVOICE.model_copy(update={"lines": (
    InvoiceLine(item_name="Paper", quantity=Decimal(3), unit_price=Decimal("10.00"), net_amount=Decimal("80.00")),
    InvoiceLine(item_name="Pens", quantity=Decimal(4), unit_price=Decimal("5.00"), net_amount=Decimal("20.00")),
)})  # fmt: skip
Enter = Callable[..., Visit]
PASTE = """([text, html]) => {
  const given = new DataTransfer();
  given.setData('text/plain', text);
  if (html) given.setData('text/html', html);
  document.activeElement.dispatchEvent(
    new ClipboardEvent('paste', {clipboardData: given, bubbles: true, cancelable: true}));
}"""


def cell(page: Page, row: int, column: str) -> str:
    return page.locator(f"[name='lines.{row}.{column}']").input_value()


def paste(page: Page, row: int, column: str, text: str, html: str = "") -> None:
    page.locator(f"[name='lines.{row}.{column}']").focus()
    page.evaluate(PASTE, [text, html])


def total(page: Page) -> str:
    return page.locator("table.lines [data-sum=net_amount]").inner_text()


@pytest.fixture
def lines(visit: Enter, make_document: DocumentMaker) -> Page:
    """A document of two lines, the first of which has a quantity that was misread."""
    return visit().open(f"/documents/{make_document(invoice=TWO_LINES)}")


def test_row_11_suggestion_names_the_wrong_cell_and_accepting_it_makes_all_sums_agree(lines: Page) -> None:
    expect(lines.locator(".balance .proposals li").first).to_contain_text("Line 1, Quantity: 8 instead of 3")
    expect(lines.locator(".balance .sums .off")).to_have_count(1)
    lines.locator("[name='field.net_total']").focus()
    lines.keyboard.press("Alt+a")
    assert cell(lines, 0, "quantity") == "8"
    expect(lines.locator(".balance.right")).to_contain_text("All sums agree")
    expect(lines.locator("[name='lines.0.quantity']")).to_be_focused()


def test_panel_follows_what_is_typed_and_keeps_the_focus(lines: Page) -> None:
    lines.locator("[name='field.gross_total']").fill("121.00")
    lines.keyboard.press("Tab")
    focused = lines.evaluate("document.activeElement.name")
    expect(lines.locator(".balance .sums .off")).to_have_count(2)
    assert lines.evaluate("document.activeElement.name") == focused


def test_row_12_editing_rows_changes_the_totals_at_once(lines: Page) -> None:
    assert total(lines) == "100.00"
    lines.locator("[name='lines.1.net_amount']").fill("30")
    assert total(lines) == "110.00"
    lines.keyboard.press("Alt+Delete")
    assert total(lines) == "80.00"
    lines.locator("[name='lines.0.net_amount']").focus()
    lines.locator("[data-tools=lines] [data-do=split]").click()
    assert [cell(lines, row, "net_amount") for row in (0, 1)] == ["40.00", "40.00"]
    assert [cell(lines, row, "quantity") for row in (0, 1)] == ["1", "2"]
    lines.locator("[data-tools=lines] [data-do=merge]").click()
    assert [cell(lines, 0, name) for name in ("net_amount", "quantity")] == ["80", "3"]
    assert cell(lines, 1, "item_name") == "Pens"
    assert total(lines) == "80.00"


def test_row_12_rows_move_and_are_inserted_and_copied(lines: Page) -> None:
    lines.locator("[name='lines.0.item_name']").focus()
    lines.keyboard.press("Alt+ArrowDown")
    assert [cell(lines, row, "item_name") for row in (0, 1)] == ["Pens", "Paper"]
    lines.keyboard.press("Alt+Insert")
    assert [cell(lines, row, "item_name") for row in (0, 1, 2)] == ["Pens", "", "Paper"]
    lines.locator("[name='lines.0.item_name']").focus()
    lines.locator("[data-tools=lines] [data-do=duplicate]").click()
    assert [cell(lines, row, "item_name") for row in (0, 1, 2, 3)] == ["Pens", "Pens", "", "Paper"]
    lines.click("#act-save")
    lines.wait_for_url("**done=saved**")
    assert [cell(lines, row, "item_name") for row in (0, 1, 2)] == ["Pens", "Pens", "Paper"]


def test_keys_move_among_cells_as_in_a_spreadsheet(lines: Page) -> None:
    lines.locator("[name='lines.0.unit_price']").focus()
    lines.keyboard.press("ArrowDown")
    assert lines.evaluate("document.activeElement.name") == "lines.1.unit_price"
    lines.keyboard.press("Control+d")
    assert cell(lines, 1, "unit_price") == "10.00"
    lines.keyboard.press("Home")
    lines.keyboard.press("ArrowLeft")
    assert lines.evaluate("document.activeElement.name") == "lines.1.unit_code"
    for _ in range(3):
        lines.keyboard.press("Enter")
    assert lines.evaluate("document.activeElement.name") == "lines.4.unit_code"
    assert lines.url.endswith("/documents/" + lines.url.rpartition("/")[2])  # nothing was sent


def test_row_13_table_from_a_spreadsheet_becomes_rows(lines: Page) -> None:
    paste(lines, 0, "item_name", "Désignation\tQté\tPU HT\tMontant HT\nVis\t1 000\t0,05\t50,00\n"
          "Écrous\t500\t0,10\t50,00\n")  # fmt: skip
    assert [cell(lines, 0, name) for name in ("item_name", "quantity", "unit_price", "net_amount")] == [
        "Vis", "1000", "0.05", "50.00",
    ]  # fmt: skip
    assert (cell(lines, 1, "item_name"), total(lines)) == ("Écrous", "100.00")


def test_row_13_table_without_a_head_is_known_by_what_multiplies(lines: Page) -> None:
    html = "<table><tr><td>A1</td><td>Long name of it</td><td>2</td><td>1,250.50</td><td>2,501.00</td></tr></table>"
    paste(lines, 0, "item_name", "", html)
    assert [cell(lines, 0, name) for name in ("item_name", "quantity", "unit_price", "net_amount")] == [
        "Long name of it", "2", "1250.50", "2501.00",
    ]  # fmt: skip


def test_one_column_goes_below_the_focused_cell(lines: Page) -> None:
    paste(lines, 0, "quantity", "7\n9")
    assert [cell(lines, row, "quantity") for row in (0, 1)] == ["7", "9"]
    assert cell(lines, 1, "item_name") == "Pens"


def test_many_rows_are_shown_before_they_replace_anything(lines: Page) -> None:
    table = "\n".join(f"Item {number}\t{number}" for number in range(1, 26))
    paste(lines, 0, "item_name", f"Item\tQuantity\n{table}")
    expect(lines.locator("#paste")).to_contain_text("25 rows go into the table from row 1. 4 filled cells")
    assert cell(lines, 0, "item_name") == "Paper"
    lines.click("[data-paste=yes]")
    assert cell(lines, 24, "quantity") == "25"


def test_pasted_markup_stays_text(lines: Page) -> None:
    paste(lines, 0, "item_name", "", "<table><tr><td><img src=x onerror=alert(1)>&lt;b&gt;</td><td>2</td></tr></table>")
    assert cell(lines, 0, "item_name") == "<b>"
    expect(lines.locator("table.lines img")).to_have_count(0)


def test_row_12_columns_drawn_over_the_page_fill_the_rows(
    visit: Enter, make_document: DocumentMaker, with_page: Callable[..., str]
) -> None:
    printed = ((50, 232, "Paper A4"), (300, 232, "10"), (380, 232, "10,00"), (480, 232, "100,00"), (50, 246, "white"),
               (50, 260, "Pens"), (300, 260, "4"), (380, 260, "5,00"), (480, 260, "20,00"))  # fmt: skip
    page = visit().open(f"/documents/{with_page(make_document(), printed)}")
    page.locator("#cut > summary").click()
    edges = {"item_name": (45, 250), "quantity": (290, 330), "unit_price": (370, 430), "net_amount": (470, 520)}
    page.locator("[data-cut=top]").fill("215")
    page.locator("[data-cut=bottom]").fill("270")
    for name, (left, right) in edges.items():
        page.locator(f"[data-column={name}] [data-cut=x0]").fill(str(left))
        page.locator(f"[data-column={name}] [data-cut=x1]").fill(str(right))
    page.locator("[data-column=net_amount] [data-cut=x1]").press("ArrowUp")  # the twin without dragging
    expect(page.locator("g.guides line.held")).to_have_attribute("x1", "521")
    guide = page.locator("g.guides line[data-column=net_amount][data-edge=x1]")
    guide.evaluate("line => line.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'})")
    page.wait_for_timeout(300)  # an earlier focus may still be scrolling the paper
    box = guide.bounding_box()
    assert box is not None
    page.mouse.move(box["x"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert 522 < int(page.locator("[data-column=net_amount] [data-cut=x1]").input_value()) < 570
    page.locator("[data-cut=read]").click()
    expect(page.locator("[name='lines.0.item_name']")).to_have_value("Paper A4 white")
    assert [cell(page, 1, name) for name in ("item_name", "quantity", "unit_price", "net_amount")] == [
        "Pens", "4", "5.00", "20.00",
    ]  # fmt: skip


@pytest.mark.slow  # row 38 sweeps every page; this one looks at its rarer states
@pytest.mark.parametrize("language", ["en", "fr"])
def test_lines_and_arithmetic_are_accessible_wide_and_narrow(
    visit: Enter, make_document: DocumentMaker, language: str
) -> None:
    here = visit(language=language)
    page = here.open(f"/documents/{make_document(invoice=TWO_LINES)}")
    assert here.axe() == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


GROSS = INVOICE.model_copy(update={"net_total": Decimal("108.00"), "lines": (), "vat_breakdown": ()})
THREE = (  # as read, and what is true
    (TWO_LINES, {"lines.0.quantity": "8", "field.remittance": "RF18"}),
    (INVOICE.model_copy(update={"bic": "AGRIFRPX"}), {"field.bic": "AGRIFRPP", "field.invoice_number": "F-1"}),
    (GROSS, {"field.gross_total": "128.00"}),
)


def play(page: Page, act: Act) -> None:
    """One act of the model, with the page's own keys."""
    field = page.locator(f"[name='{act.target}']")
    if act.kind == "accept":
        expect(page.locator("#checks [data-accept]").first).to_be_visible()
        page.keyboard.press("Alt+a")
    elif act.kind == "type":
        fold = page.locator("details", has=field)
        if fold.count() and not field.is_visible():
            fold.locator("> summary").click()
        field.click()
        page.keyboard.press("Control+a")
        page.keyboard.type(act.text)
        page.keyboard.press("Tab")
    elif act.kind != "approve":
        field.focus()
        page.keyboard.press({"confirm": "Enter", "alternative": f"Alt+{act.text}"}[act.kind])


@pytest.mark.parametrize("case", range(3))
def test_what_the_model_of_keystrokes_plays_yields_the_true_record(
    visit: Enter, make_document: DocumentMaker, desk: Store, case: int
) -> None:
    read, true = THREE[case]
    document = make_document(invoice=read)
    page = visit().open(f"/documents/{document}")
    truth = shown(read) | true
    for act in reviewed(EXTRACTION.model_copy(update={"invoice": read}), truth):
        play(page, act)
    page.keyboard.press("Control+s")
    page.wait_for_url("**done=saved**")
    with desk.read() as session:
        stored = load_extraction(session, document)
    assert stored is not None
    assert shown(stored.invoice) == truth
