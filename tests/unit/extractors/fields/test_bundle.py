from __future__ import annotations

from itertools import count

import pytest

from extractors.fields import read_fields
from extractors.fields.attachments import part_attachments
from extractors.fields.bundle import page_count, split_pages
from extractors.fields.sheet import prepare
from models.document import Box, Page, Word
from models.settings import ReadingSettings
from sample_invoices.generator import generate
from tests.unit.extractors.fields.conftest import draw

FIRST = """
Acme Supplies Ltd                VAT no GB999999973
*Invoice

Invoice number: INV-1001         Invoice date: 12.03.2026
Paper                 2     10.00     20.00
Net total                             20.00
VAT 20 %                               4.00
Total due                             24.00
"""
SECOND = (
    FIRST.replace("INV-1001", "INV-1002").replace("20.00", "50.00").replace("24.00", "60.00").replace("4.00", "10.00")
)
CONTINUED = """
Acme Supplies Ltd                VAT no GB999999973
Invoice number: INV-1001         Page 2 of 2
Pens                  1     75.00     75.00
Total due                             99.00
"""
SLIP = """
Corner Cafe
Market Street 4
12.03.2026 18:42
Tea                     2.00
Total                   2.00
Cash                    5.00
Change                  3.00
"""
SENTENCE = "the buyer shall pay the price of goods that were delivered to him and the seller keeps title until then "
TERMS = (
    "*Terms and conditions\n" + "\n".join(SENTENCE * 1 for _ in range(20)) + "\nInterest of 25.00 from 01.01.2020 on"
)
DELIVERY = "Acme Supplies Ltd\n*Delivery note\nDelivery note no: DN-5\nDate: 01.02.2020\nPaper   2\nPens   1"
TIMESHEET = "Acme Supplies Ltd\n*Timesheet\n01.02.2020   8.00 h   60.00\n02.02.2020   7.50 h   60.00\nTotal   15.50"


def parts(*texts: str) -> list[list[int]]:
    sheets = [prepare(draw(text, number)) for number, text in enumerate(texts, start=1)]
    return [[sheet.page.number for sheet in group] for group in split_pages(sheets)]


def test_two_invoices_of_one_seller_are_parted_by_their_numbers() -> None:
    assert parts(FIRST, SECOND) == [[1], [2]]


def test_a_second_page_that_repeats_the_number_stays() -> None:
    assert parts(FIRST, CONTINUED, SECOND) == [[1, 2], [3]]


def test_a_page_that_counts_itself_as_the_second_stays_whatever_it_shows() -> None:
    assert parts(FIRST, SECOND + "\nPage 2 of 2") == [[1, 2]]


def test_slips_of_different_shops_are_parted_without_numbers() -> None:
    other = "Book Store\nHarbour Road 9\n14.03.2026 09:10\nNovel  12.50\nTotal  12.50\nCash  20.00\nChange  7.50"
    assert parts(SLIP, other) == [[1], [2]]


def test_a_card_slip_of_the_same_purchase_stays() -> None:
    slip = "Corner Cafe\nMarket Street 4\nCard receipt\n12.03.2026 18:43\nTotal   2.00\nVisa   2.00"
    assert parts(SLIP, slip) == [[1, 2]]


@pytest.mark.parametrize("attached", [TERMS, DELIVERY, TIMESHEET])
def test_attachments_stay_with_the_invoice_before_them_and_are_left_out(attached: str) -> None:
    assert parts(FIRST, attached, SECOND) == [[1, 2], [3]]
    parted = part_attachments([prepare(draw(FIRST, 1)), prepare(draw(attached, 2))])
    assert [sheet.page.number for sheet in parted.kept] == [1]
    assert list(parted.left) == [2]


def test_a_file_of_nothing_but_attachments_is_kept() -> None:
    parted = part_attachments([prepare(draw(DELIVERY, 1)), prepare(draw(TERMS, 2))])
    assert (len(parted.kept), parted.left) == (2, {})


def test_left_out_pages_give_no_values_and_are_named() -> None:
    (found,) = read_fields((draw(FIRST, 1), draw(TERMS, 2)), ReadingSettings(workers=1))
    assert found.pages == (1,)
    assert "2 (terms)" in next(f.message for f in found.findings if f.rule == "AP-PAGES-LEFT-OUT")
    assert all(evidence.page in (1, None) for evidence in found.evidence.values())


def test_an_invoice_with_a_long_note_keeps_its_pages() -> None:
    note = FIRST + "\n" + "\n".join(SENTENCE for _ in range(20))
    assert part_attachments([prepare(draw(note, 1)), prepare(draw(CONTINUED, 2))]).left == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Seite 2 von 3", 2),
        ("Page 1/2", 1),
        ("- 2 -", 2),
        ("Strona 1 z 2", 1),
        ("Homepage 12", None),
        ("S. 12,50", None),
    ],
)
def test_pages_are_counted_in_words(text: str, number: int | None) -> None:
    assert page_count(text) == number


def generated(seed: int, wanted: int, pages: int) -> list[tuple[Page, ...]]:
    """Random invoices of at least so many pages, as their words stand."""
    found: list[tuple[Page, ...]] = []
    for start in count(0, 50):
        for document in generate(seed, 50, start=start):
            words = document.composed.words
            last = max(word.page for word in words)
            if last - min(word.page for word in words) + 1 >= pages:
                found.append(pages_of(words))
        if len(found) >= wanted:
            return found[:wanted]
    return found


def pages_of(words: list) -> tuple[Page, ...]:  # type: ignore[type-arg]
    numbers = sorted({word.page for word in words})
    return tuple(
        Page(at, 595.0, 842.0, tuple(Word(word.text, Box(*word.box)) for word in words if word.page == number))
        for at, number in enumerate(numbers, start=1)
    )


@pytest.mark.slow
def test_no_generated_invoice_of_several_pages_is_cut() -> None:
    for pages in generated(seed=31, wanted=20, pages=2):
        assert len(split_pages([prepare(page) for page in pages])) == 1


@pytest.mark.slow
def test_generated_invoices_in_one_file_are_parted() -> None:
    documents = generated(seed=32, wanted=60, pages=1)
    cut = 0
    for first, second in zip(documents[::2], documents[1::2], strict=True):
        sheets = [prepare(page) for page in (*first, *second)]
        cut += [len(group) for group in split_pages(sheets)] == [len(first), len(second)]
    assert cut >= 0.75 * len(documents) / 2  # many have neither a title nor a label that is sure
