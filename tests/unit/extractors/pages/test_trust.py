from __future__ import annotations

import pytest

from extractors.pages.characters import Character, Token, join_words
from extractors.pages.trust import Layer, count_nonsense, is_garbled, judge
from models.document import Box

GOOD = Layer(characters=900, garbled=0, words=150, long=90, nonsense=1, invisible=0, ink=20, picture=0.05, covered=0.0)


def test_a_usual_invoice_is_trusted() -> None:
    assert judge(GOOD).is_trusted
    assert judge(GOOD._replace(picture=1.0)).is_trusted  # letter paper as a background picture
    assert judge(GOOD._replace(invisible=3)).is_trusted


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"garbled": 200}, "text_layer_garbled"),
        ({"nonsense": 30}, "text_layer_garbled"),
        ({"invisible": 150, "picture": 1.0}, "text_layer_by_scanner"),
        ({"covered": 1.0, "picture": 1.0}, "text_layer_by_scanner"),
        ({"invisible": 150}, "text_layer_hidden"),
        ({"characters": 120, "picture": 0.9}, "text_layer_partial"),
        ({"characters": 3}, "no_text_layer"),
    ],
)
def test_what_is_not_trusted_says_why(changes: dict[str, float], note: str) -> None:
    verdict = judge(GOOD._replace(**changes))
    assert (verdict.is_trusted, verdict.note) == (False, note)


def test_a_page_with_nothing_on_it_is_just_empty() -> None:
    assert judge(GOOD._replace(characters=0, words=0, ink=0)).is_trusted


def test_glyphs_without_a_character_are_garbled() -> None:
    assert [is_garbled(text) for text in "\ufffd\ue001\x03aé€"] == [True, True, True, False, False, False]


def test_a_shifted_character_map_shows_in_words_without_vowels() -> None:
    text = "Invoice number delivery address payment terms quantity description amount twenty"
    shifted = "".join(chr((ord(letter) - 97 + 3) % 26 + 97) if letter.islower() else letter for letter in text)
    counts = [count_nonsense([Token(word, Box(0, 0, 1, 1), 0) for word in page.split()]) for page in (text, shifted)]
    assert counts[0] == (10, 0)
    assert counts[1][1] >= 3


def row(text: str, *, step: float = 6, start: float = 0, y: float = 0) -> list[Character]:
    return [
        Character(letter, Box(start + step * index, y, start + step * index + 6, y + 12), index)
        for index, letter in enumerate(text)
    ]


def test_words_end_at_spaces_and_at_lines() -> None:
    assert [word.text for word in join_words([*row("Total 9"), *row("Next", y=20)])] == ["Total", "9", "Next"]


def test_ligatures_and_hyphens_become_plain() -> None:
    assert [word.text for word in join_words(row("o\ufb03ce INV\u00ad1"))] == ["office", "INV-1"]


def test_spaced_letters_join_but_single_digits_in_columns_do_not() -> None:
    assert [word.text for word in join_words(row("FACTURE", step=14))] == ["FACTURE"]
    assert [word.text for word in join_words(row("123456", step=14))] == list("123456")
    assert [word.text for word in join_words(row("ABCD", step=40))] == list("ABCD")
