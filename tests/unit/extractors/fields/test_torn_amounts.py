"""What a recogniser tears, mixes up or runs together is still found; what a text layer says is taken as it stands."""

from __future__ import annotations

import pytest

from extractors.fields.candidates import Candidate, Locale, find_candidates
from extractors.fields.dates import find_dates
from extractors.fields.identifiers import find_ibans
from extractors.fields.layout import Row, Token, read_rows
from extractors.fields.lexicon import load_lexicon, squeeze
from extractors.fields.links import PageView, link_page
from extractors.fields.sheet import prepare
from models.document import Box, Page, Word

LETTER = 6.0


def row_of(text: str, confidence: float = 0.97) -> Row:
    """A row in even pitch; a tab is a wide gap."""
    tokens, at = [], 0.0
    for part in text.split("\t"):
        for word in part.split(" "):
            box = Box(at, 100.0, at + LETTER * len(word), 110.0)
            tokens.append(Token(word, box, confidence, bold=False, key=squeeze(word)))
            at = box.x1 + 4.0
        at += 40.0
    return Row(1, 0, tuple(tokens))


def amounts(text: str, confidence: float = 0.97, *, repaired: bool = False) -> list[str]:
    found = find_candidates(row_of(text, confidence), Locale())
    return [c.text for c in found if c.kind == "money" and c.repaired is repaired]


@pytest.mark.parametrize("printed", ["80. 90", "80 .90", "RM80. 90", "80 . 90"])
def test_an_amount_torn_at_its_point_is_one_amount(printed: str) -> None:
    assert amounts(f"Total\t{printed}") == ["80.90"]


def test_a_text_layer_tears_nothing() -> None:
    assert amounts("Total\t80. 90", confidence=1.0) == []


def test_a_mark_that_is_not_the_decimal_mark_joins_nothing() -> None:
    assert amounts("Menge 5, 20") == []


@pytest.mark.parametrize(("printed", "value"), [("1 70. 00", "170.00"), ("45 0 0", "45.00"), ("12 00", "12.00")])
def test_a_worse_tear_is_a_guess_that_is_marked(printed: str, value: str) -> None:
    assert value in amounts(f"Total\t{printed}", repaired=True)


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("15/0 1/2019", "2019-01-15"),
        ("2 1/07/20 17", "2017-07-21"),
        ("04/05/20 17 7:19:43 AM", "2017-05-04"),
        ("27 03 2018", "2018-03-27"),
        ("15.01,2019", "2019-01-15"),
        ("O1/09/2018", "2018-09-01"),
        ("12/09/2O18", "2018-09-12"),
        ("SEPTEMBER 12,2018", "2018-09-12"),
    ],
)
def test_a_damaged_date_is_read(printed: str, day: str) -> None:
    (found, *_) = find_dates(printed, load_lexicon().months, torn=True)
    assert str(found.readings[0]) == day


@pytest.mark.parametrize("printed", ["04/05/20 17:19", "03 20 2018 11", "1.2.3.4", "192.168.20.12"])
def test_times_phones_and_versions_make_no_other_date(printed: str) -> None:
    readings = {str(d) for found in find_dates(printed, load_lexicon().months, torn=True) for d in found.readings}
    assert readings <= {"2020-05-04", "2020-04-05"}


def test_a_series_in_capitals_belongs_to_the_number() -> None:
    codes = [c.text for c in find_candidates(row_of("Fatura FAC GG/255"), Locale()) if c.kind == "code"]
    assert "FAC GG/255" in codes


def test_a_currency_is_no_series() -> None:
    codes = [c.text for c in find_candidates(row_of("EUR A-255"), Locale()) if c.kind == "code"]
    assert codes == ["A-255"]


def test_a_vat_id_with_its_label_is_no_iban() -> None:
    assert list(find_ibans("BTW-nr.: NL498724347B03 KvK nr.: 46126435")) == []


@pytest.mark.parametrize(("word", "parts"), [
    ("netto/Total", ["netto/", "Total"]), ("S/B", ["S/B"]), ("www.shop.de/agb", ["www.shop.de/agb"]),
    ("2026/0091", ["2026/0091"]),
])  # fmt: skip
def test_two_languages_in_one_word_are_two_labels(word: str, parts: list[str]) -> None:
    (row,) = read_rows(Page(1, 595.0, 842.0, (Word(word, Box(10, 10, 80, 20)),)))
    assert [token.text for token in row.tokens] == parts


def linked(*words: tuple[str, float, float, float]) -> list[tuple[str, str]]:
    """Values and the terms whose labels speak best for them; words are text, x, y and height."""
    page = Page(1, 595.0, 842.0, tuple(Word(t, Box(x, y, x + 5 * len(t), y + h)) for t, x, y, h in words))
    sheet = prepare(page)
    found = {row.number: find_candidates(row, Locale()) for row in sheet.rows}
    links = link_page(PageView(595.0, 842.0, sheet.rows, sheet.anchors, found))

    def term(candidate: Candidate) -> str:
        return max(links[id(candidate)], key=lambda link: link.quality).anchor.term

    return [(c.text, term(c)) for group in found.values() for c in group if c.kind == "date" and links.get(id(c))]


def test_a_caption_under_its_value_speaks_for_it() -> None:
    assert linked(
        ("15/10/2026", 50, 100, 8), ("Vencimiento", 50, 110, 6), ("01/10/2026", 50, 126, 8), ("Fecha", 50, 136, 6)
    ) == [("2026-10-15", "due_date"), ("2026-10-01", "issue_date")]


def test_a_heading_over_its_value_speaks_for_it() -> None:
    assert linked(("Vencimiento", 50, 100, 8), ("15/10/2026", 50, 112, 8)) == [("2026-10-15", "due_date")]


def test_a_phone_label_says_nothing_about_a_date_below() -> None:
    assert linked(("Tel:", 50, 100, 8), ("15/10/2026", 50, 112, 8)) == []


@pytest.mark.parametrize(("label", "term"), [
    ("total inclusive of gst", "gross_total"), ("gesamtbetrag ohne mehrwertsteuer", "net_total"),
    ("total facture hors taxes", "net_total"), ("importe total iva incluido", "gross_total"),
    ("p.iva e c.f.", "seller_vat_id"), ("totaal te betalen incl btw", "gross_total"),
    ("nr faktury korygowanej", "preceding_invoice"), ("nota de encomenda nº", "order_reference"),
    ("total qty", "count"), ("frais de recouvrement", "capital"),
])  # fmt: skip
def test_common_labels_of_eight_languages_are_known(label: str, term: str) -> None:
    assert load_lexicon().labels[squeeze(label)].term == term
