from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.einvoice.notations import MONTHS, PrintedText, fold, group_lines, read_number
from models.document import Box, Page, Word

AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)
THOUSANDS_AND_DECIMALS = [
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u00a0", ","),
    ("\u202f", ","),
    ("'", "."),
    ("’", "."),
    ("", "."),
    ("", ","),
]


def written(amount: Decimal, thousands: str, mark: str) -> str:
    return f"{amount:,.2f}".replace(",", "T").replace(".", mark).replace("T", thousands)


@given(
    amount=AMOUNTS,
    notation=st.sampled_from(THOUSANDS_AND_DECIMALS),
    frame=st.sampled_from(["{}", "€{}", "{} EUR", "EUR {}", "Total: {}€", "-{}", "({})"]),
)
def test_an_amount_is_found_in_every_notation(amount: Decimal, notation: tuple[str, str], frame: str) -> None:
    text = PrintedText.of_lines([frame.format(written(amount, *notation))])
    assert text.has_number(amount)
    assert text.has_number(-amount)


@given(amount=AMOUNTS, other=AMOUNTS, notation=st.sampled_from(THOUSANDS_AND_DECIMALS))
def test_another_amount_is_not_found(amount: Decimal, other: Decimal, notation: tuple[str, str]) -> None:
    text = PrintedText.of_lines([f"Total {written(amount, *notation)}"])
    # 1.234 can be 1234 too, and a group of 1 234,56 can stand alone.
    possible = {amount} | read_number(written(amount, *notation).replace("\u00a0", " ").replace("\u202f", " "))
    pieces = {number for piece in written(amount, *notation).split() for number in read_number(piece)}
    assert text.has_number(other) == (other in possible | pieces)


def test_an_ambiguous_point_is_read_both_ways() -> None:
    assert read_number("1.234") == {Decimal(1234), Decimal("1.234")}
    assert read_number("1.234,56") == {Decimal("1234.56")}
    assert read_number("12,34,567.00") == {Decimal("1234567.00")}
    assert read_number("") == set()
    assert read_number("9" * 50) == set()


def test_a_number_is_no_part_of_a_longer_one() -> None:
    text = PrintedText.of_lines(["12119.00", "119.001", "1190"])
    assert not text.has_number(Decimal("119.00"))


DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    "written_day",
    [
        "05.03.2026",
        "5.3.2026",
        "5.3.26",
        "05/03/2026",
        "03/05/2026",
        "2026-03-05",
        "20260305",
        "05-03-26",
        "5. März 2026",
        "5 mars 2026",
        "le 5 mars 2026",
        "March 5, 2026",
        "Mar 5th, 2026",
        "5th of March 2026",
        "5 de marzo de 2026",
        "05-MAR-2026",
        "5 marzo 2026",
        "5 maart 2026",
        "5 de março de 2026",
        "5 marca 2026",
        "05 . 03 . 2026",
        "5.März 2026",
        "Datum:05.03.2026",
        "2026 March 5",
        "1er? 05/03/2026 12:30",
    ],
)
def test_a_day_is_found_in_every_notation(written_day: str) -> None:
    assert PrintedText.of_lines([f"Date {written_day} x"]).has_date(DAY)


@pytest.mark.parametrize(
    "written_day",
    ["15.03.2026", "05.03.2025", "5. Mai 2026", "05.03.20261", "105.03.2026", "5 mars", "March 15, 2026", "2026-03-15"],
)
def test_another_day_is_not_found(written_day: str) -> None:
    assert not PrintedText.of_lines([written_day]).has_date(DAY)


@given(day=st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_is_found_as_it_is_commonly_written(day: date) -> None:
    for text in (
        f"{day:%d.%m.%Y}",
        f"{day:%d/%m/%y}",
        day.isoformat(),
        f"{day.day} {MONTHS[day.month - 1][1]} {day.year}",
    ):
        assert PrintedText.of_lines([text]).has_date(day)


@pytest.mark.parametrize(
    "line", ["Rechnung Nr. RE-2024/17", "Rechnungsnummer:RE 2024 17", "re-2024-17", "Nr.RE2024/17."]
)
def test_an_identifier_is_found_whatever_separates_its_parts(line: str) -> None:
    assert PrintedText.of_lines([line]).has_identifier("RE-2024/17")


@pytest.mark.parametrize("line", ["RE-2024/171", "WARE-2024/17", "RE-2024/18", "2024/17", ""])
def test_a_longer_or_other_identifier_is_not_the_same(line: str) -> None:
    assert not PrintedText.of_lines([line]).has_identifier("RE-2024/17")


def test_short_numbers_need_a_border() -> None:
    assert not PrintedText.of_lines(["2026", "112"]).has_identifier("12")
    assert PrintedText.of_lines(["Nr12 vom"]).has_identifier("12")


def test_an_identifier_may_be_broken_across_lines() -> None:
    assert PrintedText.of_lines(["IBAN DE75 5121 0800", "1245 1261 99"]).has_identifier("DE75512108001245126199")


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("Papierhaus Köln GmbH", 1.0),
        ("papierhaus koln", 1.0),
        ("Papier Haus", 1.0),
        ("Papierhaus Bonn GmbH", 2 / 3),
        ("Nova AG", 0.0),
    ],
)
def test_coverage_is_the_share_of_words_that_are_printed(name: str, share: float) -> None:
    assert PrintedText.of_lines(["PAPIERHAUS KÖLN GmbH, 50667"]).coverage(name) == pytest.approx(share)


def test_words_come_into_lines_by_height_whatever_their_order() -> None:
    words = [
        Word("EUR", Box(90, 11, 110, 21)),
        Word("Summe", Box(10, 40, 40, 50)),
        Word("1.234,50", Box(50, 10, 85, 20)),
        Word("Total", Box(10, 10.5, 40, 20.5)),
    ]
    assert [[word.text for word in line] for line in group_lines(words)] == [["Total", "1.234,50", "EUR"], ["Summe"]]


def test_a_second_readers_word_counts_as_printed() -> None:
    page = Page(1, 595, 842, (Word("11B,00", Box(0, 0, 9, 9), 0.5, alternative="118,00"),))
    assert PrintedText.of_pages([page]).has_number(Decimal(118))


def test_letters_without_decomposition_fold_too() -> None:
    assert fold("Straße Łódź, Ærø & Søn") == "strasse lodz aero son"


@given(st.text(max_size=120))
def test_no_text_breaks_the_search(noise: str) -> None:
    text = PrintedText.of_lines([noise])
    text.has_number(Decimal("1.00"))
    text.has_date(DAY)
    assert text.has_identifier(noise) in {True, False}
    assert 0 <= text.coverage(noise) <= 1
