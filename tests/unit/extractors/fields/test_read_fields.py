"""The door: bundles, credit notes, receipts, judgement, and anything hostile."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.fields import WEIGHTED, read_fields
from extractors.fields.scorer import Case
from models.document import Box, Page, Word
from models.extraction import Extraction
from models.settings import ReadingSettings

READING = ReadingSettings(workers=1)
Reader = Callable[..., Extraction]
PageMaker = Callable[..., Page]

PLAIN = """
 Harbour Supplies Ltd
 3 Dock Road
 Hull HU1 2AA
 VAT Reg No GB980780684

 Bill to:
 Quay Cafe Ltd
 9 Front Street
 York YO1 7AA

 Invoice No: {number}      Invoice Date: 12 May 2026

 Description          Qty    Unit price     Amount
 Rope 10m               2         20.00      40.00
 Lamp                   1         60.00      60.00

                               Subtotal     £100.00
                               VAT 20%       £20.00
                               Total        £120.00
"""
CREDIT = """
 Au bon pain SARL - 12 rue du Four - 84340 Malaucène - France
 TVA : FR44732829320

 Avoir AV-2026-0005
 Date de facture      16/11/2026
 Facture liée         FA-2026-0010

 Description          Quantité   Prix unitaire    Montant HT
 Pain d'épices               5            4,00      -20,00 €

                                     Total HT      -20,00 €
                                     TVA 20%        -4,00 €
                                     Total TTC     -24,00 €
"""
RECEIPT = """
      INDAH GIFT & HOME DECO SDN BHD
           (123456-T)
        27, JALAN DEDAP 13,
     81100 JOHOR BAHRU, JOHOR.
     Tel: 07-3507405
           TAX INVOICE
 19/10/2018 20:49:59    Inv No: CS0042
 CARD CASE         1     10.00     10.00
 LAMP              1     50.31     50.31
 TOTAL                  RM 60.31
 ROUNDING ADJ.             -0.01
 TOTAL ROUNDED          RM 60.30
 CASH                   RM 70.30
 CHANGE                 RM 10.00
"""
CONTINUED = """
 Harbour Supplies Ltd                             Page 2/2
 Invoice No: INV-1001 (continued)
 Description          Qty    Unit price     Amount
 Buoy                   1         30.00      30.00
                               Subtotal     £130.00
                               VAT 20%       £26.00
                               Total        £156.00
"""
TERMS = """
 General terms of delivery
 Goods remain our property until they are paid. Complaints within eight days.
