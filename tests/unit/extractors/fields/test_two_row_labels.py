"""Labels that stand in two rows, and labels that announce a number and its date at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractors.fields.anchors import find_all_anchors
from extractors.fields.layout import read_rows
from extractors.fields.lexicon import load_lexicon
from models.document import Page
from models.extraction import Extraction

Reader = Callable[..., Extraction]
PageMaker = Callable[..., Page]
TAIL = """


Pos  Bezeichnung      Betrag
1    Beratung         100,00
Netto 100,00
MwSt 19% 19,00
Gesamtbetrag 119,00 EUR"""


def terms(page: Page) -> set[str]:
    found = find_all_anchors(read_rows(page), load_lexicon().labels)
    return {anchor.term for anchors in found.values() for anchor in anchors if anchor.strength >= 0.8}


def test_a_label_in_two_rows_is_one_label(page_of: PageMaker) -> None:
    assert "invoice_number" in terms(page_of("Invoice   Due\nNo.       Date"))
    assert "due_date" in terms(page_of("Invoice   Due\nNo.       Date"))


def test_a_number_under_a_title_is_the_documents(read_one: Reader) -> None:
    found = read_one("Cafe Luise\n\nRechnung\nNr.: 202979\nDatum 19.01.2022\nTransaktionsnummer : 134616" + TAIL)
    assert found.invoice.invoice_number == "202979"


def test_a_heading_under_a_title_stays_a_heading(page_of: PageMaker) -> None:
    assert "issue_date" not in terms(page_of("Rechnung\nDatum        Beschreibung       Betrag"))


@pytest.mark.parametrize("label", ["Rechnungsnr./-datum", "Rechnungsnummer/Datum"])
def test_one_label_gives_number_and_date(read_one: Reader, label: str) -> None:
    text = f"Acme GmbH\n\nBestellnr./-datum      904483033 / 29.07.2022\n{label}    6001215715 / 30.07.2022"
    found = read_one(text + TAIL)
    assert (found.invoice.invoice_number, str(found.invoice.issue_date)) == ("6001215715", "2022-07-30")
