"""Why a value was corrected: each cause from the case that it is named for, nothing claimed where nothing speaks."""

from __future__ import annotations

import pytest

from learning.causes import CAUSES, Seen, propose, stands_in

CASES = (
    ("ocr", Seen("invoice_number", "F-10O7", "F-1007", "F-10O7", "ppocr")),
    ("ocr", Seen("iban", "DE8937O400440532013000", "DE89370400440532013000", "DE89 37O4 0044 0532 0130 00", "ppocr")),
    ("ocr", Seen("issue_date", "2026-07-12", "2026-01-12", "12.07.2026", "ppocr")),
    ("parse", Seen("gross_total", "1.234", "1234.00", "1.234,00", "text")),
    ("parse", Seen("issue_date", "2026-03-04", "2026-04-03", "03/04/2026", "text")),
    ("parse", Seen("issue_date", "2026-03-04", "2026-04-03", "03/04/2026", "ppocr")),
    ("label", Seen("due_date", "2026-01-31", "2026-02-28", "31.01.2026", "text", ("2026-02-28",))),
    ("label", Seen("gross_total", "100.00", "119.00", "100,00", "text", (), ("Total", "119,00"))),
    ("label", Seen("order_reference", None, "4500017", "", "", (), ("PO", "45", "00017"))),
    ("label", Seen("order_reference", "20459", None, "20459", "text")),
    ("master_data", Seen("seller_vat_id", None, "FR11999999998", master=frozenset({"FR11999999998"}))),
    ("supplier_fault", Seen("gross_total", "119.00", "118.00", "119,00", "text")),
    ("supplier_fault", Seen("tax_total", "19.00", "22.50", "19,00", "ppocr", (), ("VAT", "19,00"))),
    ("unknown", Seen("tax_total", "19.00", "22.50", "19,00", "ppocr")),
    ("unknown", Seen("delivery_date", None, "2026-01-31")),
    ("unknown", Seen("tax_total", "19.00", "22.50", "", "derived")),
)  # fmt: skip


@pytest.mark.parametrize(("cause", "seen"), CASES)
def test_each_cause_is_proposed_from_what_speaks_for_it(cause: str, seen: Seen) -> None:
    assert propose(seen) == cause
    assert cause in CAUSES


def test_born_digital_letters_are_never_called_misread() -> None:
    assert propose(Seen("invoice_number", "F-1001", "F-1007", "F-1001", "text")) == "supplier_fault"


def test_a_value_is_found_in_pieces_and_in_other_forms() -> None:
    words = ("Total", "1", "234,50", "EUR", "due", "31.", "1.", "26", "31/01/2026")
    assert stands_in(words, "1234.50")
    assert stands_in(words, "2026-01-31")
    assert not stands_in(words, "1234.51")
    assert not stands_in((), "1")


@pytest.mark.parametrize("value", ["", " ", "--", "NaN", "1E+999999", "9" * 5000, "Ünïcode ßtraße"])
def test_no_value_breaks_the_proposal(value: str) -> None:
    assert propose(Seen("gross_total", value, value + "1", value, "ppocr", (value,), (value,))) in CAUSES
    assert propose(Seen("gross_total", "1", value)) in CAUSES