"""


def test_two_invoices_in_one_file_are_split(page_of: PageMaker) -> None:
    pages = (
        page_of(PLAIN.format(number="INV-1001"), 1),
        page_of(PLAIN.format(number="INV-1002"), 2),
        page_of(TERMS, 3),
    )
    first, second = read_fields(pages, READING)
    assert (first.invoice.invoice_number, first.pages) == ("INV-1001", (1,))
    assert (second.invoice.invoice_number, second.pages) == ("INV-1002", (2, 3))


def test_a_continued_invoice_stays_together(page_of: PageMaker) -> None:
    open_end = PLAIN.format(number="INV-1001").split("Subtotal")[0]
    (found,) = read_fields((page_of(open_end, 1), page_of(CONTINUED, 2), page_of(TERMS, 3)), READING)
    assert found.pages == (1, 2, 3)
    assert [line.item_name for line in found.invoice.lines] == ["Rope 10m", "Lamp", "Buoy"]
    assert found.invoice.gross_total == Decimal("156.00")


def test_a_credit_note_keeps_its_sign_and_names_its_invoice(read_one: Reader) -> None:
    found = read_one(CREDIT)
    invoice = found.invoice
    assert (found.document_type, invoice.type_code) == ("credit_note", "381")
    assert (invoice.invoice_number, invoice.preceding_invoice) == ("AV-2026-0005", "FA-2026-0010")
    assert (invoice.net_total, invoice.gross_total) == (Decimal("-20.00"), Decimal("-24.00"))
    assert invoice.seller_name == "Au bon pain SARL"
    assert invoice.seller_address == "12 rue du Four, 84340 Malaucène, FR"


def test_a_receipt_gives_the_shop_and_what_was_paid_after_rounding(read_one: Reader) -> None:
    invoice = read_one(RECEIPT).invoice
    assert invoice.seller_name == "INDAH GIFT & HOME DECO SDN BHD"
    assert invoice.seller_address == "27, JALAN DEDAP 13, 81100 JOHOR BAHRU, JOHOR."
    assert str(invoice.issue_date) == "2018-10-19"
    assert invoice.gross_total == Decimal("60.30")
    assert invoice.currency == "MYR"


def test_every_value_has_its_place(read_one: Reader) -> None:
    found = read_one(PLAIN.format(number="INV-7"))
    values = {name for name, value in found.invoice if value not in (None, ())} - {"lines", "vat_breakdown"}
    assert set(found.evidence) == values
    for term, proof in found.evidence.items():
        assert 0 <= proof.confidence <= 1
        assert proof.reader in ("text", "derived"), term
    assert len(found.line_evidence) == len(found.invoice.lines) == 2


def test_sums_that_disagree_are_told_and_reviewed(read_one: Reader) -> None:
    found = read_one(PLAIN.format(number="INV-7").replace("£120.00", "£130.00"))
    assert found.invoice.gross_total == Decimal("130.00")
    assert "AP-READ-TOTALS" in {finding.rule for finding in found.findings}
    assert found.decision == "review"
    assert "arithmetic" in found.reasons


def test_a_bic_without_any_digit_is_read_from_a_line_of_its_own(read_one: Reader) -> None:
    bank = "\n\n IBAN FR76 3000 6000 0112 3456 7890 189\n Code BIC AGRIFRPP\n"
    assert read_one(PLAIN.format(number="INV-7") + bank).invoice.bic == "AGRIFRPP"


def test_a_second_reading_is_taken_where_the_sums_ask_for_it(page_of: PageMaker) -> None:
    page = page_of(PLAIN.format(number="INV-7"), 1)
    misread = [
        word._replace(text="£126.00", confidence=0.8, alternative="£120.00") if word.text == "£120.00" else word
        for word in page.words
    ]
    (found,) = read_fields((Page(1, 595.0, 842.0, tuple(misread), "ppocr"),), READING)
    assert found.invoice.gross_total == Decimal("120.00")
    assert found.evidence["gross_total"].reader == "repaired"
    assert "repaired_value" in found.reasons
    assert "AP-READ-REPAIRED" in {finding.rule for finding in found.findings}


def test_a_missing_number_is_reviewed(read_one: Reader) -> None:
    found = read_one(PLAIN.replace("Invoice No: {number}", ""))
    assert found.invoice.invoice_number is None
    assert "missing_field" in found.reasons


def test_a_reminder_is_not_payable(read_one: Reader) -> None:
    found = read_one("\n PAYMENT REMINDER\n" + PLAIN.format(number="INV-7"))
    assert found.document_type == "reminder"
    assert "not_payable" in found.reasons


def test_american_dates_are_read_month_first(read_one: Reader) -> None:
    text = PLAIN.format(number="INV-7").replace("12 May 2026", "03/04/2026").replace("£", "$").replace("VAT", "Tax")
    assert str(read_one(text).invoice.issue_date) == "2026-03-04"


class OnlyDates:
    """A scorer that believes in dates alone."""

    def score(self, cases: Sequence[Case]) -> list[float]:
        return [5.0 if case.term == "issue_date" else -9.0 for case in cases]


def test_another_scorer_takes_the_seam(page_of: PageMaker) -> None:
    (found,) = read_fields((page_of(PLAIN.format(number="INV-7"), 1),), READING, replace(WEIGHTED, scorer=OnlyDates()))
    assert found.invoice.issue_date is not None
    assert found.invoice.invoice_number is None
    assert found.invoice.gross_total is None


def test_no_pages_give_no_invoice() -> None:
    assert read_fields((), READING) == ()


@pytest.mark.parametrize("size", [(595.0, 842.0), (0.0, 0.0)])
def test_an_empty_page_is_reviewed_and_empty(size: tuple[float, float]) -> None:
    (found,) = read_fields((Page(1, *size, ()),), READING)
    assert found.decision == "review"
    assert "missing_field" in found.reasons
    assert found.invoice.lines == ()


WORDS = st.builds(
    Word,
    st.one_of(
        st.text(st.characters(), min_size=0, max_size=12),
        st.sampled_from(
            ["Total", "12.50", "Rechnung", "Nr.", "Date:", "31.12.2025", "€", "DE136695976", "75001", "Qty", "Price"]
        ),
        st.from_regex(r"[A-Z0-9./,:-]{1,14}", fullmatch=True),
    ),
    st.builds(Box, *(st.floats(-50, 900, allow_nan=False) for _ in range(4))),
    st.floats(0, 1),
    st.booleans(),
)


@given(st.lists(st.lists(WORDS, max_size=40), max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_words_break_the_reader(pages: list[list[Word]]) -> None:
    made = tuple(Page(n, 595.0, 842.0, tuple(words)) for n, words in enumerate(pages, start=1))
    found = read_fields(made, READING)
    assert sorted(number for one in found for number in one.pages) == [page.number for page in made]
    for one in found:
        assert one.model_dump_json()


def test_lone_surrogates_of_broken_fonts_do_not_break_the_answer() -> None:
    word = Word("Invoice\ud83d", Box(10, 10, 60, 20))
    (found,) = read_fields((Page(1, 595.0, 842.0, (word,)),), READING)
    assert found.model_dump_json()


def test_a_dense_page_is_read_fast(page_of: PageMaker) -> None:
    body = "\n".join(
        f" {n}  Part {n:04d} steel      {n % 9 + 1}     10.00     {10 * (n % 9 + 1)}.00" for n in range(1, 55)
    )
    page = page_of(PLAIN.format(number="INV-7").replace(" Rope 10m               2         20.00      40.00", body), 1)
    read_fields((page,), READING)
    started = time.perf_counter()
    read_fields((page,), READING)
    assert time.perf_counter() - started < 2.0


def test_a_page_of_noise_costs_no_more_than_seconds() -> None:
    texts = ("Total", "12.50", "75001", "Paris", "Rechnung", "Nr.", "31.12.2025", "DE136695976", "PO-1", "Qty", "Price")
    words = tuple(
        Word(texts[n * 7 % 11], Box(n * 37 % 560, n * 53 % 820, n * 37 % 560 + 30, n * 53 % 820 + 8))
        for n in range(20_000)
    )
    started = time.perf_counter()
    read_fields((Page(1, 595.0, 842.0, words),), READING)
    assert time.perf_counter() - started < 20
