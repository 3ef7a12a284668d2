"""Supplier memory: one confirmed invoice, and the next of that supplier is read right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from extractors.fields import Recall, read_fields, sample_of
from extractors.fields.fingerprint import fingerprint
from extractors.fields.sheet import prepare
from models.document import Page
from models.extraction import Extraction
from models.invoice import Invoice
from models.memory import Fingerprint, Sample, is_known, resemblance
from models.settings import ReadingSettings

PageMaker = Callable[..., Page]
READING = ReadingSettings(workers=1)
IBAN, OTHER_IBAN = "DE02 1203 0000 0000 2020 51", "DE75 5121 0800 1245 1261 99"

# No language has these labels: only a person can say what they mean.
SHEET = """
 {seller}
 Kaistrasse 3
 20459 Hamburg

 Quay Cafe GmbH
 Hafenweg 9
 28195 Bremen                    zorvik DE136695976

 blemtar {number}                quorp {day}

 wuffik                      plonz        grelm
 Seil 10m                        2        {net}

                             vrask        {net}
                             drimm        {tax}
                             hulpo        {gross}

 IBAN {iban}
"""
STRANGER = """
 Nordlicht Handel AG
 Am Markt 1
 18055 Rostock
 USt-IdNr. DE811907980

 Rechnung Nr. R-77                Datum 01.02.2026
 Netto                            50,00
 MwSt 19%                          9,50
 Gesamtbetrag                     59,50
"""


def sheet(seller: str = "Hafenbedarf Nord GmbH", **values: str) -> str:
    shown = {"number": "88-1041-K", "day": "12.05.2026", "iban": IBAN}
    shown |= {"net": "100,00", "tax": "19,00", "gross": "119,00"}
    return SHEET.format(seller=seller, **shown | values)


CONFIRMED = Invoice(
    invoice_number="88-1041-K", issue_date=date(2026, 5, 12), currency="EUR", seller_name="Hafenbedarf Nord GmbH",
    seller_vat_id="DE136695976", seller_address="Kaistrasse 3, 20459 Hamburg, DE", buyer_name="Quay Cafe GmbH",
    iban=IBAN.replace(" ", ""), net_total=Decimal("100.00"), tax_total=Decimal("19.00"), gross_total=Decimal("119.00"),
)  # fmt: skip
NEXT = {"number": "88-1056-K", "day": "19.06.2026", "net": "240,00", "tax": "45,60", "gross": "285,60"}


def answers(samples: Sequence[Sample]) -> Recall:
    return lambda asked: [sample for sample in samples if is_known(asked, sample)]


@pytest.fixture
def read(page_of: PageMaker) -> Callable[..., Extraction]:
    """Read a drawing with one confirmed invoice in memory, or with `samples`."""
    taught = partial(sample_of, [page_of(sheet())])

    def reading(text: str, samples: Sequence[Sample] | None = None) -> Extraction:
        known = [taught(CONFIRMED)] if samples is None else samples
        (found,) = read_fields((page_of(text),), READING, recall=answers(known))
        return found

    return reading


def test_what_no_label_tells_is_read_after_one_confirmed_invoice(read: Callable[..., Extraction]) -> None:
    before, after = read(sheet(**NEXT), []).invoice, read(sheet(**NEXT)).invoice
    assert before.invoice_number != "88-1056-K"
    assert (after.invoice_number, after.issue_date) == ("88-1056-K", date(2026, 6, 19))
    assert (after.net_total, after.tax_total, after.gross_total) == tuple(map(Decimal, ("240.00", "45.60", "285.60")))
    assert (after.seller_name, after.seller_vat_id) == ("Hafenbedarf Nord GmbH", "DE136695976")


def test_a_note_says_that_memory_was_used_and_for_what(read: Callable[..., Extraction]) -> None:
    (note,) = [each for each in read(sheet(**NEXT)).findings if each.rule == "AP-READ-MEMORY"]
    assert note.severity == "note"
    assert "invoice_number" in note.terms
    assert "1 confirmed invoice of this supplier" in note.message


def test_a_printed_account_is_never_replaced_by_a_remembered_one(read: Callable[..., Extraction]) -> None:
    assert read(sheet(**NEXT, iban=OTHER_IBAN)).invoice.iban == OTHER_IBAN.replace(" ", "")


def test_an_account_that_is_not_printed_is_not_given(read: Callable[..., Extraction]) -> None:
    assert read(sheet(**NEXT, iban="")).invoice.iban is None


def test_a_name_that_is_no_text_is_given_as_remembered(page_of: PageMaker, read: Callable[..., Extraction]) -> None:
    logo = sheet(seller="")
    known = [sample_of([page_of(logo)], CONFIRMED)]
    found = read(sheet(seller="", **NEXT), known)
    assert found.invoice.seller_name == "Hafenbedarf Nord GmbH"
    proof = found.evidence["seller_name"]
    assert (proof.reader, proof.page, proof.box, proof.raw) == ("memory", None, None, "")


def test_a_currency_that_is_not_printed_is_given_as_remembered(read: Callable[..., Extraction]) -> None:
    found = read(sheet(**NEXT))
    assert (found.invoice.currency, found.evidence["currency"].reader) == ("EUR", "memory")


def test_an_address_that_is_not_printed_is_not_given(read: Callable[..., Extraction]) -> None:
    moved = sheet(**NEXT).replace("Kaistrasse 3", "Nordring 18").replace("20459 Hamburg", "24103 Kiel")
    assert "Hamburg" not in (read(moved).invoice.seller_address or "")


def test_memory_changes_nothing_for_another_supplier(read: Callable[..., Extraction]) -> None:
    assert read(STRANGER) == read(STRANGER, [])


def test_a_confirmed_invoice_is_still_read_as_it_was_confirmed(read: Callable[..., Extraction]) -> None:
    found = read(sheet()).invoice
    shown = {term: value for term, value in CONFIRMED.model_dump().items() if value}
    assert {term: found.model_dump()[term] for term in shown} == shown


def test_a_sample_holds_no_amount_and_no_number_of_the_invoice(page_of: PageMaker) -> None:
    sample = sample_of([page_of(sheet())], CONFIRMED)
    stored = sample.model_dump_json(exclude={"fingerprint"})
    assert [text for text in ("119", "100,00", "1041", IBAN, IBAN.replace(" ", "")) if text in stored] == []
    assert sample.places["invoice_number"].left == "blemtar"


def test_the_order_of_day_and_month_is_remembered(page_of: PageMaker) -> None:
    american = sheet(day="05/12/2026")
    assert sample_of([page_of(american)], CONFIRMED).month_first is True
    assert sample_of([page_of(sheet(day="05/05/2026"))],
                     CONFIRMED.model_copy(update={"issue_date": date(2026, 5, 5)})).month_first is None  # fmt: skip


def test_invoices_of_one_supplier_resemble_each_other_and_no_others(page_of: PageMaker) -> None:
    one, two, other = (fingerprint([prepare(page_of(text))]) for text in (sheet(), sheet(**NEXT), STRANGER))
    assert resemblance(one, two) > 0.9
    assert resemblance(one, other) < 0.2
    assert set(one.bands) & set(two.bands)
    assert "vat:DE136695976" in one.keys


def test_a_blank_page_has_no_fingerprint() -> None:
    assert fingerprint([prepare(Page(1, 595, 842, ()))]) == Fingerprint()
