"""Names are compared by what distinguishes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.names import name_similarity, normalise_name, skeleton


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Société Anonyme Dupont SA", "dupont"),
        ("S.A.R.L. Martin", "martin"),
        ("AB Intelligent Tooling", "ab intelligent tooling"),
        ("Lieferant GmbH & Co. KG", "lieferant"),
        ("THE ACME COMPANY, INC.", "acme"),
        ("Électricité de l'Est SAS", "electricite de l est"),
        ("SAS", "sas"),
        ("株式会社東京", "株式会社東京"),
    ],
)
def test_legal_forms_and_accents_are_set_aside(name: str, kept: str) -> None:
    assert normalise_name(name) == kept


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_compared(text: str) -> None:
    assert 0.0 <= name_similarity(text, "Dupont SARL") <= 100.0
    skeleton(text)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_does_not_depend_on_the_side(left: str, right: str) -> None:
    assert name_similarity(left, right) == name_similarity(right, left)


def test_different_companies_are_not_alike() -> None:
    assert name_similarity("Dupont SARL", "Durand SARL") < 60
    assert name_similarity("Boulangerie Martin", "Garage Martin") < 80
