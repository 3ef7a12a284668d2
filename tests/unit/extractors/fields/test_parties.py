"""Seller and buyer of letters: window, letterhead, foot, and how sure the choice is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from extractors.fields.blocks import is_prose
from extractors.fields.names import company_of, is_name, tidy_name
from extractors.fields.party import Party
from extractors.fields.party_cases import WEIGHTS, PartyCase
from extractors.fields.roles import Chosen, choose, party_cases
from extractors.fields.sheet import prepare
from models.document import Box, Page, Word

PageMaker = Callable[..., Page]
LETTER = """
                                                             Acme Tools GmbH
                                                             Am Ring 5
                                                             50667 Köln
                                                             Tel. +49 221 555

  Berta Beispiel
  Lange Str. 42
  60311 Frankfurt
  Deutschland


  Rechnung 4711
"""


def chosen_of(page: Page) -> dict[str, Chosen]:
    """Who was chosen on a page."""
    sheet = prepare(page)
    return choose(sheet.parties, [sheet.lines])


def names_of(page: Page) -> tuple[str | None, str | None]:
    """The seller's and the buyer's names on a page."""
    chosen = chosen_of(page)
    seller, buyer = (chosen[side].party.name if side in chosen else None for side in ("seller", "buyer"))
    return seller, buyer


def test_the_block_with_a_telephone_is_the_sellers_and_the_window_the_buyers(page_of: PageMaker) -> None:
    assert names_of(page_of(LETTER)) == ("Acme Tools GmbH", "Berta Beispiel")


def test_the_sizes_of_the_other_column_do_not_cut_a_block(page_of: PageMaker) -> None:
    page = page_of(LETTER)
    words = tuple(
        word if word.box.x0 < 300 else Word(word.text, Box(word.box.x0, word.box.y0, word.box.x1, word.box.y0 + 5))
        for word in page.words
    )
    assert names_of(Page(1, 595, 842, words))[1] == "Berta Beispiel"


def test_smaller_print_above_the_window_is_not_the_buyers_name(page_of: PageMaker) -> None:
    page = page_of(LETTER)
    small = Word("Acne", Box(14, 92, 30, 97), 0.4)
    assert names_of(Page(1, 595, 842, (*page.words, small)))[1] == "Berta Beispiel"


def test_a_senders_line_is_read_where_the_dots_between_its_parts_were_lost() -> None:
    row = [
        ("Acme", 70),
        ("Tools", 96),
        ("GmbH", 124),
        ("Am", 160),
        ("Ring", 176),
        ("5", 198),
        ("50667", 220),
        ("Köln", 248),
    ]
    window = [
        ("Berta", 70, 150),
        ("Beispiel", 102, 150),
        ("Weg", 70, 166),
        ("4", 92, 166),
        ("60311", 70, 182),
        ("Mainz", 102, 182),
    ]
    words = [Word(text, Box(x, 130, x + 4.6 * len(text), 138)) for text, x in row]
    words += [Word(text, Box(x, y, x + 6 * len(text), y + 11)) for text, x, y in window]
    page = Page(1, 595, 842, tuple(words))
    (sender,) = [party for party in prepare(page).parties if party.sender_line]
    assert (sender.name, sender.address) == ("Acme Tools GmbH", ("Am Ring 5", "50667 Köln"))


def test_a_company_in_a_line_below_a_person_is_the_name(page_of: PageMaker) -> None:
    page = page_of("\n\n\nHerr Carl Muster\nMuster Bau GmbH\nAm Ring 5\n50667 Köln\n\nRechnung 1")
    assert [party.name for party in prepare(page).parties] == ["Muster Bau GmbH"]


def test_a_town_far_from_its_postal_code_still_ends_a_block() -> None:
    lines = [
        ("Muster", 100, 160),
        ("GmbH", 140, 160),
        ("Weg", 100, 174),
        ("123", 122, 174),
        ("10117", 100, 188),
        ("BERLIN", 145, 188),
    ]
    words = tuple(Word(text, Box(x, y, x + 6 * len(text), y + 9)) for text, x, y in lines)
    (party,) = prepare(Page(1, 595, 842, words)).parties
    assert (party.name, party.address_text[0]) == ("Muster GmbH", "Weg 123, 10117 BERLIN")


def test_a_foot_without_a_name_beside_its_address_is_named_by_the_company_near_it(page_of: PageMaker) -> None:
    foot = "Acme Stays GmbH - Sitz: Köln - Am Ring 5, 50667 Köln - Tel.: 0221 555"
    text = "Hotel am See\n\nRechnung 4711\n" + "\n" * 52 + foot
    seller = chosen_of(page_of(text))["seller"].party
    assert (seller.name, seller.address_text[0]) == ("Acme Stays GmbH", "Am Ring 5, 50667 Köln")


def test_a_sentence_with_an_address_is_no_party(page_of: PageMaker) -> None:
    prose = "you may write with a copy of your passport and the number of this bill to 1 High Street, 08036 Town"
    assert is_prose(prose)
    assert prepare(page_of(prose)).parties == ()


def test_a_lone_block_that_might_be_either_side_is_less_sure() -> None:
    page = Page(1, 595, 842, (Word("x", Box(1, 1, 2, 2)),))
    lines = [prepare(page).lines]
    box = Box(60, 150, 200, 190)
    block = Party("Muster GmbH", box, ("Weg 1", "10117 Berlin"), box, 1, box)
    headed = Party("Acme GmbH", box, ("Ring 1", "50667 Köln"), box, 1, box, role="seller")
    assert choose([block], lines)["seller"].confidence < 0.7 < choose([headed], lines)["seller"].confidence


def test_each_party_makes_a_case_for_each_side(page_of: PageMaker) -> None:
    sheet = prepare(page_of(LETTER))
    cases = party_cases(sheet.parties, [sheet.lines])
    assert [case.role for case in cases] == ["seller", "buyer"] * len(sheet.parties)
    known = {name for case in cases for name in case.features}
    assert {"contacts", "legal_form", "window", "mentions", "place", "confidence"} <= known


def test_a_scorer_of_ones_own_decides_who_is_who(page_of: PageMaker) -> None:
    class Contrary:
        """Wants the party with a telephone as the buyer."""

        def score(self, cases: Sequence[PartyCase]) -> list[float]:
            return [3.0 if ("contacts" in c.features) == (c.role == "buyer") else -3.0 for c in cases]

    sheet = prepare(page_of(LETTER))
    chosen = choose(sheet.parties, [sheet.lines], Contrary())
    assert chosen["buyer"].party.name == "Acme Tools GmbH"


def test_both_sides_have_a_bias() -> None:
    assert all("bias" in weights for weights in WEIGHTS.values())


@pytest.mark.parametrize("label", ["Name & Adresse", "Address", "Anschrift:"])
def test_labels_are_no_names(label: str) -> None:
    assert not is_name(label)


def test_a_sentence_is_cut_behind_its_company() -> None:
    assert company_of("Acme Inn GmbH ist ein Mitglied der Acme Gruppe in Köln") == "Acme Inn GmbH"


@pytest.mark.parametrize(
    ("printed", "name"),
    [("Old Mill Ltd - 05934", "Old Mill Ltd"), ("Old Mill Store #12", "Old Mill"), ("Studio 54", "Studio 54")],
)
def test_numbers_of_branches_are_cut_and_names_with_numbers_stay(printed: str, name: str) -> None:
    assert tidy_name(printed) == name
