"""Torn and misread words of letterheads."""

from __future__ import annotations

import pytest

from extractors.fields.layout import read_rows
from extractors.fields.spelling import line_text, mend
from models.document import Box, Page, Word

SPACE, TEAR = 3.4, 1.6  # points beside a height of 10


def line(*pieces: str, confidence: float = 0.97, alternative: str = "") -> str:
    """A line of pieces; `~` before a piece is the narrow gap of a torn word, `_` a wide one."""
    words, left = [], 10.0
    for piece in pieces:
        left += TEAR if piece.startswith("~") else 14.0 if piece.startswith("_") else SPACE
        text = piece.lstrip("~_")
        words.append(Word(text, Box(left, 10, left + 5 * len(text), 20), confidence, alternative=alternative))
        left += 5 * len(text)
    (row,) = read_rows(Page(1, 595, 842, tuple(words)))
    return line_text(row)


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (("47400", "PETAL", "~ING", "JAYA"), "47400 PETALING JAYA"),
        (("No", "3,", "Upper", "Harb", "~our", "Road"), "No 3, Upper Harbour Road"),
        (("JALAN", "T", "~AMAN", "MELATI", "2"), "JALAN TAMAN MELATI 2"),
        (("S2,", "41", "~200", "KLANG"), "S2, 41200 KLANG"),
        (("N", "I", "~NE", "_MOON", "TRADING"), "NINE MOON TRADING"),
        (("OLD", "MILL", "SDN", "B", "~HD"), "OLD MILL SDN BHD"),
        (("OLD", "MILL", "SIN", "BHD"), "OLD MILL SDN BHD"),
    ],
)
def test_torn_words_are_joined(pieces: tuple[str, ...], whole: str) -> None:
    assert line(*pieces) == whole


@pytest.mark.parametrize(
    "text", ["C W LIM HARDWARE", "Y SENG TRADING", "Autohaus am Ring", "Pan de la Casa", "SERI ALAM", "Acme Sdn. Bhd."]
)
def test_words_that_stand_apart_stay_apart(text: str) -> None:
    assert line(*text.split()) == text


def test_born_digital_text_is_left_as_it_stands() -> None:
    assert line("PETAL", "~ING", "FLEOR", confidence=1.0) == "PETAL ING FLEOR"


@pytest.mark.parametrize(
    ("seen", "confidence", "meant"),
    [
        ("Fleor,", 0.7, "Floor,"), ("J1n", 0.99, "Jln"), ("BIk", 0.99, "Blk"), ("L.UMPUR", 0.9, "LUMPUR"),
        ("PETALINCI", 0.5, "PETALING"), ("McIntyre", 0.99, "McIntyre"), ("JIN", 0.99, "JIN"), ("PERMAS", 0.8, "PERMAS"),
        ("Fleor", 0.98, "Fleor"), ("Philip", 0.5, "Philip"),
    ],
)  # fmt: skip
def test_a_misread_word_of_addresses_is_put_right(seen: str, confidence: float, meant: str) -> None:
    assert mend(seen, confidence) == meant


def test_a_postal_code_before_its_town_gets_its_digits_back() -> None:
    assert line("4600O", "PETALING", "JAYA") == "46000 PETALING JAYA"


def test_the_second_reader_is_believed_where_the_first_saw_a_letter_among_digits() -> None:
    assert line("7/1l18B", confidence=0.4, alternative="7/118B") == "7/118B"


def test_a_lone_doubtful_sign_far_from_the_words_is_dirt() -> None:
    words = (
        Word("ACME", Box(50, 10, 75, 20), 0.98),
        Word("TRADING", Box(79, 10, 110, 20), 0.98),
        Word("7", Box(5, 10, 9, 20), 0.3),
    )
    (row,) = read_rows(Page(1, 595, 842, words))
    assert line_text(row) == "ACME TRADING"


def test_a_doubtful_letter_between_two_words_is_the_and_sign() -> None:
    words = [("CASH", 0.99), ("Y", 0.4), ("GO", 0.99)]
    boxes = [Box(10 + 30 * i, 10, 30 + 30 * i - 6 * (i == 1), 20) for i in range(3)]
    page = Page(1, 595, 842, tuple(Word(text, box, sure) for (text, sure), box in zip(words, boxes, strict=True)))
    (row,) = read_rows(page)
    assert line_text(row) == "CASH & GO"
