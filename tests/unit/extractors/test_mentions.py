"""What words say beside the values, on pages and in e-invoices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.einvoice import read_xml
from extractors.fields import read_fields
from extractors.mentions import MOST_LETTERS, find_mentions
from models.document import Box, Page, Word
from models.mentions import MENTIONS
from models.settings import LimitSettings, ReadingSettings


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("Autoliquidation de la TVA", "reverse_charge"),
        ("TVA due par le preneur, art. 283-2 du CGI", "reverse_charge"),
        ("Steuerschuldnerschaft des Leistungsempfängers", "reverse_charge"),
        ("VAT reverse charge applies", "reverse_charge"),
        ("Inversione contabile", "reverse_charge"),
        ("Inversión del sujeto pasivo", "reverse_charge"),
        ("BTW verlegd", "reverse_charge"),
        ("Odwrotne obciążenie", "reverse_charge"),
        ("TVA non applicable, article 293 B du CGI", "franchise"),
        ("Kein Ausweis von Umsatzsteuer, da Kleinunternehmer", "franchise"),
        ("Exonération de TVA, article 262 ter I du CGI", "community"),
        ("Steuerfreie innergemeinschaftliche Lieferung", "community"),
        ("Steuerfreie Ausfuhrlieferung", "export"),
        ("Régime particulier - Biens d'occasion", "margin"),
        ("Retención IRPF 15 %", "withholding"),
        ("Ritenuta d'acconto 20%", "withholding"),
        ("TVA acquittée sur les débits", "on_debits"),
        ("Option pour le paiement de la taxe d’après les débits", "on_debits"),
        ("TVA 20 % : 186,92 €", "vat_in_euro"),
        ("I.G.I.C. / IGIC 7 %", "igic"),
        ("Adresse de livraison : 3 rue du Port", "delivery_place"),
    ],
)
def test_words_of_many_languages_are_understood(text: str, mention: str) -> None:
    assert mention in find_mentions(text)


@pytest.mark.parametrize("text", ["Invoice 40 for recovery of a car", "capitale", "Facture", "l'exportateur"])
def test_words_that_only_look_alike_say_nothing(text: str) -> None:
    assert find_mentions(text) == ()


@given(st.text(max_size=400))
def test_no_text_is_too_strange(text: str) -> None:
    assert set(find_mentions(text)) <= set(MENTIONS)


def test_only_so_much_of_a_text_is_searched() -> None:
    assert find_mentions("x " * (MOST_LETTERS // 2) + "autoliquidation") == ()


def test_a_page_hands_its_mentions_on() -> None:
    texts = ("Facture", "F-1", "Autoliquidation", "Total", "EUR", "10.00")
    words = tuple(Word(text, Box(20 + 80 * at, 40, 90 + 80 * at, 52)) for at, text in enumerate(texts))
    (read,) = read_fields((Page(1, 595, 842, words),), ReadingSettings())
    assert read.mentions == ("reverse_charge",)


def test_an_e_invoice_hands_the_mentions_of_its_notes_on() -> None:
    ubl = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
      xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><b:ID>F-1</b:ID>
      <b:Note>Pénalités de retard : 12 %</b:Note><b:TaxCurrencyCode>PLN</b:TaxCurrencyCode>
      <b:ProfileID>S1</b:ProfileID></Invoice>"""
    assert read_xml(ubl.encode(), LimitSettings()).mentions == ("late_rate", "other_tax_currency", "operation")
