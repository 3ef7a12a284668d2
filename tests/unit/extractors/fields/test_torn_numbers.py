"""A recogniser sometimes tears a number in two where a glyph is narrow; half a number must not pass as the whole."""

from __future__ import annotations

import pytest

from extractors.fields.candidates import Locale, find_candidates
from extractors.fields.layout import read_rows
from models.document import Box, Page, Word


def codes(*words: tuple[str, float, float]) -> list[str]:
    placed = tuple(Word(text, Box(x0, 100.0, x1, 116.0), 0.99) for text, x0, x1 in words)
    (row,) = read_rows(Page(1, 595.0, 842.0, placed))
    return [c.text for c in find_candidates(row, Locale()) if c.kind == "code"]


def test_two_halves_with_hardly_a_gap_are_one_number() -> None:
    assert codes(("Avoir", 33.0, 80.0), ("AV-201", 86.0, 144.0), ("7-0005", 147.0, 203.0)) == ["AV-2017-0005"]


@pytest.mark.parametrize("gap", [4.5, 12.0, 60.0])
def test_two_numbers_with_a_space_between_stay_two(gap: float) -> None:
    right = 144.0 + gap
    assert codes(("AV-201", 86.0, 144.0), ("7-0005", right, right + 56.0)) == ["AV-201", "7-0005"]


def test_a_number_and_a_word_stay_two() -> None:
    assert codes(("AV-201", 86.0, 144.0), ("du", 147.0, 160.0)) == ["AV-201"]


def test_two_halves_of_digits_are_one_number_where_no_third_group_stands() -> None:
    assert codes(("600121", 86.0, 144.0), ("5715", 147.0, 183.0), ("/", 195.0, 200.0)) == ["6001215715"]
    grouped = codes(("2003", 86.0, 122.0), ("0000", 125.0, 161.0), ("6027", 164.0, 200.0))
    assert grouped == ["2003", "0000", "6027"]
