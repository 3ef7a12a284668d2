"""Damaged, cut, merged and listed order numbers still lead to their order."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import blocking_keys, canonical_number, number_variants
from matching.blocking import cited_numbers, number_similarity
from models.invoice import Invoice, InvoiceLine


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("PO-4500017", "po 4500017"),
        ("PO-4500017", "P0-45OOO17"),
        ("0004500017", "4500017"),
        ("BS-2026/118", "85-2026-118"),
        ("ＰＯ４５", "PO45"),
    ],
)
def test_notations_of_one_number_share_a_key(left: str, right: str) -> None:
    assert canonical_number(left) == canonical_number(right)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_canonical_number_is_stable_and_plain(text: str) -> None:
    once = canonical_number(text)
    assert canonical_number(once) == once
    assert not any(letter.isspace() for letter in once)


def test_all_numbers_of_an_invoice_are_keys() -> None:
    lines = (InvoiceLine(order_reference="PO-3"), InvoiceLine(order_reference="PO-44"))
    invoice = Invoice(order_reference="4500017, 4500018", buyer_reference="BR-9", lines=lines)
    assert blocking_keys(invoice) >= {"4500017", "4500018", "P03", "P044", "8R9"}


def test_a_number_named_as_order_is_surer_than_one_that_is_only_printed() -> None:
    cited = {row.text: row.strength for row in cited_numbers(Invoice(order_reference="PO-1"), ("PO-2",))}
    assert cited["PO-1"] > cited["PO-2"]


def test_one_damaged_character_is_found_by_variants() -> None:
    source, found = random.Random(17), 0
    for _ in range(300):
        number = "45" + "".join(source.choices(string.digits, k=6))
        at = source.randrange(len(number))
        damaged = number[:at] + source.choice(string.digits.replace(number[at], "")) + number[at + 1 :]
        found += canonical_number(number) in number_variants(canonical_number(damaged))
    assert found == 300


@pytest.mark.parametrize(
    ("damaged", "at_least"),
    [("4500017", 1.0), ("45OOO17", 0.95), ("PO-4500017", 0.9), ("4500011", 0.7), ("450017", 0.7), ("9999999", 0.0)],
)
def test_similarity_falls_with_the_damage(damaged: str, at_least: float) -> None:
    assert number_similarity(damaged, "4500017") >= at_least


def test_short_numbers_are_equal_or_different() -> None:
    assert number_similarity("123", "124") == 0.0
    assert number_similarity("1", "4500017") == 0.0
